"""One chat's candidates → its digest, ready to be written. Used by `compose`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.decisions import digest_content, digest_policy, ranking
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.ranking import Ranked
from bot.model import (
    Candidate,
    Chat,
    ChatRef,
    DeliveryState,
    Depth,
    Digest,
    NewDigest,
    Platform,
    Priority,
    Reading,
    Summary,
    SummaryKey,
    SummaryRequest,
    UncertainDelivery,
    Unseen,
    WantedSummary,
)
from bot.pipeline.announcement_log import AnnouncementLog
from bot.ports import Makers, Reader, Renderer, Store

MOST_OFFERED = 5
"""Messages in doubt that are offered with one digest at most."""


@dataclass(frozen=True, slots=True)
class DigestBuilder:
    """The parts that turn candidates into messages."""

    renderers: Mapping[Platform, Renderer]
    makers: Makers
    reader: Reader


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """The name, day and priority of a digest to write, and the chat's next due time (None: unchanged)."""

    name: str
    day: date
    next_due_at: datetime | None
    priority: Priority = Priority.DIGEST


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """A digest to write; `digest` is None if it has no papers."""

    chat: Chat
    digest: Digest | None
    new: NewDigest


@dataclass(slots=True)
class DraftRun:
    """One round of composing. What several digests need is read from the store once."""

    store: Store
    builder: DigestBuilder
    now: datetime
    announcements: AnnouncementLog = field(init=False)
    _latest_day: date | None = None
    _counts: dict[tuple[date, date], int] = field(default_factory=dict)
    _summaries: dict[SummaryKey, Summary] = field(default_factory=dict)
    _postponed: list[WantedSummary] | None = None
    _chats_in_doubt: set[ChatRef] | None = None

    def __post_init__(self) -> None:
        self.announcements = AnnouncementLog(self.store)

    def rank(self, chat: Chat, unseen: Unseen) -> Ranked:
        return ranking.rank(self.announcements.candidates(unseen), chat.size, self.now)

    async def waits_for_summaries(self, chat: Chat, ranked: Ranked, due_at: datetime) -> bool:
        """Whether the digest waits, because a missing summary may still be made in time."""
        options = SummaryOptions(chat.language, chat.depth)
        keys = [options.key(candidate.announced.paper) for candidate in ranked.shown]
        missing = set(keys) - (await self._stored_summaries(keys)).keys()
        return bool(missing) and digest_policy.digest_waits(
            due_at, self.now, missing, await self._postponed_summaries()
        )

    async def draft(self, chat: Chat, unseen: Unseen, ranked: Ranked, slot: DigestSlot) -> DigestDraft:
        # A digest without papers is written too, without parts: it marks the slot as done and sets the next due time.
        digest = await self._digest(chat, ranked) if ranked.all else None
        window = digest.window if digest else digest_content.window_of((), await self._last_listing_day())
        parts = self.builder.renderers[chat.ref.platform].parts(digest, chat) if digest else []
        new = NewDigest(
            chat.ref,
            slot.name,
            slot.day,
            window.first,
            window.last,
            # Title lines count as delivered, too.
            tuple(candidate.announced.paper.id for candidate in ranked.all),
            tuple(parts),
            slot.next_due_at,
            slot.priority,
            chat.next_due_at,
            unseen.position,
        )
        return DigestDraft(chat, digest, new)

    async def _digest(self, chat: Chat, ranked: Ranked) -> Digest:
        options = SummaryOptions(chat.language, chat.depth)
        summaries, readings = await self._summaries_and_readings(ranked.shown, options)
        shown = digest_content.cards(ranked.shown, summaries, options, readings)
        window = digest_content.window_of(ranked.all, self.now.date())
        return Digest(
            topics=digest_content.topics_of(ranked.all),
            window=window,
            announced=await self._announced(window.first, window.last),
            matched=len(ranked.all),
            cards=shown,
            also=digest_content.cards(ranked.also, {}, options),
            language=chat.language,
            notes=digest_content.notes_on(shown),
            doubtful=await self._uncertain_deliveries(chat),
        )

    async def _summaries_and_readings(
        self, shown: Sequence[Candidate], options: SummaryOptions
    ) -> tuple[dict[SummaryKey, Summary], dict[str, Reading]]:
        """The summaries of these candidates, and for deep ones the readings by paper id.

        Where none is stored yet, an extractive one is made for this digest only and not stored, so that a model's can
        still be made for the archive.
        """
        papers = {options.key(candidate.announced.paper): candidate.announced.paper for candidate in shown}
        summaries = await self._stored_summaries(papers)
        readings: dict[str, Reading] = {}
        is_complete = len(summaries) == len(papers)
        reasons = {} if is_complete else {wanted.key: wanted.why for wanted in await self._postponed_summaries()}
        for key, paper in papers.items():
            # Only a cached reading: nothing is fetched here, because other chats wait for their digests.
            if key.depth is Depth.DEEP and key in summaries and (kept := await self.builder.reader.kept(paper)):
                readings[paper.id] = kept
            if key not in summaries:
                reason = reasons.get(key) or "no model had answered when this was due"
                summaries[key] = self.builder.makers.extractive_instead(SummaryRequest(key, paper), reason)
        return summaries, readings

    async def _uncertain_deliveries(self, chat: Chat) -> tuple[UncertainDelivery, ...]:
        # Few chats have any: one query for all of them spares two for each chat.
        if self._chats_in_doubt is None:
            self._chats_in_doubt = await self.store.chats_in_doubt()
        if chat.ref not in self._chats_in_doubt:
            return ()
        in_doubt = await self.store.deliveries(chat=chat.ref, states=[DeliveryState.IN_DOUBT], limit=MOST_OFFERED)
        latest = await self.store.deliveries(chat=chat.ref, limit=1)
        # None if the chat was forgotten, or got another id, since the round began.
        return digest_policy.uncertain_deliveries(latest[0], in_doubt) if latest else ()

    async def _stored_summaries(self, keys: Collection[SummaryKey]) -> dict[SummaryKey, Summary]:
        # Missing ones are read again for the next chat: they may be made while this round runs.
        if missing := [key for key in keys if key not in self._summaries]:
            self._summaries |= await self.store.summaries(missing)
        return {key: self._summaries[key] for key in keys if key in self._summaries}

    async def _postponed_summaries(self) -> list[WantedSummary]:
        if self._postponed is None:
            self._postponed = await self.store.postponed(self.now)
        return self._postponed

    async def _announced(self, first: date, last: date) -> int:
        if (first, last) not in self._counts:
            self._counts[first, last] = await self.store.counts(first, last)
        return self._counts[first, last]

    async def _last_listing_day(self) -> date:
        if self._latest_day is None:
            self._latest_day = await self.store.latest_day() or self.now.date()
        return self._latest_day
