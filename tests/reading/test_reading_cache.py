"""The cache of readings: its limit, what stays in it, and files that are used elsewhere too."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.model import Paper, Reading, Section, Source
from bot.reading.reading_cache import CachedReading, ReadingCache

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
PICTURE = 50_000


def paper(paper_id: str, version: int = 1) -> Paper:
    return Paper(paper_id, version, "On looms", ("Ada Quill",), "We weave.", ("cs.GR",))


def stored(cache: ReadingCache, paper: Paper, days_ago: float) -> Path:
    """Store a reading with a picture, last used some days before `NOW`; returns its directory."""
    workspace = cache.workspace()
    (workspace / "figure-1.png").write_bytes(b"x" * PICTURE)
    reading = Reading(paper.id, paper.version, Source.PDF, (Section("Loom"),))
    cache.store(paper, CachedReading(reading, True, None), workspace)
    used = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(cache.directory(paper) / "reading.json", (used, used))
    return cache.directory(paper)


def test_the_longest_unused_readings_go_until_the_others_fit(tmp_path: Path) -> None:
    cache = ReadingCache(tmp_path)
    papers = [paper(f"2606.0000{n}") for n in range(4)]
    old, older, oldest, new = (stored(cache, each, days) for each, days in zip(papers, (10, 20, 30, 0.1), strict=True))
    assert cache.trim((), 3 * PICTURE, NOW) == 2
    assert [each.exists() for each in (old, older, oldest, new)] == [True, False, False, True]
    assert not list(cache.root.glob(".*")), "nothing is left half deleted"
    assert cache.trim((), 3 * PICTURE, NOW) == 0


def test_a_reading_that_was_used_again_stays(tmp_path: Path) -> None:
    cache = ReadingCache(tmp_path)
    first, second = paper("2606.00001"), paper("2606.00002")
    stored(cache, first, 30)
    stored(cache, second, 20)
    assert cache.load(first) is not None
    cache.trim((), PICTURE, datetime.now(UTC))
    assert cache.load(first) is not None
    assert cache.load(second) is None


def test_all_versions_of_a_needed_paper_stay(tmp_path: Path) -> None:
    cache = ReadingCache(tmp_path)
    needed = [paper("astro-ph/0601001"), paper("astro-ph/0601001", 2)]
    for each in [*needed, paper("2606.00003")]:
        stored(cache, each, 30)
    assert cache.trim({"astro-ph/0601001"}, 0, NOW) == 1
    assert all(cache.load(each) for each in needed)


def test_a_picture_that_the_archive_shows_too_does_not_count(tmp_path: Path) -> None:
    cache = ReadingCache(tmp_path)
    directory = stored(cache, paper("2606.00001"), 30)
    os.link(directory / "figure-1.png", tmp_path / "shown.png")
    assert cache.trim((), PICTURE // 2, NOW) == 0
    assert cache.trim((), 0, NOW) == 1
    assert (tmp_path / "shown.png").stat().st_size == PICTURE
