"""Workers that are killed again and again; `python -m benchmarks.workers` is the long version."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.workers.trial import trial
from tests.fakes.stores import postgres


@pytest.mark.timeout(300)
async def test_workers_that_are_killed_lose_and_repeat_nothing(tmp_path: Path) -> None:
    with postgres() as url:
        result = await trial(url, tmp_path, workers=2, chats=30, papers=40, delay=0.05, kill_every=4.0)
    assert result.kills > 0
    assert result.digests > 0
    assert result.is_clean, result
