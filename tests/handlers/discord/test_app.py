"""The whole Discord side on the stand-in: discord.py logs in, keeps its session, answers in time, and stops."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.conversation import Conversation, Requester
from bot.errors import BadSetting, CannotTell, RetryLater
from bot.model import Chat, ChatRef, NotSent, Part, Platform, Sent
from bot.settings import load
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp, build, invite_url
from handlers.discord.cards import DiscordRenderer
from handlers.discord.client import REGISTERED
from handlers.discord.http_trace import INVALID_LIMIT
from handlers.discord.refused_requests import REFUSED
from handlers.discord.token import bot_id_of
from tests.fakes.clock import FakeClock
from tests.fakes.discord import TOKEN, FakeDiscord
from tests.fakes.discord_world import READ_MESSAGE_HISTORY, SEND_MESSAGES, THREAD, VIEW_CHANNEL, user
from tests.fakes.pipeline import FakePipeline, made_up_digest
from tests.handlers.discord.conftest import Make

ADMIN = Requester("1", True)
REMOVED = "Paperboy was removed from the server"


def chat(channel: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(channel))


def part(text: str) -> Part:
    return Part({"components": [{"type": 10, "content": text}]})


REFUSED_BY_BOT = f"{REFUSED} {bot_id_of(TOKEN)}"


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds; the test's own time-out bounds it."""
    while not condition():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
        await asyncio.sleep(0.01)


async def test_it_connects_without_privileged_intents_and_stops_within_seconds(make: Make, dc: FakeDiscord) -> None:
    app = make()
    assert app.problem
    await app.start()
    await app.ready()
    assert app.problem is None
    assert dc.gateway.intents == discord.Intents(guilds=True, dm_messages=True).value
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


