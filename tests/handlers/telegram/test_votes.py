"""Voting on Telegram: the buttons below digests and answers, pressed through the real library."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model import Chat, ChatRef, Claim, Digest, Part, Platform, Style, VoteKind
from handlers.telegram.cards import TelegramRenderer
from handlers.telegram.sender import CALLBACK_BYTES, keyboard
from tests.fakes.pipeline import made_up_card, made_up_digest
from tests.fakes.telegram_text import check_message
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.mornings import Mornings, open_mornings, order_in
from tests.handlers.telegram.conftest import NOW, Bench
from tests.handlers.telegram.test_commands import ANN, BOB, CHANNEL, GROUP, ref

UP, DOWN, SAVED, OPENED = VoteKind.UP, VoteKind.DOWN, VoteKind.SAVED, VoteKind.OPENED
FIRST, SECOND = "2606.00001", "2606.00002"
LONGEST_ID = "astro-ph/0601001"
LONGEST_CHAT = ChatRef(Platform.TELEGRAM, "-1001234567890/2147483647")


async def votes(bench: Bench, ident: object) -> set[tuple[str, str, VoteKind]]:
    return {(vote.person, vote.paper_id, vote.kind) for vote in await bench.store.votes_of(ref(ident))}


async def digest_in(bench: Bench, ident: object, digest: Digest | None = None) -> list[FakeMessage]:
    """A digest that was sent there, of papers that the store knows."""
    digest = digest or made_up_digest(2)
    await bench.store.remember([card.paper for card in digest.cards], NOW)
    for part in TelegramRenderer().parts(digest, Chat(ref(ident), style=Style.CARDS)):
        await bench.app.sender.send(ref(ident), part, "key")
    return bench.tg.messages(int(str(ident).partition("/")[0]))


async def told(bench: Bench, query: str) -> dict[str, Any]:
    """The answer to a press."""
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    return answer


@pytest.fixture
async def group(bench: Bench) -> FakeMessage:
    """The digest of a group with an admin, Ann, and a member, Bob."""
    bench.tg.group(GROUP, admins=(ANN,))
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    return (await digest_in(bench, GROUP))[-1]


async def test_votes_on_two_cards_of_a_digest_are_stored_and_answered_by_a_toast(
    bench: Bench, group: FakeMessage
) -> None:
    text, count = group.text, len(bench.tg.messages(GROUP))
    answer = await told(bench, bench.tg.press(group, "👍 1", BOB))
    assert answer["text"].startswith("👍 Noted: more like “Paper <2606.00001>")
    assert answer["show_alert"] == "false"
    await told(bench, bench.tg.press(group, "👎 2", BOB))
    await told(bench, bench.tg.press(group, "🔖 2", ANN))
    expected = {(str(BOB), FIRST, UP), (str(BOB), SECOND, DOWN), (str(ANN), SECOND, SAVED)}
    assert await votes(bench, GROUP) == expected
    assert (group.text, len(bench.tg.messages(GROUP))) == (text, count)


async def test_a_vote_is_replaced_and_taken_back(bench: Bench, group: FakeMessage) -> None:
    await told(bench, bench.tg.press(group, "👍 1", BOB))
    await told(bench, bench.tg.press(group, "👎 1", BOB))
    assert await votes(bench, GROUP) == {(str(BOB), FIRST, DOWN)}
    assert "Taken back" in (await told(bench, bench.tg.press(group, "👎 1", BOB)))["text"]
    assert await votes(bench, GROUP) == set()


async def test_two_presses_at_once_are_a_vote_and_its_taking_back(bench: Bench, group: FakeMessage) -> None:
    queries = [bench.tg.press(group, "👍 1", BOB) for _ in range(2)]
    answers = sorted([(await told(bench, query))["text"][:8] for query in queries])
    assert answers == ["👍 Noted:", "👍 Taken "]
    assert await votes(bench, GROUP) == set()


async def test_what_was_saved_is_listed_for_the_one_who_saved_it(bench: Bench, group: FakeMessage) -> None:
    await told(bench, bench.tg.press(group, "🔖 2", BOB))
    assert f"Paper <{SECOND}>" in await bench.ask(GROUP, "/saved", user=BOB)
    assert "You have saved nothing here" in await bench.ask(GROUP, "/saved", user=ANN)


async def test_a_vote_in_a_forum_topic_and_in_a_channel_is_that_chats(bench: Bench) -> None:
    bench.tg.group(GROUP, admins=(ANN,), forum=True)
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN, thread=45)
    await told(bench, bench.tg.press((await digest_in(bench, f"{GROUP}/45"))[-1], "👍 1", BOB))
    assert await votes(bench, f"{GROUP}/45") == {(str(BOB), FIRST, UP)}
    bench.tg.channel(CHANNEL, admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.tg.wait_for(ANN, 2)
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    await told(bench, bench.tg.press((await digest_in(bench, CHANNEL))[-1], "👍 1", BOB))
    [(reader, paper, kind)] = await votes(bench, CHANNEL)
    assert (paper, kind) == (FIRST, UP)
    assert reader.startswith("reader:"), "in a channel nobody knows who has voted"


async def test_an_answer_to_summarize_has_the_buttons_and_reading_it_all_counts_as_opened(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.store.remember([made_up_card("2406.14272").paper], NOW)
    await bench.ask(ANN, "/summarize 2406.14272")
    card = bench.tg.messages(ANN)[-1]
    await told(bench, bench.tg.press(card, "👍", ANN))
    bench.tg.press(card, "Read it all", ANN)
    await bench.tg.wait_for(ANN, 3)
    assert await votes(bench, ANN) == {(str(ANN), "2406.14272", UP), (str(ANN), "2406.14272", OPENED)}
    deep = bench.tg.messages(ANN)[-1]
    assert [label for label in deep.labels if label in "👍👎🔖"] == ["👍", "👎", "🔖"]


async def test_where_no_digests_go_a_vote_is_kindly_declined(bench: Bench) -> None:
    await bench.store.remember([made_up_card("2406.14272").paper], NOW)
    await bench.ask(ANN, "/summarize 2406.14272")
    answer = await told(bench, bench.tg.press(bench.tg.messages(ANN)[-1], "👍", ANN))
    assert answer["show_alert"] == "true"
    assert "follows no topic yet" in answer["text"]
    assert await bench.store.chat(ref(ANN)) is None


async def test_an_old_card_whose_paper_is_not_kept_says_how_to_get_it_back(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    for part in TelegramRenderer().parts(made_up_digest(2), Chat(ref(ANN), style=Style.CARDS)):
        await bench.app.sender.send(ref(ANN), part, "key")
    answer = await told(bench, bench.tg.press(bench.tg.messages(ANN)[-1], "👍 1", ANN))
    assert answer["show_alert"] == "true"
    assert f"/summarize {FIRST}" in answer["text"]


@pytest.mark.parametrize(
    "data", ["up:2606.00003", f"up:{FIRST}@-1009999999999", "up:", "up:../../etc", f"rate:{FIRST}", f"save:{FIRST}@5/6"]
)
async def test_forged_votes_change_nothing(bench: Bench, group: FakeMessage, data: str) -> None:
    await bench.store.remember([made_up_card("2606.00003").paper], NOW)
    assert "no longer" in (await told(bench, bench.tg.press(group, "", BOB, data=data)))["text"]
    assert await votes(bench, GROUP) == set()


async def test_nobody_else_votes_in_a_private_chat(bench: Bench) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    card = (await digest_in(bench, ANN))[-1]
    assert "no longer" in (await told(bench, bench.tg.press(card, "👍 1", BOB)))["text"]
    assert await votes(bench, ANN) == set()


async def test_a_press_in_a_chat_that_the_bot_has_left_is_answered(bench: Bench, group: FakeMessage) -> None:
    bench.tg.bot_becomes(GROUP, "kicked", ANN)
    answer = await told(bench, bench.tg.press(group, "👍 1", BOB))
    assert "Noted" in answer["text"]
    query = bench.tg.press(group, "👍 2", BOB)
    # What Telegram sends of a message that it does not show the bot any more.
    shown = bench.tg.world.updates[-1]["callback_query"]["message"]
    bench.tg.world.updates[-1]["callback_query"]["message"] = {
        **{n: shown[n] for n in ("chat", "message_id")},
        "date": 0,
    }
    assert "too old for its buttons" in (await told(bench, query))["text"]
    assert await votes(bench, GROUP) == {(str(BOB), FIRST, UP)}
    assert len(bench.tg.messages(GROUP)) == 2


# ── what votes do ──


def button_of(message: FakeMessage, sign: str, title: str) -> str:
    """The label of a paper's button in a digest."""
    return f"{sign} {order_in(message.text).index(title) + 1}"


