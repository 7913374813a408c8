"""A bot on many servers has several connections to the gateway, each with its share of the servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.conversation import Conversation, Requester
from bot.model import ChatRef, Platform
from bot.storage.store import SqlStore
from handlers.discord.client import IDENTIFY_SECONDS
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import user
from tests.handlers.discord.conftest import Make

ADMIN = Requester("1", True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.01)


def guild_of_shard(dc: FakeDiscord, shard: int) -> int:
    """A new server that Discord puts on this shard."""
    while True:
        guild = dc.world.add_guild()
        if (guild >> 22) % dc.gateway.shards == shard:
            return guild
        del dc.world.guilds[guild]


async def test_every_shard_begins_a_session_and_the_servers_of_each_are_answered(
    make: Make, dc: FakeDiscord, clock: FakeClock
) -> None:
    dc.gateway.shards = 3
    channels = [dc.world.add_channel(guild_of_shard(dc, shard)) for shard in range(3)]
    app = make()
    await app.start()
    await app.ready()
    assert app.problem is None
    assert sorted(session.shard for session in dc.gateway.live) == [(0, 3), (1, 3), (2, 3)]
    assert clock.slept.count(IDENTIFY_SECONDS) == 2, "Discord lets one session begin in five seconds"
    for channel in channels:
        assert "What I can do" in (await dc.interactions.slash(channel, "help")).text
    await app.stop()
    assert not dc.gateway.live


async def test_a_direct_message_comes_on_the_first_shard(make: Make, dc: FakeDiscord) -> None:
    dc.gateway.shards = 2
    app = make()
    await app.start()
    await app.ready()
    direct = dc.world.add_dm(person=42)
    written = dc.world.store_message(direct, {"content": "arxiv.org/abs/2606.00001"}, set(), author=user(42, "bob"))
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert len(dc.world.accepted) == 1
    await app.stop()


async def test_a_shard_that_is_down_is_a_problem_until_it_is_back(make: Make, dc: FakeDiscord) -> None:
    dc.gateway.shards = 2
    channels = [dc.world.add_channel(guild_of_shard(dc, shard)) for shard in range(2)]
    app = make()
    await app.start()
    await app.ready()
    dc.gateway.refused_connections = 1
    await dc.gateway.drop(4000, shard=1)
    await until(lambda: app.problem)
    assert app.problem == "1 of 2 connections to Discord's gateway are down"
    assert "What I can do" in (await dc.interactions.slash(channels[0], "help")).text
    await until(lambda: app.problem is None)
    assert "What I can do" in (await dc.interactions.slash(channels[1], "help")).text
    await app.stop()


async def test_no_shard_begins_if_not_all_of_them_may(make: Make, dc: FakeDiscord) -> None:
    dc.gateway.shards, dc.gateway.starts_left = 3, 3
    app = make()
    await app.start()
    await until(lambda: app.problem and "connect no more until" in app.problem)
    assert dc.gateway.identifies == 0
    dc.gateway.starts_left = 1_000
    await app.ready()
    await app.stop()


async def test_a_bot_that_has_too_many_servers_for_its_shards_connects_anew_with_more(
    make: Make, dc: FakeDiscord
) -> None:
    app = make()
    await app.start()
    await app.ready()
    dc.gateway.shards = 2
    channel = dc.world.add_channel(guild_of_shard(dc, 1))
    await dc.gateway.invalidate()
    await until(lambda: len(dc.gateway.live) == 2 and app.problem is None)
    assert "What I can do" in (await dc.interactions.slash(channel, "help")).text
    await app.stop()


async def test_a_shard_that_loses_its_connection_resumes_its_session(make: Make, dc: FakeDiscord) -> None:
    dc.gateway.shards = 2
    channel = dc.world.add_channel(guild_of_shard(dc, 1))
    app = make()
    await app.start()
    await app.ready()
    await dc.gateway.drop(4000, shard=1)
    assert "What I can do" in (await dc.interactions.slash(channel, "help")).text, "the event waited for the session"
    await until(lambda: app.problem is None)
    assert (dc.gateway.resumes, dc.gateway.identifies) == (1, 2)
    await app.stop()


async def test_a_shard_is_tried_until_the_gateway_answers(make: Make, dc: FakeDiscord, store: SqlStore) -> None:
    dc.gateway.refused_connections = 1
    app = make()
    await app.start()
    await app.ready()
    assert app.problem is None
    await app.stop()


async def test_a_server_that_is_left_suspends_the_chats_of_its_own_shard_alone(
    make: Make, dc: FakeDiscord, store: SqlStore, conversation: Conversation
) -> None:
    dc.gateway.shards = 2
    guilds = [guild_of_shard(dc, shard) for shard in range(2)]
    chats = [ChatRef(Platform.DISCORD, str(dc.world.add_channel(guild))) for guild in guilds]
    for chat in chats:
        await conversation.subscribe(ADMIN, chat, "cs.CV")
    app = make()
    await app.start()
    await app.ready()
    await dc.gateway.dispatch("GUILD_DELETE", {"id": str(guilds[1])})

    async def suspended(chat: ChatRef) -> str | None:
        known = await store.chat(chat)
        assert known is not None
        return known.suspended

    async with asyncio.timeout(10):
        while not await suspended(chats[1]):  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.01)
    assert await suspended(chats[0]) is None
    await app.stop()
