"""Matches announced papers with topics. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot import topics as topic_language
from bot.errors import BadTopic
from bot.model import Announced, Candidate, Match, Paper, TopicState
from bot.topics import matching
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import Matcher


def matcher_of(states: Iterable[TopicState]) -> tuple[Matcher, dict[str, BadTopic]]:
    """Return a matcher for the topics, and the stored queries that no longer parse with their errors.

    An earlier version may have stored a topic that today's grammar refuses; it must not stop the others.
    """
    parsed, errors = [], {}
    for state in states:
        try:
            parsed.append((state.id, topic_language.parse(state.query)))
        except BadTopic as error:
            errors[state.query] = error
    return Matcher(parsed), errors


def topics_behind(states: Iterable[TopicState], last_seq: int) -> list[TopicState]:
    """Return the topics that were not matched up to the announcement with this sequence number yet."""
    return [state for state in states if state.matched_seq < last_seq]


def new_matches(
    announced: Iterable[tuple[int, Announced]], states: Sequence[TopicState], matcher: Matcher
) -> dict[int, list[int]]:
    """Match announcements, with their sequence numbers, against topics: topic id → sequence numbers, ascending.

    Leaves out announcements that a topic was matched against before, and those that deliver nothing (replacements).
    """
    # Topics that are matched together may have advanced to different announcements.
    matched_seq = {state.id: state.matched_seq for state in states}
    found: dict[int, list[int]] = {}
    for seq, entry in announced:
        if entry.announcement.kind.delivers:
            for topic_id, _ in matcher.match(entry.paper):
                if matched_seq[topic_id] < seq:
                    found.setdefault(topic_id, []).append(seq)
    return found


def match_of(query: str, paper: Paper) -> Match:
    """Return the terms of a paper that make it belong to a stored topic; none if it no longer does."""
    topic = _parsed(query)
    return Match(query, () if topic is None else matching.because(topic, IndexedPaper(paper)))


@lru_cache(maxsize=10_000)
def _parsed(query: str) -> topic_language.Topic | None:
    try:
        return topic_language.parse(query)
    except BadTopic:
        return None


def candidates_of(topic: topic_language.Topic, announced: Iterable[Announced]) -> list[Candidate]:
    """Return the papers that a topic matches, in order; of a paper announced twice, its first announcement."""
    matcher = Matcher([(0, topic)])  # the id does not matter: there is one topic
    found: dict[str, Candidate] = {}
    for entry in announced:
        if not entry.announcement.kind.delivers or entry.paper.id in found:
            continue
        for _, because in matcher.match(entry.paper):
            found[entry.paper.id] = Candidate(entry, (Match(topic.query, because),))
    return list(found.values())
