"""Gathers the state of the service from the store: what was announced, ingested, matched, summarized and delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.embedding import EmbeddingState, Similarity, embedded_since
from bot.decisions.health import DAYS, UNSETTLED, Gap, Service, Status, TaskCounts, Unfinished, gaps, is_running
from bot.decisions.ledger import ARXIV_BEGAN
from bot.decisions.spreading import Load
from bot.errors import StoreUnavailable
from bot.model import Bot, ListingRecord, Platform, SendingProgress
from bot.pipeline.embed import EMBEDDING_STATE
from bot.pipeline.platform_holds import held_platforms
from bot.pipeline.poll import NeededArchives, poll_state
from bot.pipeline.spread import sending_forecasts
from bot.ports import Clock, Store
from bot.service.bots import unserved
from bot.service.kept_values import KeptValues
from bot.service.owners import WORKER_PREFIX, describe

WRITE_TIMEOUT_SECONDS = 3.0
"""How long the small write may take that shows whether the database can be written."""


SERVICE_STATE = "service"
"""The name of the store's value in which the running service reports its state."""


TASK_COUNTS = "tasks"
"""The name of the store's value in which the service reports the tasks that it handed over to workers."""


MAX_REASONS = 20
"""Reasons for waiting that a status lists."""


MAX_TROUBLES = 20
"""Deliveries that were given up or whose outcome is unknown, as listed one by one in a status."""


MAX_SUSPENDED = 20
"""Suspended chats that a status lists with their reasons."""


MAX_WAITING = 1_000
"""Messages whose reasons for waiting are counted: enough to show the frequent ones."""


CACHE_FOR = timedelta(seconds=5)
"""How old a cached state may be when it is returned."""


async def gather(
    store: Store,
    clock: Clock,
    bots: Collection[Bot] = (),
    loads: Mapping[Platform, Load] | None = None,
    *,
    embedder: str | None = None,
    needed: NeededArchives | None = None,
    kept: KeptValues | None = None,
) -> Status:
    """Read the state; with `bots`, also which chats none of these serves; with `loads`, also how long sending takes;
    with the name of an `embedder`, also how far that is.

    Raises `StoreUnavailable`.

    Who gathers again and again passes the same `needed` and `kept`: what is costly to read is then read less often.
    Whether the service works is read every time.
    """
    now, kept = clock.now(), kept or KeptValues(clock)
    since = calendar.fed_day(now) - timedelta(days=DAYS)
    poll = await poll_state(store)
    service = Service.from_json(await store.value(SERVICE_STATE))
    running = service is not None and is_running(service, now)
    platforms = tuple(service.platforms) if service else ()
    archives = await (needed or NeededArchives(store, clock)).get()
    # Without a topic nothing is polled, so that no listing can be missing.
    listing_gaps: list[Gap] = []
    if archives:
        behind = await kept.get("behind", lambda: store.incomplete(since))
        records = await kept.get("listings", lambda: _listings(store, since))
        listing_gaps = gaps(records, archives, poll, now, len(behind), running=running)
    counts = await kept.get("counts", lambda: store.follow_counts(now))
    suspended = await kept.get("suspended", lambda: store.suspended_chats(MAX_SUSPENDED)) if counts.suspended else {}
    malformed = await kept.get("malformed", store.malformed)
    return Status(
        at=now,
        ledger=tuple(await kept.get("ledger", lambda: store.ledger(since))),
        gaps=tuple(listing_gaps),
        counts=counts,
        suspended={str(ref): why for ref, why in suspended.items()},
        deliveries=await kept.get("deliveries", store.outbox_counts),
        troubles=tuple(await kept.get("troubles", lambda: store.deliveries(states=UNSETTLED, limit=MAX_TROUBLES))),
        # As of tomorrow, so that summaries that wait for the next day's budget count too.
        wanted=await kept.get("wanted", lambda: store.summaries_waiting(now + timedelta(days=1))),
        # Messages to a platform without a token are not late: nobody tries to send them.
        oldest_waiting=await store.oldest_waiting(platforms if service else None),
        poll=poll,
        usage=tuple(await store.usage(now.date())),
        set_aside=tuple(entry for entry in malformed if entry.day is None or entry.day >= since),
        unfinished=await kept.get("unfinished", lambda: _unfinished(store, now)),
        unwritable=await _unwritable(store, now),
        service=service,
        workers=await _workers(store, now),
        tasks=TaskCounts.from_json(await store.value(TASK_COUNTS)),
        unserved=unserved(await kept.get("bots", store.chats_by_bot), bots) if bots else {},
        sending={platform: await _progress(store, kept, platform, now) for platform in platforms},
        held=await held_platforms(store, platforms, now),
        similarity=await kept.get("vectors", lambda: similarity(store, embedder, now)) if embedder else None,
        vectors=await store.term_vectors_origin(),
        forecasts=tuple(await kept.get("forecasts", lambda: sending_forecasts(store, loads or {}, clock))),
    )


