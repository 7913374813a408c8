"""Those who manage a group or a channel are told in private, and once, when the bot can no longer post there."""

from __future__ import annotations

import asyncio

import pytest
from telegram import ChatMember

from bot.model import MOST_MANAGERS, ChatRef, NewDigest, Part, Platform, Priority
from bot.pipeline import DeliveryWorker
from handlers.telegram.managers import Managers
from handlers.telegram.places import Posting, posting
from handlers.telegram.warning import Warnings
from tests.fakes.clock import FakeClock
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_methods import member_json
from tests.handlers.telegram.conftest import JOINER, NOW, Bench
from tests.handlers.telegram.test_commands import topics

ANN, BOB, CAT = 5, 6, 7
GROUP, CHANNEL = -1001000000001, -1001000000002
A_CARD = Part({"kind": "message", "html": "a card", "buttons": []}, ("2606.00001",))


def ref(ident: object) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(ident))


def last(tg: FakeTelegram, user: int) -> str:
    return tg.messages(user)[-1].text.replace(JOINER, "")


async def suspended(bench: Bench, ident: object) -> str | None:
    chat = await bench.store.chat(ref(ident))
    assert chat is not None
    return chat.suspended


@pytest.fixture
async def channel(bench: Bench) -> int:
    """ANN's channel, which follows a topic."""
    bench.tg.channel(CHANNEL, "Vision", admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN)
    await bench.tg.wait_for(ANN, 2)
    await bench.ask(ANN, f"/subscribe {CHANNEL} cs.CV")
    return CHANNEL


@pytest.fixture
async def group(bench: Bench) -> int:
    """A group that ANN has subscribed, and where BOB, an admin too, has changed nothing."""
    bench.tg.group(GROUP, "Lab", admins=(ANN, BOB))
    for user in (ANN, BOB):
        await bench.ask(user, "/start")
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN)
    await bench.ask(GROUP, "/subscriptions", user=BOB)
    return GROUP


# ── what the sender is asked to tell ──


async def test_a_channels_admin_is_told_in_private_what_happened_and_what_to_do(bench: Bench, channel: int) -> None:
    await bench.app.sender.warn(ref(channel), "need administrator rights")
    said = last(bench.tg, ANN)
    assert said.startswith("I can no longer post in “Vision”: need administrator rights.")
    assert f"/subscriptions {channel}" in said
    assert "Nothing is lost" in said
    assert len(bench.tg.messages(ANN)) == 4


async def test_a_warning_is_in_the_language_of_its_chat(bench: Bench, channel: int) -> None:
    """Nobody asked for it, so that nobody's own language is known."""
    await bench.ask(ANN, f"/settings {channel} language zh")
    before = len(bench.tg.messages(ANN))
    bench.tg.bot_becomes(channel, "kicked", ANN)
    await bench.tg.wait_for(ANN, before + 1)
    assert last(bench.tg, ANN).startswith("我无法再在 “Vision” 发帖：我已被移出。")


async def test_what_a_warning_says_to_do_makes_the_channel_go_on(bench: Bench, channel: int) -> None:
    await bench.store.suspend(ref(channel), "need administrator rights", NOW)
    await bench.app.sender.warn(ref(channel), "need administrator rights")
    [todo] = [word for word in last(bench.tg, ANN).splitlines() if "/subscriptions" in word]
    assert "cat:cs.CV" in await bench.ask(ANN, todo[todo.index("/subscriptions") : todo.index(" here.")])
    assert await suspended(bench, channel) is None


async def test_who_set_a_group_up_is_told_and_nobody_else(bench: Bench, group: int) -> None:
    await bench.app.sender.warn(ref(f"{group}/45"), "the topic is closed")
    assert last(bench.tg, ANN).startswith("I can no longer post in a topic of “Lab”: the topic is closed.")
    assert len(bench.tg.messages(BOB)) == 1
    assert len(bench.tg.messages(group)) == 2


async def test_who_is_no_admin_any_more_is_not_told(bench: Bench, group: int) -> None:
    await bench.ask(group, "/settings size 5", user=BOB)
    bench.tg.world.chats[group].members[ANN] = "member"
    await bench.app.sender.warn(ref(group), "it is restricted")
    assert last(bench.tg, BOB).startswith("I can no longer post in “Lab”")
    assert len(bench.tg.messages(ANN)) == 1


async def test_a_manager_who_blocked_the_bot_changes_nothing_and_keeps_no_other_from_being_told(
    bench: Bench, group: int
) -> None:
    await bench.ask(group, "/settings size 5", user=BOB)
    bench.tg.world.chats[ANN].problem = (403, "Forbidden: bot was blocked by the user")
    before = await bench.store.chats()
    await bench.app.sender.warn(ref(group), "it is restricted")
    assert last(bench.tg, BOB).startswith("I can no longer post in “Lab”")
    assert await bench.store.chats() == before


