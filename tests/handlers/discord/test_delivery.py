"""The outbox, the courier and the sender together: whatever fails, every part of every digest arrives once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest

from bot.model import Chat, ChatRef, DeliveryState, NewDigest, Part, Platform
from bot.pipeline import DeliveryWorker
from bot.storage.store import SqlStore
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.discord import CREATE_MESSAGE, CREATE_POST, EDIT_MESSAGE, Bucket, FakeDiscord

DAY = date(2026, 6, 2)


async def _write(store: SqlStore, clock: FakeClock, channel: int, parts: int) -> list[str]:
    """A digest of so many parts for a channel; the texts of its parts."""
    ref = ChatRef(Platform.DISCORD, str(channel))
    await store.add_chat(Chat(ref))
    texts = [f"part {number} for {channel}" for number in range(1, parts + 1)]
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "⚙", "custom_id": "settings:new"}]}
    made = tuple(
        Part(
            {"components": [{"type": 10, "content": text}]}
            # The first part is announced, as a digest's is.
            | ({"announcement": {"content": text, "components": [row]}} if number == 0 else {})
        )
        for number, text in enumerate(texts)
    )
    assert await store.write_digest(NewDigest(ref, str(DAY), DAY, DAY, DAY, (), made, None), clock.now())
    return texts


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_part_arrives_once_whatever_fails(
    dc: FakeDiscord, sender: DiscordSender, store: SqlStore, clock: FakeClock, seed: int
) -> None:
    random.seed(seed)
    dc.channel_limit, dc.overall = (100, 1.0), Bucket(1_000, 1.0)
    guild = dc.world.add_guild()
    places = [dc.world.add_channel(guild) for _ in range(6)] + [dc.world.add_forum(guild) for _ in range(3)]
    expected = [text for place in places for text in await _write(store, clock, place, 3)]
    for kind in ("503", "reset", "garbage", "cut"):
        for store_it in (True, False):
            for request in (CREATE_MESSAGE, CREATE_POST, EDIT_MESSAGE):
                dc.fail(kind, request, times=4, rate=0.2, store=store_it)
    courier = DeliveryWorker(store, {Platform.DISCORD: sender}, clock, "me")
    for tries in range(60):
        await courier.deliver()
        if {each.state for each in await store.deliveries(limit=1000)} == {DeliveryState.SENT}:
            break
        dc.world.shows_nonces = tries % 2 == 0
        dc.world.forget_nonces()
        clock.advance(3600)
    messages = [each["message"] for each in dc.world.accepted]
    accepted = Counter(message["content"] or message["components"][0]["content"] for message in messages)
    assert accepted == Counter(expected)
    states = {each.state for each in await store.deliveries(limit=1000)}
    assert states == {DeliveryState.SENT}
    assert sum(each.kind != "" and each.times < 4 for each in dc.faults) > 5, "the faults did happen"
    assert len(dc.world.threads(guild=guild)) == 3, "one post a forum"
