"""One chat's candidates → the digest that it will get, ready to be written. Used by `compose`."""

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
    WantedSummary,
)
from bot.ports import Makers, Reader, Renderer, Store

MOST_OFFERED = 5
"""At most so many messages in doubt are offered with a digest."""


@dataclass(frozen=True, slots=True)
class DigestBuilder:
    """What turns candidates into messages."""

    renderers: Mapping[Platform, Renderer]
    makers: Makers
    reader: Reader


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """The digest that is to be written: its name, its day, who waits for it, and when the chat is due next.

    `next_due_at` is None where the chat's due time stays as it is.
    """

    name: str
    day: date
    next_due_at: datetime | None
    priority: Priority = Priority.DIGEST


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """A digest as it will be written; `digest` is None where it has no papers."""

    chat: Chat
    digest: Digest | None
    new: NewDigest


@dataclass(slots=True)
class DraftRun:
    """One round of composing: what its digests have in common is read from the store once."""

    store: Store
    builder: DigestBuilder
    now: datetime
    _latest_day: date | None = None
    _counts: dict[tuple[date, date], int] = field(default_factory=dict)
    _summaries: dict[SummaryKey, Summary] = field(default_factory=dict)
    _postponed: list[WantedSummary] | None = None
    _chats_in_doubt: set[ChatRef] | None = None

    def rank(self, chat: Chat, candidates: Sequence[Candidate]) -> Ranked:
        return ranking.rank(candidates, chat.size, self.now)

    async def waits_for_summaries(self, chat: Chat, ranked: Ranked, due_at: datetime) -> bool:
        """Whether the digest waits, because a summary that is missing may still come in time."""
        options = SummaryOptions(chat.language, chat.depth)
        keys = [options.key(candidate.announced.paper) for candidate in ranked.shown]
        missing = set(keys) - (await self._stored_summaries(keys)).keys()
        return bool(missing) and digest_policy.digest_waits(due_at, self.now, missing, await self._postponed_ones())

    async def draft(self, chat: Chat, ranked: Ranked, slot: DigestSlot) -> DigestDraft:
        digest = await self._digest(chat, ranked) if ranked.all else None
        window = digest.window if digest else digest_content.window_of((), await self._last_listing_day())
        parts = self.builder.renderers[chat.ref.platform].parts(digest, chat) if digest else []
        new = NewDigest(
            chat.ref,
            slot.name,
            slot.day,
            window.first,
            window.last,
            tuple(candidate.announced.paper.id for candidate in ranked.all),
            tuple(parts),
            slot.next_due_at,
            slot.priority,
            chat.next_due_at,
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

        Where none is stored yet, an extractive one is made for this digest only: the archive gets the model's later.
        """
        papers = {options.key(candidate.announced.paper): candidate.announced.paper for candidate in shown}
        summaries = await self._stored_summaries(papers)
        readings: dict[str, Reading] = {}
        is_complete = len(summaries) == len(papers)
        reasons = {} if is_complete else {wanted.key: wanted.why for wanted in await self._postponed_ones()}
        for key, paper in papers.items():
            # Only a reading that was kept for the summary: nothing is fetched here, where other chats wait.
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
        [latest] = await self.store.deliveries(chat=chat.ref, limit=1)
        return digest_policy.uncertain_deliveries(latest, in_doubt)

    async def _stored_summaries(self, keys: Collection[SummaryKey]) -> dict[SummaryKey, Summary]:
        # Those not found are asked for again each time: one may be made while this round runs.
        if missing := [key for key in keys if key not in self._summaries]:
            self._summaries |= await self.store.summaries(missing)
        return {key: self._summaries[key] for key in keys if key in self._summaries}

    async def _postponed_ones(self) -> list[WantedSummary]:
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