async def stop(bench: Bench, ident: int) -> None:
    await bench.ask(ident, "/stop")
    question = bench.tg.messages(ident)[-1]
    bench.tg.press(question, "Delete", ident)
    await bench.tg.until(lambda: "is deleted" in question.text)


async def test_votes_change_tomorrows_order_and_are_deleted_with_the_chat(bench: Bench) -> None:
    """Ann votes and Bob does not; they follow the same topic."""
    for person in (ANN, BOB):
        await bench.ask(person, "/subscribe cs.CV")
        await bench.store.change_chat(ref(person), NOW, style=Style.CARDS)

    async def morning(days: Mornings) -> tuple[list[str], list[str], list[FakeMessage]]:
        """The orders of Ann's and Bob's digests, and the messages of Ann's."""
        before = {person: len(bench.tg.messages(person)) for person in (ANN, BOB)}
        await days.send(TelegramRenderer(), ref(ANN), ref(BOB))
        sent = [bench.tg.messages(person)[before[person] :] for person in (ANN, BOB)]
        ann, bob = (order_in("\n".join(message.text for message in messages)) for messages in sent)
        return ann, bob, sent[0]

    async with open_mornings(bench.store, bench.clock, Platform.TELEGRAM, bench.app.sender) as days:
        await days.announce()
        today, bobs, [message] = await morning(days)
        assert today == bobs
        worst, best = today[0], today[-1]
        for _ in range(2):
            await told(bench, bench.tg.press(message, button_of(message, "👎", worst), ANN))
            await told(bench, bench.tg.press(message, button_of(message, "👍", best), ANN))
            assert await days.learn() == 1
            await days.announce()
            tomorrow, bobs, [message] = await morning(days)
            assert bobs == today
            assert tomorrow[0] == best
            assert "you liked" in message.text
        assert tomorrow.index(worst) > tomorrow.index(today[1])
    assert await bench.store.models_of([ref(ANN)])
    await stop(bench, ANN)
    assert (await votes(bench, ANN), await bench.store.models_of([ref(ANN)])) == (set(), {})


