"""Papers in the order that a subscriber would get them, outside of any chat's digest: on demand, in previews and on the
archive's pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Candidate, ChatModel
from bot.pipeline.announcement_log import AnnouncementLog
from bot.pipeline.measures import Measures
from bot.ports import Relevance, Store


async def ranked(
    store: Store,
    relevance: Relevance | None,
    candidates: Sequence[Candidate],
    now: datetime,
    *,
    size: int | None = None,
    model: ChatModel | None = None,
) -> list[Candidate]:
    """Return stored announcements best first, with the reasons for their places, at most `size` of them.

    `candidates` say which topics match each paper; a topic need not be stored. With `model`, in the order of a chat
    that has it. The same candidates come in the same order whatever order they are given in. Raises `StoreUnavailable`.
    """
    log = AnnouncementLog(store)
    measures = Measures(store, relevance, log)
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
