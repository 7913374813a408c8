"""The next digest of a chat as it stands: nothing is summarized, taken or written."""

from __future__ import annotations

from datetime import datetime

from bot.decisions import digest_content
from bot.decisions.digest_content import SummaryOptions
from bot.model import Chat, Digest
from bot.pipeline.rankings import RankingRun, Rankings
from bot.ports import Store


async def preview(store: Store, rankings: Rankings, chat: Chat, now: datetime) -> Digest:
    """Return what waits for a chat, in its order, cut as its digest is; cards have the summaries that are stored.

    All topics must have been matched. Raises `StoreUnavailable`.
    """
    unseen = (await store.unseen_of([chat.ref]))[chat.ref]
    run = RankingRun(rankings, store, now)
    ranking = (await run.rank({chat: unseen}))[chat.ref]
    await run.read_shown([ranking])
    candidates = run.candidates(chat, unseen, ranking)
    options = SummaryOptions(chat.language, chat.depth)
    summaries = await store.summaries([options.key(candidate.announced.paper) for candidate in candidates])
    window = digest_content.window_of(ranking, await store.latest_day() or now.date())
    return Digest(
        topics=digest_content.topics_of({run.log.query(topic_id): count for topic_id, count in ranking.topics}),
        window=window,
        announced=await store.counts(window.first, window.last),
        matched=ranking.count,
        cards=digest_content.cards(candidates, summaries, options),
        unlisted=ranking.count - len(ranking.shown),
        ranked=len(ranking.ranked),
        language=chat.language,
    )
