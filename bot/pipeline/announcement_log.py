"""The announcements that chats have not had, read from the store once for all chats that get them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.decisions import matches, ranking
from bot.decisions.ranking import PaperFeatures
from bot.model import Announced, Candidate, Match, Unseen
from bot.ports import Store

MOST_TITLES = 1_000_000
"""Pairs of topic and paper whose title is remembered: about 60 MB. Beyond that they are found out again."""

MOST_MATCHES = 50_000
"""Pairs of topic and paper whose terms are remembered; a card needs them, a title line does not."""


class AnnouncementLog:
    """Announcements, topics and the reasons of matches, by number. Lives as long as one round of a step."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._announced: dict[int, Announced] = {}
        self._queries: dict[int, str] = {}
        self._matches: dict[tuple[int, int], Match] = {}
        self._in_title: dict[int, dict[int, bool]] = {}
        self._titles = 0
        self.features: dict[int, PaperFeatures] = {}
        """What ranking needs of each announced paper that was read, by sequence number."""

    async def read(self, unseen: Collection[Unseen]) -> None:
        """Read what these name and is not known yet. Raises `StoreUnavailable`."""
        seqs, ids = set[int](), set[int]()
        for found in {id(each.found): each.found for each in unseen}.values():  # equal chats share one
            seqs.update([seq for seq, _ in found])
            ids.update(*{topic_ids for _, topic_ids in found})
        if new := seqs - self._announced.keys():
            announced = await self._store.announced_at(new)
            self._announced |= announced
            self.features |= {seq: ranking.features_of(seq, entry) for seq, entry in announced.items()}
        if ids := ids - self._queries.keys():
            self._queries |= await self._store.topic_queries(ids)

    def announced(self, seq: int) -> Announced:
        """The announcement with this number, which was read."""
        return self._announced[seq]

    def query(self, topic_id: int) -> str:
        """The normalized query of a topic that was read."""
        return self._queries[topic_id]

    def candidates(self, entries: Sequence[tuple[int, tuple[int, ...]]]) -> list[Candidate]:
        """Return the papers of these (sequence number, topic ids), which were read, with why they match."""
        return [
            Candidate(self._announced[seq], tuple([self._match(topic_id, seq) for topic_id in topic_ids]))
            for seq, topic_ids in entries
        ]

    def is_in_title(self, topic_id: int, seq: int) -> bool:
        """Whether a topic is matched in the title of a paper; see `ranking.is_in_title`."""
        titles = self._in_title.get(topic_id)
        if titles is None:
            titles = self._in_title[topic_id] = {}
        found = titles.get(seq)
        if found is None:
            if self._titles >= MOST_TITLES:
                self._in_title, self._titles = {topic_id: (titles := {})}, 0
            match = matches.match_of(self._queries[topic_id], self._announced[seq].paper)
            found = titles[seq] = ranking.is_in_title(match, self.features[seq])
            self._titles += 1
        return found

    def _match(self, topic_id: int, seq: int) -> Match:
        key = (topic_id, seq)
        if key not in self._matches:
            if len(self._matches) >= MOST_MATCHES:
                self._matches.clear()
            self._matches[key] = matches.match_of(self._queries[topic_id], self._announced[seq].paper)
        return self._matches[key]
