"""The two things that plain words after /subscribe may mean, exactly these words or what they are about, and asking."""

from __future__ import annotations

from dataclasses import dataclass

from bot import topics
from bot.conversation.dependencies import Insight
from bot.conversation.offers import Offers
from bot.conversation.results import NotUnderstood, TwoReadings
from bot.errors import BadTopic
from bot.model import ChatRef
from bot.topics import Topic


@dataclass(frozen=True, slots=True)
class Readings:
    """A text read as a query, if it can be read so, and as an interest."""

    exact: Topic | NotUnderstood
    interest: Topic


def read(text: str) -> Topic | NotUnderstood | Readings:
    """What a text after /subscribe means; `Readings` if people may mean an interest."""
    exact = _parsed(text)
    interest = _parsed(f"about: {text}") if topics.is_plain_text(text) else None
    return Readings(exact, interest) if isinstance(interest, Topic) else exact


def _parsed(query: str) -> Topic | NotUnderstood:
    try:
        return topics.parse(query)
    except BadTopic as error:
        return NotUnderstood.of(error)


class ReadingQuestions:
    """Asks which of the two readings somebody means, and understands the answer."""

    def __init__(self, offers: Offers, insight: Insight) -> None:
        self._offers = offers
        self._insight = insight

    async def ask(self, ref: ChatRef, text: str, found: Readings) -> TwoReadings:
        """The question about a text; the text is kept for its answer."""
        exact = found.exact.query if isinstance(found.exact, Topic) else None
        offered = [query for query in (exact, found.interest.query) if query]
        counts = {query: await self._count(query) for query in offered}
        return TwoReadings(
            text=found.interest.about,
            key=await self._offers.keep(ref, text),
            exact=exact,
            interest=found.interest.query,
            exact_count=counts.get(exact) if exact else None,
            interest_count=counts.get(found.interest.query),
            why=found.exact.why if isinstance(found.exact, NotUnderstood) else "",
        )

    async def _count(self, query: str) -> int | None:
        """Papers that a topic would have brought on the last listing days; None if none of these is stored."""
        tested = await self._insight.backtest(query)
        return tested.count if tested.days else None

    async def answered(self, ref: ChatRef, key: str, *, as_interest: bool) -> Topic | None:
        """The topic that a button of a question with this key stands for; None if the question is too old."""
        text = await self._offers.text(ref, key)
        found = read(text) if text is not None else None
        # A text that an earlier version kept may have no such reading in this one.
        if not isinstance(found, Readings):
            return None
        chosen = found.interest if as_interest else found.exact
        return chosen if isinstance(chosen, Topic) else None
