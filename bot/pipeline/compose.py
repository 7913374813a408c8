"""Chats that are due → digests and their deliveries, written in one transaction before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot import cadence, ranking
from bot import digest as digests
from bot.model import (
    ARCHIVE,
    Candidate,
    Chat,
    DeliveryState,
    Depth,
    Digest,
    Doubtful,
    Platform,
    Reading,
    Summary,
    SummaryKey,
)
from bot.pipeline.summarize import Makers
from bot.ports import Clock, NewDigest, Reader, Renderer, Store, SummaryRequest

log = structlog.get_logger()

MOST_OFFERED = 5
"""Messages that may not have arrived for which a digest offers to send them again."""

LATE_LISTING = timedelta(hours=3)
"""How long a digest that would be empty waits for a listing that arXiv owes."""


@dataclass(frozen=True, slots=True)
class Press:
    """What turns candidates into messages."""

    renderers: Mapping[Platform, Renderer]
    makers: Makers
    reader: Reader


async def compose(
    store: Store, press: Press, clock: Clock, *, upto: date | None = None, listing_owed: bool = False
) -> int:
    """Write the digests that are due; returns how many have something in them.

    With `upto`, every chat's digest of the listing days up to that one is written now, whatever its hour.
    `listing_owed` says that arXiv should have announced by now and has not: empty digests wait a little.
    """
    written = 0
    now = clock.now()
    for chat in await _due(store, press.renderers, now, upto):
        if upto is None and chat.next_due_at is not None and chat.next_due_at > now:
            log.warning("due time mended", chat=str(chat.ref), was=chat.next_due_at.isoformat())
            await store.set_due(chat.ref, cadence.next_due(chat, now))
            continue
        candidates = await store.candidates(chat.ref, upto)
        if upto is None and await _waits(store, chat, candidates, listing_owed, now):
            continue
        slot = cadence.slot_of(chat, chat.next_due_at or now) if upto is None else f"once {upto} {now:%Y%m%dT%H%M%S%f}"
        due = cadence.next_due(chat, now) if upto is None else chat.next_due_at
        written += await _write(store, press, chat, candidates, slot, due, now)
    return written


async def digest_now(store: Store, press: Press, chat: Chat, clock: Clock) -> Digest | None:
    """Write the digest of everything a chat has coming to it, at once; None where there is nothing."""
    now = clock.now()
    candidates = await store.candidates(chat.ref)
    if not candidates:
        return None
    digest = await _digest(store, press, chat, candidates, now)
    slot = f"now {now:%Y%m%dT%H%M%S%f}"
    return digest if await _store(store, press, chat, candidates, digest, slot, chat.next_due_at, now) else None


async def _due(store: Store, platforms: Collection[Platform], now: datetime, upto: date | None) -> list[Chat]:
    if upto is None:
        chats = await store.due_chats(now)
    else:
        waiting = set(await store.chats_with_candidates())
        chats = [chat for chat in await store.chats() if chat.ref in waiting]
    # The archive is rendered from the store, without deliveries.
    return [chat for chat in chats if chat.ref.platform in platforms and chat.ref != ARCHIVE]


async def _waits(store: Store, chat: Chat, candidates: Sequence[Candidate], listing_owed: bool, now: datetime) -> bool:
    due_at = chat.next_due_at or now
    if not candidates:
        return listing_owed and now < due_at + LATE_LISTING
    if not cadence.may_wait(due_at, now):
        return False
    voice = digests.Voice(chat.language, chat.depth)
    shown = ranking.rank(candidates, chat.size, now).shown
    keys = [voice.key(candidate.announced.paper) for candidate in shown]
    made = await store.summaries(keys)
    hopeless = {
        one.key for one in await store.postponed(now) if one.again_at and not cadence.may_wait(due_at, one.again_at)
    }
    return bool(set(keys) - made.keys() - hopeless)


async def _write(
    store: Store,
    press: Press,
    chat: Chat,
    candidates: Sequence[Candidate],
    slot: str,
    due: datetime | None,
    now: datetime,
) -> bool:
    digest = await _digest(store, press, chat, candidates, now) if candidates else None
    written = await _store(store, press, chat, candidates, digest, slot, due, now)
    if not written and chat.next_due_at is not None and due is not None and chat.next_due_at <= now:
        # This slot has been written before (the clock went back, a crash right after): only the due time is stale.
        await store.set_due(chat.ref, due)
    return written and digest is not None


async def _store(
    store: Store,
    press: Press,
    chat: Chat,
    candidates: Sequence[Candidate],
    digest: Digest | None,
    slot: str,
    due: datetime | None,
    now: datetime,
) -> bool:
    today = await store.latest_day() or now.date()
    window = digest.window if digest else digests.window_of((), today)
    parts = press.renderers[chat.ref.platform].parts(digest, chat) if digest else []
    papers = tuple(candidate.announced.paper.id for candidate in candidates)
    new = NewDigest(chat.ref, slot, window.first, window.last, papers, tuple(parts), due)
    written = await store.write_digest(new, now)
    log.info("digest written", chat=str(chat.ref), slot=slot, papers=len(papers), parts=len(parts), written=written)
    return written


async def _digest(store: Store, press: Press, chat: Chat, candidates: Sequence[Candidate], now: datetime) -> Digest:
    ranked = ranking.rank(candidates, chat.size, now)
    voice = digests.Voice(chat.language, chat.depth)
    summaries, readings = await tell(store, press, ranked.shown, voice, now)
    shown = digests.cards(ranked.shown, summaries, voice, readings)
    window = digests.window_of(candidates, now.date())
    return Digest(
        topics=digests.topics_of(candidates),
        window=window,
        announced=await store.counts(window.first, window.last),
        matched=len(candidates),
        cards=shown,
        also=digests.cards(ranked.also, {}, voice),
        language=chat.language,
        notes=digests.notes_on(shown),
        doubtful=await _doubtful(store, chat),
    )


async def _doubtful(store: Store, chat: Chat) -> tuple[Doubtful, ...]:
    """What of the chat's last digest may not have arrived. Each digest offers this once, for the one before it."""
    unknown = await store.deliveries(chat=chat.ref, states=[DeliveryState.UNKNOWN], limit=MOST_OFFERED)
    if not unknown:
        return ()
    [latest] = await store.deliveries(chat=chat.ref, limit=1)
    days = cadence.days_in(latest.slot)
    last = [each for each in reversed(unknown) if each.slot == latest.slot and each.part.paper_ids]
    return tuple(Doubtful(each.id, days[0]) for each in last if days)


async def tell(
    store: Store, press: Press, shown: Sequence[Candidate], voice: digests.Voice, now: datetime
) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
    """The summaries of these candidates, extractive ones (not kept) where none is there yet; with readings if deep."""
    papers = {voice.key(candidate.announced.paper): candidate.announced.paper for candidate in shown}
    summaries = dict(await store.summaries(list(papers)))
    readings: dict[str, Reading] = {}
    why = {one.key: one.why for one in await store.postponed(now)} if len(summaries) < len(papers) else {}
    for key, paper in papers.items():
        if key.depth is Depth.DEEP and key in summaries:
            readings[paper.id] = await press.reader.read(paper)
        if key not in summaries:
            request = SummaryRequest(key, paper)
            reason = why.get(key) or "no model had answered when this was due"
            summaries[key] = press.makers.extractive_instead(request, reason)
    return summaries, readings
