"""Samples of results about waiting, limits, news of papers and messages to all chats."""

from __future__ import annotations

from datetime import timedelta

from bot import conversation as results
from bot.model import Awaited, News, NewsKind, Paper, Platform, WordChange

_PAPER = Paper("2406.14272", 2, "Heads <that> talk @everyone", ("A. Author",), "An abstract.", ("cs.CV",))
_CHANGE = WordChange("that they talk in", "one language <only>", "twenty languages", "and sing")
_ALL_NEWS = tuple(News(kind, "Pattern Recognition 2026" * 9) for kind in NewsKind)

SERVICES: tuple[results.Result, ...] = (
    *(results.DigestPromised(awaited) for awaited in Awaited),
    results.TooManyReadings(30, timedelta(minutes=12), is_deep=False),
    results.TooManyReadings(10, timedelta(seconds=20), is_deep=True),
    results.PaperNews(_PAPER, 1, _ALL_NEWS, (_CHANGE,), (_CHANGE,) * 40),
    results.PaperNews(_PAPER, 2, (), (), ()),
    results.BroadcastPlan(("One.", "Two <b>."), {Platform.TELEGRAM: 800, Platform.DISCORD: 12}, "0123456789ab"),
    results.BroadcastPlan(("One.",), {}, "0123456789ab"),
    results.BroadcastTooLong(1600, 1500),
    results.BroadcastSent(812, 0),
    results.BroadcastSent(1, 811),
)
