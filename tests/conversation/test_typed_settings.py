"""Messages in words that change a setting, and words of topics that resemble them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.conversation import typed_settings
from bot.model import Chat, ChatRef, Platform

CHAT = Chat(ChatRef(Platform.TELEGRAM, "5"))
NOW = datetime(2026, 6, 3, tzinfo=UTC)
FORTNIGHT = datetime(2026, 6, 17, tzinfo=UTC)
EVERY_DAY, WEEKDAYS = frozenset(range(7)), frozenset(range(5))


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        *((each, "digest_time", time(7, 30)) for each in ("7:30", "07:30.", "at half past seven in the morning")),
        *((each, "digest_time", time(7, 30)) for each in ("早上七点半", "7:30 am", "time 7:30", "时间 7:30")),
        *((each, "digest_time", time(21)) for each in ("9 pm", "晚上9点", "9 вечера", "21h")),
        *((each, "days", frozenset({4})) for each in ("weekly on Friday", "Friday", "Fridays", "每周五", "в пятницу")),
        ("Mondays and Thursdays", "days", frozenset({0, 3})),
        *((each, "days", EVERY_DAY) for each in ("every day", "daily", "每天", "毎日")),
        *((each, "days", WEEKDAYS) for each in ("weekdays", "Monday to Friday", "по будням")),
        *((each, "paused_until", FORTNIGHT) for each in ("pause for two weeks", "暂停两周", "pausa dos semanas")),
        *((each, "paused_until", FORTNIGHT) for each in ("一時停止 2週間", "пауза до 17 июня", "pause until 17 June")),
    ],
)
def test_a_setting_with_its_value_is_read(written: str, name: str, value: Any) -> None:
    change = typed_settings.change(written, CHAT, NOW)
    assert change is not None
    assert change.fields == {name: value}


@pytest.mark.parametrize(
    "written",
    [
        *("", "9", "nine", "七", "2.5", "1.58", "4:3", "3d", "5G", "a 3", "K-12", "1130"),
        *("sun", "SAT", "SAT solving", "mar", "среда", "all", "dominance", "monday effect", "日", "一日"),
        *("pause detection", "pauses in speech", "time series", "time resolved", "day night", "days of our lives"),
        *("cs.CV", "language models", "talking heads", "音频驱动的说话人头像", "2 weeks"),
    ],
)
def test_what_may_be_a_topic_is_left_alone(written: str) -> None:
    assert typed_settings.change(written, CHAT, NOW) is None
