"""A small kill test: the service as a process, killed at random moments while the platforms fail in every way."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.kill.rounds import KillTest
from bot.model import Platform
from tests.fakes.stores import sqlite_url


@pytest.mark.parametrize("seed", [7])
async def test_whoever_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    database = sqlite_url(tmp_path / "kill.sqlite3")
    report = await KillTest(database, tmp_path, rounds=6, chats=16, seed=seed, rate=0.1, cold=0).run()
    assert report.lost == []
    assert report.twice[Platform.DISCORD] == []
    assert report.twice[Platform.TELEGRAM] == []
    assert report.unaccounted == []
    assert report.unexpected == []
    assert report.is_clean
    assert report.messages[Platform.TELEGRAM] > 0
    assert report.messages[Platform.DISCORD] > 0
    assert report.killed["while sending"] > 0, "some were killed in the middle"
