"""What need not be kept → gone: once a day, in small steps beside the other work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from bot.decisions import upkeep as upkeep_decisions
from bot.ports import CachedReadings, Clock, Store

log = structlog.get_logger()

UPKEEP_STATE = "upkeep"
"""The name under which the store keeps when the upkeep was last done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many days of sent digests are kept, and how many bytes of readings with their pictures."""

    history_days: int
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class UpkeepResult:
    """How many digests and payloads, rows of matches, vectors, and readings were deleted."""

    digests: int
    matches: int
    vectors: int
    readings: int


async def is_upkeep_due(store: Store, now: datetime) -> bool:
    """Whether the daily upkeep should be done now."""
    value = await store.value(UPKEEP_STATE)
    last = datetime.fromisoformat(str(value["at"])) if value else None
    is_sending = await store.oldest_waiting() is not None
    return upkeep_decisions.is_upkeep_due(last, now, is_sending=is_sending)


async def upkeep(store: Store, cache: CachedReadings, clock: Clock, limits: Limits) -> UpkeepResult:
    """Delete what is older than its limit. Raises `StoreUnavailable`, and `OSError` if a reading cannot be deleted."""
    now = clock.now()
    result = UpkeepResult(
        digests=await store.tidy(now, history_days=limits.history_days),
        matches=await store.tidy_matches(now),
        vectors=await store.forget_vectors((now - upkeep_decisions.VECTORS_KEPT).date()),
        readings=await cache.trim(await store.unsent_papers(), limits.cache_bytes, now),
    )
    await store.forget_follow_ups(now - upkeep_decisions.FOLLOW_UPS_KEPT)
    await store.forget_malformed(now - timedelta(days=limits.history_days))
    # Last: an upkeep that fails half way is done again, which costs little for what is gone already.
    await store.remember_value(UPKEEP_STATE, {"at": now.isoformat()})
    log.info("upkeep", **asdict(result))
    return result
