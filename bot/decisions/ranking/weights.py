"""The features of a paper for a chat, each from 0 to 1, and what each of them weighs."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Final


class Feature(enum.StrEnum):
    """A column of numbers from 0 to 1, one for each paper of a chat."""

    TOPIC = "topic"
    """How well the paper fits the best of the chat's topics that match it, see `Relevance.of_topic`."""
    TOPICS = "topics"
    """How many more of the chat's topics match it: 0 for one topic, 1/2 for two, 2/3 for three."""
    TITLE = "title"
    """A term of a topic stands in the title."""
    LEARNED = "learned"
    """How likely it is that the chat likes it, see `Relevance.of_model`; 1/2 without a model."""
    AUTHOR = "author"
    """By an author whom a topic names (1), or by authors of papers that the chat liked (1/2 for one name: others may
    bear it; more for several)."""
    CODE = "code"
    """Its abstract or comment links to code, data or a project page."""
    ACCEPTED = "accepted"
    """Accepted at a conference or by a journal, as its comment says; 1/2 for a workshop."""
    AWARD = "award"
    """An oral, a spotlight or a prize, as its comment says."""
    PRIMARY = "primary"
    """Its primary category is one that a topic names; 1/2 where no topic names a category."""
    NEW = "new"
    """Announced as new, not as a cross-list."""
    VOTES = "votes"
    """Liked by other chats, at least three; grows to 1 with their number."""
    RARE = "rare"
    """One of few papers that a topic matches: 1 for the only one."""
    DAY = "day"
    """Announced within the last week."""


WEIGHTS: Final[Mapping[Feature, float]] = {
    # What the chat says it wants, and what its votes say: these two decide where they differ much.
    Feature.TOPIC: 1.0,
    Feature.LEARNED: 2.0,
    # A paper of two topics is wanted twice; more topics than two tell little more.
    Feature.TOPICS: 0.5,
    # Authors put into the title what a paper is about. `TOPIC` counts that already: this only adds to it.
    Feature.TITLE: 0.05,
    # Whom the chat follows or likes speaks for a paper, but less than what the paper is about.
    Feature.AUTHOR: 0.15,
    # A cross-list is further away from the reader's field than a paper that was written for it.
    Feature.PRIMARY: 0.03,
    Feature.NEW: 0.02,
    # A topic that matches few of the papers says more about one than a topic that matches most of them.
    Feature.RARE: 0.05,
    # Marks of quality decide between papers that fit about equally.
    Feature.AWARD: 0.03,
    Feature.ACCEPTED: 0.01,
    Feature.CODE: 0.01,
    # What other chats like says more than these marks, and less than this chat's own topics and votes.
    Feature.VOTES: 0.15,
    # More than all others together: what is older than a week comes after everything else.
    Feature.DAY: 10.0,
}

FRESH = timedelta(days=7)
"""Papers announced longer ago than this come after all others: a chat that was suspended sees the latest week first."""

FULL_TRUST_VOTES = 12
"""With this many votes a model has its full weight."""


def trust(votes: int) -> float:
    """The share of the weight of `LEARNED` that a model of so many votes has: the first vote already counts."""
    return min(1.0, math.sqrt(max(votes, 0) / FULL_TRUST_VOTES))
