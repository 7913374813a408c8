"""The first minute on Discord, and the greeting of a server."""

from __future__ import annotations

import asyncio
from datetime import time

import pytest

from bot.conversation import Conversation, TopicOffer
from bot.model import ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_interactions import Interaction
from tests.fakes.discord_world import SEND_MESSAGES, user
from tests.handlers.discord.samples import until

BEGIN = "Choose a topic"


def join(dc: FakeDiscord, guild: int) -> asyncio.Task[None]:
    return asyncio.ensure_future(dc.gateway.dispatch("GUILD_CREATE", dc.world.guild_create(guild)))


async def said(dc: FakeDiscord, channel: int, number: int = 1) -> list[str]:
    """The messages of a channel, as soon as there are so many."""
    async with asyncio.timeout(10):
        while len(dc.world.history(channel)) < number:  # noqa: ASYNC110 - the stand-in sets no event
            await asyncio.sleep(0.01)
    return [str(each["components"]) for each in dc.world.history(channel)]


async def pressed(dc: FakeDiscord, channel: int, before: Interaction, label: str) -> Interaction:
    return await dc.interactions.click(channel, before.button(label), message=before.messages[-1])


async def test_three_taps_lead_to_a_digest_tomorrow_at_eight(app: DiscordApp, dc: FakeDiscord, store: SqlStore) -> None:
    direct = dc.world.add_dm()
    asked = await dc.interactions.slash(direct, "start")
    assert "What do you work on?" in asked.text
    offer = await pressed(dc, direct, asked, "Computer vision")
    place = await pressed(dc, direct, offer, "Follow")
    assert "Where are you?" in place.text
    settled = await pressed(dc, direct, place, "New York")
    assert "**08:00** (New York time): your first papers." in settled.text
    chat = await store.chat(ChatRef(Platform.DISCORD, str(direct)))
    assert chat is not None
    assert (chat.timezone, chat.digest_time, chat.kind) == ("America/New_York", time(8), ChatKind.PRIVATE)


async def test_the_place_may_be_written(app: DiscordApp, dc: FakeDiscord, store: SqlStore) -> None:
    direct = dc.world.add_dm()
    await dc.interactions.slash(direct, "subscribe", query="cs.CV")
    written = dc.world.store_message(direct, {"content": "Tokyo"}, set(), author=user(42, "Ann"))
    await dc.gateway.dispatch("MESSAGE_CREATE", written)
    await until(lambda: dc.world.accepted)
    assert "(Tokyo time)" in str(dc.world.accepted[-1]["message"]["components"])


async def test_a_server_is_greeted_once_in_the_channel_that_it_has_for_that(app: DiscordApp, dc: FakeDiscord) -> None:
    guild = dc.world.add_guild("Lab")
    channel = dc.world.add_channel(guild, "general")
    dc.world.guilds[guild]["system_channel_id"] = str(channel)
    await join(dc, guild)
    [welcome] = await said(dc, channel)
    assert "I bring new arXiv papers to **\\\\#general**" in welcome or "general" in welcome
    assert BEGIN in welcome
    await dc.gateway.dispatch("GUILD_DELETE", {"id": str(guild)})
    await join(dc, guild)
    await dc.interactions.slash(channel, "subscriptions")
    assert len(dc.world.history(channel)) == 1


async def test_a_server_without_such_a_channel_has_its_owner_told(
    app: DiscordApp, dc: FakeDiscord, clock: FakeClock
) -> None:
    guild = dc.world.add_guild("Lab")
    channel = dc.world.add_channel(guild, "general")
    dc.world.guilds[guild]["system_channel_id"] = str(channel)
    dc.world.deny(channel, SEND_MESSAGES)
    await join(dc, guild)
    owner = int(dc.world.direct(7)["id"])
    [told] = await said(dc, owner)
    assert "I am in Lab now" in told
    assert dc.world.history(channel) == []


@pytest.fixture
def there(dc: FakeDiscord, channel: int) -> int:
    """Another channel of the server, there before the app connects."""
    return dc.world.add_channel(int(dc.world.channels[channel]["guild_id"]), "vision")


async def test_words_for_another_channel_are_asked_for_as_a_command(
    there: int, app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    """The bot does not get the next message of a channel."""
    ref = ChatRef(Platform.DISCORD, str(there))
    offer = await conversation.understanding.offer(ref, "cs.CV")
    assert isinstance(offer, TopicOffer)
    asked = await dc.interactions.click(channel, f"narrow:{offer.options[0].key}@{there}")
    assert "/subscribe diffusion" in asked.text
