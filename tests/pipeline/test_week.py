"""A simulated week with every class of fault: each chat gets each matching paper exactly once, in its morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.arxiv import calendar
from bot.model import Announced, Announcement, ChatRef, Kind, Paper, Platform
from tests.fakes.stores import new_database
from tests.fakes.week import Span
from tests.pipeline.week import DAYS, START, ZONES, Follower, Week, at, judge

WORDS = ("lattice", "tide", "origami", "copper", "orchard", "glacier")
CATEGORIES = ("cs.CV", "cs.CL", "math.NA", "quant-ph", "hep-th", "cs.RO")
QUERIES = (
    *WORDS,
    "cs.CV",
    "quant-ph.*",
    "math.NA AND tide",
    '"copper orchard"',
    "cs.CL AND NOT glacier",
    "cs.RO OR lattice",
)


def made_up_days() -> dict[date, tuple[Announced, ...]]:
    """Some papers each day; every day but the first also cross-lists and replaces one of the day before."""
    days: dict[date, tuple[Announced, ...]] = {}
    before: Paper | None = None
    for n, day in enumerate(DAYS):
        entries = [_announced(_paper(n, k, day), day, Kind.NEW) for k in range(18)]
        if before is not None:
            crossed = replace(before, categories=(*before.categories, "math.NA"))
            entries.append(_announced(crossed, day, Kind.CROSS))
            entries.append(_announced(replace(_paper(n - 1, 5, day), version=2), day, Kind.REPLACE))
        before = entries[0].paper
        days[day] = tuple(entries)
    return days


def _paper(n: int, k: int, day: date) -> Paper:
    submitted = calendar.released_at(day) - timedelta(hours=10 + k % 5)
    one, two = WORDS[k % 6], WORDS[(k * 5 + n) % 6]
    title = f"On the {one} {two}, part {n}.{k}"
    abstract = f"We fold the {one} along the {two}. The fold holds for {k + 1} days. It opens again."
    categories = (CATEGORIES[(n + k) % 6], CATEGORIES[(n + k + 2) % 6])
    return Paper(f"2609.{n:02}{k:03}", 1, title, ("Ada Example",), abstract, categories, published=submitted)


def _announced(paper: Paper, day: date, kind: Kind) -> Announced:
    return Announced(paper, Announcement(paper.id, paper.version, day, kind))


def followers(count: int) -> list[Follower]:
    """Chats of both platforms in every zone; every tenth comes on the third day, some ask for a skipped hour."""
    found = []
    for n in range(count):
        ref = ChatRef(Platform.DISCORD if n % 3 == 0 else Platform.TELEGRAM, str(1000 + n))
        zone = ZONES[n % len(ZONES)]
        hour = time(0, 30) if zone == "America/Santiago" and n % 2 else time(6 + n % 5, (n * 15) % 60)
        queries = (QUERIES[n % len(QUERIES)], QUERIES[(n * 7 + 3) % len(QUERIES)])
        joins = at(4, 12) if n % 10 == 9 else START
        found.append(Follower(ref, zone, hour, queries, joins))
    return found


def with_every_fault(week: Week) -> Week:
    """Every class of fault once, and a restart a day."""
    refs = [follower.ref for follower in week.followers]
    telegram = [ref for ref in refs if ref.platform is Platform.TELEGRAM]
    discord = [ref for ref in refs if ref.platform is Platform.DISCORD]
    week.arxiv.down = [Span.of(at(3, 3), hours=24)]
    week.arxiv.stale = [Span.of(at(4, 4), hours=5)]
    week.arxiv.empty = [Span.of(at(7, 4), hours=20)]
    week.arxiv.garbled = {week.days[DAYS[4]][3].paper.id}
    week.model_down = [Span.of(at(4, 6), hours=12)]
    week.store_away = [Span.of(at(2, 10), minutes=60)]
    week.store_shaky = [Span.of(at(9, 5), hours=2)]
    week.telegram.down = [Span.of(at(2, 7), hours=1)]
    week.telegram.failing = week.discord.failing = [Span.of(at(4, 11), hours=4)]
    week.telegram.flooded = week.discord.flooded = [Span.of(at(8, 6), hours=2)]
    week.telegram.gone = {telegram[1]: Span.of(at(4, 0), hours=100), telegram[4]: Span.of(at(2, 0), hours=48)}
    week.discord.gone = {discord[1]: Span.of(at(7, 0), hours=30)}
    week.telegram.moved = {telegram[2]: (at(4, 0), ChatRef(Platform.TELEGRAM, "-100555"))}
    week.telegram.dies_at = [at(2, 12), at(9, 8)]
    week.discord.dies_at = [at(7, 15)]
    week.restarts = [at(day, 5, 40) for day in range(2, 10)]
    week.lies = [
        (Span.of(at(5, 12), hours=1), timedelta(days=-30)),
        (Span.of(at(6, 12), hours=1), timedelta(hours=5)),
        (Span.of(at(7, 1), minutes=40), timedelta(days=400)),
    ]
    return week


@pytest.mark.timeout(300)
async def test_through_a_week_of_every_fault_each_chat_gets_each_paper_once_in_its_own_morning(tmp_path: Path) -> None:
    week = with_every_fault(Week(await new_database(tmp_path / "week.sqlite3"), made_up_days(), followers(40)))
    await week.run()
    verdict = await judge(week)
    assert verdict.problems == []
    assert verdict.expected > 500
