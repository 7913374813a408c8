"""The Discord sender against a stand-in that honours nonces, limits and Components V2 as the platform does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.errors import RetryLater
from bot.model import ChatGone, ChatRef, NotSent, Part, Platform, Rejected, Sent, Unknown
from handlers.discord.sender import DiscordSender
from handlers.discord.wire import InvalidRequests, Pace, trace_config
from tests.fakes.clock import FakeClock
from tests.fakes.discord import CREATE_POST, FakeDiscord
from tests.fakes.discord_world import user

SINCE = datetime.now(UTC) - timedelta(hours=1)

KEY = "discord:1|2026-06-02|1"
SECOND = "discord:1|2026-06-02|2"


def chat(channel: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel))


def part(text: str = "Ten new papers", **more: Any) -> Part:
    return Part({"components": [{"type": 10, "content": text}], **more})


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
    sender.patience = 0.3  # the only time here that a test must wait for
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
    for number in range(150):
        dc.world.store_message(channel, {"content": f"chatter {number}"}, set(), author=user(42, "bob"))
    assert isinstance(sent, Sent)
    assert await sender.find(chat(channel), part(), KEY, SINCE) == sent.message_id


async def test_a_stranger_cannot_pass_for_us(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    await sender.send(chat(channel), part(), KEY)
    [ours] = dc.world.messages[channel]
    dc.world.messages[channel] = [{**ours, "author": user(42, "bob")}]
    assert await sender.find(chat(channel), part(), KEY, SINCE) is None


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


async def test_a_deleted_post_does_not_end_the_forum(sender: DiscordSender, dc: FakeDiscord, forum: int) -> None:
    first = await sender.send(chat(forum), part(), KEY)
    assert isinstance(first, Sent)
    dc.world.delete_channel(int(first.message_id))
    assert isinstance(await sender.send(chat(forum), part("The others"), SECOND), Sent)
    assert len(dc.world.threads(parent=forum)) == 1


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
    client = discord.Client(intents=discord.Intents.none(), http_trace=trace_config(invalid, Pace()))
    await client.login(dc.token)
    sender = DiscordSender(client, invalid, tmp_path)
    outcomes = await asyncio.gather(*(sender.send(chat(each), part(), f"{each}|1") for each in channels))
    await client.close()
    assert all(isinstance(each, Sent) for each in outcomes)
    assert not [status for _, status in dc.requests if status == 429]


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
