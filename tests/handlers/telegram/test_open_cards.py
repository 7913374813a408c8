"""Papers opened from a list on Telegram: one silent reply that every further tap edits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import ModelUnavailable, SourceUnavailable
from bot.model import Conclusion, Depth, OpensIn, Platform, Style, VoteKind
from handlers.telegram.app import Processor
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.pipeline import made_up_card
from tests.fakes.telegram_world import BOT_USERNAME, FakeMessage
from tests.handlers.mornings import TITLES, Mornings, open_mornings
from tests.handlers.telegram.conftest import JOINER, READINGS_PER_HOUR, Bench
from tests.handlers.telegram.test_commands import ANN, BOB, CHANNEL, GROUP, ref


@dataclass
class Scene:
    """A bench whose chats get real digests."""

    bench: Bench
    days: Mornings

    async def list_in(self, chat: int, asker: int = ANN, thread: int | None = None) -> FakeMessage:
        """The list that a chat gets, which follows everything in cs.CV."""
        ident = f"{chat}/{thread}" if thread else str(chat)
        if chat == CHANNEL:
            await self.bench.ask(asker, f"/subscribe {CHANNEL} cs.CV")
        else:
            await self.bench.ask(chat, "/subscribe cs.CV", user=asker, thread=thread)
        await self.bench.store.change_chat(ref(ident), self.bench.clock.now(), size=3, style=Style.LIST)
        await self.days.announce()
        before = len(self.bench.tg.messages(chat))
        await self.days.send(TelegramRenderer(), ref(ident))
        sent = self.bench.tg.messages(chat)[before:]
        assert len(sent) == 1
        return sent[0]

    async def idle(self, under_way: int = 0) -> None:
        """Wait until at most so many updates are being handled."""
        await self.bench.settled()
        processor = self.bench.app.application.update_processor
        assert isinstance(processor, Processor)
        async with asyncio.timeout(10):
            while len(processor._running) > under_way:  # noqa: ASYNC110 - the library sets no event
                await asyncio.sleep(0.005)

    async def press(
        self, message: FakeMessage, button: str, user: int = ANN, *, under_way: int = 0, **how: Any
    ) -> dict[str, Any]:
        """Press a button, and the answer to the press once everything is done but the updates `under_way`."""
        query = self.bench.tg.press(message, button, user, **how)
        await self.bench.tg.until(lambda: self.bench.tg.answer(query) is not None)
        await self.idle(under_way)
        answer = self.bench.tg.answer(query)
        assert answer is not None
        return answer

    async def card_below(self, listed: FakeMessage, button: str = "1", user: int = ANN) -> FakeMessage:
        """The card that a number opens."""
        before = len(self.bench.tg.messages(listed.chat.id))
        await self.press(listed, button, user)
        return (await self.bench.tg.wait_for(listed.chat.id, before + 1))[-1]


@pytest.fixture
async def scene(bench: Bench) -> AsyncIterator[Scene]:
    async with open_mornings(bench.store, bench.clock, Platform.TELEGRAM, bench.app.sender) as days:
        yield Scene(bench, days)


def shown(message: FakeMessage) -> str:
    return message.text.replace(JOINER, "")


def title_in(text: str) -> str:
    [title] = [each for each in TITLES if each in text]
    return title


# ── in private ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_number_opens_its_card_as_one_silent_reply_and_the_next_takes_its_place(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    text = listed.text
    card = await scene.card_below(listed, "1")
    first = title_in(shown(card))
    assert first in shown(listed).split("2. ")[0]
    assert (card.is_silent, card.reply_to) == (True, listed.id)
    count = len(scene.bench.tg.messages(ANN))
    await scene.press(listed, "2")
    second = title_in(shown(card))
    assert second != first
    assert (len(scene.bench.tg.messages(ANN)), listed.text) == (count, text)
    kinds = [button for row in card.buttons for button in row]
    assert [button["text"] for button in kinds if "url" in button][:2] == ["PDF", "HTML"]
    labels = [button["text"] for button in kinds if "url" not in button]
    assert labels == ["Read it all", "Evidence", "👍", "👎", "🔖", "Cite", "⟵"]


async def test_two_taps_at_once_make_one_card(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    before = len(scene.bench.tg.messages(ANN))
    queries = [scene.bench.tg.press(listed, number, ANN) for number in ("1", "2", "3")]
    await scene.bench.tg.until(lambda: all(scene.bench.tg.answer(query) is not None for query in queries))
    await scene.idle()
    await scene.press(listed, "1")
    assert len(scene.bench.tg.messages(ANN)) == before + 1


async def test_a_card_that_was_deleted_is_posted_anew(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    card = await scene.card_below(listed)
    scene.bench.tg.world.delete(card)
    again = await scene.card_below(listed, "2")
    assert again.id != card.id
    assert again.reply_to == listed.id


async def test_the_card_of_a_list_is_forgotten_after_a_month(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    card = await scene.card_below(listed)
    scene.bench.clock.set(scene.bench.clock.now() + timedelta(days=31))
    assert (await scene.card_below(listed, "2")).id != card.id


async def test_back_from_the_evidence_is_the_card_and_back_from_the_card_is_the_list(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    front = card.text
    await scene.press(card, "Evidence")
    assert "Evidence" in card.text.split("\n")[0]
    assert card.labels == ["⟵"]
    await scene.press(card, "⟵")
    assert card.text == front
    await scene.press(card, "⟵")
    assert card not in scene.bench.tg.messages(ANN)


async def test_a_card_that_telegram_does_not_let_the_bot_delete_becomes_one_line(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    card.at -= 3 * 24 * 3600
    await scene.press(card, "⟵")
    assert (shown(card), card.buttons) == ("The card is closed.", [])


async def test_the_citation_comes_in_place_in_several_formats(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    await scene.press(card, "Cite")
    assert "@misc{" in shown(card)
    assert card.labels == ["RIS", "Markdown", "⟵"]
    await scene.press(card, "RIS")
    assert "TY  - " in shown(card)
    await scene.press(card, "⟵")
    assert "Read it all" in card.labels


async def test_a_vote_shows_on_its_button_and_is_taken_back(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    text = card.text
    assert "Noted" in (await scene.press(card, "👍"))["text"]
    assert [label for label in card.labels if "✓" in label] == ["👍 ✓"]
    await scene.press(card, "👎")
    await scene.press(card, "🔖")
    assert [label for label in card.labels if "✓" in label] == ["👎 ✓", "🔖 ✓"]
    await scene.press(card, "👎")
    assert [label for label in card.labels if "✓" in label] == ["🔖 ✓"]
    assert card.text == text
    await scene.press(card, "Evidence")
    await scene.press(card, "⟵")
    assert [label for label in card.labels if "✓" in label] == ["🔖 ✓"]


async def test_a_vote_of_another_release_without_its_chat_is_marked_as_well(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    for row in card.buttons:
        for button in row:
            if "callback_data" in button:
                button["callback_data"] = button["callback_data"].partition("@")[0]
    await scene.press(card, "👍")
    assert [label for label in card.labels if "✓" in label] == ["👍 ✓"]


# ── the whole reading ─────────────────────────────────────────────────────────────────────────────────────────────────


def deep_card(paper_id: str, claims: int) -> Any:
    card = made_up_card(paper_id, depth=Depth.DEEP)
    assert card.summary is not None
    claim = replace(card.summary.headline, text="Heads can talk, as a sentence of some length tells again. " * 3)
    many = (claim,) * claims
    return replace(card.summary, background=many, method=many, results=many, conclusion=Conclusion(significance=many))


async def test_read_it_all_says_that_it_reads_and_then_shows_it_in_place(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    scene.bench.pipeline.may_finish.clear()
    query = scene.bench.tg.press(card, "Read it all", ANN)
    await scene.bench.tg.until(lambda: "I am reading" in card.text)
    assert scene.bench.tg.answer(query) is not None
    assert "about 60 seconds" in shown(card)
    assert card.labels == ["⟵"]
    count = len(scene.bench.tg.messages(ANN))
    scene.bench.pipeline.may_finish.set()
    await scene.bench.tg.until(lambda: "I am reading" not in card.text)
    assert "⟵" in card.labels
    assert "Read it all" not in card.labels
    assert [depth for _, _, depth in scene.bench.pipeline.readings] == [Depth.DEEP]
    assert len(scene.bench.tg.messages(ANN)) == count


async def test_who_left_while_it_was_read_is_told_in_the_card(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    front = card.text
    scene.bench.pipeline.may_finish.clear()
    scene.bench.tg.press(card, "Read it all", ANN)
    await scene.bench.tg.until(lambda: "I am reading" in card.text)
    await scene.press(card, "⟵", under_way=1)
    assert card.text == front
    scene.bench.pipeline.may_finish.set()
    await scene.bench.tg.until(lambda: card.text != front)
    assert "The whole paper has been read: press “Read it all”." in shown(card)


async def test_who_opened_another_paper_meanwhile_is_not_disturbed(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    card = await scene.card_below(listed)
    scene.bench.pipeline.may_finish.clear()
    scene.bench.tg.press(card, "Read it all", ANN)
    await scene.bench.tg.until(lambda: "I am reading" in card.text)
    await scene.press(listed, "2", under_way=1)
    other = card.text
    scene.bench.pipeline.may_finish.set()
    await scene.idle()
    assert card.text == other


@pytest.mark.parametrize("error", [SourceUnavailable("arXiv is down"), ModelUnavailable("over its quota")])
async def test_a_reading_that_fails_brings_the_card_back_with_one_sentence(scene: Scene, error: Exception) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    scene.bench.pipeline.error = error
    await scene.press(card, "Read it all")
    await scene.bench.tg.until(lambda: "cannot be read right now; try again in a few minutes." in shown(card))
    assert "Read it all" in card.labels


async def test_read_it_all_pressed_twice_reads_once(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    scene.bench.pipeline.may_finish.clear()
    queries = [scene.bench.tg.press(card, "Read it all", ANN) for _ in range(2)]
    await scene.bench.tg.until(lambda: all(scene.bench.tg.answer(query) is not None for query in queries))
    scene.bench.pipeline.may_finish.set()
    await scene.idle()
    assert "I am reading" not in card.text
    assert len(scene.bench.pipeline.readings) == 1


async def test_a_long_reading_is_divided_into_pages_in_place(scene: Scene) -> None:
    card = await scene.card_below(await scene.list_in(ANN))
    paper_id = card.button("Cite")["callback_data"].split(":")[1].partition("v")[0]
    await scene.bench.store.save_summary(deep_card(paper_id, 14))
    count = len(scene.bench.tg.messages(ANN))
    await scene.press(card, "Read it all")
    first = card.text
    pages = int(card.button("More ▸")["text"].rpartition("/")[2])
    assert pages > 1
    seen = {first}
    for page in range(2, pages + 1):
        await scene.press(card, f"More ▸ {page}/{pages}")
        seen.add(card.text)
    assert len(seen) == pages
    assert not [label for label in card.labels if "More" in label]
    for _ in range(pages - 1):
        await scene.press(card, "◀")
    assert card.text == first
    assert len(scene.bench.tg.messages(ANN)) == count
    assert scene.bench.pipeline.readings == []


# ── further pages of a list ───────────────────────────────────────────────────────────────────────────────────────────


async def test_next_edits_the_list_of_a_private_chat_and_back_restores_its_papers(scene: Scene) -> None:
    listed = await scene.list_in(ANN)
    heading = shown(listed).split("\n")[0]
    first = [each for each in TITLES if each in shown(listed)]
    count = len(scene.bench.tg.messages(ANN))
    await scene.press(listed, "Next")
    second = [each for each in TITLES if each in shown(listed)]
    assert second
    assert not {*first} & {*second}
    card = await scene.card_below(listed, "4")
    assert title_in(shown(card)) in second
    await scene.press(listed, "◀")
    assert [each for each in TITLES if each in shown(listed)][:3] == first[:3]
    assert "1" in listed.labels
    assert heading.split(" · ")[1:] == shown(listed).split("\n")[0].split(" · ")[1:]
    assert len(scene.bench.tg.messages(ANN)) == count + 1


# ── groups and channels ───────────────────────────────────────────────────────────────────────────────────────────────


def link_of(message: FakeMessage, button: str) -> str:
    """The parameter of a button that opens the private chat."""
    url = str(message.button(button)["url"])
    before, _, parameter = url.partition("?start=")
    assert before == f"https://t.me/{BOT_USERNAME}"
    return parameter


async def group_list(scene: Scene, **more: Any) -> FakeMessage:
    scene.bench.tg.group(GROUP, "Lab", admins=(ANN,), **more)
    return await scene.list_in(GROUP)


async def test_a_group_opens_cards_in_private_for_its_members(scene: Scene) -> None:
    listed = await group_list(scene)
    scene.bench.tg.world.chats[GROUP].members[BOB] = "member"
    await scene.bench.ask(BOB, "/start")
    said = await scene.bench.ask(BOB, f"/start {link_of(listed, '1')}")
    assert title_in(said)
    assert "Lab" in said
    card = scene.bench.tg.messages(BOB)[-1]
    await scene.press(card, "👍", BOB)
    await scene.press(card, "🔖", BOB)
    assert [label for label in card.labels if "✓" in label] == ["👍 ✓", "🔖 ✓"]
    kinds = {(vote.person, vote.kind) for vote in await scene.bench.store.votes_of(ref(GROUP))}
    assert kinds == {(str(BOB), VoteKind.OPENED), (str(BOB), VoteKind.UP)}
    assert [vote.kind for vote in await scene.bench.store.votes_of(ref(BOB))] == [VoteKind.SAVED]
    await scene.press(card, "Evidence", BOB)
    await scene.press(card, "⟵", BOB)
    assert [label for label in card.labels if "✓" in label] == ["👍 ✓", "🔖 ✓"]
    assert len(scene.bench.tg.messages(GROUP)) == 2


class TestWithALimitOfReadings:
    @pytest.fixture
    def readings_per_hour(self) -> int:
        return 1

    async def test_papers_that_forged_links_name_are_counted(self, bench: Bench) -> None:
        await bench.ask(BOB, "/start")
        assert "Heads that talk" in await bench.ask(BOB, "/start p_-1001_2406-14272")
        assert "the most for one person" in await bench.ask(BOB, "/start p_-1001_2406-14273")


async def test_who_is_no_member_gets_the_paper_alone(scene: Scene) -> None:
    listed = await group_list(scene)
    said = await scene.bench.ask(BOB, f"/start {link_of(listed, '1')}")
    assert title_in(said)
    assert "Lab" not in said
    assert str(GROUP) not in str(scene.bench.tg.messages(BOB)[0].buttons)
    assert await scene.bench.store.votes_of(ref(GROUP)) == []


async def test_who_never_started_the_bot_sees_the_card_first_and_then_the_greeting(scene: Scene) -> None:
    listed = await group_list(scene)
    scene.bench.tg.world.chats[GROUP].members[BOB] = "member"
    said = await scene.bench.ask(BOB, f"/start {link_of(listed, '2')}")
    assert title_in(said)
    greeting = (await scene.bench.tg.wait_for(BOB, 2))[1]
    assert "What do you work on?" in greeting.text
    await scene.bench.ask(BOB, f"/start {link_of(listed, '1')}")
    assert len(scene.bench.tg.messages(BOB)) == 3


async def test_who_has_left_the_group_is_told_so_by_the_buttons_of_its_cards(scene: Scene) -> None:
    listed = await group_list(scene)
    members = scene.bench.tg.world.chats[GROUP].members
    members[BOB] = "member"
    await scene.bench.ask(BOB, f"/start {link_of(listed, '1')}")
    card = scene.bench.tg.messages(BOB)[0]
    members[BOB] = "left"
    for button in ("👍", "Evidence", "Cite", "⟵"):
        answer = await scene.press(card, button, BOB)
        assert answer["text"] == "Only members of that chat can do this."
    assert {vote.kind for vote in await scene.bench.store.votes_of(ref(GROUP))} == {VoteKind.OPENED}


async def test_further_papers_of_a_groups_list_open_in_private(scene: Scene) -> None:
    listed = await group_list(scene)
    text = listed.text
    scene.bench.tg.world.chats[GROUP].members[BOB] = "member"
    await scene.bench.ask(BOB, "/start")
    said = await scene.bench.ask(BOB, f"/start {link_of(listed, 'Next')}")
    assert [each for each in TITLES if each in said]
    page = scene.bench.tg.messages(BOB)[-1]
    card = await scene.card_below(page, "4", BOB)
    assert title_in(shown(card)) in said
    await scene.press(page, "◀", BOB)
    assert next(each for each in TITLES if each in shown(page)) in text.replace(JOINER, "")
    scene.bench.tg.world.chats[GROUP].members[BOB] = "left"
    assert "Only members" in await scene.bench.ask(BOB, f"/start {link_of(listed, 'Next')}")


async def test_a_group_that_opens_cards_in_place_has_one_card_for_all(scene: Scene) -> None:
    scene.bench.tg.group(GROUP, "Lab", admins=(ANN,), forum=True)
    await scene.bench.ask(GROUP, "/subscribe diffusion", user=ANN, thread=45)
    await scene.bench.store.change_chat(ref(f"{GROUP}/45"), scene.bench.clock.now(), opens_in=OpensIn.HERE)
    listed = await scene.list_in(GROUP, thread=45)
    text = listed.text
    card = await scene.card_below(listed, "1", BOB)
    assert (card.thread, card.reply_to, card.is_silent) == (45, listed.id, True)
    count = len(scene.bench.tg.messages(GROUP))
    await scene.press(listed, "2", ANN)
    await scene.press(card, "👍", BOB)
    assert not [label for label in card.labels if "✓" in label], "others see the same buttons"
    await scene.press(listed, "Next", BOB)
    assert len(scene.bench.tg.messages(GROUP)) == count + 1
    page = scene.bench.tg.messages(GROUP)[-1]
    await scene.press(page, "◀", ANN)
    await scene.press(listed, "Next", ANN)
    assert (len(scene.bench.tg.messages(GROUP)), listed.text) == (count + 1, text)


async def channel_list(scene: Scene) -> FakeMessage:
    scene.bench.tg.channel(CHANNEL, "Readers", admins=(ANN,))
    await scene.bench.ask(ANN, "/start")
    before = len(scene.bench.tg.messages(ANN))
    scene.bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await scene.bench.tg.wait_for(ANN, before + 1)
    return await scene.list_in(CHANNEL)


async def test_votes_of_a_channels_readers_are_counted_and_nobody_reads_whose_they_are(scene: Scene) -> None:
    listed = await channel_list(scene)
    for reader in (BOB, 7):
        scene.bench.tg.world.chats[CHANNEL].members[reader] = "member"
        await scene.bench.ask(reader, "/start")
        await scene.bench.ask(reader, f"/start {link_of(listed, '1')}")
        await scene.press(scene.bench.tg.messages(reader)[-1], "👍", reader)
    votes = [vote for vote in await scene.bench.store.votes_of(ref(CHANNEL)) if vote.kind is VoteKind.UP]
    assert len({vote.person for vote in votes}) == 2
    assert not [vote for vote in await scene.bench.store.votes_of(ref(CHANNEL)) if vote.person.isdecimal()]
    card = scene.bench.tg.messages(BOB)[-1]
    assert "👍 ✓" in card.labels
    await scene.press(card, "👍", BOB)
    votes = [vote for vote in await scene.bench.store.votes_of(ref(CHANNEL)) if vote.kind is VoteKind.UP]
    assert len(votes) == 1


@pytest.mark.parametrize(
    "parameter",
    ["p_", "p_5_", f"p_{GROUP}_x", "p_-1_2406", f"l_{GROUP}_2026-06-03_999", "l_x", "p_" + "9" * 62, "p_6_2406-14272"],
)
async def test_damaged_and_forged_links_are_answered_kindly(scene: Scene, parameter: str) -> None:
    await scene.bench.ask(ANN, "/start")
    said = await scene.bench.ask(ANN, f"/start {parameter}")
    assert "link is damaged" in said or "Only members" in said or "Paper <2406.14272>" in said
    assert await scene.bench.store.chat(ref(6)) is None


async def test_papers_of_forged_links_count_as_readings_of_who_follows_them(scene: Scene) -> None:
    await scene.bench.ask(ANN, "/start")
    for _ in range(READINGS_PER_HOUR):
        assert "Paper <2406.14272>" in await scene.bench.ask(ANN, "/start p_6_2406-14272")
    said = await scene.bench.ask(ANN, "/start p_6_2406-14272")
    assert f"{READINGS_PER_HOUR} papers" in said
