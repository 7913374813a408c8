"""arXiv → papers, announcements and the ledger of listings: whether to ask now, and the state that is kept of it.

One poll asks for all papers of the archives that the topics need, so that the number of requests does not depend on the
number of subscriptions. Its stages are in `poll_run`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from bot.arxiv import calendar
from bot.arxiv.categories import ALL_ARCHIVES
from bot.decisions import poll_scope, polling
from bot.decisions.ledger import Ledger
from bot.decisions.polling import PollState
from bot.errors import Paused, SourceUnavailable, Unreachable
from bot.pipeline.poll_run import PollResult, PollRun
from bot.ports import Clock, PaperSource, Store

log = structlog.get_logger()

POLL_STATE = "poll"
"""The name under which the store keeps the `PollState`."""


RECONSIDER_AFTER = timedelta(minutes=1)
"""A topic that somebody follows again is no new one: the archive that it needs may be noticed this much later."""


TOPICS_AT_ONCE = 1_000


class NeededArchives:
    """The archives that the followed topics need. The topics are read only if one is new, or now and then."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._found: frozenset[str] = frozenset()
        self._newest_topic = 0
        self._found_at: datetime | None = None

    async def get(self) -> frozenset[str]:
        """Return the archives. Raises `StoreUnavailable`."""
        newest, now = await self._store.newest_topic(), self._clock.now()
        is_recent = self._found_at is not None and abs(now - self._found_at) < RECONSIDER_AFTER
        # Nothing is parsed while nobody follows a topic, and the first one should be noticed at once.
        if not (is_recent and self._found and newest == self._newest_topic):
            self._found = await self._read()
            self._newest_topic, self._found_at = newest, now
        return self._found

    async def _read(self) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        last = 0
        # In pages: usually one of the first topics names no category, and needs all archives.
        while topics := await self._store.followed_queries(last, TOPICS_AT_ONCE):
            found |= poll_scope.needed_archives(query for _, query in topics)
            last = topics[-1][0]
            if len(found) == len(ALL_ARCHIVES):
                break
        return found


async def poll(
    store: Store,
    source: PaperSource,
    clock: Clock,
    needed: NeededArchives | None = None,
    *,
    upto: date | None = None,
    force: bool = False,
) -> PollResult | None:
    """Ask arXiv if a poll is due, or with `force` in any case. Returns None if it was not asked.

    `upto` is the newest listing day to fetch; by default the one that the feed should show now. Who polls again and
    again passes the same `needed`.
    """
    now = clock.now()
    expected = upto or calendar.fed_day(now)
    state = await poll_state(store)
    archives = await (needed or NeededArchives(store, clock)).get()
    if not archives:
        return None
    # A new topic may need an archive that was not asked for; its chat should not wait until the next listing.
    is_new_archive = state.day is not None and not Ledger(await store.listings(state.day)).has(archives, state.day)
    if not (force or polling.poll_due(state, expected, now, is_new_archive=is_new_archive)):
        return None
    result = await PollRun(store, source, clock, archives, expected, state).run()
    await _remember(store, state, result, clock)
    log.info(
        "polled",
        day=str(result.day),
        papers=result.papers,
        announcements=result.announcements,
        malformed=result.malformed,
        failures=[str(failure) for failure in result.failures],
    )
    return result


async def _remember(store: Store, state: PollState, result: PollResult, clock: Clock) -> None:
    """Write the state after this poll."""
    now = clock.now()
    if result.day is not None and polling.is_disproved(state, result.day, now):
        # Subscriptions made since then begin on that future day, and would get nothing until it comes.
        late = await store.begin_by(result.day, now)
        log.warning("a future day was recorded as read", day=str(state.day), subscriptions=late)
    if result.is_week_compared:
        state = replace(state, compared_at=now)
    if result.failures:
        state = polling.after_failed_poll(state, result.retry_after, now, str(result.failures[0]))
    else:
        state = polling.after_poll(state, result.day, now)
    await store.remember_value(POLL_STATE, dict(state.as_json()))


async def poll_state(store: Store) -> PollState:
    """Return what the store remembers of the last poll."""
    return PollState.from_json(await store.value(POLL_STATE))


async def missing_days(store: Store, archives: Collection[str], days: Sequence[date]) -> Sequence[date]:
    """Return those of these listing days that the store lacks for these archives."""
    return Ledger(await store.listings(min(days, default=date.max))).missing_of(archives, days)


async def fetch_days(
    store: Store, source: PaperSource, clock: Clock, archives: Collection[str], days: Sequence[date]
) -> PollResult | None:
    """Fetch those of these listing days that the store lacks for these archives. Returns None if it lacks none.

    Raises `SourceUnavailable` if arXiv does not serve them.
    """
    missing = await missing_days(store, archives, days)
    if not missing:
        return None
    result = await PollRun(store, source, clock, archives, max(missing), wanted=missing).run()
    # A failed stage does no harm if another one brought the days.
    if result.failures and await missing_days(store, archives, missing):
        error = result.failures[0].error
        if isinstance(error, Unreachable | Paused):
            raise error
        raise SourceUnavailable(f"arXiv does not serve these days now. {error}", retry_after=error.retry_after)
    return result
