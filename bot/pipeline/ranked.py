"""Papers in the order that a subscriber would get them, outside of any chat's digest: on demand, in previews and on the
archive's pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, time

from bot.model import Candidate, ChatModel, Reason
from bot.pipeline.announcement_log import AnnouncementLog
from bot.pipeline.measures import Measures
from bot.ports import Relevance, Store

MOST_ORDERS = 2_000
"""Orders of a topic's papers of one day that are kept for the archive: about 60 topics."""


async def ranked(
    store: Store,
    relevance: Relevance | None,
    candidates: Sequence[Candidate],
    now: datetime,
    *,
    size: int | None = None,
    model: ChatModel | None = None,
    has_votes: bool = True,
) -> list[Candidate]:
    """Return stored announcements best first, with the reasons for their places, at most `size` of them.

    `candidates` say which topics match each paper; a topic need not be stored. With `model`, in the order of a chat
    that has it. Without `has_votes`, what other chats like does not count. The same candidates come in the same order
    whatever order they are given in. Raises `StoreUnavailable`.
    """
    log = AnnouncementLog(store)
    measures = Measures(store, relevance, log, has_votes=has_votes)
    queries = [match.topic for candidate in candidates for match in candidate.matches]
    numbers = log.add([candidate.announced for candidate in candidates], queries)
    by_seq = {candidate.announced.seq: candidate for candidate in candidates}
    found = [(seq, tuple(sorted(numbers[match.topic] for match in by_seq[seq].matches))) for seq in sorted(by_seq)]
    models = [model] if model else []
    await measures.read(by_seq, models)
    order = (await measures.rank(found, len(found) if size is None else size, now, model)).shown
    await measures.read_shown(order, models)
    topic_ids = dict(found)
    return [
        Candidate(by_seq[seq].announced, by_seq[seq].matches, measures.reasons(seq, topic_ids[seq], model))
        for seq in order
    ]


class DayOrder:
    """The order of a listing day's papers on the archive's pages: `ranked`, without votes.

    It is kept until other papers belong to the day, so that pages do not change without a reason.
    """

    def __init__(self, store: Store, relevance: Relevance | None) -> None:
        self._store, self._relevance = store, relevance
        self._kept: dict[bytes, list[tuple[int, tuple[Reason, ...]]]] = {}

    async def __call__(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the papers of one listing day best first, with reasons. Raises `StoreUnavailable`."""
        if not candidates:
            return []
        key = _fingerprint(candidates)
        kept = self._kept.pop(key, None) or await self._ranked(candidates)
        if len(self._kept) >= MOST_ORDERS:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = kept  # last again: those not used for longest are first
        by_seq = {each.announced.seq: each for each in candidates}
        return [Candidate(by_seq[seq].announced, by_seq[seq].matches, reasons) for seq, reasons in kept]

    async def _ranked(self, candidates: Sequence[Candidate]) -> list[tuple[int, tuple[Reason, ...]]]:
        midnight = datetime.combine(candidates[0].announced.announcement.day, time(), UTC)
        order = await ranked(self._store, self._relevance, candidates, midnight, has_votes=False)
        return [(each.announced.seq, each.reasons) for each in order]


def _fingerprint(candidates: Sequence[Candidate]) -> bytes:
    rows = sorted((each.announced.seq, tuple(match.topic for match in each.matches)) for each in candidates)
    return hashlib.blake2b(repr(rows).encode("utf-8", "surrogatepass"), digest_size=16).digest()
