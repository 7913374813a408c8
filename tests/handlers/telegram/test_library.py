"""Saved papers, searches, references, past digests and the export on Telegram, through the real library."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.model import PaperOrder, VoteKind
from bot.pipeline import index_papers
from tests.contracts.samples import announced, digest, send_next
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.telegram.conftest import JOINER, NOW, Bench
from tests.handlers.telegram.test_commands import ANN, BOB, GROUP, ref

IDS = [f"2606.{number:05}" for number in range(1, 13)]


@pytest.fixture
async def stocked(bench: Bench) -> Bench:
    """Ann's private chat has received and saved twelve papers."""
    await bench.store.ingest([announced(name, title=f"Diffusion number {name[-2:]}") for name in IDS], NOW)
    await index_papers(bench.store)
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.store.write_digest(digest(ref(ANN), papers=tuple(IDS)), NOW)
    await send_next(bench.store, NOW)
    for name in IDS:
        await bench.store.vote(ref(ANN), str(ANN), [name], VoteKind.SAVED, NOW)
    return bench


async def documents(bench: Bench, chat_id: int, count: int) -> list[FakeMessage]:
    await bench.tg.until(lambda: sum(bool(each.document) for each in bench.tg.messages(chat_id)) >= count)
    return [each for each in bench.tg.messages(chat_id) if each.document]


async def pressed(bench: Bench, message: FakeMessage, button: str, user: int = ANN) -> str:
    """Press a button and return what its message shows then."""
    query = bench.tg.press(message, button, user)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    await bench.settled()
    return message.text.replace(JOINER, "")


async def test_saved_papers_turn_their_pages_in_place(stocked: Bench) -> None:
    said = await stocked.ask(ANN, "/saved")
    assert said.startswith("You have saved 12 papers here")
    message = stocked.tg.messages(ANN)[-1]
    assert message.labels == [*map(str, range(1, 11)), "▶", "BibTeX", "RIS", "CSV", "Remove …"]
    count = len(stocked.tg.messages(ANN))
    stocked.tg.press(message, "▶", ANN)
    await stocked.tg.until(lambda: "11. " in message.text)
    assert message.labels[:3] == ["11", "12", "◀"]
    assert len(stocked.tg.messages(ANN)) == count


async def test_a_saved_paper_is_removed_by_its_number(stocked: Bench) -> None:
    await stocked.ask(ANN, "/saved")
    message = stocked.tg.messages(ANN)[-1]
    stocked.tg.press(message, "Remove", ANN)
    await stocked.tg.until(lambda: "✕ 1" in message.labels)
    stocked.tg.press(message, "✕ 1", ANN)
    await stocked.tg.until(lambda: "saved 11 papers" in message.text)
    stocked.tg.press(message, "Done", ANN)
    await stocked.tg.until(lambda: "Remove …" in message.labels)
    saved = [vote.paper_id for vote in await stocked.store.votes_of(ref(ANN)) if vote.kind is VoteKind.SAVED]
    assert saved == IDS[:11]


@pytest.mark.parametrize(("typed", "name"), [("/saved bib", "saved.bib"), ("/saved .RIS", "saved.ris")])
async def test_saved_papers_come_as_a_file(stocked: Bench, typed: str, name: str) -> None:
    assert (await stocked.ask(ANN, typed)).startswith("12 references as ")
    (sent,) = await documents(stocked, ANN, 1)
    assert sent.document is not None
    assert (sent.document[0], sent.is_silent) == (name, True)
    assert IDS[0].encode() in sent.document[1]


async def test_a_format_that_is_none_is_told(stocked: Bench) -> None:
    assert "“word” is no format of references; choose one of bib, ris, json, md, csv." in await stocked.ask(
        ANN, "/saved word"
    )


async def test_a_paper_is_cited_in_the_chat_and_several_as_a_file(stocked: Bench) -> None:
    assert "@misc{example2026diffusion," in await stocked.ask(ANN, f"/cite {IDS[0]}")
    assert await stocked.ask(ANN, f"/cite {IDS[0]} {IDS[1]} ris") == "2 references as RIS:"
    (sent,) = await documents(stocked, ANN, 1)
    assert sent.document is not None
    assert sent.document[1].count(b"TY  - UNPB") == 2
    assert "Say which papers" in await stocked.ask(ANN, "/cite")


async def test_a_search_finds_what_came_and_turns_its_pages(stocked: Bench) -> None:
    said = await stocked.ask(ANN, "/search diffusion number")
    assert said.startswith("12 papers for diffusion number\n")
    message = stocked.tg.messages(ANN)[-1]
    stocked.tg.press(message, "▶", ANN)
    await stocked.tg.until(lambda: "11. " in message.text)
    assert "Nothing that came here has graphene." in await stocked.ask(ANN, "/search graphene")
    assert "Search in everything that came here." in await stocked.ask(ANN, "/search")


