"""A server is told where nothing can be written any more: among its notices, else its owner; nobody is pinged."""

from __future__ import annotations

import asyncio

import pytest

from handlers.discord import warning
from handlers.discord.sender import DiscordSender
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_world import SEND_MESSAGES
from tests.handlers.discord.samples import chat

OWNER = 7
WHY = "Paperboy may not write in the channel"


@pytest.fixture
def guild(dc: FakeDiscord) -> int:
    return dc.world.add_guild("Lab")


@pytest.fixture
def channel(dc: FakeDiscord, guild: int) -> int:
    ident = dc.world.add_channel(guild, "papers_@everyone")
    dc.world.deny(ident, SEND_MESSAGES)
    return ident


@pytest.fixture
def notices(dc: FakeDiscord, guild: int) -> int:
    ident = dc.world.add_channel(guild, "general")
    dc.world.guilds[guild]["system_channel_id"] = str(ident)
    return ident


def told(dc: FakeDiscord, channel: int) -> list[str]:
    return [str(each["components"][0]["content"]) for each in dc.world.messages.get(channel, [])]


def owners(dc: FakeDiscord) -> list[str]:
    return told(dc, int(dc.world.direct(OWNER)["id"]))


async def test_a_server_is_told_among_its_notices_which_channel_is_closed_and_what_to_do(
    sender: DiscordSender, dc: FakeDiscord, channel: int, notices: int
) -> None:
    await sender.warn(chat(channel), WHY)
    [said] = told(dc, notices)
    assert said.startswith("I can no longer write in \\#papers\\_@\u200beveryone of “Lab”: Paperboy may not write")
    assert "`/subscriptions`" in said
    assert "Nothing is lost" in said
    assert owners(dc) == []
    assert [each["allowed_mentions"] for each in dc.world.accepted] == [{"parse": []}], "nobody is pinged"


async def test_a_warning_is_in_the_language_of_its_server(
    sender: DiscordSender, dc: FakeDiscord, guild: int, channel: int, notices: int
) -> None:
    dc.world.guilds[guild]["preferred_locale"] = "ru"
    await sender.warn(chat(channel), WHY)
    assert told(dc, notices)[0].startswith("Я больше не могу писать в ")


async def test_where_the_notices_take_nothing_the_owner_is_told(
    sender: DiscordSender, dc: FakeDiscord, channel: int, notices: int
) -> None:
    dc.world.deny(notices, SEND_MESSAGES)
    await sender.warn(chat(channel), WHY)
    assert told(dc, notices) == []
    assert len(owners(dc)) == 1


async def test_a_server_without_notices_or_whose_notices_are_the_channel_itself_has_its_owner_told(
    sender: DiscordSender, dc: FakeDiscord, guild: int, channel: int
) -> None:
    await sender.warn(chat(channel), WHY)
    dc.world.guilds[guild]["system_channel_id"] = str(channel)
    await sender.warn(chat(channel), WHY)
    assert len(owners(dc)) == 2


async def test_an_owner_who_takes_no_messages_and_a_place_that_is_gone_are_no_failure(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    direct = int(dc.world.direct(OWNER)["id"])
    dc.world.close_channel(direct, 403, 50007)
    await sender.warn(chat(channel), WHY)
    await sender.warn(chat(99), "the channel is gone")
    await sender.warn(chat(direct), "this person takes no direct messages from Paperboy")
    assert dc.world.accepted == []


@pytest.mark.parametrize("kind", ["503", "reset", "garbage", "429", "401"])
async def test_a_warning_that_fails_is_no_failure_of_whoever_warns(
    sender: DiscordSender, dc: FakeDiscord, channel: int, notices: int, kind: str
) -> None:
    dc.fail(kind, r"GET /guilds/\d+", times=1, retry_after=90.0)
    async with asyncio.timeout(5):
        await warning.tell(sender._client, channel, WHY, timeout_seconds=0.3)


async def test_nothing_is_asked_of_discord_while_it_is_left_alone(
    sender: DiscordSender, dc: FakeDiscord, channel: int, notices: int
) -> None:
    await sender._client.close()
    asked = len(dc.requests)
    await sender.warn(chat(channel), WHY)
    assert len(dc.requests) == asked
