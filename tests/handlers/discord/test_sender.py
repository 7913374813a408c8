"""The Discord sender against a stand-in that honours nonces, limits and Components V2 as the platform does."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.errors import CannotTell, RetryLater
from bot.model import ChatGone, ChatRef, NotSent, Part, Platform, Rejected, Sent, Unknown
from handlers.discord.history import PAGE, PAGES, POSTS_LOOKED_AT
from handlers.discord.http_trace import LONGEST_WAIT_SECONDS, InvalidRequests, RequestInterval, trace_config
from handlers.discord.messages import Signature, message_body
from handlers.discord.outcomes import REFUSED_SECONDS
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.discord import CREATE_POST, Bucket, FakeDiscord
from tests.fakes.discord_world import READ_MESSAGE_HISTORY, VIEW_CHANNEL, user

SINCE = FakeClock().now() - timedelta(hours=1)
LOOK = r"GET /channels/\d+/messages"

KEY = "discord:1|2026-06-02|1"
SECOND = "discord:1|2026-06-02|2"


def chat(channel: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel))


def part(text: str = "Ten new papers", **more: Any) -> Part:
    return Part({"components": [{"type": 10, "content": text}], **more})


def chatter(dc: FakeDiscord, channel: int, count: int) -> None:
    """So many messages by somebody else."""
    for number in range(count):
        dc.world.store_message(channel, {"content": f"chatter {number}"}, set(), author=user(42, "bob"))


@pytest.fixture
def channel(dc: FakeDiscord) -> int:
    return dc.world.add_channel(dc.world.add_guild())


@pytest.fixture
def forum(dc: FakeDiscord) -> int:
    return dc.world.add_forum(dc.world.add_guild())


async def test_a_part_arrives_with_its_components_and_pings_nobody(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    outcome = await sender.send(chat(channel), part("@everyone look"), KEY)
    [message] = dc.world.history(channel)
    assert outcome == Sent(message["id"])
    assert message["components"][0]["content"] == "@everyone look"
    assert message["flags"] == 1 << 15
    assert len(message["nonce"]) <= 25


async def test_a_direct_message_channel_is_sent_to_as_any_other(sender: DiscordSender, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm()
    assert isinstance(await sender.send(chat(direct), part(), KEY), Sent)
    assert isinstance(await sender.send(chat(direct), part(), SECOND), Sent)
    assert dc.count(r"GET /channels/\d+") == 1, "what kind of place it is, is asked once"


async def test_files_are_attached_and_missing_ones_do_not_hold_up_their_card(
    sender: DiscordSender, dc: FakeDiscord, channel: int, tmp_path: Path
) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "one.png").write_bytes(b"png")
    gallery = {"type": 12, "items": [{"media": {"url": f"attachment://{name}.png"}} for name in ("one", "two")]}
    payload = {
        "components": [{"type": 10, "content": "A card"}, gallery],
        "files": ["figures/one.png", "figures/two.png"],
    }
    assert isinstance(await sender.send(chat(channel), Part(payload), KEY), Sent)
    [message] = dc.world.history(channel)
    assert [each["filename"] for each in message["attachments"]] == ["one.png"]
    assert len(message["components"][1]["items"]) == 1


async def test_the_same_key_twice_makes_one_message(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    first = await sender.send(chat(channel), part(), KEY)
    assert await sender.send(chat(channel), part(), KEY) == first
    assert len(dc.world.accepted) == 1
    assert await sender.send(chat(channel), part(), SECOND) != first


async def test_an_error_after_storing_is_repeated_once_and_settled_by_the_nonce(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    dc.fail("500", store=True)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Sent)
    assert len(dc.world.accepted) == 1


@pytest.mark.parametrize("kind", ["503", "reset", "garbage", "cut"])
async def test_a_fault_after_storing_is_unknown_and_the_part_can_be_found(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind, store=True, times=2)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Unknown)
    dc.faults.clear()
    found = await sender.find(chat(channel), part(), KEY, SINCE)
    assert found == dc.world.history(channel)[0]["id"]
    assert await sender.find(chat(channel), part(), SECOND, SINCE) is None
    assert len(dc.world.accepted) == 1


async def test_a_request_that_nobody_answers_is_unknown(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    await sender.send(chat(channel), part(), SECOND)
    sender.timeout_seconds = 0.3  # the only time here that a test must wait for
    dc.fail("hang", store=True)
    assert await sender.send(chat(channel), part(), KEY) == Unknown("Discord did not answer in time")


async def test_a_part_is_found_past_the_nonce_window_though_history_shows_no_nonces(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    sent = await sender.send(chat(channel), part(), KEY)
    dc.world.forget_nonces()
    dc.world.shows_nonces = False
    assert isinstance(sent, Sent)
    assert await sender.find(chat(channel), part(), KEY, SINCE) == sent.message_id


async def test_a_part_is_found_below_what_others_said_since(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    sent = await sender.send(chat(channel), part(), KEY)
    chatter(dc, channel, 450)
    assert isinstance(sent, Sent)
    assert await sender.find(chat(channel), part(), KEY, SINCE) == sent.message_id


async def test_a_look_ends_where_the_part_cannot_be(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock
) -> None:
    chatter(dc, channel, 450)
    clock.advance(3600)
    chatter(dc, channel, 150)
    assert await sender.find(chat(channel), part(), KEY, clock.now() - timedelta(minutes=5)) is None
    assert dc.count(LOOK) == 2


@pytest.mark.parametrize("ahead", [timedelta(seconds=50), timedelta(days=1)])
async def test_a_clock_that_ran_ahead_when_the_part_was_written_hides_nothing(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock, ahead: timedelta
) -> None:
    sent = await sender.send(chat(channel), part(), KEY)
    chatter(dc, channel, 150)
    assert isinstance(sent, Sent)
    assert await sender.find(chat(channel), part(), KEY, clock.now() + ahead) == sent.message_id


async def test_a_clock_that_runs_ahead_hides_nothing(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock
) -> None:
    dc.world.clock = lambda: clock.now() - timedelta(days=1)
    written_at = clock.now()
    sent = await sender.send(chat(channel), part(), KEY)
    chatter(dc, channel, 150)
    clock.advance(2 * 86_400)
    assert isinstance(sent, Sent)
    assert await sender.find(chat(channel), part(), KEY, written_at) == sent.message_id


async def test_more_than_can_be_looked_through_is_not_taken_for_not_there(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    dc.overall = Bucket(1_000, 1.0)
    chatter(dc, channel, PAGE * PAGES + 1)
    with pytest.raises(CannotTell, match="looked through"):
        await sender.find(chat(channel), part(), KEY, SINCE)
    assert dc.count(LOOK) == PAGES


@pytest.mark.parametrize("right", [READ_MESSAGE_HISTORY, VIEW_CHANNEL])
async def test_where_the_history_may_not_be_read_nobody_can_tell_once_the_nonce_is_too_old(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock, right: int
) -> None:
    dc.fail("503", store=True, times=2)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Unknown)
    dc.world.deny(channel, right)
    clock.advance(30)
    assert await sender.find(chat(channel), part(), KEY, SINCE) is None, "the nonce protects still"
    clock.advance(60)
    with pytest.raises(CannotTell, match="“Read Message History”"):
        await sender.find(chat(channel), part(), KEY, SINCE)


async def test_a_repetition_does_not_make_a_nonce_younger(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock
) -> None:
    dc.fail("503", store=True, times=4)
    for _ in range(2):
        assert isinstance(await sender.send(chat(channel), part(), KEY), Unknown)
        clock.advance(50)
    dc.world.deny(channel, READ_MESSAGE_HISTORY)
    with pytest.raises(CannotTell):
        await sender.find(chat(channel), part(), KEY, SINCE)


async def test_where_nothing_was_written_since_a_part_is_not_there_though_history_may_not_be_read(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock
) -> None:
    dc.world.deny(channel, READ_MESSAGE_HISTORY)
    assert await sender.find(chat(channel), part(), KEY, SINCE) is None
    chatter(dc, channel, 1)
    clock.advance(3600)
    assert await sender.find(chat(channel), part(), KEY, clock.now()) is None


async def test_in_a_channel_that_is_gone_a_part_is_not_there(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    await sender.send(chat(channel), part(), SECOND)
    dc.world.delete_channel(channel)
    assert await sender.find(chat(channel), part(), KEY, SINCE) is None


@pytest.mark.parametrize("kind", ["firewall", "404", "403/20026", "401"])
async def test_a_refusal_that_is_not_about_the_chat_only_puts_a_look_off(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind, LOOK)
    with pytest.raises(RetryLater):
        await sender.find(chat(channel), part(), KEY, SINCE)


async def test_nobody_looks_while_nothing_may_be_asked(
    sender: DiscordSender, dc: FakeDiscord, channel: int, tmp_path: Path
) -> None:
    for _ in range(5):
        sender._invalid.note()
    asked = len(dc.requests)
    with pytest.raises(RetryLater) as caught:
        await sender.find(chat(channel), part(), KEY, SINCE)
    assert caught.value.retry_after == 600
    lonely = DiscordSender(discord.Client(intents=discord.Intents.none()), InvalidRequests(FakeClock().now), tmp_path)
    with pytest.raises(RetryLater):
        await lonely.find(chat(channel), part(), KEY, SINCE)
    assert len(dc.requests) == asked


async def test_a_stranger_cannot_pass_for_us(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    await sender.send(chat(channel), part(), KEY)
    [ours] = dc.world.messages[channel]
    dc.world.messages[channel] = [{**ours, "author": user(42, "bob")}]
    assert await sender.find(chat(channel), part(), KEY, SINCE) is None


async def test_a_part_that_another_of_our_bots_has_sent_is_found(dc: FakeDiscord, channel: int, tmp_path: Path) -> None:
    signature = Signature.of(KEY)
    body = message_body([{"type": 10, "content": "Ten new papers"}], (), signature)
    written = dc.world.store_message(channel, body, set(), author=user(4711, "paperboy-2", bot=True))
    for authors, found in ((frozenset[int](), None), (frozenset({4711}), written["id"])):
        client = discord.Client(intents=discord.Intents.none(), max_messages=None)
        await client.login(dc.token)
        looking = DiscordSender(client, InvalidRequests(FakeClock().now), tmp_path, authors=authors)
        assert await looking.find(chat(channel), part(), KEY, SINCE) == found
        await client.close()


async def test_a_look_that_fails_is_told_so_that_nothing_is_sent_twice(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    dc.fail("503", r"GET /channels/\d+/messages")
    with pytest.raises(RetryLater):
        await sender.find(chat(channel), part(), KEY, SINCE)


async def test_a_forum_gets_one_post_a_digest_with_its_parts_inside(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    first = await sender.send(chat(forum), part("# Ten new papers\nand more"), KEY)
    second = await sender.send(chat(forum), part("The others"), SECOND)
    [post] = dc.world.threads(parent=forum)
    assert post["name"] == "Ten new papers"
    assert first == Sent(post["id"])
    assert isinstance(second, Sent)
    assert [each["components"][0]["content"] for each in dc.world.history(int(post["id"]))] == [
        "The others",
        "# Ten new papers\nand more",
    ]


async def test_the_next_part_finds_its_post_after_a_restart(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock, tmp_path: Path
) -> None:
    await sender.send(chat(forum), part(), KEY)
    await sender.send(chat(forum), part("another day"), "discord:1|2026-06-03|1")
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 2
    assert await restarted.find(chat(forum), part(), SECOND, SINCE) is not None


async def test_opening_a_post_is_tried_once_and_found_again(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    dc.fail("500", CREATE_POST, store=True, times=5)
    assert isinstance(await sender.send(chat(forum), part(), KEY), Unknown)
    assert dc.count(CREATE_POST) == 1
    assert await sender.find(chat(forum), part(), KEY, SINCE) == dc.world.threads(parent=forum)[0]["id"]


async def test_a_post_is_found_behind_many_others(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock
) -> None:
    dc.channel_limit, dc.overall = (100, 1.0), Bucket(1_000, 1.0)
    sent = await sender.send(chat(forum), part(), KEY)
    assert isinstance(sent, Sent)
    for number in range(25):
        await sender.send(chat(forum), part(), f"discord:1|other {number}|1")
    dc.world.archive(int(sent.message_id))
    for number in range(150):
        clock.advance(1)
        dc.world.archive(dc.world.add_thread(forum, f"chatter {number}"))
    restarted = DiscordSender(sender._client, sender._invalid, Path())
    assert await restarted.find(chat(forum), part(), KEY, SINCE) == sent.message_id


async def test_posts_are_looked_for_no_further_back_than_the_part_can_be(
    sender: DiscordSender, dc: FakeDiscord, forum: int, clock: FakeClock
) -> None:
    for number in range(250):
        clock.advance(1)
        dc.world.archive(dc.world.add_thread(forum, f"post {number}", owner=dc.world.bot["id"]))
    clock.advance(3600)
    assert await sender.find(chat(forum), part(), KEY, clock.now()) is None
    assert dc.count(r"GET /channels/\d+/threads/archived/public") == 1
    assert dc.count(r"GET /channels/\d+/messages/\d+") == 0


async def test_more_posts_than_can_be_looked_at_are_not_taken_for_not_there(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    dc.overall = Bucket(1_000, 1.0)
    for number in range(POSTS_LOOKED_AT + 1):
        dc.world.add_thread(forum, f"post {number}", owner=dc.world.bot["id"])
    with pytest.raises(CannotTell, match="posts"):
        await sender.find(chat(forum), part(), KEY, SINCE)


async def test_in_a_forum_that_may_not_be_read_nobody_can_tell_and_no_nonce_protects(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    dc.world.deny(forum, READ_MESSAGE_HISTORY)
    assert await sender.find(chat(forum), part(), KEY, SINCE) is None, "no post was ever opened"
    dc.fail("500", CREATE_POST, store=True)
    assert isinstance(await sender.send(chat(forum), part(), KEY), Unknown)
    with pytest.raises(CannotTell, match="“Read Message History”"):
        await sender.find(chat(forum), part(), KEY, SINCE)


async def test_a_forum_that_may_not_be_read_still_gets_the_next_part(
    sender: DiscordSender, dc: FakeDiscord, forum: int, tmp_path: Path
) -> None:
    await sender.send(chat(forum), part(), KEY)
    dc.world.deny(forum, READ_MESSAGE_HISTORY)
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The others"), SECOND), Sent)


async def test_a_first_part_that_comes_late_joins_the_post_of_the_others(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    await sender.send(chat(forum), part("The others"), SECOND)
    assert await sender.find(chat(forum), part(), KEY, SINCE) is None
    assert isinstance(await sender.send(chat(forum), part(), KEY), Sent)
    assert len(dc.world.threads(parent=forum)) == 1


async def test_a_404_that_is_not_discords_opens_no_second_post(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    await sender.send(chat(forum), part(), KEY)
    dc.fail("404")
    outcome = await sender.send(chat(forum), part("The others"), SECOND)
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform
    assert len(dc.world.threads(parent=forum)) == 1


async def test_a_deleted_post_does_not_end_the_forum(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.world.delete_channel(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 1


@pytest.mark.parametrize("archived", [False, True])
async def test_a_post_that_a_moderator_locks_does_not_end_the_forum(
    sender: DiscordSender, dc: FakeDiscord, forum: int, tmp_path: Path, archived: bool
) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.world.lock(int(first.message_id))
    if archived:
        dc.world.archive(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(await restarted.send(chat(forum), part("The last ones"), f"{SECOND[:-1]}3"), Sent)
    [other] = [each for each in dc.world.threads(parent=forum) if each["id"] != first.message_id]
    assert len(dc.world.messages[int(other["id"])]) == 2


async def test_what_may_stand_in_a_post_that_is_locked_is_looked_for_before_another_is_opened(
    sender: DiscordSender, dc: FakeDiscord, forum: int
) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.fail("500")
    dc.world.lock(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Unknown)
    assert len(dc.world.threads(parent=forum)) == 1
    assert await sender.find(chat(forum), part("The others"), SECOND, SINCE) is None
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 2


async def test_a_thread_that_follows_topics_itself_and_is_locked_is_gone(
    sender: DiscordSender, dc: FakeDiscord, channel: int, forum: int
) -> None:
    for thread in (dc.world.add_thread(channel, "papers"), dc.world.add_thread(forum, "papers")):
        assert isinstance(await sender.send(chat(thread), part(), KEY), Sent)
        dc.world.lock(thread)
        assert isinstance(await sender.send(chat(thread), part(), SECOND), ChatGone)


async def test_a_forum_that_wants_a_tag_gets_one(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    tags = [
        {"id": "5", "name": "mods", "moderated": True, "emoji_id": None, "emoji_name": None},
        {"id": "6", "name": "papers", "moderated": False, "emoji_id": None, "emoji_name": None},
    ]
    dc.world.channels[forum] |= {"flags": 1 << 4, "available_tags": tags}
    assert isinstance(await sender.send(chat(forum), part(), KEY), Sent)


@pytest.mark.parametrize(
    ("status", "code"), [(403, 50001), (403, 50013), (403, 50007), (404, 10003), (400, 50083), (400, 160005)]
)
async def test_places_that_take_nothing_any_more_are_gone(
    sender: DiscordSender, dc: FakeDiscord, channel: int, status: int, code: int
) -> None:
    await sender.send(chat(channel), part(), KEY)
    dc.world.close_channel(channel, status, code)
    outcome = await sender.send(chat(channel), part(), SECOND)
    assert isinstance(outcome, ChatGone)
    assert outcome.why


@pytest.mark.parametrize(
    "kind", ["403/20026", "403/40001", "403/40002", "400/40004", "403/40333", "403/20018", "404/40012"]
)
async def test_refusals_of_the_bot_as_such_suspend_no_chat_and_hold_everything_for_long(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind)
    outcome = await sender.send(chat(channel), part(), KEY)
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after, outcome.whole_platform) == (REFUSED_SECONDS, True)


@pytest.mark.parametrize("kind", ["403/59999", "404/10097", "403/400001", "400/160006", "400/20016"])
async def test_what_may_pass_or_is_not_known_makes_only_this_chat_wait(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind)
    outcome = await sender.send(chat(channel), part(), KEY)
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after, outcome.whole_platform) == (REFUSED_SECONDS, False)


@pytest.mark.parametrize("kind", ["400/200000", "403/240000", "403/20009"])
async def test_what_moderation_refuses_is_rejected(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Rejected)


async def test_a_channel_that_never_was_is_gone(sender: DiscordSender) -> None:
    assert await sender.send(chat(99), part(), KEY) == ChatGone("the channel is gone")


async def test_what_discord_finds_malformed_is_rejected(sender: DiscordSender, channel: int) -> None:
    assert isinstance(await sender.send(chat(channel), part("x" * 4001), KEY), Rejected)


async def test_a_short_limit_is_waited_for(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    dc.fail("429", retry_after=0.05)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Sent)


@pytest.mark.parametrize(("kind", "everybody"), [("429", False), ("429-global", True)])
async def test_a_long_limit_is_handed_on_with_its_time(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str, everybody: bool
) -> None:
    dc.fail(kind, retry_after=90.0)
    outcome = await sender.send(chat(channel), part(), KEY)
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after, outcome.whole_platform) == (90.0, everybody)


@pytest.mark.parametrize("asked", [1e15, math.inf])
async def test_a_limit_without_end_ends(sender: DiscordSender, dc: FakeDiscord, channel: int, asked: float) -> None:
    dc.fail("429", retry_after=asked)
    outcome = await sender.send(chat(channel), part(), KEY)
    assert isinstance(outcome, NotSent)
    assert outcome.retry_after == LONGEST_WAIT_SECONDS


@pytest.mark.parametrize("kind", ["401", "firewall"])
async def test_refusals_that_are_not_about_the_chat_hold_the_whole_platform(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind)
    outcome = await sender.send(chat(channel), part(), KEY)
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform


async def test_no_connection_is_not_sent(sender: DiscordSender, channel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9/api/v10")
    outcome = await sender.send(chat(channel), part(), KEY)
    assert outcome == NotSent("Discord cannot be reached", whole_platform=True)


async def test_too_many_refusals_stop_us_until_the_window_has_passed(
    sender: DiscordSender, dc: FakeDiscord, channel: int, clock: FakeClock
) -> None:
    dc.fail("401", times=5)
    for _ in range(5):
        await sender.send(chat(channel), part(), KEY)
    asked = len(dc.requests)
    stop = await sender.send(chat(channel), part(), KEY)
    assert isinstance(stop, NotSent)
    assert stop.whole_platform
    assert stop.retry_after is not None
    assert len(dc.requests) == asked, "nothing is asked any more"
    clock.advance(stop.retry_after + 1)
    assert isinstance(await sender.send(chat(channel), part(), KEY), Sent)


async def test_many_chats_at_once_keep_to_the_overall_limit(dc: FakeDiscord, clock: FakeClock, tmp_path: Path) -> None:
    guild = dc.world.add_guild()
    channels = [dc.world.add_channel(guild) for _ in range(40)]
    invalid = InvalidRequests(clock.now)
    client = discord.Client(intents=discord.Intents.none(), http_trace=trace_config(invalid, RequestInterval()))
    await client.login(dc.token)
    sender = DiscordSender(client, invalid, tmp_path)
    outcomes = await asyncio.gather(*(sender.send(chat(each), part(), f"{each}|1") for each in channels))
    await client.close()
    assert all(isinstance(each, Sent) for each in outcomes)
    assert [len(dc.world.history(each)) for each in channels] == [1] * len(channels)
    # A busy machine bunches requests that were to come evenly; all at once, a quarter and more of them are refused.
    assert sum(status == 429 for _, status in dc.requests) * 6 <= len(dc.requests)


async def test_a_sender_without_a_login_says_so(tmp_path: Path, sender: DiscordSender) -> None:
    client = discord.Client(intents=discord.Intents.none())
    lonely = DiscordSender(client, sender._invalid, tmp_path)
    assert await lonely.send(chat(1), part(), KEY) == NotSent("not connected to Discord", whole_platform=True)


async def test_a_burst_keeps_to_the_channel_limit_without_a_429(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    dc.channel_limit = (2, 0.2)
    for number in range(1, 6):
        await sender.send(chat(channel), part(), f"discord:1|x|{number}")
    assert len(dc.world.accepted) == 5
    assert not [status for _, status in dc.requests if status == 429]