# ── the buttons themselves ──


def rows(parts: list[Part]) -> list[list[list[str]]]:
    """The labels of the buttons of each message."""
    return [[[button["text"] for button in row] for row in part.payload["buttons"]] for part in parts]


def test_every_card_has_its_number_and_its_row_below_the_message_that_shows_it() -> None:
    parts = TelegramRenderer().parts(made_up_digest(10), Chat(ref(5), style=Style.CARDS))
    for part, shown in zip(parts, rows(parts), strict=True):
        text = check_message(part.payload["html"]).text
        numbers = [int(ident[-5:]) for ident in part.paper_ids]
        assert shown == [[*(f"{sign} {number}" for sign in "👍👎🔖"), "Why?"] for number in numbers]
        assert all(f"{number}. Paper <2606.{number:05}>" in text for number in numbers)


def test_a_single_card_has_no_number() -> None:
    parts = TelegramRenderer().parts(made_up_digest(1), Chat(ref(5), style=Style.CARDS))
    assert rows(parts) == [[["👍", "👎", "🔖", "Why?"]]]
    assert "1. Paper" not in parts[0].payload["html"]


def test_in_groups_and_channels_there_is_no_button_whose_answer_would_be_a_message_for_everybody() -> None:
    parts = TelegramRenderer().parts(made_up_digest(2), Chat(ref(CHANNEL), style=Style.CARDS))
    assert rows(parts) == [[["👍 1", "👎 1", "🔖 1"], ["👍 2", "👎 2", "🔖 2"]]]


def test_the_buttons_of_a_card_that_is_divided_stand_below_its_end() -> None:
    card = made_up_card()
    assert card.summary is not None
    long = replace(card.summary, takeaways=(Claim("A sentence of seven words it is. " * 30),) * 4)
    digest = replace(made_up_digest(1), cards=(replace(card, summary=long),))
    parts = TelegramRenderer().parts(digest, Chat(ref(5), style=Style.CARDS))
    assert rows(parts) == [[], [["👍", "👎", "🔖", "Why?"]]]


@pytest.mark.parametrize("style", Style)
def test_the_largest_digest_keeps_telegrams_limits_with_the_longest_ids(style: Style) -> None:
    cards = [made_up_card(f"astro-ph/06{number:05}") for number in range(50)]
    assert all(len(card.paper.id) == len(LONGEST_ID) for card in cards)
    for part in TelegramRenderer().parts(
        replace(made_up_digest(), cards=tuple(cards)), Chat(LONGEST_CHAT, style=style)
    ):
        made = keyboard(part.payload["buttons"], LONGEST_CHAT, "paper_bot")
        assert made is not None
        buttons = [button for row in made.inline_keyboard for button in row]
        assert len(buttons) == sum(map(len, part.payload["buttons"])) <= 100
        assert all(len(row) <= 5 for row in made.inline_keyboard)
        assert max(len(str(button.callback_data or "").encode()) for button in buttons) <= CALLBACK_BYTES
