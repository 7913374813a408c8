"""Chats that are due → digests and their deliveries, written in one transaction before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from bot.arxiv import calendar
from bot.decisions import digest_policy, due_times, spreading
from bot.errors import StoreUnavailable
from bot.locales import _
from bot.model import ARCHIVE, Chat, ChatRef, DeliveryState, Digest, NothingToSend, Platform, Priority, Unseen
from bot.pipeline.drafts import DigestBuilder, DigestDraft, DigestSlot, DraftRun
from bot.pipeline.waiting_chats import WaitingChats
from bot.ports import Clock, Store

log = structlog.get_logger()

MOST_WAITING = 1_000
"""Waiting parts of one chat that are read to find the one that keeps the others waiting."""

BATCH = 200
"""Chats whose digests are made and written in one transaction; a statement costs more than a digest."""


@dataclass(frozen=True, slots=True)
class _Request:
    """The arguments of `compose` that its steps need."""

    upto: date | None
    listing_owed: bool
    waiting: WaitingChats


async def compose(
    store: Store,
    builder: DigestBuilder,
    clock: Clock,
    *,
    upto: date | None = None,
    listing_owed: bool = False,
    chats: Collection[ChatRef] | None = None,
    waiting: WaitingChats | None = None,
) -> int:
    """Write the digests that are due; returns how many of them have papers.

    With `upto`, every chat's digest of the listing days up to that one is written now, whatever its digest time.
    `listing_owed` means that arXiv should have announced by now and has not: empty digests wait a little.
    With `chats`, only digests of these are written. `waiting` is what a process remembers from round to round.
    """
    written = 0
    now = clock.now()
    waiting = waiting or WaitingChats()
    run, request = DraftRun(store, builder, now), _Request(upto, listing_owed, waiting)
    await waiting.begin_round(store, now)
    try:
        async for batch in _due_chats(store, builder.renderers, now, upto, chats):
            written += await _compose_batch(run, batch, request)
        if upto is None and chats is None:
            async for batch in _ahead(run, request):
                written += await _compose_batch(run, batch, request)
        waiting.end_round(clock.now())
    finally:
        builder.forget_cards()
    return written


async def _compose_batch(run: DraftRun, batch: Sequence[Chat], request: _Request) -> int:
    """Write the digests of these chats; returns how many of them have papers."""
    batch = request.waiting.but_waiting(batch)
    if not batch:
        return 0
    unseen = await run.store.unseen_of([chat.ref for chat in batch], request.upto)
    await run.read({chat: unseen[chat.ref] for chat in batch})
    drafts = []
    for chat in batch:
        if draft := await _draft_or_put_off(run, chat, unseen[chat.ref], request):
            drafts.append(draft)
        # Composing may run long without awaiting I/O: between two digests, commands and messages get their turn.
        await asyncio.sleep(0)
    return await _write(run, drafts)


async def digest_now(store: Store, builder: DigestBuilder, chat: Chat, clock: Clock) -> Digest | NothingToSend | None:
    """Write the digest of all candidates of a chat at once; None if there are none.

    It is sent before other chats' digests, and so are the deliveries that were waiting for the chat. Returns
    `NothingToSend` if there is nothing but those, or if the first of them has to wait.
    """
    now = clock.now()
    written = None
    unseen = (await store.unseen_of([chat.ref]))[chat.ref]
    if unseen.found:
        run = DraftRun(store, builder, now)
        await run.read({chat: unseen})
        # Microseconds make the slot unique; the due time stays, because a digest on demand replaces no regular one.
        slot = DigestSlot(f"now {now:%Y%m%dT%H%M%S%f}", due_times.local_date(chat, now), None, Priority.PERSON_WAITING)
        draft = await run.draft(chat, unseen, run.ranking(chat), slot)
        if await store.write_digest(draft.new, now):
            written = draft.digest
    if await store.hasten(chat.ref, now):
        return written or NothingToSend(_("Your digest is on its way already."), is_under_way=True)
    states = [DeliveryState.WAITING, DeliveryState.VERIFY_FIRST]
    waiting = await store.deliveries(chat=chat.ref, states=states, limit=MOST_WAITING)
    if first := digest_policy.blocking_delivery(waiting, now):
        return NothingToSend(digest_policy.put_off_sentence(first, now), is_under_way=True)
    return written


async def _due_chats(
    store: Store, platforms: Collection[Platform], now: datetime, upto: date | None, only: Collection[ChatRef] | None
) -> AsyncIterator[list[Chat]]:
    """The chats whose digests are to be written, in batches: a morning's are too many to be read at once."""
    if upto is None and only is None:
        batches = _pages(store, now)
    else:
        refs = list(await store.chats_with_candidates() if only is None else only)
        batches = _batches_of(store, refs, now, upto)
    async for batch in batches:
        # The archive is rendered from the store, without deliveries.
        if chats := [chat for chat in batch if chat.ref.platform in platforms and chat.ref != ARCHIVE]:
            yield chats


