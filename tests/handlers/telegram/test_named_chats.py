"""Chats that are named by their titles in private, and the question which one is meant."""

from __future__ import annotations

import pytest

from bot.model import ChatRef, Platform
from handlers.telegram.named_chats import Named, named_by_title
from tests.handlers.telegram.conftest import Bench

ANN, BOB, FIRST, SECOND = 5, 6, -1001000000001, -1001000000002
TITLES = {FIRST: "Vision", SECOND: "Lab  vision"}


def ref(chat_id: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat_id))


async def topics(bench: Bench, chat_id: int) -> list[str]:
    return [each.topic for each in await bench.store.subscriptions(ref(chat_id))]


async def channels(bench: Bench, *titles: str) -> None:
    """Channels of Ann, of which the bot was made an admin."""
    await bench.ask(ANN, "/start")
    for chat_id, title in zip((FIRST, SECOND), titles, strict=False):
        bench.tg.channel(chat_id, title, admins=(ANN,))
        before = len(bench.tg.messages(ANN))
        bench.tg.bot_becomes(chat_id, "administrator", ANN)
        await bench.tg.wait_for(ANN, before + 1)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("vision cs.CV", Named((FIRST,), "cs.CV", True)),
        ("Vision cat:cs.CV gan", Named((FIRST,), "cat:cs.CV gan", True)),
        ("vision transformers", Named((FIRST,), "transformers", False)),
        ("lab vision cs.CV", Named((SECOND,), "cs.CV", True)),
        ('"Lab vision" anything at all', Named((SECOND,), "anything at all", True)),
        ("“lab vision”", Named((SECOND,), "", True)),
        ('"talking head" cs.CV', None),
        ("vision", None),
        ("visions cs.CV", None),
        ("", None),
    ],
)
def test_a_title_is_told_from_words(line: str, found: Named | None) -> None:
    assert named_by_title(line, TITLES, takes_words=True) == found


def test_where_a_command_takes_no_words_a_title_is_a_title() -> None:
    assert named_by_title("vision", TITLES, takes_words=False) == Named((FIRST,), "", True)


async def test_a_channel_is_managed_by_its_title(bench: Bench) -> None:
    await channels(bench, "mychan")
    assert "mychan now follows" in await bench.ask(ANN, "/subscribe mychan cs.CV")
    assert await topics(bench, FIRST) == ["cat:cs.CV"]
    assert await topics(bench, ANN) == []
    assert "Papers a digest of mychan: now 5" in await bench.ask(ANN, '/settings "MyChan" size 5')
    await bench.ask(BOB, "/subscribe mychan cs.CV")
    assert await topics(bench, FIRST) == ["cat:cs.CV"]


async def test_words_that_may_be_a_title_are_asked_about(bench: Bench) -> None:
    await channels(bench, "Vision")
    assert "Which chat do you mean?" in await bench.ask(ANN, "/subscribe vision transformers")
    question = bench.tg.messages(ANN)[-1]
    assert question.labels == ["Vision", "This chat"]
    bench.tg.press(question, "This chat", ANN)
    await bench.eventually(lambda: topics(bench, ANN), ["transformer AND vision"])


async def test_a_chat_that_is_named_as_a_setting_does_not_take_the_setting(bench: Bench) -> None:
    await channels(bench, "Language", "mychan")
    assert "Which chat do you mean?" in await bench.ask(ANN, "/settings language es")
    assert bench.tg.messages(ANN)[-1].labels == ["Language", "This chat"]
    assert "Which chat do you mean?" not in await bench.ask(ANN, "/settings language")
    assert "Papers a digest of mychan: now 5" in await bench.ask(ANN, "/settings mychan size 5")
    assert "Did you mean /settings?" in await bench.ask(ANN, "/setings language es")
    assert bench.tg.messages(ANN)[-1].labels[0] == "/settings language es"


async def test_of_two_chats_with_one_title_a_button_says_which(bench: Bench) -> None:
    await channels(bench, "Lab", "Lab")
    assert "Which chat do you mean?" in await bench.ask(ANN, "/subscribe Lab cs.CV")
    question = bench.tg.messages(ANN)[-1]
    assert question.labels == ["Lab …0001", "Lab …0002"]
    bench.tg.world.chats[SECOND].members[ANN] = "member"
    query = bench.tg.press(question, "0002", ANN)
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    assert await topics(bench, SECOND) == []
    bench.tg.press(question, "0001", ANN)
    await bench.eventually(lambda: topics(bench, FIRST), ["cat:cs.CV"])


async def test_an_old_or_forged_question_does_nothing(bench: Bench) -> None:
    await channels(bench, "Lab", "Lab")
    await bench.ask(ANN, "/subscribe Lab cs.CV")
    question = bench.tg.messages(ANN)[-1]
    bench.clock.advance(3700)
    bench.tg.press(question, "0001", ANN)
    await bench.settled()
    assert await topics(bench, FIRST) == []


async def test_a_group_can_be_named_by_who_has_set_it_up(bench: Bench) -> None:
    bench.tg.group(FIRST, "Lab vision", admins=(ANN,))
    await bench.ask(FIRST, "/subscribe cs.CV", user=ANN)
    assert "Lab vision now follows" in await bench.ask(ANN, "/subscribe lab vision cs.CL")
    assert sorted(await topics(bench, FIRST)) == ["cat:cs.CL", "cat:cs.CV"]


async def test_a_misspelt_command_about_a_channel_is_run_for_that_channel(bench: Bench) -> None:
    await channels(bench, "mychan")
    for typed in (f"/subscibe {FIRST} cs.CV", "/subscibe mychan cs.LG"):
        await bench.ask(ANN, typed)
        before = len(bench.tg.messages(ANN))
        bench.tg.press(bench.tg.messages(ANN)[-1], "/subscribe", ANN)
        assert "mychan now follows" in (await bench.tg.wait_for(ANN, before + 1))[before].text
    assert await topics(bench, FIRST) == ["cat:cs.CV", "cat:cs.LG"]
    assert await topics(bench, ANN) == []
