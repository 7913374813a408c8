"""A small run of the webhook benchmark: a service that is killed while updates are posted to it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.webhooks import measure
from tests.fakes.stores import sqlite_url


async def test_a_service_that_is_killed_loses_no_update_that_it_acknowledged(tmp_path: Path) -> None:
    figures = await measure(sqlite_url(tmp_path / "webhooks.sqlite3"), tmp_path, rate=60, seconds=4)
    assert figures.posted == 280
    assert (figures.lost, figures.unsubscribed, figures.pending) == ([], [], 0)
    assert figures.statuses[403] == 2
    assert figures.strangers_answered == 0
    assert figures.is_clean
