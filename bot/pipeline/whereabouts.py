"""What became of one paper in one chat: found out anew from what the store has, and nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.decisions import backtests, matches
from bot.decisions import whereabouts as decisions
from bot.decisions.whereabouts import Missed
from bot.model import (
    Announced,
    Candidate,
    Chat,
    ChatModel,
    Nearest,
    Paper,
    PaperOutcome,
    PastDigest,
    Reason,
    Subscription,
    Unseen,
    Whereabouts,
    is_interest,
)
from bot.pipeline.ranked import ranked
from bot.pipeline.rankings import RankingRun, Rankings
from bot.ports import Relevance, Store


async def whereabouts(
    store: Store, relevance: Relevance, rankings: Rankings, chat: Chat, paper_id: str, now: datetime
) -> Whereabouts:
    """Return whether a paper came to a chat, at which place, or why not. All topics must have been matched.

    Raises `StoreUnavailable`.
    """
    entries = await store.announcements_of(paper_id)
    recent = decisions.recent(entries, now.date())
    if not recent:
        paper = entries[-1].paper if entries else await store.paper(paper_id)
        day = entries[-1].announcement.day if entries else None
        return Whereabouts(paper_id, decisions.why_never_delivered(entries), paper, day)
    models = await store.models_of([chat.ref])
    known = _Known(
        chat,
        recent,
        await store.subscriptions(chat.ref),
        await store.past_digests(chat.ref, recent[0].announcement.day),
        models.get(chat.ref),
    )
    return await _Search(store, relevance, rankings, now, known).result()


class TopicMatches:
    """Tells which topics match papers. What an interest brought on a day is read once for all of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._brought: dict[tuple[str, date], frozenset[str]] = {}

    async def of(self, queries: Iterable[str], entries: Sequence[Announced]) -> dict[str, Announced]:
        """Those of the topics that match a paper, in their order, each with the first of its announcements that does.

        Raises `StoreUnavailable`.
        """
        found: dict[str, Announced] = {}
        for query in dict.fromkeys(queries):
            for entry in entries:
                if query not in found and await self._is_matched(query, entry):
                    found[query] = entry
        return found

    async def _is_matched(self, query: str, entry: Announced) -> bool:
        if not is_interest(query):
            return decisions.matches_exactly(query, entry.paper)
        # What an interest brings also depends on the other papers of that day.
        day = entry.announcement.day
        if (query, day) not in self._brought:
            brought = await self._store.matched(query, day, day)
            self._brought[query, day] = frozenset(each.announced.paper.id for each in brought)
        return entry.paper.id in self._brought[query, day]


@dataclass(frozen=True, slots=True)
class _Known:
    """The chat, a paper's announcements of the last month, and the chat's topics, digests (newest first) and model."""

    chat: Chat
    entries: Sequence[Announced]
    subscriptions: Sequence[Subscription]
    digests: Sequence[PastDigest]
    model: ChatModel | None

    @property
    def paper(self) -> Paper:
        return self.entries[0].paper


