"""Settings, clock changes and pauses as conversations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.conversation import Conversation
from bot.decisions import due_times
from bot.model import ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline
from tests.transcripts.recorder import Person, Place, Recorder

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
ANN, BOB = Person("Ann", "5"), Person("Bob", "6", is_admin=False)
LI = Person("Li", "7", language="zh-hans")
PRIVATE, GROUP = (
    Place(ChatRef(Platform.TELEGRAM, "5"), "Ann"),
    Place(ChatRef(Platform.TELEGRAM, "-5"), "Vision lab", ChatKind.GROUP),
)
LIS_CHAT = Place(ChatRef(Platform.TELEGRAM, "7"), "Li")
LINES = (
    "/settings",
    "/settings time=9:00",
    "/settings 9 Uhr",
    "/settings time half past eight",
    "/settings timezone USA",
    "/settings tz EST",
    "/settings timezone CET",
    "/settings Köln",
    "/settings timezone Ciudad de México",
    "/settings timezone México",
    "/settings timezone 北京",
    "/settings zona horaria: Москва",
    "/settings timezone Berln",
    "/settings timezone +02:00",
    "/settings depth depp",
    "/settings deep",
    "/settings 10",
    "/settings size ten",
    "/settings size 500",
    "/settings style compact",
    "/settings language ger",
    "/settings language klingon",
    "/settings days",
    "/settings weekdays",
    "/settings days lunes y jueves",
    "/settings days soon",
    "/settings quiet 10 pm to 7 am",
    "/settings quiet off",
    "/settings opens here",
    "/settings colour red",
    "/settings sise 5",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
async def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return conversation_of(store, clock, FakePipeline())


async def test_every_setting_by_words_and_by_buttons(talk: Conversation, clock: FakeClock) -> None:
    record = Recorder(talk, "Settings")
    record.clock(NOW)
    for line in LINES:
        await record.says(ANN, PRIVATE, line)
    record.tell("The same by buttons, in a group")
    await record.says(ANN, GROUP, "/settings")
    for setting, value in (
        ("Digest time", "08:00"),
        ("Time zone", "Tokyo"),
        ("Papers", "20"),
        ("Style", "titles"),
        ("Depth", "deep"),
        ("Quiet", "22:00"),
        ("Papers open", "here"),
        ("Language", "›"),
    ):
        await record.presses(ANN, GROUP, setting)
        await record.presses(ANN, GROUP, value)
        await record.presses(ANN, GROUP, "Settings")
    await record.presses(ANN, GROUP, "Days")
    for day in ("✓ Sat", "✓ Sun", "✓ Mon", "weekly"):
        await record.presses(ANN, GROUP, day)
    await record.presses(BOB, GROUP, "Undo")
    await record.sends(ANN, GROUP, "day:9")
    clock.advance(60)
    record.tell("In Chinese")
    await record.says(LI, LIS_CHAT, "/settings")
    await record.says(LI, LIS_CHAT, "/settings 时间 早上8点半")
    await record.says(LI, LIS_CHAT, "/settings 时区 美国")
    await record.presses(LI, LIS_CHAT, "芝加哥")
    await record.says(LI, LIS_CHAT, "/pause 两周")
    record.is_recorded("settings")


async def test_a_pause_and_what_undoes_it(talk: Conversation, clock: FakeClock) -> None:
    record = Recorder(talk, "Pause")
    record.clock(NOW)
    await record.says(ANN, PRIVATE, "/subscribe cs.CV")
    await record.says(ANN, PRIVATE, "/pause")
    await record.presses(ANN, PRIVATE, "1 week")
    await record.presses(ANN, PRIVATE, "Undo")
    for words in ("until 24 Dec", "2 weeks", "5/6", "10", "until told", "3 years"):
        await record.says(ANN, PRIVATE, f"/pause {words}")
    await record.says(ANN, PRIVATE, "/settings")
    await record.says(ANN, PRIVATE, "/resume")
    await record.says(ANN, PRIVATE, "/stop")
    await record.presses(ANN, PRIVATE, "Pause instead")
    await record.presses(ANN, PRIVATE, "until I resume")
    await record.presses(ANN, PRIVATE, "Resume")
    await record.says(ANN, PRIVATE, "/unsubscribe cs.CV")
    clock.advance(601)
    record.tell("Eleven minutes later")
    await record.presses(ANN, PRIVATE, "Undo")
    await record.says(ANN, PRIVATE, "/stop")
    await record.presses(ANN, PRIVATE, "Keep")
    record.is_recorded("pause")


async def test_a_night_in_which_the_clocks_change(talk: Conversation, store: SqlStore, clock: FakeClock) -> None:
    """Each digest of the days around a change, as `next_due` gives one after the other."""
    record = Recorder(talk, "The clocks change")
    for place, zone, first in (
        ("New York", "America/New_York", datetime(2026, 3, 6, 12, tzinfo=UTC)),
        ("New York", "America/New_York", datetime(2026, 10, 30, 12, tzinfo=UTC)),
        ("Lisbon", "Europe/Lisbon", datetime(2026, 3, 27, 12, tzinfo=UTC)),
        ("Lisbon", "Europe/Lisbon", datetime(2026, 10, 23, 12, tzinfo=UTC)),
    ):
        for at in ("1:30", "2:30", "8:00"):
            clock.set(first)
            record.clock(first)
            await record.says(ANN, PRIVATE, f"/settings timezone {place}")
            await record.says(ANN, PRIVATE, f"/settings time {at}")
            chat, due = await store.chat(PRIVATE.ref), first
            assert chat is not None
            for _ in range(4):
                due = due_times.next_due(chat, due) or due
                local = due.astimezone(ZoneInfo(zone))
                record.lines += ["", f"- digest at {local:%A %d %B %H:%M %Z} ({due:%H:%M} UTC)"]
            weekly = replace(chat, days=frozenset({6}))
            sundays = [due_times.next_due(weekly, first), due_times.next_due(weekly, first + timedelta(days=7))]
            shown = [each.astimezone(ZoneInfo(zone)) for each in sundays if each]
            record.lines += ["", f"- weekly, on Sunday: {', '.join(f'{each:%d %B %H:%M %Z}' for each in shown)}"]
    record.is_recorded("dst")
