"""Why papers are where they are, found out for those that are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.arxiv import categories
from bot.decisions import matches, ranking
from bot.decisions.ranking import Evidence
from bot.decisions.ranking.paper_table import acceptance_of, author_keys
from bot.model import ChatModel, Reason, is_interest, split_query, topic_label
from bot.pipeline.announcement_log import AnnouncementLog
from bot.pipeline.measures import Measures
from bot.ports import Relevance


class Explanations:
    """The reasons for the places of papers that `log` and `measures` have."""

    def __init__(self, relevance: Relevance | None, log: AnnouncementLog, measures: Measures) -> None:
        self._relevance, self._log, self._measures = relevance, log, measures

    async def read(self, seqs: Collection[int], models: Collection[ChatModel] = ()) -> None:
        """Read what `of` needs for these papers, and the papers that these chats like. Raises `StoreUnavailable`."""
        await self._measures.read(seqs, models)
        if self._relevance is not None:
            await self._relevance.prepare((), models)
            await self._relevance.read({seq: self._log.announced(seq) for seq in seqs})

    def of(
        self, seq: int, topic_ids: Sequence[int], model: ChatModel | None = None, *, is_guess: bool = False
    ) -> tuple[Reason, ...]:
        """Why a paper, which was read, is shown to a chat with these topics that match it, the strongest reason
        first."""
        paper = self._log.announced(seq).paper
        exact = [topic_id for topic_id in topic_ids if not is_interest(self._log.query(topic_id))]
        words = dict.fromkeys(term for topic_id in exact for term in self._log.match(topic_id, seq).because)
        codes = tuple([word for word in words if categories.canonical(word)])
        named = [name for topic_id in exact for name in matches.named_authors(self._log.query(topic_id), paper)]
        interest = self._interest(seq, topic_ids)
        liked, learned = self._taste(seq, model)
        return ranking.explain(
            Evidence(
                terms=tuple([word for word in words if word not in codes and word not in named]),
                categories=codes,
                interest=interest,
                liked=liked,
                learned=tuple([word for word in learned if word not in (interest or ())]),
                author=named[0] if named else self._liked_author(paper.authors, model),
                accepted=acceptance_of(paper),
                has_code=ranking.has_code(paper),
                chats=self._measures.liked_by(seq),
                is_guess=is_guess,
            )
        )

    def _interest(self, seq: int, topic_ids: Sequence[int]) -> tuple[str, ...] | None:
        """What the paper shares with the closest interest of these topics that it shares a word with, else the closest
        interest that brought it by its meaning; None if there is neither."""
        queries = sorted([query for topic_id in topic_ids if split_query(query := self._log.query(topic_id))[1]])
        relevance = self._relevance
        if relevance is None or not queries:
            return None
        # An interest beside a query brings nothing by itself: without a common word it is no reason.
        alone = [query for query in queries if is_interest(query)]
        try:
            closest = sorted(queries, key=lambda query: -relevance.of_topic(query, [seq])[0])
            shared = next((terms for query in closest if (terms := relevance.why(seq, query, None).terms)), ())
            return shared or next(((topic_label(query),) for query in closest if query in alone), None)
        except KeyError:  # dropped meanwhile, because somebody else has read many papers
            return (topic_label(alone[0]),) if alone else None

    def _taste(self, seq: int, model: ChatModel | None) -> tuple[int, tuple[str, ...]]:
        """How many liked papers it is close to, and which of its words the chat's votes speak for."""
        if model is None or self._relevance is None:
            return 0, ()
        try:
            similar = self._relevance.why(seq, None, model)
        except KeyError:  # as above
            return 0, ()
        return len(similar.liked), similar.terms

    def _liked_author(self, authors: Sequence[str], model: ChatModel | None) -> str:
        """The first author of whom the chat has liked several papers; one may be by a namesake."""
        if model is None or not author_keys(authors):
            return ""
        liked = self._measures.authors_liked(model)
        return next((name for name in authors if liked.get(author_keys([name])[0], 0) > 1), "")
