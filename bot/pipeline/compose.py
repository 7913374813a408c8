"""Chats that are due → digests and their deliveries, written in one transaction before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import structlog

from bot.decisions import digest_content, due_times, ranking
from bot.errors import StoreUnavailable
from bot.model import (
    ARCHIVE,
    Candidate,
    Chat,
    ChatRef,
    Delivery,
    DeliveryState,
    Depth,
    Digest,
    NewDigest,
    NothingToSend,
    Platform,
    Reading,
    Summary,
    SummaryKey,
    SummaryRequest,
    UncertainDelivery,
    WantedSummary,
)
from bot.ports import Clock, Makers, Reader, Renderer, Store

log = structlog.get_logger()

MOST_OFFERED = 5
"""Messages that may not have arrived for which a digest offers to send them again."""

MOST_WAITING = 1_000
"""Parts of one chat among which the one is looked for that keeps the others waiting."""

LATE_LISTING = timedelta(hours=3)
"""How long a digest that would be empty waits for a listing that arXiv owes."""

TOGETHER = 20
"""Chats whose digests are made and written in one go; a commit costs more than a digest."""

AGAIN_AFTER = timedelta(minutes=15)
"""When a digest is tried again that could not be made."""


@dataclass(frozen=True, slots=True)
class DigestBuilder:
    """What turns candidates into messages."""

    renderers: Mapping[Platform, Renderer]
    makers: Makers
    reader: Reader


async def compose(
    store: Store, builder: DigestBuilder, clock: Clock, *, upto: date | None = None, listing_owed: bool = False
) -> int:
    """Write the digests that are due; returns how many have something in them.

    With `upto`, every chat's digest of the listing days up to that one is written now, whatever its hour.
    `listing_owed` says that arXiv should have announced by now and has not: empty digests wait a little.
    """
    written = 0
    now = clock.now()
    work = _ComposeRun(store, builder, now)
    due = await _due(store, builder.renderers, now, upto)
    for chats in (due[at : at + TOGETHER] for at in range(0, len(due), TOGETHER)):
        coming = await store.candidates_of([chat.ref for chat in chats], upto)
        drafts = []
        for chat in chats:
            if draft := await _draft(work, chat, coming[chat.ref], upto, listing_owed):
                drafts.append(draft)
            await asyncio.sleep(0)  # making a digest may need nothing to wait for: let answers and messages go between
        written += await _write(work, drafts)
    return written


async def digest_now(store: Store, builder: DigestBuilder, chat: Chat, clock: Clock) -> Digest | NothingToSend | None:
    """Write the digest of everything a chat has coming to it, at once; None where there is nothing.

    It goes before other chats' digests, and so does what the chat had waiting: `NothingToSend` where that is all, or
    where the first of it may not go yet.
    """
    now = clock.now()
    written = None
    if candidates := await store.candidates(chat.ref):
        work = _ComposeRun(store, builder, now)
        draft = await work.draft(chat, candidates, f"now {now:%Y%m%dT%H%M%S%f}", chat.next_due_at)
        parts = tuple(replace(part, payload={**part.payload, "asked": True}) for part in draft.new.parts)
        if await store.write_digest(replace(draft.new, parts=parts), now):
            written = draft.digest
    if await store.hasten(chat.ref, now):
        return written or NothingToSend("Your digest is on its way already.")
    if first := await _first_to_wait(store, chat.ref, now):
        return NothingToSend(_put_off(first, now))
    return written


async def _first_to_wait(store: Store, ref: ChatRef, now: datetime) -> Delivery | None:
    """The part that keeps a chat's others waiting until later; what is only looked for lets others go after a while."""
    states = [DeliveryState.WAITING, DeliveryState.UNKNOWN]
    parts = [
        each
        for each in await store.deliveries(chat=ref, states=states, limit=MOST_WAITING)
        if each.next_attempt_at > now and (each.again or each.state is DeliveryState.WAITING)
    ]
    return min(parts, key=lambda each: (each.state is DeliveryState.UNKNOWN, each.id), default=None)


