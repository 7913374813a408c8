"""Decides when the daily upkeep is due, and which readings leave the cache. Pure; takes `now`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

UPKEEP_EVERY = timedelta(hours=23)
"""Less than a day, so that the hour does not move on from day to day."""

WAIT_AT_MOST = timedelta(hours=12)
"""How long the upkeep waits for an hour in which nothing is being sent."""

RECENT = timedelta(days=3)
"""A reading used so lately may be needed for a digest that is not composed yet."""


VECTORS_KEPT = timedelta(days=60)
"""How long vectors are kept for ranking. Those of papers with a vote stay: models are learned from them again."""


FOLLOW_UPS_KEPT = timedelta(days=90)
"""How long news of a paper are kept, whether the chat was told or not."""


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A cached reading: its name, the paper's id, the bytes that deleting it would free, and when it was last used."""

    name: str
    paper_id: str
    size: int
    used_at: datetime


def is_upkeep_due(last: datetime | None, now: datetime, *, is_sending: bool) -> bool:
    """Whether to do the upkeep, which was last done at `last`; it waits a while if messages are to be sent now."""
    # `abs`: a clock that was set back must not put it off.
    age = UPKEEP_EVERY if last is None else abs(now - last)
    return age >= UPKEEP_EVERY + (WAIT_AT_MOST if is_sending and last is not None else timedelta())


def readings_to_drop(
    kept: Iterable[KeptReading], needed: Collection[str], most_bytes: int, now: datetime
) -> list[KeptReading]:
    """Return the readings to delete so that the others take no more than `most_bytes`: the longest unused first.

    Those of the papers in `needed` stay, and so do those used lately, even if they take more than that.
    """
    kept = sorted(kept, key=lambda reading: reading.used_at)
    excess = sum(reading.size for reading in kept) - most_bytes
    dropped: list[KeptReading] = []
    for reading in kept:
        if excess <= 0:
            break
        # A file may be dated in the future by a clock that ran ahead.
        if reading.paper_id not in needed and abs(now - reading.used_at) >= RECENT:
            dropped.append(reading)
            excess -= reading.size
    return dropped