async def test_the_history_opens_a_digest_again(stocked: Bench) -> None:
    # Of a digest of before its order was kept only the count is there.
    assert await stocked.ask(ANN, "/history") == "1 digest\n1. Tuesday 2 June: 12 papers"
    assert stocked.tg.messages(ANN)[-1].labels == []
    log = {entry.paper.id: seq for seq, entry in await stocked.store.announcements_after(0, 50)}
    ranked = PaperOrder(tuple(log[name] for name in IDS), 109)
    await stocked.store.ingest([announced("2606.00099")], NOW)
    later = replace(digest(ref(ANN), "2026-06-03", ("2606.00099",)), day=date(2026, 6, 3), ranked=ranked)
    await stocked.store.write_digest(later, NOW)
    await send_next(stocked.store, NOW)
    said = await stocked.ask(ANN, "/history")
    assert said == "2 digests\n1. Wednesday 3 June: 1 of 109 papers\n2. Tuesday 2 June: 12 papers"
    message = stocked.tg.messages(ANN)[-1]
    assert message.labels == ["3 June"]
    stocked.tg.press(message, "3 June", ANN)
    await stocked.tg.until(
        lambda: "Diffusion number" in message.text or "Diffusion number" in stocked.tg.messages(ANN)[-1].text
    )
    assert await stocked.ask(BOB, "/history") == "No digest has come here yet."


async def test_the_export_of_a_private_chat_is_two_files(stocked: Bench) -> None:
    assert "Everything that I keep about this chat" in await stocked.ask(ANN, "/export")
    first, second = await documents(stocked, ANN, 2)
    assert first.document is not None
    assert second.document is not None
    assert json.loads(first.document[1])["chats"][0]["chat"] == f"telegram:{ANN}"
    assert second.document[0] == "saved.bib"


async def test_forget_asks_before_anything_is_deleted(stocked: Bench) -> None:
    assert "Delete everything" in await stocked.ask(ANN, "/forget")
    assert await stocked.store.chat(ref(ANN)) is not None


# ── groups ──


@pytest.fixture
async def group(stocked: Bench) -> Bench:
    stocked.tg.group(GROUP, admins=(ANN,))
    await stocked.ask(GROUP, "/subscribe cs.CV", user=ANN)
    for name in IDS[:2]:
        await stocked.store.vote(ref(GROUP), str(ANN), [name], VoteKind.SAVED, NOW)
    return stocked


async def test_a_groups_export_goes_to_its_admin_in_private(group: Bench) -> None:
    assert "Only admins" in await group.ask(GROUP, "/export", user=BOB)
    assert await group.ask(GROUP, "/export", user=ANN) == "I have sent it to you in private."
    first, _second = await documents(group, ANN, 2)
    assert first.document is not None
    assert json.loads(first.document[1])["chats"][0]["chat"] == f"telegram:{GROUP}"
    assert not any(each.document for each in group.tg.messages(GROUP))


async def test_an_admin_who_never_wrote_to_the_bot_is_told_to(group: Bench) -> None:
    group.tg.world.chats[ANN].problem = (403, "Forbidden: bot can't initiate conversation with a user")
    assert "write to me in private first" in await group.ask(GROUP, "/export", user=ANN)


async def test_an_export_is_not_posted_for_a_group_that_asks_as_itself(group: Bench) -> None:
    title = group.tg.world.chats[GROUP].as_json()
    before = len(group.tg.messages(GROUP))
    group.tg.say(GROUP, 1087968824, "/export", sender_chat=title)
    answer = (await group.tg.wait_for(GROUP, before + 1))[before]
    assert "write to me in private first" in answer.text
    await group.settled()
    assert not any(each.document for each in group.tg.messages(GROUP))


async def test_references_that_somebody_asks_for_are_for_the_whole_group(group: Bench) -> None:
    await group.ask(GROUP, f"/cite {IDS[0]} {IDS[1]}", user=BOB)
    assert await documents(group, GROUP, 1)


async def test_a_group_that_takes_no_files_is_told_so(group: Bench) -> None:
    group.tg.world.chats[GROUP].no_documents = "not enough rights to send documents to the chat"
    await group.ask(GROUP, f"/cite {IDS[0]} {IDS[1]}", user=BOB)
    await group.tg.until(lambda: "ask me for it in private" in group.tg.messages(GROUP)[-1].text)
    assert not any(each.document for each in group.tg.messages(GROUP))


async def test_nobody_turns_the_pages_of_somebody_elses_saved_papers(group: Bench) -> None:
    await group.ask(GROUP, "/saved", user=ANN)
    message = group.tg.messages(GROUP)[-1]
    for button in ("Remove", "RIS"):
        query = group.tg.press(message, button, BOB)
        await group.tg.until(lambda query=query: group.tg.answer(query) is not None)  # type: ignore[misc]
        answer = group.tg.answer(query)
        assert answer is not None
        assert "somebody else's list" in answer["text"]
    assert not any(each.document for each in group.tg.messages(BOB))


async def test_forged_data_of_a_library_button_does_nothing(stocked: Bench) -> None:
    await stocked.ask(ANN, "/saved")
    message = stocked.tg.messages(ANN)[-1]
    pages = ("saved:", "saved:1:zzzz", "past:-1", "past:²", "find:0:0", "find:000000000000:9999")
    forged = (*pages, "unsave:x", "refs:exe:0000")
    queries = [stocked.tg.press(message, "▶", ANN, data=f"{data}@{ANN}") for data in forged]
    await stocked.tg.until(lambda: all(stocked.tg.answer(query) is not None for query in queries))
    assert len([vote for vote in await stocked.store.votes_of(ref(ANN)) if vote.kind is VoteKind.SAVED]) == 12
