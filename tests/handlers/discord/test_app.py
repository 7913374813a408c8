"""The app on the stand-in: discord.py logs in, keeps its session, sends, and stops."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.conversation import Conversation
from bot.errors import BadSetting, CannotTell, RetryLater
from bot.model import Chat, ChatKind, NotSent, Sent
from bot.settings import load
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp, build
from handlers.discord.cards import DiscordRenderer
from handlers.discord.client import REGISTERED
from handlers.discord.http_trace import INVALID_LIMIT
from handlers.discord.invitations import invite_url, personal_url
from handlers.discord.refused_requests import REFUSED
from handlers.discord.token import bot_id_of
from tests.fakes.clock import FakeClock
from tests.fakes.discord import TOKEN, FakeDiscord
from tests.fakes.discord_world import READ_MESSAGE_HISTORY, SEND_MESSAGES
from tests.fakes.pipeline import made_up_digest
from tests.handlers.discord.conftest import Make
from tests.handlers.discord.samples import chat, part, until

REFUSED_BY_BOT = f"{REFUSED} {bot_id_of(TOKEN)}"


async def test_it_connects_without_privileged_intents_and_stops_within_seconds(make: Make, dc: FakeDiscord) -> None:
    app = make()
    assert app.problem
    await app.start()
    await app.ready()
    assert app.problem is None
    assert dc.gateway.intents == discord.Intents(guilds=True, messages=True).value
    began = time.monotonic()
    await app.stop()
    assert time.monotonic() - began < 3.0
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "discord" in repr(task.get_coro()) and not task.done()]


async def test_commands_are_registered_only_when_the_table_changes(
    make: Make, dc: FakeDiscord, store: SqlStore
) -> None:
    for expected in (1, 1):
        app = make()
        await app.start()
        await app.stop()
        assert dc.syncs == expected
    await store.remember_value(f"{REGISTERED} {dc.world.bot['id']}", {"hash": "of an older table"})
    app = make()
    await app.start()
    await app.stop()
    assert dc.syncs == 2
    assert {"start", "subscribe", "stop"} <= {each["name"] for each in dc.commands}


async def test_a_registration_that_fails_does_not_stop_the_app(make: Make, dc: FakeDiscord) -> None:
    dc.fail("403", r"PUT /applications/\d+/commands")
    app = make()
    await app.start()
    await app.ready()
    await app.stop()
    app = make()
    await app.start()
    await app.stop()
    assert dc.syncs == 1, "and it is done next time"


async def test_a_refused_token_is_reported_in_one_sentence(make: Make, dc: FakeDiscord) -> None:
    app = make()
    dc.token = "another"
    with pytest.raises(BadSetting, match=r"DISCORD_BOT_TOKEN: .* does not accept the token of bot \d+;") as caught:
        await app.start()
    assert "Gfake1" not in str(caught.value)
    await app.stop()


async def test_logging_in_is_enough_to_send(make: Make, dc: FakeDiscord, channel: int) -> None:
    app = make()
    await app.log_in()
    assert isinstance(await app.sender.send(chat(channel), part("Hello"), "k|1"), Sent)
    assert not dc.gateway.identifies
    await app.stop()


async def test_a_missing_token_is_reported_in_one_sentence(
    conversation: Conversation, clock: FakeClock, store: SqlStore
) -> None:
    with pytest.raises(BadSetting, match="DISCORD_BOT_TOKEN"):
        build(load(_env_file=None, discord_bot_token=None), conversation, store, clock)


async def test_it_keeps_trying_where_discord_cannot_be_reached(
    make: Make, dc: FakeDiscord, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make()
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9/api/v10")
    await app.start()
    assert app.problem is not None
    assert "cannot be reached" in app.problem
    monkeypatch.setattr(discord.http.Route, "BASE", dc.api_url)
    await app.ready()
    assert app.problem is None
    assert clock.slept
    await app.stop()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://discord.invalid/api", "discord.invalid was not found"),
        ("http://127.0.0.1:9/api", "no connection to 127.0.0.1"),
    ],
)
async def test_an_unreachable_discord_is_reported_without_names_of_libraries(
    make: Make, monkeypatch: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    app = make()
    monkeypatch.setattr(discord.http.Route, "BASE", url)
    with pytest.raises(RetryLater) as caught:
        await app.log_in()
    assert str(caught.value) == f"Discord cannot be reached ({reason}); check the network."
    await app.stop()


async def test_a_service_with_too_many_refused_requests_does_not_log_in(
    make: Make, dc: FakeDiscord, clock: FakeClock, store: SqlStore
) -> None:
    await store.remember_value(REFUSED_BY_BOT, {"refused": [[clock.now().timestamp(), INVALID_LIMIT]]})
    app = make()
    await app.start()
    await asyncio.sleep(0.05)
    assert app.problem is not None
    assert "too many requests" in app.problem
    await app.stop()
    assert not dc.requests


async def test_a_refused_login_is_counted_after_the_process_has_ended(
    make: Make, dc: FakeDiscord, store: SqlStore
) -> None:
    app = make()
    dc.token = "another"
    with pytest.raises(BadSetting):
        await app.start()
    await app.stop()
    assert [count for _, count in (await store.value(REFUSED_BY_BOT) or {})["refused"]] == [1]


async def test_the_last_session_starts_of_a_day_are_not_used(
    make: Make, dc: FakeDiscord, clock: FakeClock, channel: int
) -> None:
    dc.gateway.starts_left = 1
    app = make()
    await app.start()
    await until(lambda: app.problem and "connect no more until" in app.problem)
    assert isinstance(await app.sender.send(chat(channel), part("Hello"), "k|1"), Sent), "sending needs no session"
    assert dc.gateway.identifies == 0
    dc.gateway.starts_left = 1_000
    await app.ready()
    assert app.problem is None
    assert max(clock.slept) > 80_000
    await app.stop()


async def test_a_lost_session_is_not_replaced_with_the_last_session_start(app: DiscordApp, dc: FakeDiscord) -> None:
    dc.gateway.starts_left = 1
    await dc.gateway.invalidate()
    await until(lambda: app.problem and "connect no more until" in app.problem)
    assert dc.gateway.identifies == 1
    dc.gateway.starts_left = 1_000
    await until(lambda: app.problem is None)
    assert dc.gateway.identifies == 2


async def test_the_gateways_address_is_requested_again_after_a_failure(make: Make, dc: FakeDiscord) -> None:
    dc.fail("503", r"GET /gateway/bot", times=3)
    app = make()
    await app.start()
    await app.ready()
    await app.stop()
    # Three that fail, two that tell how many sessions are left, and discord.py's own for the number of shards.
    assert dc.count(r"GET /gateway/bot") == 6


async def test_a_revoked_token_is_reported_and_nothing_is_lost(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    await dc.revoke()
    await until(lambda: app.problem and "DISCORD_BOT_TOKEN" in app.problem)
    assert dc.gateway.identifies == 1
    outcome = await app.sender.send(chat(channel), part("Hello"), "k|1")
    assert isinstance(outcome, NotSent)
    assert outcome.whole_platform


async def test_a_warning_is_not_tried_in_a_channel_that_the_cache_says_is_closed(
    make: Make, dc: FakeDiscord, channel: int
) -> None:
    guild = int(dc.world.channels[channel]["guild_id"])
    notices = dc.world.add_channel(guild, "general")
    dc.world.guilds[guild]["system_channel_id"] = str(notices)
    dc.world.deny(notices, SEND_MESSAGES)
    app = make()
    await app.start()
    await app.ready()
    await app.sender.warn(chat(channel), "Paperboy may not see the channel")
    await app.stop()
    assert [each["channel"] for each in dc.world.accepted] == [int(dc.world.direct(7)["id"])]
    assert dc.count(rf"POST /channels/{notices}/messages") == 0


async def test_the_cached_permissions_tell_an_empty_history_from_an_unreadable_one(
    app: DiscordApp, dc: FakeDiscord, channel: int
) -> None:
    await app.sender.send(chat(channel), part("Hello"), "k|2")
    dc.world.messages.clear()
    since = datetime.now(UTC) - timedelta(hours=1)
    assert await app.sender.find(chat(channel), part("Hello"), "k|1", since) is None
    dc.world.deny(channel, READ_MESSAGE_HISTORY)
    await dc.gateway.dispatch("CHANNEL_UPDATE", dc.world.channels[channel])
    await dc.interactions.slash(channel, "help")  # answered after the event before it
    with pytest.raises(CannotTell, match="“Read Message History”"):
        await app.sender.find(chat(channel), part("Hello"), "k|1", since)


async def test_a_dropped_connection_is_resumed_and_no_command_is_lost(
    app: DiscordApp, dc: FakeDiscord, channel: int
) -> None:
    await dc.gateway.ask_to_reconnect()
    await until(lambda: dc.gateway.resumes)
    assert "What I can do" in (await dc.interactions.slash(channel, "help")).text
    assert dc.gateway.identifies == 1


async def test_an_invalid_session_is_replaced_by_a_new_one(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    await dc.gateway.invalidate()
    await until(lambda: dc.gateway.identifies == 2)
    await app.ready()
    assert "What I can do" in (await dc.interactions.slash(channel, "help")).text


async def test_a_large_digest_is_sent_within_the_limits(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    parts = DiscordRenderer().parts(made_up_digest(12), Chat(chat(channel)))
    for number, each in enumerate(parts, 1):
        assert isinstance(await app.sender.send(chat(channel), each, f"{chat(channel)}|2026-06-02|{number}"), Sent)
    assert len(dc.world.history(channel)) == len(parts)


async def test_a_digest_in_a_forum_is_one_post_with_its_title(app: DiscordApp, dc: FakeDiscord) -> None:
    forum = dc.world.add_forum(next(iter(dc.world.guilds)))
    parts = DiscordRenderer().parts(made_up_digest(3), Chat(chat(forum), kind=ChatKind.FORUM))
    assert len(parts) == 4
    for number, each in enumerate(parts, 1):
        assert isinstance(await app.sender.send(chat(forum), each, f"{chat(forum)}|2026-06-02|{number}"), Sent)
    [post] = dc.world.threads(parent=forum)
    assert post["name"] == parts[0].payload["title"]
    assert len(dc.world.history(int(post["id"]))) == len(parts)


async def test_a_stopped_app_sends_nothing_and_reports_it(make: Make, dc: FakeDiscord, channel: int) -> None:
    app = make()
    await app.start()
    await app.stop()
    assert await app.sender.send(chat(channel), part("late"), "k|1") == NotSent("not connected to Discord", None, True)
    assert not dc.world.accepted


def test_the_invitation_asks_for_the_needed_permissions_only() -> None:
    link = invite_url(123)
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=123")
    assert "bot+applications.commands" in link
    assert "permissions=" in link
    assert "permissions=8&" not in link


def test_the_link_for_ones_own_account_asks_for_no_permission() -> None:
    link = personal_url(123)
    assert "integration_type=1" in link
    assert "permissions" not in link
    assert "scope=applications.commands" in link
