"""Papers that people like, as ids, links, a file or an author's name → votes, which later digests learn from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.arxiv import ids
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import FindPapers
from bot.conversation.paper_results import Liked, NotALink, TakenBack
from bot.conversation.paper_votes import PaperVotes
from bot.conversation.put_off import why_put_off
from bot.conversation.results import Busy, Incomplete, NotAllowed, Requester
from bot.conversation.topic_results import NotUnderstood
from bot.conversation.undo import Undo, Unlike
from bot.errors import BadTopic, RetryLater, TellUser
from bot.locales import _
from bot.model import ChatRef, FoundPapers, PaperList, Vote, VoteKind
from bot.ports import Clock, Store
from bot.references import read_file, read_words

log = structlog.get_logger()

CHAT = ""
"""The person of votes that are the chat's own."""

_AUTHOR = re.compile(r"\s*(?:au|author):\s*(?P<name>.+)", re.IGNORECASE | re.DOTALL)

LikeResult = Liked | NotALink | NotUnderstood | NotAllowed | Busy | Incomplete


class Likes:
    """Finds the papers and writes the votes."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        find: FindPapers,
        votes: PaperVotes,
        undo: Undo,
        chats: ChatRecords,
    ) -> None:
        self._store, self._clock, self._find = store, clock, find
        self._votes, self._undo, self._chats = votes, undo, chats
        # One at a time: reading a large file takes seconds of the processor.
        self._reading = asyncio.Lock()
        self._searching: set[ChatRef] = set()

    async def from_text(self, requester: Requester, ref: ChatRef, given: str, title: str = "") -> LikeResult:
        """Like the papers that a message names: ids and links for the person, an author's papers for the chat."""
        if not given.strip():
            return Incomplete("like")
        if name := author_named(given):
            if not requester.is_admin:
                return NotAllowed()
            return await self.of_author(ref, name, title)
        # Nobody is named where Telegram hides the author of a message.
        if not (requester.user_id or requester.is_admin):
            return NotAllowed()
        wanted = read_words(given)
        if not wanted:
            reason = ids.resolve(given.strip())
            return NotALink(given.strip(), reason.why if isinstance(reason, ids.NotAPaperLink) else "")
        person = await self._votes.person(requester, ref) if requester.user_id else CHAT
        return await self._liked(ref, person, lambda: self._find.listed(wanted), wanted, title)

    async def from_file(
        self, requester: Requester, ref: ChatRef, content: bytes, name: str, title: str = ""
    ) -> LikeResult:
        """Like the papers of a list for the chat: ids or links, BibTeX or RIS. `name` is the file's, for messages."""
        if not requester.is_admin:
            return NotAllowed()
        try:
            async with self._reading:
                wanted = await asyncio.to_thread(read_file, content, name)
        except TellUser as error:
            return NotALink(name, str(error))
        return await self.of_list(ref, wanted, title)

    async def of_list(self, ref: ChatRef, wanted: PaperList, title: str = "") -> Liked | Busy:
        """Like the papers of a list for the chat."""
        return await self._liked(ref, CHAT, lambda: self._find.listed(wanted), wanted, title)

    async def of_author(self, ref: ChatRef, name: str, title: str = "") -> Liked | NotUnderstood | Busy:
        """Like an author's papers for the chat."""
        try:
            return await self._liked(ref, CHAT, lambda: self._find.by_author(name), PaperList(), title)
        except BadTopic as error:
            return NotUnderstood.of(error)

    async def take_back(self, ref: ChatRef, found: FoundPapers) -> TakenBack:
        """Delete the chat's own likes of these papers."""
        now = self._clock.now()
        gone = [await self._store.take_back(ref, CHAT, paper.id, VoteKind.UP, now) for paper in found.papers]
        return TakenBack(found, sum(gone))

    async def _liked(
        self,
        ref: ChatRef,
        person: str,
        find: Callable[[], Awaitable[FoundPapers]],
        wanted: PaperList,
        title: str,
    ) -> Liked | Busy:
        # arXiv is asked for every list: one chat has one at a time.
        if ref in self._searching:
            return Busy(_("I am still looking for the papers of your last list; send this one when they are found."))
        self._searching.add(ref)
        try:
            found = await find()
        except RetryLater as error:
            log.info("papers not found", chat=str(ref), why=str(error))
            return Busy(why_put_off(error), error.retry_after)
        finally:
            self._searching.discard(ref)
        if not found.papers:  # a mistake leaves nothing behind
            return Liked(found, wanted, 0, is_for_chat=person == CHAT)
        await self._chats.ensure(ref, title, manages=person == CHAT)
        try:
            paper_ids = [paper.id for paper in found.papers]
            votes = await self._store.votes_of(ref, person)
            new = await self._store.vote(ref, person, paper_ids, VoteKind.UP, self._clock.now())
        except LookupError:
            return Busy(_("This chat was deleted meanwhile, so nothing was written."))
        log.info("papers liked", chat=str(ref), papers=len(paper_ids), new=new)
        undo = await self._undo.offer(ref, _unlike(person, paper_ids, votes)) if new else ""
        return Liked(found, wanted, new, is_for_chat=person == CHAT, undo=undo)


def _unlike(person: str, paper_ids: Sequence[str], votes: Sequence[Vote]) -> Unlike:
    """What takes new likes back; `votes` are those that the person had before."""
    liked = {vote.paper_id for vote in votes if vote.kind is VoteKind.UP}
    disliked = {vote.paper_id for vote in votes if vote.kind is VoteKind.DOWN}
    new = [paper_id for paper_id in dict.fromkeys(paper_ids) if paper_id not in liked]
    return Unlike(person, tuple(new), tuple(paper_id for paper_id in new if paper_id in disliked))


def author_named(given: str) -> str | None:
    """The name in `au:"Name"`; None for any other text."""
    match = _AUTHOR.fullmatch(given.strip())
    return match["name"].strip().strip('"“”„').strip() or None if match else None