def _put_off(delivery: Delivery, now: datetime) -> str:
    then = delivery.next_attempt_at.astimezone(UTC) + timedelta(seconds=59)  # never a minute that has begun
    day = "" if then.date() == now.date() else f" on {then:%Y-%m-%d}"
    why = f": {delivery.why.rstrip('.')}" if delivery.why else ""
    return f"Your digest waits{why}; it is tried again{day} at {then:%H:%M} UTC."


async def _due(store: Store, platforms: Collection[Platform], now: datetime, upto: date | None) -> list[Chat]:
    if upto is None:
        chats = await store.due_chats(now)
    else:
        waiting = set(await store.chats_with_candidates())
        chats = [chat for chat in await store.chats() if chat.ref in waiting]
    # The archive is rendered from the store, without deliveries.
    return [chat for chat in chats if chat.ref.platform in platforms and chat.ref != ARCHIVE]


@dataclass(frozen=True, slots=True)
class _DigestDraft:
    """A digest (None where there is nothing to tell) as it will be written."""

    chat: Chat
    digest: Digest | None
    new: NewDigest


async def _draft(
    work: _ComposeRun, chat: Chat, candidates: Sequence[Candidate], upto: date | None, listing_owed: bool
) -> _DigestDraft | None:
    """What to write for a chat that is due; None where nothing is to be written yet."""
    now = work.now
    if upto is None and chat.next_due_at is not None and chat.next_due_at > now:
        log.warning("due time mended", chat=str(chat.ref), was=chat.next_due_at.isoformat())
        await work.store.set_due(chat.ref, due_times.next_due(chat, now))
        return None
    if upto is None and await _waits(work, chat, candidates, listing_owed):
        return None
    slot = due_times.slot_of(chat, chat.next_due_at or now) if upto is None else f"once {upto} {now:%Y%m%dT%H%M%S%f}"
    due = due_times.next_due(chat, now) if upto is None else chat.next_due_at
    try:
        return await work.draft(chat, candidates, slot, due)
    except StoreUnavailable:
        raise
    except Exception:
        # Whatever is wrong with one chat's papers must not keep the others' from going out.
        log.exception("digest not made", chat=str(chat.ref), slot=slot)
        await work.store.put_off(chat.ref, now + AGAIN_AFTER)
        return None


async def _waits(work: _ComposeRun, chat: Chat, candidates: Sequence[Candidate], listing_owed: bool) -> bool:
    now = work.now
    due_at = chat.next_due_at or now
    if not candidates:
        return listing_owed and now < due_at + LATE_LISTING
    if not due_times.may_wait(due_at, now):
        return False
    options = digest_content.SummaryOptions(chat.language, chat.depth)
    shown = ranking.rank(candidates, chat.size, now).shown
    keys = [options.key(candidate.announced.paper) for candidate in shown]
    missing = set(keys) - (await work.summaries(keys)).keys()
    if not missing:
        return False
    hopeless = {
        one.key for one in await work.postponed() if one.again_at and not due_times.may_wait(due_at, one.again_at)
    }
    return bool(missing - hopeless)


async def _write(work: _ComposeRun, drafts: Sequence[_DigestDraft]) -> int:
    """How many of these with something in them were written."""
    done = await work.store.write_digests([draft.new for draft in drafts], work.now)
    for draft, written in zip(drafts, done, strict=True):
        chat, new = draft.chat, draft.new
        log.info(
            "digest written",
            chat=str(chat.ref),
            slot=new.slot,
            papers=len(new.paper_ids),
            parts=len(new.parts),
            written=written,
        )
        stale = chat.next_due_at is not None and new.next_due_at is not None and chat.next_due_at <= work.now
        if not written and stale:
            # This slot has been written before (the clock went back, a crash right after): only the due time is stale.
            await work.store.set_due(chat.ref, new.next_due_at)
    return sum(written and draft.digest is not None for draft, written in zip(drafts, done, strict=True))


