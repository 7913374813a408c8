"""A part whose outcome is unknown is looked for in the channel's history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.errors import CannotTell, RetryLater
from bot.model import Sent, Unknown
from handlers.discord.history import PAGE, PAGES
from handlers.discord.http_trace import InvalidRequests
from handlers.discord.messages import Signature, message_body
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.discord import Bucket, FakeDiscord
from tests.fakes.discord_world import READ_MESSAGE_HISTORY, VIEW_CHANNEL, user
from tests.handlers.discord.samples import KEY, SECOND, SINCE, chat, part

LOOK = r"GET /channels/\d+/messages"


def chatter(dc: FakeDiscord, channel: int, count: int) -> None:
    """So many messages by somebody else."""
    for number in range(count):
        dc.world.store_message(channel, {"content": f"chatter {number}"}, set(), author=user(42, "bob"))


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