async def test_a_command_is_answered_over_the_gateway(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    answer = await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    assert "Subscribed" in answer.text
    assert answer.ephemeral
    assert [subscription.topic for subscription in await store.subscriptions(chat(channel))] == ["cat:cs.CV"]


async def test_a_command_in_a_thread_is_about_the_thread(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    thread = dc.world.add_thread(channel, "reading group")
    await dc.interactions.slash(thread, "subscribe", query="cs.CV")
    assert await store.subscriptions(chat(thread))
    assert not await store.subscriptions(chat(channel))


async def test_a_link_in_a_direct_message_is_read(app: DiscordApp, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm(person=42)
    written = dc.world.store_message(direct, {"content": "arxiv.org/abs/2606.00001"}, set(), author=user(42, "bob"))
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert "Heads" in str(dc.world.accepted[0]["message"]["components"])


async def test_a_direct_message_is_answered_although_typing_cannot_be_shown(app: DiscordApp, dc: FakeDiscord) -> None:
    direct = dc.world.add_dm(person=42)
    written = dc.world.store_message(direct, {"content": "arxiv.org/abs/2606.00001"}, set(), author=user(42, "bob"))
    dc.fail("403", r"POST /channels/\d+/typing")
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert "Heads" in str(dc.world.accepted[0]["message"]["components"])


async def test_fifty_topics_are_listed_within_the_limits(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    for number in range(50):
        await conversation.subscribe(ADMIN, chat(channel), f'"{"long words " * 6}{number}"')
    answer = await dc.interactions.slash(channel, "subscriptions")
    assert "50 topics" in answer.text


async def test_a_chat_in_which_the_bot_may_not_post_cannot_subscribe(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    dc.interactions.app_permissions = "1024"
    answer = await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    assert "Send Messages" in answer.text
    assert not await store.subscriptions(chat(channel))


@pytest.fixture
async def foreign(dc: FakeDiscord, store: SqlStore, conversation: Conversation) -> int:
    """A channel of another server that follows a topic and is suspended."""
    channel = dc.world.add_channel(dc.world.add_guild("elsewhere"), "secret")
    await conversation.subscribe(ADMIN, chat(channel), "cs.CR")
    await conversation.suspend(chat(channel), REMOVED)
    return channel


async def test_completion_shows_nothing_of_another_servers_channel_and_resumes_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int, foreign: int, store: SqlStore, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    owner = 7
    found = await dc.interactions.autocomplete(channel, "unsubscribe", "topic", "cs", person=owner, channel=foreign)
    assert [choice["value"] for choice in found] == ["cat:cs.CV"]
    await dc.interactions.autocomplete(channel, "settings", "value", "", person=owner, name="style", channel=foreign)
    assert await reason(store, chat(foreign)) == REMOVED


async def test_completion_is_about_a_named_channel_for_those_who_may_manage_it(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    other = dc.world.add_channel(next(iter(dc.world.guilds)), "other")
    await dc.gateway.dispatch("CHANNEL_CREATE", dc.world.channels[other])
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await conversation.subscribe(ADMIN, chat(other), "cs.LG")
    for person, expected in ((7, ["cat:cs.LG"]), (42, ["cat:cs.CV"])):  # the server's owner, and anybody
        found = await dc.interactions.autocomplete(
            channel, "unsubscribe", "topic", "", person=person, admin=False, channel=other
        )
        assert [choice["value"] for choice in found] == expected


async def test_completing_a_setting_resumes_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await conversation.suspend(chat(channel), "the channel was closed")
    found = await dc.interactions.autocomplete(channel, "settings", "value", "comp", name="style")
    assert [choice["value"] for choice in found] == ["compact"]
    assert await reason(store, chat(channel)) == "the channel was closed"


@pytest.mark.parametrize("command", ["subscriptions", "settings"])
async def test_a_command_shows_nothing_of_a_channel_that_its_user_does_not_see(
    app: DiscordApp,
    dc: FakeDiscord,
    channel: int,
    foreign: int,
    store: SqlStore,
    conversation: Conversation,
    command: str,
) -> None:
    hidden = dc.world.add_channel(next(iter(dc.world.guilds)), "hidden")
    dc.world.deny(hidden, VIEW_CHANNEL)
    await conversation.subscribe(ADMIN, chat(hidden), "cs.CR")
    await conversation.suspend(chat(hidden), REMOVED)
    for place in (foreign, hidden):
        answer = await dc.interactions.slash(channel, command, admin=False, channel=place)
        assert "no such channel" in answer.text
        assert await reason(store, chat(place)) == REMOVED


async def test_a_slow_answer_is_deferred_within_three_seconds_and_follows(
    app: DiscordApp, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    pipeline.may_finish.clear()
    asking = asyncio.create_task(dc.interactions.slash(channel, "summarize", link="2606.00001"))
    await until(lambda: any("callback" in line for line, _ in dc.requests))
    assert not asking.done()
    pipeline.may_finish.set()
    answer = await asking
    assert answer.kind == 5
    assert "Heads" in answer.text
    assert not answer.ephemeral


async def test_a_private_answer_after_a_public_deferral_is_not_shown_to_all(
    app: DiscordApp, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    pipeline.may_finish.clear()
    asking = asyncio.create_task(dc.interactions.slash(channel, "summarize", link="2606.99999"))
    await until(lambda: any("callback" in line for line, _ in dc.requests))
    pipeline.may_finish.set()
    answer = await asking
    assert answer.kind == 5
    assert "2606.99999" in answer.text
    assert answer.ephemeral


async def test_forged_buttons_are_politely_refused(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    for forged in ("drop:aaaaaaaaaaaa", "rm -rf", "set:size=1000000", "deep:../etc", "choose:pass", "x" * 100, "🜁:1"):
        answer = await dc.interactions.click(channel, forged)
        assert answer.text, forged
        assert "Something went wrong" not in answer.text, forged
    assert len(await store.subscriptions(chat(channel))) == 1


async def test_a_member_who_presses_an_admins_button_is_refused(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore
) -> None:
    await dc.interactions.slash(channel, "subscribe", query="cs.CV")
    answer = await dc.interactions.click(channel, "forget:yes", admin=False)
    assert "Only admins" in answer.text
    assert await store.chat(chat(channel)) is not None


async def test_a_command_of_an_earlier_release_is_answered(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    assert "has changed" in (await dc.interactions.slash(channel, "arxiv")).text
    assert "has changed" in (await dc.interactions.slash(channel, "subscribe")).text


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


async def test_a_removed_bot_suspends_the_servers_chats_and_an_invitation_resumes_them(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    guild = next(iter(dc.world.guilds))
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await dc.gateway.dispatch("GUILD_DELETE", {"id": str(guild)})
    await assert_becomes(store, chat(channel), REMOVED)
    await dc.gateway.dispatch("GUILD_CREATE", dc.world.guild_create(guild))
    await assert_becomes(store, chat(channel), None)


async def test_an_outage_of_a_server_suspends_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    thread = dc.world.add_thread(channel, "reading group")
    for place in (channel, thread):
        await conversation.subscribe(ADMIN, chat(place), "cs.CV")
    guild = str(next(iter(dc.world.guilds)))
    await dc.gateway.dispatch("GUILD_DELETE", {"id": guild, "unavailable": True})
    # Events are handled in order: when this one has had its effect, so has the one before.
    gone = {"id": str(thread), "guild_id": guild, "parent_id": str(channel), "type": THREAD}
    await dc.gateway.dispatch("THREAD_DELETE", gone)
    await assert_becomes(store, chat(thread), "the thread was deleted")
    assert await reason(store, chat(channel)) is None


async def test_a_deleted_channel_or_thread_is_suspended_and_a_command_resumes_it(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    thread = dc.world.add_thread(channel, "reading group")
    for place in (channel, thread):
        await conversation.subscribe(ADMIN, chat(place), "cs.CV")
    shown = dc.world.channels[thread]
    gone = {name: shown[name] for name in ("id", "guild_id", "parent_id")} | {"type": THREAD}
    await dc.gateway.dispatch("THREAD_DELETE", gone)
    await assert_becomes(store, chat(thread), "the thread was deleted")
    await dc.gateway.dispatch("CHANNEL_DELETE", dc.world.channels[channel])
    await assert_becomes(store, chat(channel), "the channel was deleted")
    await dc.interactions.slash(thread, "subscriptions")
    await assert_becomes(store, chat(thread), None)


async def reason(store: SqlStore, ref: ChatRef) -> str | None:
    """Why a chat is suspended, None if it is not."""
    known = await store.chat(ref)
    assert known is not None
    return known.suspended


async def assert_becomes(store: SqlStore, ref: ChatRef, why: str | None) -> None:
    """Wait until a chat is suspended for this reason, or with None until it is not."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while await reason(store, ref) != why:  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0.01)
    assert await reason(store, ref) == why


async def test_a_large_digest_is_sent_within_the_limits(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    parts = DiscordRenderer().parts(made_up_digest(12), Chat(chat(channel)))
    for number, part in enumerate(parts, 1):
        assert isinstance(await app.sender.send(chat(channel), part, f"{chat(channel)}|2026-06-02|{number}"), Sent)
    assert len(dc.world.history(channel)) == len(parts)


async def test_a_digest_in_a_forum_is_one_post_with_its_title(app: DiscordApp, dc: FakeDiscord) -> None:
    forum = dc.world.add_forum(next(iter(dc.world.guilds)))
    parts = DiscordRenderer().parts(made_up_digest(30), Chat(chat(forum)))
    assert len(parts) > 1
    for number, part in enumerate(parts, 1):
        assert isinstance(await app.sender.send(chat(forum), part, f"{chat(forum)}|2026-06-02|{number}"), Sent)
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
