"""How close papers are to what topics, interests and chats say, as a port. Implemented by `bot.relevance`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Announced, ChatModel, Examples, Paper, Similar, Taste, VectorsOrigin
from bot.ports.clock import Clock


class Relevance(Protocol):
    """Measures papers. It keeps what it has read of papers by sequence number, up to a limit: measuring raises
    `KeyError` for a paper that was not read, or was dropped since because many others were.

    The same papers, topics, models and term counts give the same scores in every process. Methods that are not `async`
    compute for a long time if they get many papers: call them in slices, or in a thread.
    """

    async def read(self, announced: Mapping[int, Announced]) -> None:
        """Read these announcements, by sequence number, unless they are known."""

    async def prepare(self, topics: Collection[str], models: Collection[ChatModel] = ()) -> None:
        """Fetch what measuring by these topics (normalized queries) and models needs from elsewhere: embeddings of
        interests, and the papers that a chat likes. Without it they are measured, too: by words, and without naming
        liked papers that were not read."""

    async def counted_upto(self, seq: int) -> int:
        """The sequence number up to which the terms of announcements are counted; 0 if none are. The store is asked if
        that is known to be less than `seq` only."""

    async def count(self, papers: Sequence[Paper], upto: int) -> None:
        """Add the terms of these papers to the store's counts, which then reach up to that sequence number."""

    def frequencies(self, words: Sequence[str]) -> Sequence[int]:
        """In how many of the counted papers, and of those of the bundled table, each of these words occurs; a word that
        says nothing about a subject counts as one that all have. Takes hundreds of words at once."""

    async def make_vectors(self, papers: AsyncIterator[Sequence[Paper]], counted: int, clock: Clock) -> VectorsOrigin:
        """Make the vectors of terms from these papers, in another process; store and use them. `counted` is how many
        papers the store has counted. Raises `RetryLater` and `GiveUp`."""

    def of_topic(self, query: str, seqs: Sequence[int]) -> Sequence[float]:
        """How well each of these papers, which were read, fits a topic or an interest (normalized query), 0 to 1.

        Of a topic of words, by the weight of its terms in the paper and, more, by similarity to its words; of one that
        only names categories, by how central the paper is to them; of one of authors, the same for all papers; of an
        interest, by similarity, less what it pushes away.
        """

    def of_model(self, model: ChatModel, seqs: Sequence[int]) -> Sequence[float]:
        """How likely it is that the chat likes each of these papers, which were read: 0 to 1, 0.5 if unknown."""

    def likeness(self, seq: int, others: Sequence[int]) -> Sequence[float]:
        """How much a paper is like each of the others, 0 to 1; near-duplicates are above 0.6."""

    def why(self, seq: int, query: str | None, model: ChatModel | None) -> Similar:
        """What a paper, which was read, shares with a topic or interest, and with what a chat likes."""

    def close(self, query: str, seqs: Sequence[int], most: int, *, already: int = 0) -> list[int]:
        """Those of the papers that are close enough to an interest, best first, at most `most`. For the first few, less
        is enough: they come even if no paper is really close. `already`: so many papers of the same day came before
        these, and count among the first."""

    async def learn(self, examples: Examples, now: datetime, version: int) -> ChatModel | None:
        """Train a model, in another process; None if there is too little to learn from."""

    def taste(self, model: ChatModel, most: int) -> Taste:
        """The words that a model likes and dislikes most."""

    @property
    def name(self) -> str:
        """What similarity is measured with: "words", or the name of the embedding beside them."""

    async def close_parts(self) -> None:
        """End processes and connections."""


class Embedder(Protocol):
    """Turns texts into vectors of one length. Equal names give comparable vectors; where two vectors of a name have
    different lengths, because its server has changed, they cannot be compared."""

    @property
    def name(self) -> str:
        """The provider and model, as in EMBEDDINGS ("local", "google:NAME"), which the store keeps vectors by."""

    @property
    def batch(self) -> int:
        """How many texts share a request."""

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of papers' texts, as float32 bytes of length 1. Raises `RetryLater` or `GiveUp`, the latter if
        one of the texts is the cause; `TextTooLong` if a shorter one may be accepted."""

    async def queries(self, texts: Collection[str]) -> list[bytes]:
        """The vectors of interests, in the order of the texts; comparable with those of papers. They are kept, so that
        asking again costs little. Raises `RetryLater` or `GiveUp`."""

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `RetryLater` or `GiveUp`."""

    async def close(self) -> None:
        """End processes and connections."""
