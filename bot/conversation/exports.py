"""Gives the people of a chat everything that is stored about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.conversation.chat_data import ChatData, People, described, file_head
from bot.conversation.library_results import ExportedChat
from bot.conversation.results import NotAllowed, Requester
from bot.model import JSON, ChatRef, Paper
from bot.references import CitationFormat, cite

if TYPE_CHECKING:
    from bot.conversation.chat_records import ChatRecords
    from bot.conversation.paper_votes import PaperVotes
    from bot.ports import Clock, Store

MOST_DIGESTS = 1000
"""Digests in one file: those of almost three years."""


class Exports:
    """Of a chat that is not stored there are only the settings of a new one."""

    def __init__(self, store: Store, clock: Clock, votes: PaperVotes, chats: ChatRecords) -> None:
        self._store, self._clock, self._votes, self._chats = store, clock, votes, chats

    async def export(self, requester: Requester, ref: ChatRef) -> ExportedChat | NotAllowed:
        """Everything about the chat; other people in it are numbered. Only its admins may have that."""
        if not requester.is_admin:
            return NotAllowed()
        store = self._store
        chat = await self._chats.as_stored(ref)
        models = await store.models_of([ref])
        digests, _total = await store.sent_digests(ref, 0, MOST_DIGESTS)
        data = ChatData(chat, await store.subscriptions(ref), await store.votes_of(ref), models.get(ref), digests)
        head = file_head(self._clock.now())
        saved = await store.papers(await self._votes.saved_ids(requester, ref))
        # In a thread: thousands of votes and saved papers take seconds.
        return await asyncio.to_thread(_written, head, data, list(saved.values()))


def _written(head: JSON, data: ChatData, saved: Sequence[Paper]) -> ExportedChat:
    content = {**head, "chats": [described(data, People())]}
    return ExportedChat(json.dumps(content, ensure_ascii=False, indent=1) + "\n", cite(saved, CitationFormat.BIBTEX))
