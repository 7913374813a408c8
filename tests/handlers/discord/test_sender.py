"""The Discord sender against a stand-in that honours nonces, limits and Components V2 as the platform does."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import discord
import pytest

from bot.model import ChatGone, NotSent, Part, Rejected, Sent
from handlers.discord.http_trace import LONGEST_WAIT_SECONDS, InvalidRequests, RequestInterval, trace_config
from handlers.discord.outcomes import REFUSED_SECONDS
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.handlers.discord.samples import KEY, SECOND, chat, part


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