@dataclass(frozen=True, slots=True)
class _Search:
    store: Store
    relevance: Relevance
    rankings: Rankings
    now: datetime
    known: _Known

    async def result(self) -> Whereabouts:
        known = self.known
        first_day = known.entries[0].announcement.day
        unclear = Whereabouts(known.paper.id, PaperOutcome.NO_TOPIC, known.paper, first_day)
        topics = await self._topics()
        if digest := decisions.digest_with(known.digests, known.paper.id):
            return await self._sent(replace(unclear, outcome=PaperOutcome.SENT), digest, topics)
        if not known.subscriptions:
            return unclear
        unseen = (await self.store.unseen_of([known.chat.ref]))[known.chat.ref]
        seqs = {entry.seq for entry in known.entries}
        waiting = next((seq for seq, _ in unseen.found if seq in seqs), None)
        if waiting is not None:
            return await self._waiting(unclear, unseen, waiting, topics)
        if not topics:
            return replace(unclear, outcome=PaperOutcome.NO_MATCH, nearest=await self._nearest())
        found = replace(unclear, topics=tuple(topics))
        if not await self.store.taken(known.chat.ref, [known.paper.id]):
            since = decisions.first_day_after(known.subscriptions, topics)
            return replace(found, outcome=PaperOutcome.BEFORE_SUBSCRIPTION, since=since)
        days = [entry.announcement.day for entry in known.entries]
        digest = decisions.digest_over(known.digests, days)
        counted = replace(found, outcome=PaperOutcome.COUNTED)
        return await self._placed(counted, digest, topics) if digest else counted

    async def _topics(self) -> dict[str, Announced]:
        """The chat's topics that match the paper, with the announcement that does."""
        queries = [subscription.topic for subscription in self.known.subscriptions]
        return await TopicMatches(self.store).of(queries, self.known.entries)

    # ── a place in a digest of the past ──

    async def _sent(self, found: Whereabouts, digest: PastDigest, topics: Mapping[str, Announced]) -> Whereabouts:
        found = replace(found, topics=tuple(topics), digest_day=digest.day)
        return await self._placed(found, digest, topics)

    async def _placed(self, found: Whereabouts, digest: PastDigest, topics: Mapping[str, Announced]) -> Whereabouts:
        """With the place that the paper has today among what the digest was made of."""
        order = await self._order(await self._candidates(digest), digest.created_at)
        places = {candidate.announced.paper.id: place for place, candidate in enumerate(order, 1)}
        place = places.get(self.known.paper.id)
        if place is None:
            return replace(found, digest_day=digest.day, reasons=await self._reasons(topics))
        model, chat = self.known.model, self.known.chat
        changed = [subscription.created_at for subscription in self.known.subscriptions]
        changed += [model.trained_at] if model else []
        lifts = decisions.lifts(found.topics, model.votes if model else 0, place, chat.size)
        return replace(
            found,
            digest_day=digest.day,
            place=place,
            of=len(order),
            is_about=any(at > digest.created_at for at in changed),
            reasons=order[place - 1].reasons,
            lifts=lifts if place > chat.size else (),
        )

    async def _order(self, candidates: Sequence[Candidate], at: datetime) -> list[Candidate]:
        """All of the papers in the order of a digest: its cards come first, among them the best of each topic."""
        model, size = self.known.model, self.known.chat.size
        cards = await ranked(self.store, self.relevance, candidates, at, size=size, model=model)
        others = await ranked(self.store, self.relevance, candidates, at, model=model)
        shown = {candidate.announced.paper.id for candidate in cards}
        return [*cards, *(each for each in others if each.announced.paper.id not in shown)]

    async def _candidates(self, digest: PastDigest) -> list[Candidate]:
        """What the chat's topics match on the days of a digest, without what earlier digests had named."""
        window = digest.window
        before = [each for each in self.known.digests if each.created_at < digest.created_at]
        named = frozenset[str]().union(*(each.shown for each in before))
        found: dict[str, Candidate] = {}
        for subscription in self.known.subscriptions:
            for candidate in await self.store.matched(subscription.topic, window.first, window.last):
                paper_id = candidate.announced.paper.id
                known = found.get(paper_id)
                if paper_id in named or candidate.announced.announcement.day < subscription.since:
                    continue
                if known is not None:
                    candidate = replace(known, matches=(*known.matches, *candidate.matches))
                found[paper_id] = candidate
        return list(found.values())

    # ── a place in the next digest ──

    async def _waiting(
        self, found: Whereabouts, unseen: Unseen, seq: int, topics: Mapping[str, Announced]
    ) -> Whereabouts:
        chat, count = self.known.chat, len(unseen.found)
        ranking = (await RankingRun(self.rankings, self.store, self.now).rank({chat: unseen}))[chat.ref]
        votes = self.known.model.votes if self.known.model else 0
        placed = replace(found, topics=tuple(topics), of=count, reasons=await self._reasons(topics))
        if seq in ranking.shown:
            return replace(placed, outcome=PaperOutcome.CARD, place=ranking.shown.index(seq) + 1)
        # Rankings of its own: those of the chat's digests are kept for the digest's size.
        alone = RankingRun(Rankings(self.relevance), self.store, self.now)
        order = (await alone.rank({replace(chat, size=count): unseen}))[chat.ref].shown
        # Cards come first, among them the best of each topic.
        place = [*dict.fromkeys([*ranking.shown, *order])].index(seq) + 1
        lifts = decisions.lifts(placed.topics, votes, place, chat.size)
        return replace(placed, outcome=PaperOutcome.UNLISTED, place=place, lifts=lifts)

    async def _reasons(self, topics: Mapping[str, Announced]) -> tuple[Reason, ...]:
        if not topics:
            return ()
        entry = next(iter(topics.values()))
        candidate = Candidate(entry, tuple(matches.match_of(query, entry.paper) for query in topics))
        [explained] = await ranked(self.store, self.relevance, [candidate], self.now, model=self.known.model)
        return explained.reasons

    # ── no place ──

    async def _nearest(self) -> Nearest | None:
        entry = self.known.entries[0]
        queries = [subscription.topic for subscription in self.known.subscriptions]
        about = {query: query if is_interest(query) else backtests.interest_of(query) for query in queries}
        await self.relevance.prepare([query for query in about.values() if query])
        await self.relevance.read({entry.seq: entry})
        missed = await asyncio.to_thread(self._missed, entry.seq, about)
        return decisions.nearest(missed, entry.paper)

    def _missed(self, seq: int, about: Mapping[str, str | None]) -> list[Missed]:
        return [
            Missed(
                query,
                self.relevance.of_topic(interest, [seq])[0] if interest else 0.0,
                is_interest(query) and bool(self.relevance.close(query, [seq], 1, already=matches.MOST_CLOSE)),
            )
            for query, interest in about.items()
        ]
