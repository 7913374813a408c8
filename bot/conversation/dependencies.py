"""The dependencies of the use cases: reading a paper, composing a digest, defaults of new chats, operators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Protocol

from bot.decisions import spreading
from bot.decisions.due_times import next_due
from bot.model import (
    Backtest,
    Card,
    Chat,
    ChatModel,
    ChatRef,
    Depth,
    Digest,
    FoundPapers,
    NothingToSend,
    Paper,
    PaperList,
    PaperRef,
    Platform,
    Taste,
    Whereabouts,
)


class ReadPaper(Protocol):
    """Reads one paper now. Raises `NoSuchPaper`, `RetryLater` or `GiveUp`; a withdrawn paper comes back as its card."""

    async def __call__(self, ref: PaperRef, language: str, depth: Depth) -> Card: ...


class FindPapers(Protocol):
    """Finds papers that people name, in the store or on arXiv, and stores them. Both methods raise `RetryLater`."""

    async def listed(self, wanted: PaperList) -> FoundPapers: ...

    async def by_author(self, name: str) -> FoundPapers:
        """The latest papers of an author. Raises `BadTopic` for what cannot be a name."""


class ReadFirstPage(Protocol):
    """Reads the text of the first page of a PDF; "" for a file that is none."""

    async def __call__(self, content: bytes, /) -> str: ...


async def no_first_page(_content: bytes) -> str:
    """For who is sent no files."""
    return ""


class DigestNow(Protocol):
    """Writes a digest of papers that are new to the chat into the outbox and returns it, or why there is none.

    Raises `RetryLater`.
    """

    async def __call__(self, ref: ChatRef) -> Digest | NothingToSend: ...


class CardSource(Protocol):
    """Makes cards of papers that a chat has received, at once: no model is asked. May raise `StoreUnavailable`."""

    async def card(self, chat: Chat, paper: Paper, depth: Depth) -> Card | None:
        """The card of a paper with its stored summary in the chat's language, and why the chat got it.

        For `Depth.BRIEF` a deep summary may stand in, else sentences of the abstract; None if there is no deep summary.
        """

    async def page(self, chat: Chat, slot: str, first: int, count: int) -> Digest | None:
        """`count` papers of the digest that the chat got for a `digest_slot_key`, from number `first` on; None if it is
        not kept. `Digest.ranked` of its papers can be asked for."""


class Insight(CardSource, Protocol):
    """Looks at what topics bring, and at what became of papers. Nothing is taken or sent. May raise
    `StoreUnavailable`."""

    async def backtest(self, query: str, beside: Sequence[str] = ()) -> Backtest:
        """What a normalized topic would have brought on the last listing days, and the counts of exact queries."""

    def frequencies(self, words: Sequence[str]) -> Sequence[int]:
        """In how many papers each of these words occurs, as far as they were counted."""

    async def preview(self, chat: Chat) -> Digest:
        """The next digest of a chat as it stands; its cards have the summaries that are there."""

    async def whereabouts(self, chat: Chat, paper_id: str) -> Whereabouts:
        """What became of a paper in a chat."""

    def taste(self, model: ChatModel, most: int) -> Taste:
        """The words that a chat's model likes and dislikes most."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new chat starts with."""

    language: str = "en"
    timezone: str = "UTC"
    digest_time: time = time(9, 0)

    def new_chat(self, ref: ChatRef, now: datetime, title: str = "") -> Chat:
        """A chat with these settings, not yet stored. The archive has no digest time: its pages follow the listings.

        Where nobody chose a digest time, it is a few minutes after nine, so that not all are due at one instant.
        """
        chat = Chat(
            ref,
            title,
            language=self.language,
            timezone=self.timezone,
            digest_time=spreading.time_of_new_chat(ref, self.digest_time),
            created_at=now,
        )
        return chat if ref.platform is Platform.SITE else replace(chat, next_due_at=next_due(chat, now))


@dataclass(frozen=True, slots=True)
class Operators:
    """The people who run this Paperboy (`telegram:ID`, `discord:ID`); `health` returns its state in sentences."""

    user_ids: frozenset[str]
    health: Callable[[], Awaitable[Sequence[str]]]
