"""When vectors of terms are made from the store's own papers. Pure; takes `now`."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import VectorsOrigin

FEWEST_PAPERS = 1_500
"""With so many papers, their own vectors order papers better than the bundled ones, as measured on graded papers with
the vectors of 1,100 papers of the days before."""

SOON_GROWTH, LATER_GROWTH = 2.0, 1.2
"""How many times as many papers as at the last time are enough at once, and after `MADE_EVERY`."""

MADE_EVERY = timedelta(days=7)

QUIET = timedelta(hours=1)
"""No digest is due within this time: all models are trained anew after the vectors are made."""

WAIT_AT_MOST = timedelta(days=1)
"""How long the making waits for such a time."""

TRY_AGAIN_AFTER = timedelta(hours=6)
"""Time until another attempt if the making failed."""


def are_vectors_due(counted: int, made: VectorsOrigin | None, now: datetime) -> bool:
    """Whether to make vectors, from a store that has counted so many papers and has these vectors."""
    if counted < FEWEST_PAPERS:
        return False
    if made is None or counted >= SOON_GROWTH * made.counted:
        return True
    # `abs`: a time in the future was written by a clock that ran ahead.
    return counted >= LATER_GROWTH * made.counted and abs(now - made.made_at) >= MADE_EVERY


def may_begin(due_since: datetime, now: datetime, *, is_quiet: bool) -> bool:
    """Whether to make vectors that are due since then now."""
    return is_quiet or abs(now - due_since) >= WAIT_AT_MOST
