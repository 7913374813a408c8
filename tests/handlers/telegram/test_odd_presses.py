"""Every button in every odd case: pressed by somebody else, late, twice, after a restart, without rights, with forged
data. Each press is answered kindly, and nothing is done that may not be."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation import Requester, topic_key
from bot.errors import PaperboyError
from bot.model import ChatKind, Part
from handlers.button_actions import BUTTONS, Action, parse, perform
from handlers.requests import Target
from handlers.telegram.app import build
from handlers.telegram.buttons import OLD_VERBS
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline, made_up_card
from tests.fakes.stores import memory_store
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.telegram.conftest import NOW, Bench, settings_for
from tests.handlers.telegram.test_commands import ANN, BOB, CHANNEL, GROUP, ref, topics

PAPER = "2606.00001"
_ARGUMENTS = {
    **dict.fromkeys(("open", "up", "down", "save", "rate", "why"), PAPER),
    **dict.fromkeys(("read", "back", "figs", "deep"), f"{PAPER}v1"),
    "proof": f"{PAPER}v1:b",
    "bib": f"{PAPER}v1:ris",
    "cite": f"{PAPER}v1:en:b1a2b",
    "next": "2026-06-02:10",
    "drop": topic_key("cat:cs.CV"),
    "choose": "size",
    "set": "size=7",
    "forget": "yes",
    "unlearn": "yes",
    "resend": "1",
}
"""An argument of each verb with which the button does something; others take none, or a key that expires."""

VERBS = sorted(BUTTONS)


def data_of(verb: str) -> str:
    return f"{verb}:{_ARGUMENTS.get(verb, '0123456789ab')}"


async def message_with(bench: Bench, chat: int, action: str) -> FakeMessage:
    """A message of the bot with this button."""
    payload = {"kind": "message", "html": "A message", "buttons": [[{"text": "press", "action": action}]]}
    await bench.app.sender.send(ref(chat), Part(payload), "key")
    return bench.tg.messages(chat)[-1]


async def state_of(bench: Bench, *chats: int) -> list[Any]:
    """What presses could change of chats."""
    return [
        (
            await bench.store.chat(ref(chat)),
            await bench.store.subscriptions(ref(chat)),
            await bench.store.votes_of(ref(chat)),
        )
        for chat in chats
    ]


async def said(bench: Bench, query: str) -> str:
    """What the person is told by the answer to the press; "" for a mere acknowledgement."""
    await bench.tg.until(lambda: bench.tg.answer(query) is not None)
    answer = bench.tg.answer(query)
    assert answer is not None
    return str(answer.get("text", ""))


def assert_no_apology(bench: Bench) -> None:
    answers = [str(answer.get("text", "")) for answer in bench.tg.world.queries.values() if answer]
    told = [message.text for message in bench.tg.world.messages if message.by_bot]
    assert not [text for text in answers + told if "went wrong" in text]


async def prepared(bench: Bench) -> None:
    """A private chat, a group with an admin, and a paper."""
    await bench.store.remember([made_up_card(PAPER).paper], NOW)
    bench.tg.group(GROUP, "Lab", admins=(ANN,))
    bench.tg.world.chats[GROUP].members[BOB] = "member"
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)


async def test_presses_by_somebody_else_and_with_forged_data_do_nothing(bench: Bench) -> None:
    await prepared(bench)
    other = await message_with(bench, GROUP, "help:")
    before = await state_of(bench, ANN, BOB, GROUP)
    for verb in VERBS:
        shown = await message_with(bench, ANN, data_of(verb))
        elsewhere = await message_with(bench, ANN, f"{data_of(verb)}@-1009999999999")
        count = len(bench.tg.messages(ANN))
        presses = [
            bench.tg.press(shown, "press", BOB),  # not his private chat
            bench.tg.press(other, "", BOB, data=f"{data_of(verb)}@{GROUP}"),  # the message has another button
            bench.tg.press(other, "", BOB, data=f"{data_of(verb)}@{ANN}"),  # about somebody's private chat
            bench.tg.press(elsewhere, "press", ANN),  # about a chat that she is not in
        ]
        told = [await said(bench, query) for query in presses]
        assert all(told[:3]), verb
        # A press whose work may take long is answered at once, and the refusal is a message.
        if not told[3]:
            refusal = (await bench.tg.wait_for(ANN, count + 1))[-1]
            assert "I cannot see" in refusal.text or "Only" in refusal.text, verb
        assert await state_of(bench, ANN, BOB, GROUP) == before, verb
    assert_no_apology(bench)


@pytest.mark.parametrize("verb", VERBS)
async def test_a_button_below_a_message_of_last_month_works_in_private_or_says_why_not(bench: Bench, verb: str) -> None:
    await prepared(bench)
    shown, in_group = await message_with(bench, ANN, data_of(verb)), await message_with(bench, GROUP, data_of(verb))
    before, count = await state_of(bench, ANN, GROUP), len(bench.tg.messages(ANN))
    told = await said(bench, bench.tg.press(in_group, "press", BOB, is_old=True))
    assert "too old for its buttons" in told
    told = await said(bench, bench.tg.press(shown, "press", ANN, is_old=True))
    if verb in OLD_VERBS:
        assert "too old" not in told
        assert told or len(await bench.tg.wait_for(ANN, count + 1)) == count + 1
    else:
        assert "too old for its buttons" in told
        assert await state_of(bench, ANN, GROUP) == before
    assert_no_apology(bench)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if BUTTONS[verb].needs_rights])
async def test_who_has_lost_the_rights_in_a_chat_changes_nothing_there(bench: Bench, verb: str) -> None:
    await prepared(bench)
    shown = await message_with(bench, GROUP, data_of(verb))
    bench.tg.world.chats[GROUP].members[ANN] = "member"
    before = await state_of(bench, GROUP)
    told = await said(bench, bench.tg.press(shown, "press", ANN))
    assert "admins" in told
    assert await state_of(bench, GROUP) == before
    assert_no_apology(bench)


async def test_a_misspelt_command_runs_with_the_rights_of_the_one_who_presses(bench: Bench) -> None:
    await prepared(bench)
    offer = await bench.talk.understanding.misspelt(ref(GROUP), "subscribe cs.CL")
    shown = await message_with(bench, GROUP, f"run:{offer.key}")
    count = len(bench.tg.messages(GROUP))
    bench.tg.press(shown, "press", BOB)
    refusal = (await bench.tg.wait_for(GROUP, count + 1))[-1]
    assert refusal.text == "Only admins of Lab can do that."
    assert await topics(bench, GROUP) == ["cat:cs.CV"]
    bench.tg.press(shown, "press", ANN)
    await bench.eventually(lambda: topics(bench, GROUP), ["cat:cs.CL", "cat:cs.CV"])


async def test_a_press_that_was_answered_at_once_and_comes_to_nothing_is_told_in_a_message(bench: Bench) -> None:
    await prepared(bench)
    shown = await message_with(bench, ANN, "why:zz")
    count = len(bench.tg.messages(ANN))
    bench.tg.press(shown, "press", ANN)
    assert "no longer means anything" in (await bench.tg.wait_for(ANN, count + 1))[-1].text


@pytest.mark.parametrize("verb", VERBS)
async def test_two_presses_at_once_are_both_answered(bench: Bench, verb: str) -> None:
    await prepared(bench)
    shown = await message_with(bench, ANN, data_of(verb))
    for query in [bench.tg.press(shown, "press", ANN) for _ in range(2)]:
        await said(bench, query)
    await bench.settled()
    assert_no_apology(bench)


async def test_cards_go_on_in_place_after_a_restart(bench: Bench, tmp_path: Path) -> None:
    await prepared(bench)
    listed = await message_with(bench, ANN, data_of("open"))
    await said(bench, bench.tg.press(listed, "press", ANN))
    card = (await bench.tg.wait_for(ANN, 3))[-1]
    await bench.app.stop()
    again = build(settings_for(bench.tg, tmp_path), bench.talk, bench.store, bench.clock)
    await again.start()
    try:
        card.text = ""
        await said(bench, bench.tg.press(listed, "press", ANN))
        await bench.tg.until(lambda: "Paper <2606.00001>" in card.text)
        assert bench.tg.messages(ANN)[-1] is card
        await said(bench, bench.tg.press(card, "Evidence", ANN))
        await bench.tg.until(lambda: card.labels == ["⟵"])
    finally:
        await again.stop()


async def test_a_card_of_a_group_that_the_bot_has_left_is_refused_kindly(bench: Bench) -> None:
    await prepared(bench)
    card = await message_with(bench, ANN, f"up:{PAPER}@{GROUP}")
    bench.tg.bot_becomes(GROUP, "kicked", ANN)
    told = await said(bench, bench.tg.press(card, "press", ANN))
    assert told == "Only members of that chat can do this."


async def test_a_member_of_a_channel_reaches_nothing_but_papers_from_private(bench: Bench) -> None:
    await prepared(bench)
    bench.tg.channel(CHANNEL, "Readers", admins=(ANN,))
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    await bench.eventually(lambda: topics(bench, CHANNEL), ["cat:cs.CV"])
    bench.tg.world.chats[CHANNEL].members[BOB] = "member"
    await bench.ask(BOB, "/start")
    before = await state_of(bench, CHANNEL)
    for verb in VERBS:
        if not BUTTONS[verb].is_for_members:
            shown, count = await message_with(bench, BOB, f"{data_of(verb)}@{CHANNEL}"), len(bench.tg.messages(BOB))
            # A press whose work may take long is answered at once, and the refusal is a message.
            if not await said(bench, bench.tg.press(shown, "press", BOB)):
                assert "Only admins" in (await bench.tg.wait_for(BOB, count + 1))[-1].text
    assert await state_of(bench, CHANNEL) == before
    assert_no_apology(bench)


# ── forged data ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    verb=st.sampled_from(VERBS),
    argument=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="@"), max_size=40),
    is_admin=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_argument_a_button_carries_comes_to_an_outcome(verb: str, argument: str, is_admin: bool) -> None:
    async with memory_store() as store:
        pipeline, clock = FakePipeline(), FakeClock(NOW)
        talk = conversation_of(store, clock, pipeline)
        await store.remember([made_up_card(PAPER).paper], NOW)
        target = Target(ref(GROUP), "Lab", Requester(str(BOB), is_admin=is_admin), kind=ChatKind.GROUP)
        action = parse(str(Action(verb, argument)))
        assert action is not None
        with contextlib.suppress(PaperboyError):
            await perform(talk, target, action)
        if not is_admin:
            assert await store.chat(ref(GROUP)) is None, "who may not set a chat up does not create it"


async def test_a_pop_up_about_a_stale_button_promises_nothing_below_it(bench: Bench) -> None:
    await prepared(bench)
    stale = await message_with(bench, ANN, "next:gone:0")
    told = await said(bench, bench.tg.press(stale, "press", ANN))
    assert told == "That button no longer means anything; /help shows what I can do."
