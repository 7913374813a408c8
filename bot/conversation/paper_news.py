"""What is new about a paper that a chat was told of, with the words that changed."""

from __future__ import annotations

from bot.arxiv import ids
from bot.conversation.results import Stale
from bot.conversation.service_results import PaperNews
from bot.decisions import follow_ups
from bot.model import ChatRef, PaperState
from bot.ports import FollowUps


class PaperFollowUps:
    """Reads what the store has found."""

    def __init__(self, store: FollowUps) -> None:
        self._store = store

    async def news(self, ref: ChatRef, paper_id: str) -> PaperNews | Stale:
        """The last news of a paper for this chat."""
        paper = ids.parse_id(paper_id)
        found = await self._store.last_follow_up(ref, paper.id) if paper else None
        if found is None:
            return Stale()
        before, now = found.before, PaperState.of(found.paper)
        return PaperNews(
            found.paper,
            before.version,
            follow_ups.news(before, now),
            follow_ups.word_changes(before.title, now.title),
            follow_ups.word_changes(before.abstract, now.abstract),
        )
