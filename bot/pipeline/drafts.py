"""One chat's candidates → its digest, ready to be written. Used by `compose`."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import structlog

from bot.decisions import digest_content, digest_policy, follow_ups
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.ranking import Ranking
from bot.errors import StoreUnavailable
from bot.model import (
    Candidate,
    Chat,
    ChatRef,
    DeliveryState,
    Depth,
    Digest,
    FollowUp,
    NewDigest,
    Paper,
    Part,
    Platform,
    Priority,
    Reading,
    Summary,
    SummaryKey,
    SummaryRequest,
    UncertainDelivery,
    Unseen,
    WantedSummary,
    digest_slot_key,
)
from bot.pipeline.rankings import RankingRun, Rankings
from bot.ports import Makers, Reader, Renderer, Store

MOST_OFFERED = 5
"""Messages in doubt that are offered with one digest at most."""

MOST_NEWS = 3
"""Papers with news that one digest names; the others wait for the next one."""

MOST_SHARED = 2_000
"""Digests of one round that are kept for further chats with the same papers and settings: about 40 MB."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DigestBuilder:
    """The parts that turn candidates into messages."""

    renderers: Mapping[Platform, Renderer]
    makers: Makers
    reader: Reader
    rankings: Rankings = field(default_factory=Rankings)

    def forget_cards(self) -> None:
        """Drop what renderers keep of cards, at the end of a round: the next one reads its papers anew, and nothing
        that was made of these would be found again."""
        for renderer in self.renderers.values():
            renderer.forget()


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """The name, day and priority of a digest to write, the chat's next due time (None: unchanged), and when it is sent
    (None: at once)."""

    name: str
    day: date
    next_due_at: datetime | None
    priority: Priority = Priority.DIGEST
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """A digest to write; `digest` is None if it has no papers."""

    digest: Digest | None
    new: NewDigest


@dataclass(frozen=True, slots=True)
class _Composed:
    """What chats with equal papers and settings share."""

    digest: Digest
    parts: tuple[Part, ...]