@pytest.mark.parametrize("how", ["500", "429", "reset", "garbage"])
async def test_a_warning_that_fails_is_no_failure_of_whoever_warns(bench: Bench, group: int, how: str) -> None:
    bench.tg.fail("sendMessage", how, stored=False, seconds=90)  # type: ignore[arg-type]
    await bench.app.sender.warn(ref(group), "it is restricted")
    assert len(bench.tg.messages(ANN)) == 1


async def test_a_warning_that_hangs_is_given_up(bench: Bench, group: int) -> None:
    bench.tg.fail("sendMessage", "hang", stored=False)
    hurried = Warnings(bench.app.application.bot, Managers(bench.store, FakeClock(NOW)), timeout_seconds=0.1)
    async with asyncio.timeout(5):
        await hurried.tell(ref(group), "it is restricted")


@pytest.mark.parametrize("ident", [str(ANN), "-1009999999999", "@somewhere"])
async def test_where_nobody_is_known_nobody_is_told(bench: Bench, ident: str) -> None:
    await bench.ask(ANN, "/subscribe cs.CV")
    await bench.app.sender.warn(ref(ident), "gone")
    assert len(bench.tg.messages(ANN)) == 1


# ── coming and going ──


async def test_a_kicked_bot_tells_once_and_not_again_while_it_is_suspended(bench: Bench, group: int) -> None:
    bench.tg.bot_becomes(group, "kicked", BOB)
    await bench.tg.wait_for(ANN, 2)
    assert last(bench.tg, ANN).startswith("I can no longer post in “Lab”: I was removed from it.")
    assert await suspended(bench, group) == "removed from the chat"
    bench.tg.bot_becomes(group, "left", BOB)
    await bench.ask(BOB, "/help")
    await bench.ask(CAT, "/help")
    assert len(bench.tg.messages(ANN)) == 2


async def test_a_place_that_follows_nothing_is_left_without_a_word(bench: Bench, group: int) -> None:
    await bench.ask(group, "/unsubscribe 1", user=ANN)
    bench.tg.bot_becomes(group, "kicked", BOB)
    await bench.eventually(lambda: suspended(bench, group), "removed from the chat")
    await bench.ask(BOB, "/help")
    assert len(bench.tg.messages(ANN)) == 1


async def test_a_channels_admin_is_told_at_once_that_the_right_to_post_was_taken_and_only_then(
    bench: Bench, channel: int
) -> None:
    waiting = NewDigest(ref(channel), "2026-06-02", NOW.date(), NOW.date(), NOW.date(), (), (A_CARD,), None)
    assert await bench.store.write_digest(waiting, NOW)
    bench.tg.bot_becomes(channel, "administrator", BOB, may_post=False)
    await bench.tg.wait_for(ANN, 4)
    assert last(bench.tg, ANN).startswith("I can no longer post in “Vision”: the right to post was taken from me.")
    assert await suspended(bench, channel) == "the right to post was taken away"
    assert await DeliveryWorker(bench.store, {Platform.TELEGRAM: bench.app.sender}, FakeClock(NOW), "w").deliver() == 0
    assert len(bench.tg.messages(ANN)) == 4
    bench.tg.bot_becomes(channel, "administrator", BOB, may_post=False)  # another right
    await bench.ask(BOB, "/help")
    assert len(bench.tg.messages(ANN)) == 4


async def test_a_group_that_restricts_the_bot_has_its_people_told(bench: Bench, group: int) -> None:
    bench.tg.bot_becomes(group, "restricted", BOB, may_post=False)
    await bench.tg.wait_for(ANN, 2)
    assert "the right to post was taken from me" in last(bench.tg, ANN)
    assert await suspended(bench, group) == "the right to post was taken away"
    bench.tg.bot_becomes(group, "member", BOB)
    await bench.eventually(lambda: suspended(bench, group), None)


async def test_a_group_that_restricts_the_bot_is_suspended_with_all_of_its_topics(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab", admins=(ANN,), forum=True)
    await bench.ask(ANN, "/start")
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN, thread=45)
    bench.tg.bot_becomes(GROUP, "restricted", BOB, may_post=False)
    await bench.tg.wait_for(ANN, 2)
    assert await suspended(bench, f"{GROUP}/45") == "the right to post was taken away"


async def test_only_a_right_to_post_that_is_new_resumes_a_chat(bench: Bench, channel: int) -> None:
    bench.tg.bot_becomes(channel, "administrator", ANN, may_post=False)
    await bench.tg.wait_for(ANN, 4)
    await bench.store.suspend(ref(channel), "need administrator rights", NOW)

    bench.tg.bot_becomes(channel, "administrator", ANN, may_post=False)
    await bench.ask(BOB, "/help")
    assert await suspended(bench, channel) == "need administrator rights"

    bench.tg.bot_becomes(channel, "administrator", ANN)
    await bench.tg.wait_for(ANN, 5)
    assert await suspended(bench, channel) is None

    await bench.store.suspend(ref(channel), "the operator says so", NOW)
    bench.tg.bot_becomes(channel, "administrator", ANN)  # an unrelated right
    await bench.ask(BOB, "/help")
    assert await suspended(bench, channel) == "the operator says so"
    assert len(bench.tg.messages(ANN)) == 5


