"""The outcomes of reading what people type: offers of topics, papers they may mean, and answers to small talk."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.model import Backtest, Card, Paper
from bot.topics.typed import GuessKind, Talk


class OfferNote(enum.StrEnum):
    """What is said about an offer before somebody follows it; the text beside it is named here."""

    BROAD = "broad"
    """More papers a day than anybody reads."""
    EMPTY = "empty"
    """Nothing in a month."""
    UNKNOWN_WORDS = "unknown words"
    """Words that no known paper has; the words."""
    CORRECTED = "corrected"
    """Words were replaced by likely ones; the corrected text."""
    NO_CATEGORY = "no category"
    """A code that arXiv does not have was read as another one; the code."""
    TRANSLATED = "translated"
    """Words of another language were read as English ones; the English text."""
    LEFT_OUT = "left out"
    """Words of a translated text that were not understood; the words."""
    EITHER = "either"
    """A list was read as "any of these"."""
    SHORTENED = "shortened"
    """Only the beginning of a long text was used."""
    FOREIGN = "foreign"
    """The words are compared with English papers, and are not English."""


@dataclass(frozen=True, slots=True)
class OfferedTopic:
    """A topic to follow by the button with this `key`. `query` is its normal form, `detail` tells it from the others.

    `count` is how many papers it would have brought on `days` listing days; None if that is not known.
    """

    kind: GuessKind
    query: str
    key: str
    detail: str = ""
    count: int | None = None
    days: int = 0

    @property
    def a_day(self) -> float | None:
        """Papers a listing day; None if that is not known."""
        return self.count / self.days if self.count is not None and self.days else None


@dataclass(frozen=True, slots=True)
class TopicOffer:
    """What somebody may want to follow: `options`, the likeliest first, of which `backtest` is what it would have
    brought. `text` is what was typed, without its polite words."""

    text: str
    options: tuple[OfferedTopic, ...]
    backtest: Backtest
    notes: tuple[tuple[OfferNote, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AskWords:
    """The question which words in a topic that brings too much. `may_type`: the next message is the answer."""

    query: str
    may_type: bool


@dataclass(frozen=True, slots=True)
class NoSubject:
    """A text that names nothing that papers can be about: only frequent words, signs or code."""

    text: str


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A greeting, thanks and the like, which need a friendly answer only."""

    talk: Talk
    following: int


@dataclass(frozen=True, slots=True)
class DidYouMeanPaper:
    """A text that seems to be the title of one of these papers. `offer` is for who meant a subject after all."""

    text: str
    papers: tuple[Paper, ...]
    offer: TopicOffer | None = None


@dataclass(frozen=True, slots=True)
class DidYouMeanCommand:
    """A command that does not exist; the button with `key` runs `line`, without the slash. `key` is "" where it cannot
    be run from here."""

    line: str
    key: str


@dataclass(frozen=True, slots=True)
class ManyPapers:
    """Several papers that a message names, in its order; `unknown` are ids that arXiv does not know, `left_out` how
    many more were named."""

    cards: tuple[Card, ...]
    unknown: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnknownFile:
    """A PDF that carries no arXiv id; `name` is the file's."""

    name: str


@dataclass(frozen=True, slots=True)
class UnsubscribedSeveral:
    """Several topics that a chat does not follow any more; `following` is how many are left."""

    topics: tuple[str, ...]
    following: int
    undo: str = ""
    missing: tuple[str, ...] = ()
    """What was named beside them and is not followed."""