async def similarity(store: Store, embedder: str, now: datetime) -> Similarity:
    """Return how far the embedder of this name is. Raises `StoreUnavailable`."""
    embedded, papers = await store.vector_counts(embedder, embedded_since(await store.latest_day(), now))
    state = EmbeddingState.from_json(await store.value(EMBEDDING_STATE), embedder, now)
    return Similarity(embedder, embedded, papers, state.trouble)


async def _workers(store: Store, now: datetime) -> tuple[str, ...]:
    """Describe the workers that are alive: each holds a lease of its own."""
    leases = await store.live_leases(now)
    return tuple(describe(owner) for name, owner in leases.items() if name.startswith(WORKER_PREFIX))


async def _progress(store: Store, kept: KeptValues, platform: Platform, now: datetime) -> SendingProgress:
    return await kept.get(f"progress of {platform}", lambda: store.progress([platform], now))


async def _listings(store: Store, since: date) -> list[ListingRecord]:
    """Return the listing records from `since` on, or all of them if those begin later than `since`.

    Days count as missing from the first listing ever read, which may be older.
    """
    found = await store.listings(since)
    begin = calendar.next_day(since - timedelta(days=1))
    return found if any(line.day <= begin for line in found) else await store.listings(ARXIV_BEGAN)


async def _unfinished(store: Store, now: datetime) -> tuple[Unfinished, ...]:
    """Return the most frequent reasons for which summaries and messages wait."""
    summaries = await store.summary_reasons(now)
    messages = await store.message_reasons(MAX_WAITING)
    found = [Unfinished("summary", reason or "tried and not made", count) for reason, count in summaries.items()]
    found += [Unfinished("message", reason, count) for reason, count in messages.items()]
    return tuple(sorted(found, key=lambda reason: -reason.count)[:MAX_REASONS])


async def _unwritable(store: Store, now: datetime) -> StoreUnavailable | None:
    """Return the error of a small write. A full or read-only disk can be read, so only a write shows the fault."""
    try:
        await store.check_writable(now, WRITE_TIMEOUT_SECONDS)
    except StoreUnavailable as error:
        return error
    return None


class CachedStatus:
    """The state as it was at most `CACHE_FOR` ago.

    Requests at the same time share one gathering, so that pages which anybody can load put no load on the database.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bots: Collection[Bot] = (),
        loads: Mapping[Platform, Load] | None = None,
        embedder: str | None = None,
    ) -> None:
        """`bots`, `loads` and `embedder` are those that `gather` takes."""
        self._store, self._clock, self._bots, self._loads, self._embedder = store, clock, bots, loads, embedder
        self._needed, self._kept = NeededArchives(store, clock), KeptValues(clock)
        self._gathering: asyncio.Task[Status] | None = None
        self._started_at: datetime | None = None

    async def get(self) -> Status:
        """Return the state. Raises `StoreUnavailable` if it cannot be read."""
        now = self._clock.now()
        # `abs`: after the clock was set back, the age would be negative for as long as it was set back.
        is_fresh = self._started_at is not None and abs(now - self._started_at) < CACHE_FOR
        if self._gathering is None or (self._gathering.done() and not is_fresh):
            self._gathering = asyncio.create_task(
                gather(
                    self._store,
                    self._clock,
                    self._bots,
                    self._loads,
                    embedder=self._embedder,
                    needed=self._needed,
                    kept=self._kept,
                ),
                name="status",
            )
            self._started_at = now
        # A request that is cancelled must not cancel the gathering that others wait for.
        return await asyncio.shield(self._gathering)

    async def stop(self) -> None:
        """Cancel a gathering that is running."""
        if self._gathering is not None:
            self._gathering.cancel()
            await asyncio.gather(self._gathering, return_exceptions=True)