async def test_an_admin_without_the_right_to_post_is_not_told_that_the_bot_can(bench: Bench) -> None:
    bench.tg.channel(CHANNEL, "Vision", admins=(ANN,))
    await bench.ask(ANN, "/start")
    bench.tg.bot_becomes(CHANNEL, "administrator", ANN, may_post=False)
    await bench.ask(BOB, "/help")
    assert len(bench.tg.messages(ANN)) == 1


async def test_a_group_that_takes_the_bot_back_goes_on_with_all_of_its_topics(bench: Bench) -> None:
    bench.tg.group(GROUP, "Lab", admins=(ANN,), forum=True)
    await bench.ask(ANN, "/start")
    await bench.ask(GROUP, "/subscribe cs.CV", user=ANN, thread=45)
    bench.tg.bot_becomes(GROUP, "kicked", BOB)
    await bench.tg.wait_for(ANN, 2)
    assert await suspended(bench, f"{GROUP}/45") == "removed from the chat"
    bench.tg.bot_becomes(GROUP, "member", BOB)
    await bench.eventually(lambda: suspended(bench, f"{GROUP}/45"), None)


@pytest.mark.parametrize(
    ("kind", "status", "may_post", "expected"),
    [
        ("private", "member", True, Posting.SURE),
        ("private", "kicked", True, Posting.GONE),
        ("group", "left", True, Posting.GONE),
        ("group", "member", True, Posting.AS_ALL),
        ("supergroup", "restricted", True, Posting.SURE),
        ("supergroup", "restricted", False, Posting.MUTE),
        ("supergroup", "administrator", False, Posting.SURE),
        ("channel", "administrator", True, Posting.SURE),
        ("channel", "administrator", False, Posting.MUTE),
        ("channel", "member", True, Posting.MUTE),
        ("channel", "kicked", True, Posting.GONE),
    ],
)
def test_what_a_member_may_post_follows_from_place_status_and_rights(
    kind: str, status: str, may_post: bool, expected: Posting
) -> None:
    member = ChatMember.de_json(member_json(1, status, may_post), None)
    assert posting(kind, member) is expected


# ── what is remembered ──


async def test_only_the_last_few_who_set_a_group_up_are_remembered_by_their_ids_alone(bench: Bench) -> None:
    managers = Managers(bench.store, FakeClock(NOW))
    for user in (*range(1, MOST_MANAGERS + 3), 7):
        await managers.add(user, GROUP)
    assert await managers.of(ref(GROUP)) == [3, 4, 5, 6, 7]


async def test_who_asks_or_is_refused_is_not_remembered(bench: Bench, group: int) -> None:
    await bench.ask(group, "/subscribe cs.CL", user=CAT)
    await bench.ask(group, "/settings", user=BOB)
    assert await Managers(bench.store, FakeClock(NOW)).of(ref(group)) == [ANN]


async def test_stop_forgets_who_managed_the_place_and_what_a_person_managed(bench: Bench, channel: int) -> None:
    managers = Managers(bench.store, FakeClock(NOW))
    assert (await managers.of(ref(channel)), await managers.channels(ANN)) == ([ANN], {channel: "Vision"})
    await bench.ask(ANN, "/stop")
    question = bench.tg.messages(ANN)[-1]
    bench.tg.press(question, "Delete", ANN)
    await bench.tg.until(lambda: "is deleted" in question.text)
    assert (await managers.of(ref(channel)), await managers.channels(ANN)) == ([], {})
    assert await bench.store.subscriptions(ref(channel))


async def test_a_group_that_becomes_a_supergroup_keeps_those_to_be_told(bench: Bench) -> None:
    bench.tg.group(-77, "Lab", admins=(ANN,))
    await bench.ask(ANN, "/start")
    await bench.ask(-77, "/subscribe cs.CV", user=ANN)
    bench.tg.migrate(-77, GROUP)
    await bench.eventually(lambda: topics(bench, GROUP), ["cat:cs.CV"])
    await bench.app.sender.warn(ref(GROUP), "it is restricted")
    assert last(bench.tg, ANN).startswith("I can no longer post in “Lab”: it is restricted.")


async def test_two_channels_bound_at_once_are_both_remembered(bench: Bench) -> None:
    managers = Managers(bench.store, FakeClock(NOW))
    await asyncio.gather(managers.bind(ANN, CHANNEL, "Vision"), managers.bind(ANN, GROUP, "Lab"))
    assert await managers.channels(ANN) == {CHANNEL: "Vision", GROUP: "Lab"}


async def test_a_digest_that_was_asked_for_is_sent_in_its_turn(bench: Bench) -> None:
    bench.tg.world.user(ANN)
    async with bench.app.sender.turn(ref(ANN), A_CARD, Priority.PERSON_WAITING) as wait:
        assert wait is None
        await bench.app.sender.send(ref(ANN), A_CARD, "telegram:5|now 1|1")
    assert len(bench.tg.messages(ANN)) == 1
