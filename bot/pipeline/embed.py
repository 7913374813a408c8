"""Papers and interests → their vectors, newest day first, in batches beside the other work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import structlog

from bot.decisions.embedding import EmbeddingState, embedded_since
from bot.errors import ModelRefused, ModelUnavailable, TextTooLong
from bot.model import Paper, split_query
from bot.ports import Clock, Embedder, Store
from bot.topics import interest_parts

log = structlog.get_logger()

EMBEDDING_STATE = "embeddings"
"""The name under which the store keeps what the embedder could not do."""

PAPERS_AT_ONCE = 256
"""Papers that are read from the store at once. Those of a newer day come after them."""

WAITS_FOR = timedelta(minutes=45)
"""How long interests wait for the vectors of a listing; one core embeds one in a quarter of an hour."""

TOPICS_AT_ONCE = 1_000

READ_AGAIN_AFTER = timedelta(hours=1)
"""Interests that nobody follows any more are forgotten, and those read again, after this time."""

_REFUSED_ALL_SECONDS = 600.0
"""Time until a retry if the embedder refuses every text: a setting has to be corrected."""


class Embedding:
    """Gives vectors to what ranking may need. Nothing waits for it: what has no vector yet is ranked by its words.

    Several processes may do this at the same time; a vector that two of them made is kept once.
    """

    def __init__(self, store: Store, embedder: Embedder, clock: Clock) -> None:
        self._store, self._embedder, self._clock = store, embedder, clock
        self._interests = _FollowedInterests(store, clock)
        # Some servers accept fewer texts at once than others.
        self._batch = embedder.batch
        self._singled_out = 0
        self._awaited: tuple[date, datetime] | None = None  # a listing, and since when it is

    async def run(self, until: datetime | None = None) -> int:
        """Embed what has no vector, unless nobody would need it, but begin nothing after `until`; returns how many
        papers. Raises `StoreUnavailable`."""
        made = 0
        while papers := await self.pending(PAPERS_AT_ONCE):
            newly_made = await self._embed_all(papers, until)
            made += newly_made
            if not newly_made or (until is not None and self._clock.now() >= until):
                break
        return made

    async def pending(self, limit: int) -> list[Paper]:
        """Embed the interests that are new, and return the papers that should get a vector, newest day first, at most
        `limit`; none if nobody follows an interest or has voted. Raises `StoreUnavailable`."""
        is_followed = await self._embed_interests()
        if not is_followed and not await self._store.has_votes():
            return []
        state, since = await self._state(), embedded_since(await self._store.latest_day(), self._clock.now())
        most = limit + len(state.refused)
        papers = await self._store.papers_without_vector(self._embedder.name, since, most)
        return state.without_refused(papers)[:limit]

    async def is_awaited(self) -> bool:
        """Whether interests should be matched later: the papers of the newest listing are getting the vectors by which
        they are found in every language. False after `WAITS_FOR`, and if the embedder does not work."""
        await self._interests.read()
        if not self._interests.are_followed or (latest := await self._store.latest_day()) is None:
            return False
        state, now = await self._state(), self._clock.now()
        embedded, papers = await self._store.vector_counts(self._embedder.name, latest)
        if embedded + len(state.refused) >= papers:
            return False
        if self._awaited is None or self._awaited[0] != latest:
            self._awaited = latest, now
        # `abs`: after the clock was set back, the time would be negative for as long as it was set back.
        return state.trouble is None and abs(now - self._awaited[1]) < WAITS_FOR

    async def these(self, keys: Collection[tuple[str, int]]) -> int:
        """Embed those of these papers, by id and version, that have no vector; returns how many. Raises
        `StoreUnavailable`."""
        stored = await self._store.papers({paper_id for paper_id, _ in keys})
        wanted = set(keys).difference(await self._store.vectors(self._embedder.name, keys))
        papers = [paper for paper in stored.values() if (paper.id, paper.version) in wanted]
        return await self._embed_all((await self._state()).without_refused(papers))

    async def _embed_interests(self) -> bool:
        """Embed new interests; returns whether any is followed."""
        await self._interests.read()
        if texts := self._interests.new:
            try:
                await self._embed_queries(texts)
            except ModelUnavailable as error:
                await self._keep_trouble(str(error))
            else:
                self._interests.forget(texts)
        return self._interests.are_followed

    async def _embed_queries(self, texts: Sequence[str]) -> None:
        """Embed these texts; one that is refused is measured by its words."""
        try:
            await self._embedder.queries(texts)
        except ModelRefused as error:
            if len(texts) == 1:
                log.warning("interest not embedded", reason=str(error))
                return
            for text in texts:
                await self._embed_queries([text])

    async def _embed_all(self, papers: Sequence[Paper], until: datetime | None = None) -> int:
        """Embed papers until the embedder is unavailable, but begin nothing after `until`; returns how many."""
        made = at = 0
        try:
            while at < len(papers) and (until is None or self._clock.now() < until):
                batch = papers[at : at + self._batch]
                made += await self._embed(batch)
                at += len(batch)
        except ModelUnavailable as error:
            await self._keep_trouble(str(error))
        if made:
            log.info("embedded", papers=made, model=self._embedder.name)
        return made

    async def _embed(self, papers: Sequence[Paper]) -> int:
        """Embed and store these papers; returns how many. Those that the embedder refuses are left out.

        If it refuses every text, raises `ModelUnavailable`.
        """
        try:
            vectors = await self._embedder.passages([_text(paper) for paper in papers])
        except ModelRefused as error:
            return await self._embed_apart(papers, error)
        await self._save(papers, vectors)
        return len(papers)

    async def _embed_apart(self, papers: Sequence[Paper], error: ModelRefused) -> int:
        """Embed papers that were refused together: in halves, so that one of them costs the others nothing."""
        if len(papers) == 1:
            self._singled_out += 1
            return await self._embed_single(papers[0], error)
        await self._check_any()
        middle, before = len(papers) // 2, self._singled_out
        made = await self._embed(papers[:middle]) + await self._embed(papers[middle:])
        if self._singled_out == before:
            # No paper was at fault, so that there were too many of them.
            self._batch = min(self._batch, middle)
        return made

    async def _embed_single(self, paper: Paper, error: ModelRefused) -> int:
        text = _text(paper)
        while isinstance(error, TextTooLong) and len(text) > len(paper.title):
            text = text[: len(text) // 2]
            try:
                vectors = await self._embedder.passages([text])
            except ModelRefused as next_error:
                error = next_error
                continue
            await self._save([paper], vectors)
            return 1
        await self._check_any()
        log.warning("paper not embedded", paper=paper.versioned_id, reason=str(error))
        state = (await self._state()).after_refusal(paper, self._clock.now())
        await self._store.remember_value(EMBEDDING_STATE, state.as_json())
        return 0

    async def _check_any(self) -> None:
        """Raise `ModelUnavailable` if the embedder refuses any text, so that no paper is at fault."""
        try:
            await self._embedder.probe()
        except ModelRefused as error:
            raise ModelUnavailable(str(error), retry_after=_REFUSED_ALL_SECONDS) from error

    async def _save(self, papers: Sequence[Paper], vectors: Sequence[bytes]) -> None:
        made = {(paper.id, paper.version): vector for paper, vector in zip(papers, vectors, strict=True)}
        await self._store.save_vectors(self._embedder.name, made)
        await self._keep_trouble(None)

    async def _keep_trouble(self, trouble: str | None) -> None:
        """Keep the reason why papers get no vectors, for `status`; None if they do."""
        state = await self._state()
        if trouble != state.trouble:
            if trouble is not None:
                log.warning("papers get no vectors", model=self._embedder.name, reason=trouble)
            kept = EmbeddingState(state.name, trouble, state.refused)
            await self._store.remember_value(EMBEDDING_STATE, kept.as_json())

    async def _state(self) -> EmbeddingState:
        kept = await self._store.value(EMBEDDING_STATE)
        return EmbeddingState.from_json(kept, self._embedder.name, self._clock.now())


class _FollowedInterests:
    """The texts of the interests that chats follow. Only topics that are new are read, and all now and then."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._texts: set[str] = set()
        self._new: dict[str, None] = {}
        self._last_topic = 0
        self._read_at: datetime | None = None

    @property
    def are_followed(self) -> bool:
        return bool(self._texts)

    @property
    def new(self) -> list[str]:
        """Of each interest what it wants, and what it pushes away, unless it was passed to `forget`."""
        return list(self._new)

    async def read(self) -> None:
        """Read the topics that were added. Raises `StoreUnavailable`."""
        now = self._clock.now()
        if self._read_at is None or abs(now - self._read_at) >= READ_AGAIN_AFTER:
            self._texts, self._last_topic, self._read_at = set(), 0, now
        while topics := await self._store.followed_queries(self._last_topic, TOPICS_AT_ONCE):
            for _, query in topics:
                if text := split_query(query)[1]:
                    interest = interest_parts(text)
                    found = {part for part in (interest.wanted, *interest.unwanted) if part}
                    self._new |= dict.fromkeys(sorted(found - self._texts))
                    self._texts |= found
            self._last_topic = topics[-1][0]

    def forget(self, texts: Collection[str]) -> None:
        """These texts are new no more."""
        for text in texts:
            self._new.pop(text, None)


def _text(paper: Paper) -> str:
    return f"{paper.title}. {paper.abstract}"
