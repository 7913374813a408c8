"""Messages on servers that name the bot, and the context menu of any message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from handlers.discord.message_menu import NAME
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_messages import JSON
from tests.fakes.discord_world import user
from tests.handlers.discord.samples import ADMIN, chat, until

LINK = "https://arxiv.org/abs/2606.00001"


async def write(dc: FakeDiscord, channel: int, text: str, *, mentions: bool = False, **more: Any) -> JSON:
    """A member's message in a channel, as the gateway passes it on: without its text unless the bot is meant."""
    bot = dc.world.bot
    is_meant = mentions or f"<@{bot['id']}>" in text
    message = dc.world.store_message(channel, {"content": text}, set(), author=user(42, "bob"))
    message |= {"mentions": [bot] if is_meant else [], **more}
    member = {"roles": [], "joined_at": dc.world.clock().isoformat(), "deaf": False, "mute": False, "flags": 0}
    seen = message if is_meant else {**message, "content": "", "embeds": []}
    guild = dc.world.channels[channel]["guild_id"]
    await dc.gateway.dispatch("MESSAGE_CREATE", {**seen, "guild_id": guild, "member": member})
    return message


def shown(dc: FakeDiscord) -> str:
    return str([each["message"]["components"] for each in dc.world.accepted])


@pytest.mark.parametrize("is_reply", [False, True])
async def test_a_link_to_the_bot_is_read_for_all_below_the_message(
    app: DiscordApp, dc: FakeDiscord, channel: int, is_reply: bool
) -> None:
    text = LINK if is_reply else f"<@{dc.world.bot['id']}> what do you think of {LINK} ?"
    asked = await write(dc, channel, text, mentions=is_reply)
    await until(lambda: dc.world.accepted)
    assert "Heads" in shown(dc)
    assert str(dc.world.accepted[0]["reference"]) == asked["id"]


async def test_words_to_the_bot_are_answered(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    await write(dc, channel, f"<@{dc.world.bot['id']}> hello")
    await until(lambda: dc.world.accepted)
    assert "Something went wrong" not in shown(dc)


async def test_a_channel_is_named_in_its_own_language(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    await store.change_chat(chat(channel), clock.now(), language="es", has_own_language=True)
    name = dc.world.channels[channel]["name"]
    await write(dc, channel, f"<@{dc.world.bot['id']}> hello")
    await until(lambda: dc.world.accepted)
    assert f"{name} de lab" in shown(dc)


async def test_other_messages_and_replies_without_a_link_stay_unanswered(
    app: DiscordApp, dc: FakeDiscord, channel: int
) -> None:
    await write(dc, channel, f"look at {LINK}")
    await write(dc, channel, "I liked the third one", mentions=True)
    await write(dc, channel, f"<@{dc.world.bot['id']}> {LINK}")
    await until(lambda: dc.world.accepted)
    await asyncio.sleep(0)
    assert len(dc.world.accepted) == 1
    assert dc.count(r"POST /channels/\d+/typing") == 1, "nothing else shows that the bot has read along"


async def test_the_links_of_any_message_are_read_for_the_one_who_asks(
    app: DiscordApp, dc: FakeDiscord, channel: int
) -> None:
    message = dc.world.store_message(channel, {"content": f"[this]({LINK})"}, set(), author=user(43, "eve"))
    answer = await dc.interactions.on_message(channel, NAME, message)
    assert "Heads" in answer.text
    assert answer.ephemeral
    nothing = dc.world.store_message(channel, {"content": "https://x.org"}, set(), author=user(43, "eve"))
    assert "no link to a paper" in (await dc.interactions.on_message(channel, NAME, nothing)).text


async def test_the_menu_works_where_the_bot_is_no_member(app: DiscordApp, dc: FakeDiscord) -> None:
    dc.interactions.is_user_install = True
    foreign = dc.world.add_channel(dc.world.add_guild("elsewhere"), "reading")
    message = dc.world.store_message(foreign, {"content": LINK}, set(), author=user(43, "eve"))
    answer = await dc.interactions.on_message(foreign, NAME, message)
    assert "Heads" in answer.text
    assert answer.ephemeral
    (menu,) = [each for each in dc.commands if each.get("type") == 3]
    assert (menu["integration_types"], menu["contexts"]) == ([0, 1], [0, 1, 2])