@dataclass(slots=True)
class DraftRun:
    """One round of composing: what several digests need is read from the store once, equal digests are made once."""

    store: Store
    builder: DigestBuilder
    now: datetime
    _run: RankingRun = field(init=False)
    _latest_day: date | None = None
    _counts: dict[tuple[date, date], int] = field(default_factory=dict)
    _summaries: dict[SummaryKey, Summary] = field(default_factory=dict)
    _missing: set[SummaryKey] = field(default_factory=set)
    _postponed: list[WantedSummary] | None = None
    _chats_in_doubt: set[ChatRef] | None = None
    _composed: dict[Hashable, _Composed] = field(default_factory=dict)
    _ranked: dict[ChatRef, Ranking] = field(default_factory=dict)
    _follow_ups: Mapping[ChatRef, Sequence[FollowUp]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._run = RankingRun(self.builder.rankings, self.store, self.now)

    async def read(self, unseen: Mapping[Chat, Unseen]) -> None:
        """Read what the digests of these chats need, in few statements for all. Raises `StoreUnavailable`."""
        self._ranked = await self._run.rank(unseen)
        await self._run.read_shown(self._ranked.values())
        self._follow_ups = await self.store.follow_ups([chat.ref for chat in unseen], limit=MOST_NEWS)
        keys = {key for chat in unseen for key in self._keys(chat, self._ranked[chat.ref])}
        # Missing ones are read again for each batch: they may be made while this round runs.
        self._missing.clear()
        try:
            await self._stored_summaries(keys)
        except StoreUnavailable:
            raise
        except Exception:
            # A summary that cannot be read must fail the digests that show it alone; they read theirs again.
            log.exception("summaries not read", chats=len(unseen))

    def ranking(self, chat: Chat) -> Ranking:
        """The ranking of the papers of a chat that the last call of `read` named."""
        return self._ranked[chat.ref]

    async def awaited_summaries(self, chat: Chat, ranking: Ranking, due_at: datetime) -> frozenset[SummaryKey]:
        """The missing summaries, if the digest waits because one of them may still be made in time; else none."""
        keys = self._keys(chat, ranking)
        missing = frozenset(keys).difference(await self._stored_summaries(keys))
        if not missing:
            return missing
        waits = digest_policy.digest_waits(due_at, self.now, missing, await self._postponed_summaries())
        return missing if waits else frozenset()

    async def draft(self, chat: Chat, unseen: Unseen, ranking: Ranking, slot: DigestSlot) -> DigestDraft:
        # A digest without papers is written too, without parts: it marks the slot as done and sets the next due time.
        composed = await self._compose(chat, unseen, ranking, slot.name) if ranking.count else None
        window = composed.digest.window if composed else digest_content.window_of(None, await self._last_listing_day())
        new = NewDigest(
            chat.ref,
            slot.name,
            slot.day,
            window.first,
            window.last,
            tuple([self._paper(seq).id for seq in ranking.shown]),
            composed.parts if composed else (),
            slot.next_due_at,
            slot.priority,
            chat.next_due_at,
            # Covers the papers that are only counted, too: they count as delivered.
            unseen.position,
            slot.send_at,
            digest_content.paper_order(ranking),
            tuple([follow_up.id for follow_up in self._follow_ups.get(chat.ref, ())]) if composed else (),
        )
        return DigestDraft(composed.digest if composed else None, new)

    async def _compose(self, chat: Chat, unseen: Unseen, ranking: Ranking, slot: str) -> _Composed:
        shown = self._run.candidates(chat, unseen, ranking)
        why = tuple([(candidate.matches, candidate.reasons) for candidate in shown])
        doubtful = await self._uncertain_deliveries(chat)
        news = follow_ups.news_of_papers(self._follow_ups.get(chat.ref, ()))
        # All that the parts depend on. `Renderer.parts` uses nothing else of a chat, so that equal chats share them.
        place = (chat.ref.platform, chat.ref.is_group, chat.kind, chat.opens_in)
        key = (place, chat.language, chat.depth, chat.style, ranking, why, doubtful, news, slot)
        composed = self._composed.get(key)
        if composed is None:
            digest = await self._digest(chat, ranking, shown, doubtful)
            digest = replace(digest, slot=digest_slot_key(slot), follow_ups=news)
            parts = tuple(self.builder.renderers[chat.ref.platform].parts(digest, chat))
            if len(self._composed) >= MOST_SHARED:
                del self._composed[next(iter(self._composed))]
            composed = self._composed[key] = _Composed(digest, parts)
        return composed

    async def _digest(
        self, chat: Chat, ranking: Ranking, candidates: Sequence[Candidate], doubtful: tuple[UncertainDelivery, ...]
    ) -> Digest:
        options = SummaryOptions(chat.language, chat.depth)
        summaries, readings = await self._summaries_and_readings(candidates, options)
        shown = digest_content.cards(candidates, summaries, options, readings)
        window = digest_content.window_of(ranking, self.now.date())
        return Digest(
            topics=digest_content.topics_of(
                {self._run.log.query(topic_id): count for topic_id, count in ranking.topics}
            ),
            window=window,
            announced=await self._announced(window.first, window.last),
            matched=ranking.count,
            cards=shown,
            unlisted=ranking.count - len(ranking.shown),
            ranked=len(ranking.ranked),
            language=chat.language,
            notes=digest_content.notes_on(shown, chat.language),
            doubtful=doubtful,
        )

    def _paper(self, seq: int) -> Paper:
        return self._run.log.announced(seq).paper

    def _keys(self, chat: Chat, ranking: Ranking) -> list[SummaryKey]:
        options = SummaryOptions(chat.language, chat.depth)
        return [options.key(self._paper(seq)) for seq in ranking.shown]

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
                summaries[key] = await self.builder.makers.extractive_instead(SummaryRequest(key, paper), reason)
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
        if unknown := [key for key in keys if key not in self._summaries and key not in self._missing]:
            self._summaries |= await self.store.summaries(unknown)
            self._missing.update(key for key in unknown if key not in self._summaries)
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