async def _pages(store: Store, now: datetime) -> AsyncIterator[list[Chat]]:
    last: Chat | None = None
    while batch := await store.due_chats(now, limit=BATCH, after=last):
        yield batch
        last = batch[-1]


async def _batches_of(
    store: Store, refs: Sequence[ChatRef], now: datetime, upto: date | None
) -> AsyncIterator[list[Chat]]:
    for some in (refs[at : at + BATCH] for at in range(0, len(refs), BATCH)):
        if upto is None:
            yield await store.due_chats(now, among=some)
        else:
            found = (await store.chats_of(some)).values()
            yield [chat for chat in found if chat.suspended is None and not due_times.is_paused(chat, now)]


async def _ahead(run: DraftRun, request: _Request) -> AsyncIterator[list[Chat]]:
    """The chats that were moved to one of the next minutes (see `spread`), in batches.

    Their digests are written a little ahead, so that the sender never waits for them: but only if all is there that
    they will show at their time.
    """
    now, until = run.now, run.now + spreading.COMPOSED_AHEAD
    if request.listing_owed or calendar.fed_day(now) != calendar.fed_day(until):
        return
    last: Chat | None = None
    while batch := await run.store.coming_chats(now, until, limit=BATCH, after=last):
        if last is None and await run.store.topics_behind(await run.store.last_seq(), 0, 1):
            return
        last = batch[-1]
        if chats := [chat for chat in batch if chat.ref.platform in run.builder.renderers and due_times.is_moved(chat)]:
            yield chats


async def _draft_or_put_off(run: DraftRun, chat: Chat, unseen: Unseen, request: _Request) -> DigestDraft | None:
    try:
        return await _draft(run, chat, unseen, request)
    except StoreUnavailable:
        raise
    except Exception:
        # A fault in one chat's papers must not keep the other chats' digests from going out.
        log.exception("digest not made", chat=str(chat.ref))
        await run.store.put_off(chat.ref, run.now + digest_policy.RETRY_AFTER)
        return None


async def _draft(run: DraftRun, chat: Chat, unseen: Unseen, request: _Request) -> DigestDraft | None:
    """The digest to write for a chat that is due; None if nothing is to be written now."""
    now = run.now
    due_at = chat.next_due_at or now
    is_ahead = due_times.is_moved(chat) and now < due_at <= now + spreading.COMPOSED_AHEAD
    if request.upto is None and not is_ahead and digest_policy.is_due_time_wrong(chat, now):
        log.warning("due time corrected", chat=str(chat.ref), was=str(chat.next_due_at))
        await run.store.set_due(chat.ref, due_times.next_due(chat, now))
        return None
    ranking = run.ranking(chat)
    # An operator who asks for digests up to a day wants them now, whatever is missing, and none without papers.
    if request.upto is not None and not unseen.found:
        return None
    if is_ahead and not unseen.found:
        return None
    if request.upto is None:
        if not unseen.found and digest_policy.empty_digest_waits(due_at, now, listing_owed=request.listing_owed):
            return None
        if missing := await run.awaited_summaries(chat, ranking, due_at):
            request.waiting.add(chat, due_at, missing)
            return None
    return await run.draft(chat, unseen, ranking, _slot(chat, due_at, now, request.upto))


def _slot(chat: Chat, due_at: datetime, now: datetime, upto: date | None) -> DigestSlot:
    if upto is not None:
        return DigestSlot(f"once {now:%Y%m%dT%H%M%S%f}", upto, None)
    # Named by the chat's own date, so that a day has one digest even if the clock is set back or the process restarts.
    day = due_times.slot_day(chat, due_at)
    # One that is composed ahead is followed by the next day's, not by itself.
    next_due_at = due_times.next_due(chat, max(now, due_at))
    return DigestSlot(day.isoformat(), day, next_due_at, send_at=due_at if due_at > now else None)


async def _write(run: DraftRun, drafts: Sequence[DigestDraft]) -> int:
    """Write the drafts; returns how many digests with papers were written."""
    results = await run.store.write_digests([draft.new for draft in drafts], run.now)
    for draft, is_written in zip(drafts, results, strict=True):
        new = draft.new
        log.info(
            "digest written",
            chat=str(new.chat),
            slot=new.slot,
            papers=len(new.paper_ids),
            parts=len(new.parts),
            written=is_written,
        )
    return sum(is_written and draft.digest is not None for draft, is_written in zip(drafts, results, strict=True))
