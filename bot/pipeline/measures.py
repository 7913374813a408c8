"""The numbers that rankings are made of, found out once for all chats of a round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import numpy as np

from bot.decisions import ranking
from bot.decisions.ranking import Learned, PaperTable, Ranking, TopicTable
from bot.decisions.ranking.paper_table import author_keys
from bot.decisions.ranking.topic_table import UNKNOWN_FIT
from bot.model import ChatModel, split_query
from bot.pipeline.announcement_log import AnnouncementLog
from bot.ports import Relevance, Store

AT_ONCE = 50
"""Papers that are looked at before answers and messages get their turn: some hundredths of a second."""

READ_AT_ONCE = 5_000
"""Papers that are measured in one go."""

MOST_FITS = 1_000_000
"""Pairs of topic and paper whose features are remembered: about 40 MB. Beyond that they are found out again."""

Found = Sequence[tuple[int, tuple[int, ...]]]
"""A chat's papers: (sequence number, ids of its topics that match the paper)."""


class Measures:
    """Features of papers and of topics, by number. Without `relevance` all papers of a topic fit it equally well,
    without `has_votes` the votes of other chats do not count."""

    def __init__(
        self, store: Store, relevance: Relevance | None, log: AnnouncementLog, *, has_votes: bool = True
    ) -> None:
        self._store, self._relevance, self._log = store, relevance, log
        self._has_votes = has_votes
        self._papers = PaperTable()
        self._by_day: dict[int, list[int]] = {}
        self._topics: dict[int, TopicTable] = {}
        self._fits = 0
        self._held: set[int] = set()
        self._twins: dict[int, frozenset[int]] = {}
        self._authors: dict[str, tuple[str, ...]] = {}
        """The authors of liked papers, by the papers' ids."""

    async def read(self, seqs: Collection[int], models: Iterable[ChatModel] = ()) -> None:
        """Read what the rankings of these papers, which the log has, need. Raises `StoreUnavailable`."""
        announced = {seq: self._log.announced(seq) for seq in seqs}
        if new := {seq: entry for seq, entry in announced.items() if seq not in self._papers}:
            ids = {entry.paper.id for entry in new.values()}
            votes = await self._store.vote_counts(ids) if self._has_votes else {}
            features = []
            for number, (seq, entry) in enumerate(new.items()):
                features.append(ranking.features_of(seq, entry, votes.get(entry.paper.id)))
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._papers.add(features)
            for seq, entry in new.items():
                self._by_day.setdefault(entry.announcement.day.toordinal(), []).append(seq)
        liked = {paper_id for model in models for paper_id in model.liked} - self._authors.keys()
        if liked:
            papers = await self._store.papers(liked)
            self._authors |= {paper_id: author_keys(paper.authors) for paper_id, paper in papers.items()}

    async def rank(
        self, found: Found, size: int, now: datetime, model: ChatModel | None = None, explorer: str = ""
    ) -> Ranking:
        """Rank papers that were read. `explorer` is the name of the chat if its digest may hold a guess. Raises
        `StoreUnavailable`."""
        places = ranking.places_by_topic(found)
        seqs = np.array([seq for seq, _ in found], np.int64)
        if self._fits > MOST_FITS:
            self._topics, self._fits = {}, 0
        for topic_id, of_topic in places.items():
            await self._measure(topic_id, seqs[of_topic])
        learned = await self._learned(found, model)
        papers = ranking.chat_papers(found, places, self._papers, self._topics, now, learned)
        if self._relevance is not None:
            await self._find_twins(self._relevance, ranking.contenders(papers, size))
        return ranking.rank(papers, size, self._twins_of, explorer if model else "")

    async def _measure(self, topic_id: int, seqs: ranking.Numbers) -> None:
        table = self._topics.setdefault(topic_id, TopicTable())
        missing = table.missing(seqs)
        if not missing:
            return
        query = self._log.query(topic_id)
        scores: Sequence[float] = [UNKNOWN_FIT] * len(missing)
        if self._relevance is not None:
            if split_query(query)[1]:
                await self._relevance.prepare([query])
            scores = await self._each(self._relevance, missing, partial(self._relevance.of_topic, query))
        for at in range(0, len(missing), AT_ONCE):
            some = missing[at : at + AT_ONCE]
            table.add(some, [self._fit(topic_id, seq, score) for seq, score in zip(some, scores[at:], strict=False)])
            await asyncio.sleep(0)
        self._fits += len(missing)

    async def _each(
        self, relevance: Relevance, seqs: Sequence[int], measure: Callable[[Sequence[int]], Sequence[float]]
    ) -> list[float]:
        """Measure papers, a part of them at a time: `Relevance` keeps a limited number of them."""
        found: list[float] = []
        for at in range(0, len(seqs), READ_AT_ONCE):
            some = seqs[at : at + READ_AT_ONCE]
            await self._hold(relevance, some)
            try:
                found += measure(some)
            except KeyError:  # dropped meanwhile, because somebody else has read many papers
                self._held.clear()
                await self._hold(relevance, some)
                found += measure(some)
        return found

    async def _hold(self, relevance: Relevance, seqs: Collection[int]) -> None:
        """Let these papers be read, unless they were lately."""
        if missing := [seq for seq in seqs if seq not in self._held]:
            if len(self._held) + len(missing) > READ_AT_ONCE:
                self._held.clear()
                missing = [*seqs]
            await relevance.read({seq: self._log.announced(seq) for seq in missing})
            self._held.update(missing)

    def _fit(self, topic_id: int, seq: int, score: float) -> ranking.TopicFit:
        return ranking.topic_fit(self._log.query(topic_id), self._log.announced(seq).paper, self._papers[seq], score)

    async def _learned(self, found: Found, model: ChatModel | None) -> Learned | None:
        if model is None or self._relevance is None:
            return None
        likes = await self._each(self._relevance, [seq for seq, _ in found], partial(self._relevance.of_model, model))
        return Learned(model.votes, likes, [self._authors.get(paper_id, ()) for paper_id in model.liked])

    async def _find_twins(self, relevance: Relevance, seqs: Iterable[int]) -> None:
        """Find the papers of the same listing day that are nearly the same: groups announce several at once."""
        unknown: dict[int, list[int]] = {}
        for seq in seqs:
            if seq not in self._twins:
                unknown.setdefault(self._papers[seq].day.toordinal(), []).append(seq)
        for day, some in unknown.items():
            of_day = self._by_day[day]
            for seq in some:
                likeness = await self._each(relevance, of_day, partial(relevance.likeness, seq))
                alike = [other for other, like in zip(of_day, likeness, strict=True) if like >= ranking.ALIKE]
                self._twins[seq] = frozenset(alike) - {seq}

    def _twins_of(self, seq: int) -> Collection[int]:
        return self._twins.get(seq, ())

    def liked_by(self, seq: int) -> int:
        """How many chats like a paper that was read; see `PaperFeatures`."""
        return self._papers[seq].liked_by

    def authors_liked(self, model: ChatModel) -> Mapping[str, int]:
        """How many of the papers that a chat likes are by each author (`author_keys`)."""
        return ranking.author_counts(self._authors.get(paper_id, ()) for paper_id in model.liked)
