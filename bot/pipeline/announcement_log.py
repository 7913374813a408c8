"""The announcements that chats have not had, read from the store once for all chats that get them."""

from __future__ import annotations

from collections.abc import Collection

from bot.decisions import matches
from bot.model import Announced, Match, Unseen
from bot.ports import Store

MOST_MATCHES = 50_000
"""Pairs of topic and paper whose terms are remembered; a card needs them, a title line does not."""


class AnnouncementLog:
    """Announcements, topics and the reasons of matches, by number. Lives as long as one round of a step."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._announced: dict[int, Announced] = {}
        self._queries: dict[int, str] = {}
        self._matches: dict[tuple[int, int], Match] = {}

    async def read(self, unseen: Collection[Unseen]) -> None:
        """Read what these name and is not known yet. Raises `StoreUnavailable`."""
        seqs, ids = set[int](), set[int]()
        for found in {id(each.found): each.found for each in unseen}.values():  # equal chats share one
            seqs.update([seq for seq, _ in found])
            ids.update(*{topic_ids for _, topic_ids in found})
        if new := seqs - self._announced.keys():
            self._announced |= await self._store.announced_at(new)
        if ids := ids - self._queries.keys():
            self._queries |= await self._store.topic_queries(ids)

    def add(self, announced: Collection[Announced], queries: Collection[str]) -> dict[str, int]:
        """Take in announcements that were read elsewhere, and topics that may not be stored; returns numbers for the
        topics, which no stored topic has."""
        self._announced |= {entry.seq: entry for entry in announced}
        numbers = {query: -place for place, query in enumerate(dict.fromkeys(queries), 1)}
        self._queries |= {number: query for query, number in numbers.items()}
        return numbers

    def announced(self, seq: int) -> Announced:
        """The announcement with this number, which was read."""
        return self._announced[seq]

    def query(self, topic_id: int) -> str:
        """The normalized query of a topic that was read."""
        return self._queries[topic_id]

    def match(self, topic_id: int, seq: int) -> Match:
        """Why a paper matches a topic; both were read."""
        key = (topic_id, seq)
        if key not in self._matches:
            if len(self._matches) >= MOST_MATCHES:
                self._matches.clear()
            self._matches[key] = matches.match_of(self._queries[topic_id], self._announced[seq].paper)
        return self._matches[key]
