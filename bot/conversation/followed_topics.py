"""A chat's topics: the lines of their list, finding the one that somebody names, and autocompletion. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot import topics
from bot.arxiv import categories
from bot.conversation.results import Suggestion
from bot.conversation.topic_results import Followed, topic_key
from bot.errors import BadTopic
from bot.model import Subscription, split_query, topic_label
from bot.topics.typed import Understood, understand

MAX_CHOICE_LENGTH = 100
"""Characters that a platform's completion takes, for its label and for its value (Discord's limit)."""


def followed(subscription: Subscription) -> Followed:
    """A line of the chat's list."""
    topic = subscription.topic
    try:
        explained = topics.explain(topics.parse(topic))
    except BadTopic:  # written by an older grammar: still listed, so that it can be removed
        explained = topic
    return Followed(topic, explained, topic_key(topic), subscription.since)


def find(following: Sequence[Subscription], named: str) -> Subscription | None:
    """The subscription that somebody names by its text, its `topic_key`, or its number in the list (from 1).

    A topic may itself be a number, so its text wins over a place in the list; "#2" always means the place. The text of
    an interest names it too, and a query one that has an interest beside it.
    """
    by_text, by_number = _find_by_text(following, named), _find_by_number(following, named)
    found = (by_number or by_text) if named.startswith("#") else (by_text or by_number)
    return found or _find_by_part(following, named) or _find_by_meaning(following, named)


def _find_by_text(following: Sequence[Subscription], named: str) -> Subscription | None:
    # Normalized as at subscribing, so that another spelling of the same query is found. The text as it was typed also
    # counts: a topic of an older grammar may not parse any more.
    try:
        query = topics.parse(named).query
    except BadTopic:
        query = named
    wanted = {named, query}
    return next(
        (
            subscription
            for subscription in following
            if subscription.topic in wanted or topic_key(subscription.topic) == named
        ),
        None,
    )


def _find_by_part(following: Sequence[Subscription], named: str) -> Subscription | None:
    """The only subscription with this interest or this query."""
    try:
        exact = topics.parse(named).query
    except BadTopic:
        exact = named
    text = " ".join(named.strip("“” ").split()).casefold()
    parts = [(subscription, split_query(subscription.topic)) for subscription in following]
    found = [each for each, (query, about) in parts if about and (query == exact or about.casefold() == text)]
    return found[0] if len(found) == 1 else None


def _find_by_meaning(following: Sequence[Subscription], named: str) -> Subscription | None:
    """The subscription that is a reading of what somebody wrote: "computer vision" for cs.CV."""
    read = understand(named)
    queries = [guess.topic.query for guess in read.guesses] if isinstance(read, Understood) else []
    return next((each for query in queries for each in following if each.topic == query), None)


def _find_by_number(following: Sequence[Subscription], named: str) -> Subscription | None:
    number = named.removeprefix("#")
    # isdecimal() is true of the digits of every script, and isdigit() also of "²", which int() refuses.
    if not (number.isascii() and number.isdecimal() and len(number) <= 3):  # no chat follows a thousand topics
        return None
    return following[int(number) - 1] if 1 <= int(number) <= len(following) else None


ALL = frozenset(
    ("all", "everything", "*", "todo", "todos", "все", "всё", "全部", "所有", "すべて", "全て", "alles", "tout")
)
"""What people write for all topics."""

MOST_NAMED = 100
"""Topics that one message names at most, twice as many as a chat follows; a longer one is no list of them."""

_RANGE = re.compile(r"#?(\d{1,3})(?:\s*[-–—]\s*#?(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Several:
    """Subscriptions that somebody names at once, in the order of the list, and what is not among them."""

    found: tuple[Subscription, ...]
    missing: tuple[str, ...] = ()


def find_several(following: Sequence[Subscription], named: str) -> Several | None:
    """What "all", "1 2 3", "1-3", "1,3" or "cs.CV, cs.CL" names; None if it names one topic, or none at all."""
    if named.strip().casefold() in ALL:
        return Several(tuple(following))
    parts = [part.strip() for part in re.split(r"[,;\n，；、]", named) if part.strip()]
    words = re.sub(r"\s*([-–—])\s*", r"\1", " ".join(parts)).split()
    if all(map(_RANGE.fullmatch, words)):
        parts = [place for word in words for place in _places(word, len(following))]
    elif len(parts) < 2:
        return None
    parts = list(dict.fromkeys(parts))
    if len(parts) > MOST_NAMED:
        return None
    each = [(part, find(following, part)) for part in parts]
    found = [subscription for subscription in following if any(subscription == one for _, one in each)]
    return Several(tuple(found), tuple(part for part, one in each if one is None)) if found else None


def _places(word: str, last_place: int) -> list[str]:
    """The places in the list that a number or a range names; the word itself if it names none."""
    match = _RANGE.fullmatch(word)
    if match is None or match[2] is None:
        return [word]
    first, last = sorted((int(match[1]), int(match[2])))
    return list(map(str, range(max(first, 1), min(last, last_place) + 1))) or [word]


def closest_first(following: Sequence[Subscription], named: str) -> tuple[Followed, ...]:
    """The list, ordered by how much each topic resembles what somebody wrote."""

    def likeness(subscription: Subscription) -> float:
        return difflib.SequenceMatcher(None, named.casefold(), subscription.topic.casefold()).ratio()

    return tuple(followed(subscription) for subscription in sorted(following, key=likeness, reverse=True))


def completions(following: Sequence[Subscription], typed: str) -> list[Suggestion]:
    """The topics that hold `typed`; `value` is what `find` takes: the topic, or its key where it is too long."""
    wanted = typed.strip().casefold()
    matching = [subscription.topic for subscription in following if wanted in subscription.topic.casefold()]
    return [
        Suggestion(topic if len(topic) <= MAX_CHOICE_LENGTH else topic_key(topic), _shortened(topic_label(topic)))
        for topic in matching
    ]


def category_completions(typed: str, limit: int) -> list[Suggestion]:
    """arXiv categories whose code or name holds `typed`; codes that begin with it come first."""
    # A completed value is "cat:…", so the prefix is there when somebody goes on typing.
    codes = categories.search(typed.strip().removeprefix("cat:"), limit)
    return [Suggestion(f"cat:{code}", _shortened(f"{code} – {categories.CATEGORIES[code]}")) for code in codes]


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CHOICE_LENGTH else text[: MAX_CHOICE_LENGTH - 1] + "…"
