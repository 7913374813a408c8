"""Whether one paper belongs to one topic, and why. Pure.

`paper_batch` answers the first question for many papers and topics at once; this is what it must agree with.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.topics.indexed_paper import IndexedPaper
from bot.topics.parse import Topic
from bot.topics.syntax_tree import evaluate, reasons


def satisfies(topic: Topic, paper: IndexedPaper) -> bool:
    """Whether a paper belongs to a topic."""
    return evaluate(topic.node, paper.matches)


def because(topic: Topic, paper: IndexedPaper) -> tuple[str, ...]:
    """The words of a paper that make it belong to a topic, in the order of the topic's terms, without repetition."""
    return _distinct(paper.matched_text(leaf) or "" for leaf in reasons(topic.node, paper.matches))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts without repetition, the first spelling of each in the place of its last occurrence."""
    listed = tuple(texts)
    return tuple({text.casefold(): text for text in reversed(listed)}.values())[::-1]
