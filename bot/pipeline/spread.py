"""Digests that are due together → minutes of their own, where they are more than a platform takes in a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.decisions import spreading
from bot.decisions.spreading import Crowd, Load, SendingForecast
from bot.model import Platform
from bot.ports import Clock, Store

log = structlog.get_logger()

LOOK_AHEAD = timedelta(hours=1)
"""How long before its due time a crowd is spread."""

FORECAST_FOR = timedelta(hours=12)
"""Digests that are due within this time count in a forecast."""


async def spread(store: Store, loads: Mapping[Platform, Load], clock: Clock) -> int:
    """Give each chat of a crowd a due time of its own; returns how many chats got another one.

    `loads` say what one bot of each platform can send; other platforms are left alone.
    """
    now, moved = clock.now(), 0
    waiting = {platform: (await store.progress([platform], now)).due for platform in loads}
    for (platform, bot), due in (await store.due_counts(now, now + LOOK_AHEAD)).items():
        if platform in loads:
            for crowd in spreading.crowds(due, loads[platform], waiting[platform], now):
                moved += await _spread(store, platform, bot, crowd)
    if moved:
        log.info("digests spread", chats=moved)
    return moved


async def _spread(store: Store, platform: Platform, bot: str, crowd: Crowd) -> int:
    chats = await store.chats_due_at(crowd.due_at, platform, bot)
    minutes: dict[datetime, list[int]] = {}
    for number, chat in enumerate(chats):
        minute = spreading.minute_of(chat, crowd)
        if minute != crowd.due_at:
            minutes.setdefault(minute, []).append(number)
        if number % 1000 == 0:
            await asyncio.sleep(0)  # let answers and messages go
    for minute, numbers in minutes.items():
        await store.move_due([chats[number] for number in numbers], crowd.due_at, minute)
    return sum(map(len, minutes.values()))


async def sending_forecasts(store: Store, loads: Mapping[Platform, Load], clock: Clock) -> list[SendingForecast]:
    """How long the messages that wait, and those of the digests of the next hours, take to be sent, by platform."""
    now = clock.now()
    due = await store.due_counts(now, now + FORECAST_FOR)
    found = []
    for platform, load in loads.items():
        by_bot = {bot: counts for (of, bot), counts in due.items() if of is platform}
        waiting = (await store.progress([platform], now)).due
        found.append(spreading.forecast(platform, waiting, by_bot, load, now))
    return found
