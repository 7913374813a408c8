"""Summaries: what identifies them, what made them, which are wanted, and what models may still be asked."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.model.papers import Paper
from bot.model.readings import Extent, Reading, Source


class Depth(enum.StrEnum):
    BRIEF = "brief"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about the paper, with the verbatim passage that supports it and the place of that passage."""

    text: str
    quote: str = ""
    section: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim that was not shown, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a summary, from what and when. `prompt` is the hash of the prompt files, None for extractive.

    `instead_of` says in a few words why the first choice did not make it ("google:gemini is over its quota"). `notes`
    are sentences for the card.
    """

    model: str
    created_at: datetime
    source: Source
    prompt: str | None = None
    read: Extent | None = None
    dropped: tuple[Dropped, ...] = ()
    instead_of: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    significance: tuple[Claim, ...] = ()
    innovation: tuple[Claim, ...] = ()
    performance: tuple[Claim, ...] = ()
    workload: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryKey:
    """What identifies a summary: it is made once per key and shared by every chat.

    Model and prompt are not part of it: a change of MODEL must not make every summary again.
    """

    paper_id: str
    version: int
    language: str
    depth: Depth = Depth.BRIEF


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model or the extractive summarizer says of one paper version. Parts that a depth lacks are empty."""

    key: SummaryKey
    headline: Claim
    takeaways: tuple[Claim, ...]
    keywords: tuple[str, ...]
    provenance: Provenance
    translated_title: str | None = None
    affiliations: tuple[str, ...] = ()
    background: tuple[Claim, ...] = ()
    prior_work: tuple[Claim, ...] = ()
    method: tuple[Claim, ...] = ()
    results: tuple[Claim, ...] = ()
    methods: tuple[Claim, ...] = ()
    conclusion: Conclusion = field(default_factory=Conclusion)


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """What to summarize. `reading` is None for a brief summary from title and abstract.

    `facts` is the English deep summary of the same version, if a model made one: it is translated into the language
    asked for, and the paper is not read again.
    """

    key: SummaryKey
    paper: Paper
    reading: Reading | None = None
    facts: Summary | None = None


@dataclass(frozen=True, slots=True)
class WantedSummary:
    """A summary that some chat waits for. `chats` is how many do, `due_at` when the first of them is due (UTC).

    `why` is the reason of the last attempt that failed, or for which the budget was not enough; `again_at` is the time
    of the next attempt.
    """

    key: SummaryKey
    chats: int
    due_at: datetime
    attempts: int = 0
    why: str | None = field(default=None, compare=False)
    again_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one model was asked on one UTC day."""

    model: str
    day: date
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still be asked of models today; None is unlimited. `used_up` is why the rest waits, as a sentence."""

    requests: int | None = None
    tokens: int | None = None
    used_up: str = "The day's budget is used up."