@dataclass(slots=True)
class _ComposeRun:
    """One round of composing: what its digests have in common is asked of the store once."""

    store: Store
    builder: DigestBuilder
    now: datetime
    _latest: date | None = None
    _counts: dict[tuple[date, date], int] = field(default_factory=dict)
    _made: dict[SummaryKey, Summary] = field(default_factory=dict)
    _postponed: list[WantedSummary] | None = None
    _in_doubt: set[ChatRef] | None = None

    async def draft(self, chat: Chat, candidates: Sequence[Candidate], slot: str, due: datetime | None) -> _DigestDraft:
        digest = await self._digest(chat, candidates) if candidates else None
        window = digest.window if digest else digest_content.window_of((), await self._latest_day())
        parts = self.builder.renderers[chat.ref.platform].parts(digest, chat) if digest else []
        papers = tuple(candidate.announced.paper.id for candidate in candidates)
        return _DigestDraft(
            chat, digest, NewDigest(chat.ref, slot, window.first, window.last, papers, tuple(parts), due)
        )

    async def summaries(self, keys: Collection[SummaryKey]) -> dict[SummaryKey, Summary]:
        """Those that are there; what is not yet is asked for anew each time."""
        if missing := [key for key in keys if key not in self._made]:
            self._made |= await self.store.summaries(missing)
        return {key: self._made[key] for key in keys if key in self._made}

    async def postponed(self) -> list[WantedSummary]:
        if self._postponed is None:
            self._postponed = await self.store.postponed(self.now)
        return self._postponed

    async def _digest(self, chat: Chat, candidates: Sequence[Candidate]) -> Digest:
        ranked = ranking.rank(candidates, chat.size, self.now)
        options = digest_content.SummaryOptions(chat.language, chat.depth)
        summaries, readings = await self._tell(ranked.shown, options)
        shown = digest_content.cards(ranked.shown, summaries, options, readings)
        window = digest_content.window_of(candidates, self.now.date())
        return Digest(
            topics=digest_content.topics_of(candidates),
            window=window,
            announced=await self._announced(window.first, window.last),
            matched=len(candidates),
            cards=shown,
            also=digest_content.cards(ranked.also, {}, options),
            language=chat.language,
            notes=digest_content.notes_on(shown),
            doubtful=await self._doubtful(chat),
        )

    async def _tell(
        self, shown: Sequence[Candidate], options: digest_content.SummaryOptions
    ) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
        """The summaries of these candidates, extractive ones (not kept) where none is there yet; with readings if
        deep."""
        papers = {options.key(candidate.announced.paper): candidate.announced.paper for candidate in shown}
        summaries = await self.summaries(papers)
        readings: dict[str, Reading] = {}
        why = {one.key: one.why for one in await self.postponed()} if len(summaries) < len(papers) else {}
        for key, paper in papers.items():
            # What was read for the summary is kept; nothing is fetched here, where others wait.
            if key.depth is Depth.DEEP and key in summaries and (kept := await self.builder.reader.kept(paper)):
                readings[paper.id] = kept
            if key not in summaries:
                request = SummaryRequest(key, paper)
                reason = why.get(key) or "no model had answered when this was due"
                summaries[key] = self.builder.makers.extractive_instead(request, reason)
        return summaries, readings

    async def _doubtful(self, chat: Chat) -> tuple[UncertainDelivery, ...]:
        """What of the chat's last digest may not have arrived. Each digest offers this once, for the one before it."""
        if self._in_doubt is None:
            self._in_doubt = await self.store.chats_in_doubt()
        if chat.ref not in self._in_doubt:
            return ()
        unknown = await self.store.deliveries(chat=chat.ref, states=[DeliveryState.UNKNOWN], limit=MOST_OFFERED)
        [latest] = await self.store.deliveries(chat=chat.ref, limit=1)
        days = due_times.days_in(latest.slot)
        lost = [each for each in reversed(unknown) if each.part.paper_ids and not each.again]
        last = [each for each in lost if each.slot == latest.slot]
        return tuple(UncertainDelivery(each.id, days[0]) for each in last if days)

    async def _announced(self, first: date, last: date) -> int:
        if (first, last) not in self._counts:
            self._counts[first, last] = await self.store.counts(first, last)
        return self._counts[first, last]

    async def _latest_day(self) -> date:
        if self._latest is None:
            self._latest = await self.store.latest_day() or self.now.date()
        return self._latest
