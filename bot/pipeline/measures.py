"""The numbers that rankings are made of, found out once for all chats of a round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from bot.arxiv import categories
from bot.decisions import matches, ranking
from bot.decisions.ranking import Evidence, Learned, PaperTable, Ranking, TopicTable
from bot.decisions.ranking.paper_table import acceptance_of, author_keys
from bot.decisions.ranking.topic_table import UNKNOWN_FIT
from bot.model import ChatModel, Reason, is_interest, split_query
from bot.pipeline.announcement_log import AnnouncementLog
from bot.ports import Relevance, Store

MOST_FITS = 1_000_000
"""Pairs of topic and paper whose features are remembered: about 40 MB. Beyond that they are found out again."""

Found = Sequence[tuple[int, tuple[int, ...]]]
"""A chat's papers: (sequence number, ids of its topics that match the paper)."""


class Measures:
    """Features of papers and of topics, by number. Without `relevance` all papers of a topic fit it equally well."""

    def __init__(self, store: Store, relevance: Relevance | None, log: AnnouncementLog) -> None:
        self._store, self._relevance, self._log = store, relevance, log
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
            votes = await self._store.vote_counts({entry.paper.id for entry in new.values()})
            self._papers.add(ranking.features_of(seq, entry, votes.get(entry.paper.id)) for seq, entry in new.items())
            for seq, entry in new.items():
                self._by_day.setdefault(entry.announcement.day.toordinal(), []).append(seq)
        # Also those that were read before: what it keeps of papers is limited.
        if self._relevance is not None:
            await self._relevance.read(announced)
            await self._relevance.prepare(self._log.queries)
        liked = {paper_id for model in models for paper_id in model.liked} - self._authors.keys()
        if liked:
            papers = await self._store.papers(liked)
            self._authors |= {paper_id: author_keys(paper.authors) for paper_id, paper in papers.items()}

    async def read_liked(self, models: Collection[ChatModel]) -> None:
        """Read the papers that chats like, which `reasons` names. Raises `StoreUnavailable`."""
        if self._relevance is not None:
            await self._relevance.prepare((), models)

    def rank(
        self, found: Found, size: int, now: datetime, model: ChatModel | None = None, explorer: str = ""
    ) -> Ranking:
        """Rank papers that were read. `explorer` is the name of the chat if its digest may hold a guess."""
        places = ranking.places_by_topic(found)
        seqs = np.array([seq for seq, _ in found], np.int64)
        if self._fits > MOST_FITS:
            self._topics, self._fits = {}, 0
        for topic_id, of_topic in places.items():
            self._measure(topic_id, seqs[of_topic])
        papers = ranking.chat_papers(found, places, self._papers, self._topics, now, self._learned(found, model))
        return ranking.rank(papers, size, self._twins_of, explorer if model else "")

    def _measure(self, topic_id: int, seqs: ranking.Numbers) -> None:
        table = self._topics.setdefault(topic_id, TopicTable())
        missing = table.missing(seqs)
        if not missing:
            return
        query = self._log.query(topic_id)
        scores: Sequence[float] = [UNKNOWN_FIT] * len(missing)
        if self._relevance is not None:
            scores = self._relevance.of_topic(query, missing)
        table.add(missing, [self._fit(topic_id, seq, score) for seq, score in zip(missing, scores, strict=True)])
        self._fits += len(missing)

    def _fit(self, topic_id: int, seq: int, score: float) -> ranking.TopicFit:
        return ranking.topic_fit(self._log.query(topic_id), self._log.announced(seq).paper, self._papers[seq], score)

    def _learned(self, found: Found, model: ChatModel | None) -> Learned | None:
        if model is None or self._relevance is None:
            return None
        likes = self._relevance.of_model(model, [seq for seq, _ in found])
        return Learned(model.votes, likes, [self._authors.get(paper_id, ()) for paper_id in model.liked])

    def _twins_of(self, seq: int) -> Collection[int]:
        """The papers of the same listing day that are nearly the same: groups announce several at once."""
        if self._relevance is None:
            return ()
        twins = self._twins.get(seq)
        if twins is None:
            others = [other for other in self._by_day[self._papers[seq].day.toordinal()] if other != seq]
            likeness = self._relevance.likeness(seq, others)
            alike = [other for other, like in zip(others, likeness, strict=True) if like >= ranking.ALIKE]
            twins = self._twins[seq] = frozenset(alike)
        return twins

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
