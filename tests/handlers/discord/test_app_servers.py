"""Servers and channels that go and come back: their chats are suspended and resumed."""

from __future__ import annotations

from bot.conversation import Conversation
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import THREAD
from tests.handlers.discord.samples import ADMIN, REMOVED, assert_suspended, chat, reason


async def test_a_removed_bot_suspends_the_servers_chats_and_an_invitation_resumes_them(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, conversation: Conversation
) -> None:
    guild = next(iter(dc.world.guilds))
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await dc.gateway.dispatch("GUILD_DELETE", {"id": str(guild)})
    await assert_suspended(store, chat(channel), REMOVED)
    await dc.gateway.dispatch("GUILD_CREATE", dc.world.guild_create(guild))
    await assert_suspended(store, chat(channel), None)


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
    await assert_suspended(store, chat(thread), "the thread was deleted")
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
    await assert_suspended(store, chat(thread), "the thread was deleted")
    await dc.gateway.dispatch("CHANNEL_DELETE", dc.world.channels[channel])
    await assert_suspended(store, chat(channel), "the channel was deleted")
    await dc.interactions.slash(thread, "subscriptions")
    await assert_suspended(store, chat(thread), None)
