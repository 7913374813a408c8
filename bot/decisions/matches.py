"""Matches announced papers with topics. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache

from bot import topics as topic_language
from bot.errors import BadTopic
from bot.model import Announced, Match, Paper, TopicState, is_interest
from bot.topics import matching
from bot.topics.compiled import CompiledTopics, followed
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.paper_batch import PaperBatch, PaperSet, numbers
from bot.topics.syntax_tree import Field, Term, reasons

MOST_CLOSE = 30
"""Papers of one listing day that an interest alone brings."""


class Matching:
    """Announcements being matched with topics: first all are read, then topics are answered, a part of them at a time.

    A topic that `compiled` does not hold is parsed; one that today's grammar refuses matches nothing. What an interest
    alone brings depends on how close papers are to it: `in_scope` says of which papers to find that out.
    """

    def __init__(self, states: Sequence[TopicState], compiled: CompiledTopics = followed) -> None:
        table, self._programs = compiled.programs([state.query for state in states])
        leaves = {code for program in self._programs.values() for code in program if code >= 0}
        self._batch = PaperBatch(table, leaves)
        self._seqs: list[int] = []
        self._seqs_by_day: dict[date, set[int]] = {}
        self._in_scope: dict[tuple[date, PaperSet], tuple[int, ...]] = {}
        """By the set of papers, since most interests look at all of them."""

    def read(self, announced: Iterable[tuple[int, Announced]]) -> None:
        """Read announcements with their sequence numbers, ascending; not replacements, which deliver nothing."""
        delivering = [(seq, entry) for seq, entry in announced if entry.announcement.kind.delivers]
        self._seqs += [seq for seq, _ in delivering]
        for seq, entry in delivering:
            day = entry.announcement.day
            self._seqs_by_day.setdefault(day, set()).add(seq)
        self._batch.add(entry.paper for _, entry in delivering)

    @property
    def days(self) -> list[date]:
        """The listing days of what was read, earliest first."""
        return sorted(self._seqs_by_day)

    def found(self, states: Iterable[TopicState]) -> dict[int, tuple[int, ...]]:
        """What these topics match: topic id → sequence numbers, ascending, without those matched before.

        Interests alone are left out.
        """
        found = {}
        for state in states:
            if not is_interest(state.query) and (papers := self._papers(state)):
                # A tuple, because the garbage collector would look at each of tens of thousands of lists.
                found[state.id] = tuple(map(self._seqs.__getitem__, numbers(papers)))
        return found

    def in_scope(self, state: TopicState, day: date) -> tuple[int, ...]:
        """Sequence numbers of that day's papers that an interest may bring, by its categories; ascending, without those
        matched before."""
        papers = self._papers(state)
        seqs = self._in_scope.get((day, papers))
        if seqs is None:
            of_day: Collection[int] = self._seqs_by_day.get(day, ())
            seqs = tuple(seq for seq in map(self._seqs.__getitem__, numbers(papers)) if seq in of_day)
            self._in_scope[day, papers] = seqs
        return seqs

    def _papers(self, state: TopicState) -> PaperSet:
        """The papers that a topic matches, without those matched before."""
        program = self._programs.get(state.query)
        if program is None:
            return 0
        # Topics that are matched together may have advanced to different announcements.
        before = bisect_right(self._seqs, state.matched_seq)
        return self._batch.matching(program) >> before << before


def newly_close(best_first: Sequence[int], known: Collection[int]) -> tuple[int, ...]:
    """What an interest matches of a listing day: of the papers close to it, as many as the day's limit leaves.

    `known` is what it has matched of that day before, when other papers of the day were late. Ascending.
    """
    new = [seq for seq in best_first if seq not in known]
    return tuple(sorted(new[: max(0, MOST_CLOSE - len(known))]))


def topics_behind(states: Iterable[TopicState], last_seq: int) -> list[TopicState]:
    """Return the topics that were not matched up to the announcement with this sequence number yet."""
    return [state for state in states if state.matched_seq < last_seq]


def match_of(query: str, paper: Paper) -> Match:
    """Return the terms of a paper that make it belong to a stored topic; none if it no longer does."""
    topic, found = parsed(query), indexed(paper)
    if topic is None or not matching.satisfies(topic, found):
        return Match(query, ())
    return Match(query, matching.because(topic, found))


def named_authors(query: str, paper: Paper) -> tuple[str, ...]:
    """Return the authors of a paper whom a stored topic that it belongs to names."""
    topic, found = parsed(query), indexed(paper)
    if topic is None:
        return ()
    terms = (leaf for leaf in reasons(topic.node, found.matches) if isinstance(leaf, Term))
    return tuple(found.matched_text(term) or "" for term in terms if term.field is Field.AUTHOR)


indexed = lru_cache(maxsize=1024)(IndexedPaper)  # the papers of a day are in the digests of all chats


@lru_cache(maxsize=10_000)
def parsed(query: str) -> topic_language.Topic | None:
    """A stored topic; None if today's grammar refuses it."""
    try:
        return topic_language.parse(query)
    except BadTopic:
        return None
