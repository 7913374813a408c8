"""The announcements that chats have not had, read from the store once for all chats that get them."""

from __future__ import annotations

from collections.abc import Collection

from bot.decisions import matches
from bot.model import Announced, Candidate, ChatRef, Match, Unseen
from bot.ports import Store


class AnnouncementLog:
    """Announcements, topics and the reasons of matches, by number. Lives as long as one round of a step."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._announced: dict[int, Announced] = {}
        self._queries: dict[int, str] = {}
        self._matches: dict[tuple[int, int], Match] = {}

    async def read(self, unseen: Collection[Unseen]) -> None:
        """Read what these name and is not known yet. Raises `StoreUnavailable`."""
        found = [entry for each in unseen for entry in each.found]
        if seqs := {seq for seq, _ in found} - self._announced.keys():
            self._announced |= await self._store.announced_at(seqs)
        if ids := {topic_id for _, topic_ids in found for topic_id in topic_ids} - self._queries.keys():
            self._queries |= await self._store.topic_queries(ids)

    def candidates(self, unseen: Unseen) -> list[Candidate]:
        """Return the papers with the reasons why they match; `read` must have been called with it."""
        return [
            Candidate(self._announced[seq], tuple(self._match(topic_id, seq) for topic_id in topic_ids))
            for seq, topic_ids in unseen.found
        ]

    def _match(self, topic_id: int, seq: int) -> Match:
        key = (topic_id, seq)
        if key not in self._matches:
            self._matches[key] = matches.match_of(self._queries[topic_id], self._announced[seq].paper)
        return self._matches[key]


async def candidates_of(store: Store, chats: Collection[ChatRef]) -> dict[ChatRef, list[Candidate]]:
    """Return the candidates of several chats, in the order of the log."""
    unseen = await store.unseen_of(chats)
    log = AnnouncementLog(store)
    await log.read(list(unseen.values()))
    return {ref: log.candidates(each) for ref, each in unseen.items()}
