"""A digest is created with ordinary content, which notifications show, and is given its components by an edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.model import Part, Sent
from handlers.discord.sender import DiscordSender
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_messages import COMPONENTS_V2, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS
from tests.handlers.discord.samples import KEY, SINCE, chat

EDIT = r"PATCH /channels/\d+/messages/\d+"
BUTTON = {"type": 2, "style": 2, "label": "Settings", "custom_id": "settings:"}
ROW = {"type": 1, "components": [BUTTON]}


def announced(**more: Any) -> Part:
    container = {"type": 17, "components": [{"type": 10, "content": "### 10 of 109"}, ROW]}
    announcement = {"content": "10 of 109 · cs.CV\n1. A title", "components": [ROW]}
    return Part({"components": [container], "files": [], "announcement": announcement, **more})


async def test_a_notification_has_words_and_the_message_has_components(
    sender: DiscordSender, dc: FakeDiscord, channel: int
) -> None:
    outcome = await sender.send(chat(channel), announced(), KEY)
    [message] = dc.world.history(channel)
    assert outcome == Sent(message["id"])
    assert dc.world.notified == [(channel, "10 of 109 · cs.CV\n1. A title")]
    assert (message["content"], message["flags"]) == ("", COMPONENTS_V2)
    assert message["components"][0]["components"][1]["components"][0]["custom_id"] == f"settings:@{channel}"


async def test_a_silent_part_notifies_nobody(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    await sender.send(chat(channel), announced(silent=True), KEY)
    [message] = dc.world.history(channel)
    assert dc.world.notified == []
    assert message["flags"] == COMPONENTS_V2 | SUPPRESS_NOTIFICATIONS


@pytest.mark.parametrize("kind", ["500", "reset", "garbage", "403/50013"])
async def test_a_message_whose_edit_fails_stands_and_is_not_sent_again(
    sender: DiscordSender, dc: FakeDiscord, channel: int, kind: str
) -> None:
    dc.fail(kind, EDIT, times=9)
    outcome = await sender.send(chat(channel), announced(), KEY)
    [message] = dc.world.history(channel)
    assert outcome == Sent(message["id"])
    assert message["content"] == "10 of 109 · cs.CV\n1. A title"
    assert message["flags"] == SUPPRESS_EMBEDS, "the links in it show no previews"
    assert message["components"][0]["components"][0]["custom_id"] == f"settings:@{channel}"
    assert 1 <= dc.count(EDIT) <= 2


async def test_an_edit_is_tried_once_more(sender: DiscordSender, dc: FakeDiscord, channel: int) -> None:
    dc.fail("500", EDIT)
    await sender.send(chat(channel), announced(), KEY)
    assert dc.world.history(channel)[0]["flags"] == COMPONENTS_V2
    assert (dc.count(EDIT), len(dc.world.accepted)) == (2, 1)


async def test_a_process_that_ended_before_the_edit_finds_its_message_and_completes_it(
    sender: DiscordSender, dc: FakeDiscord, channel: int, tmp_path: Path
) -> None:
    dc.world.shows_nonces = False
    dc.fail("403/50013", EDIT)
    sent = await sender.send(chat(channel), announced(), KEY)
    restarted = DiscordSender(sender._client, sender._invalid, tmp_path)
    assert isinstance(sent, Sent)
    assert await restarted.find(chat(channel), announced(), KEY, SINCE) == sent.message_id
    [message] = dc.world.history(channel)
    assert message["flags"] == COMPONENTS_V2
    assert await restarted.find(chat(channel), announced(), KEY, SINCE) == sent.message_id, "and again, by its form"


async def test_a_post_in_a_forum_is_converted_in_place(sender: DiscordSender, dc: FakeDiscord) -> None:
    forum = dc.world.add_forum(dc.world.add_guild())
    await sender.send(chat(forum), announced(title="10 of 109"), KEY)
    [post] = dc.world.threads(parent=forum)
    [message] = dc.world.history(int(post["id"]))
    assert (message["content"], message["flags"]) == ("", COMPONENTS_V2)
    assert dc.world.notified == [(int(post["id"]), "10 of 109 · cs.CV\n1. A title")]
