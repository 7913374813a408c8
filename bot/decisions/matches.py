"""Matches announced papers with topics. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot import topics as topic_language
from bot.errors import BadTopic
from bot.model import Announced, Candidate, Match, Paper, TopicState
from bot.topics import matching
from bot.topics.compiled import CompiledTopics, followed
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.paper_batch import PaperBatch, numbers


class Matching:
    """Announcements being matched with topics: first all are read, then topics are answered, a part of them at a time.

    A topic that `compiled` does not hold is parsed; one that today's grammar refuses matches nothing.
    """

    def __init__(self, states: Sequence[TopicState], compiled: CompiledTopics = followed) -> None:
        table, self._programs = compiled.programs([state.query for state in states])
        leaves = {code for program in self._programs.values() for code in program if code >= 0}
        self._batch = PaperBatch(table, leaves)
        self._seqs: list[int] = []

    def read(self, announced: Iterable[tuple[int, Announced]]) -> None:
        """Read announcements with their sequence numbers, ascending; not replacements, which deliver nothing."""
        delivering = [(seq, entry.paper) for seq, entry in announced if entry.announcement.kind.delivers]
        self._seqs += [seq for seq, _ in delivering]
        self._batch.add(paper for _, paper in delivering)

    def found(self, states: Iterable[TopicState]) -> dict[int, tuple[int, ...]]:
        """What these topics match: topic id → sequence numbers, ascending, without those matched before."""
        found = {}
        for state in states:
            if (program := self._programs.get(state.query)) is None:
                continue
            # Topics that are matched together may have advanced to different announcements.
            before = bisect_right(self._seqs, state.matched_seq)
            if papers := self._batch.matching(program) >> before << before:
                # A tuple, because the garbage collector would look at each of tens of thousands of lists.
                found[state.id] = tuple(map(self._seqs.__getitem__, numbers(papers)))
        return found


def topics_behind(states: Iterable[TopicState], last_seq: int) -> list[TopicState]:
    """Return the topics that were not matched up to the announcement with this sequence number yet."""
    return [state for state in states if state.matched_seq < last_seq]


def match_of(query: str, paper: Paper) -> Match:
    """Return the terms of a paper that make it belong to a stored topic; none if it no longer does."""
    topic, indexed = _parsed(query), _indexed(paper)
    if topic is None or not matching.satisfies(topic, indexed):
        return Match(query, ())
    return Match(query, matching.because(topic, indexed))


_indexed = lru_cache(maxsize=1024)(IndexedPaper)  # the papers of a day are in the digests of all chats


@lru_cache(maxsize=10_000)
def _parsed(query: str) -> topic_language.Topic | None:
    try:
        return topic_language.parse(query)
    except BadTopic:
        return None


def candidates_of(topic: topic_language.Topic, announced: Iterable[Announced]) -> list[Candidate]:
    """Return the papers that a topic matches, in order; of a paper announced twice, its first announcement."""
    found: dict[str, Candidate] = {}
    for entry in announced:
        if entry.announcement.kind.delivers and entry.paper.id not in found:
            paper = IndexedPaper(entry.paper)
            if matching.satisfies(topic, paper):
                found[entry.paper.id] = Candidate(entry, (Match(topic.query, matching.because(topic, paper)),))
    return list(found.values())
