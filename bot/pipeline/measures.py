"""The numbers that rankings are made of, found out once for all chats of a round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import numpy as np

from bot.arxiv import categories
from bot.decisions import matches, ranking
from bot.decisions.ranking import Evidence, Learned, PaperTable, Ranking, TopicTable
from bot.decisions.ranking.paper_table import acceptance_of, author_keys
from bot.decisions.ranking.topic_table import UNKNOWN_FIT
from bot.model import ChatModel, Reason, is_interest, split_query
from bot.pipeline.announcement_log import AnnouncementLog
from bot.ports import Relevance, Store

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
        self._twins: dict[int, frozenset[int]] = {}
        self._authors: dict[str, tuple[str, ...]] = {}
        """The authors of liked papers, by the papers' ids."""

    async def read(self, seqs: Collection[int], models: Iterable[ChatModel] = ()) -> None:
        """Read what the rankings of these papers, which the log has, need. Raises `StoreUnavailable`."""
        announced = {seq: self._log.announced(seq) for seq in seqs}
        if new := {seq: entry for seq, entry in announced.items() if seq not in self._papers}:
            ids = {entry.paper.id for entry in new.values()}
            votes = await self._store.vote_counts(ids) if self._has_votes else {}
            self._papers.add(ranking.features_of(seq, entry, votes.get(entry.paper.id)) for seq, entry in new.items())
            for seq, entry in new.items():
                self._by_day.setdefault(entry.announcement.day.toordinal(), []).append(seq)
        liked = {paper_id for model in models for paper_id in model.liked} - self._authors.keys()
        if liked:
            papers = await self._store.papers(liked)
            self._authors |= {paper_id: author_keys(paper.authors) for paper_id, paper in papers.items()}

    async def read_shown(self, seqs: Collection[int], models: Collection[ChatModel] = ()) -> None:
        """Read what `reasons` needs for these papers, and the papers that these chats like. Raises
        `StoreUnavailable`."""
        await self.read(seqs, models)
        if self._relevance is not None:
            await self._relevance.prepare((), models)
            await self._relevance.read({seq: self._log.announced(seq) for seq in seqs})

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
        table.add(missing, [self._fit(topic_id, seq, score) for seq, score in zip(missing, scores, strict=True)])
        self._fits += len(missing)

    async def _each(
        self, relevance: Relevance, seqs: Sequence[int], measure: Callable[[Sequence[int]], Sequence[float]]
    ) -> list[float]:
        """Measure papers, a part of them at a time: `Relevance` keeps a limited number of them."""
        found: list[float] = []
        for at in range(0, len(seqs), READ_AT_ONCE):
            some = seqs[at : at + READ_AT_ONCE]
            await relevance.read({seq: self._log.announced(seq) for seq in some})
            found += measure(some)
        return found

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
            await relevance.read({seq: self._log.announced(seq) for seq in of_day})
            for seq in some:
                likeness = relevance.likeness(seq, of_day)
                alike = [other for other, like in zip(of_day, likeness, strict=True) if like >= ranking.ALIKE]
                self._twins[seq] = frozenset(alike) - {seq}

    def _twins_of(self, seq: int) -> Collection[int]:
        return self._twins.get(seq, ())

    def reasons(
        self, seq: int, topic_ids: Sequence[int], model: ChatModel | None = None, *, is_guess: bool = False
    ) -> tuple[Reason, ...]:
        """Why a paper, which was read, is shown, the strongest reason first."""
        paper = self._log.announced(seq).paper
        exact = [topic_id for topic_id in topic_ids if not is_interest(self._log.query(topic_id))]
        words = dict.fromkeys(term for topic_id in exact for term in self._log.match(topic_id, seq).because)
        codes = tuple([word for word in words if categories.canonical(word)])
        named = [name for topic_id in exact for name in matches.named_authors(self._log.query(topic_id), paper)]
        author = named[0] if named else self._liked_author(paper.authors, model)
        liked, learned = self._taste(seq, model)
        return ranking.explain(
            Evidence(
                terms=tuple([word for word in words if word not in codes and word not in named]),
                categories=codes,
                interest=self._interest(seq, topic_ids),
                liked=liked,
                learned=learned,
                author=author,
                accepted=acceptance_of(paper),
                has_code=ranking.has_code(paper),
                chats=self._papers[seq].liked_by,
                is_guess=is_guess,
            )
        )

    def _interest(self, seq: int, topic_ids: Sequence[int]) -> tuple[str, ...] | None:
        """What the paper shares with the closest interest of these topics; None if none of them is one."""
        queries = [query for topic_id in topic_ids if split_query(query := self._log.query(topic_id))[1]]
        if self._relevance is None or not queries:
            return None
        relevance = self._relevance
        closest = max(queries, key=lambda query: (relevance.of_topic(query, [seq])[0], query))
        return relevance.why(seq, closest, None).terms

    def _taste(self, seq: int, model: ChatModel | None) -> tuple[int, tuple[str, ...]]:
        """How many liked papers it is close to, and which of its words the chat's votes speak for."""
        if model is None or self._relevance is None:
            return 0, ()
        similar = self._relevance.why(seq, None, model)
        return len(similar.liked), similar.terms

    def _liked_author(self, authors: Sequence[str], model: ChatModel | None) -> str:
        """The first author of whom the chat has liked several papers; one may be by a namesake."""
        if model is None or not author_keys(authors):
            return ""
        liked: Mapping[str, int] = ranking.author_counts(self._authors.get(paper_id, ()) for paper_id in model.liked)
        return next((name for name in authors if liked.get(author_keys([name])[0], 0) > 1), "")
