"""Summaries with their keys and provenance, and wanted summaries."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.papers import Paper
from bot.model.readings import Extent, Reading, Source


class Depth(enum.StrEnum):
    BRIEF = "brief"
    DEEP = "deep"


class Support(enum.StrEnum):
    """What a claim's text rests on beside its evidence."""

    SENTENCE = "sentence"
    """The text is the paper's own sentence, shortened at most by rules that keep its meaning."""
    JUDGED = "judged"
    """The text is a model's, and a judge found it supported by the evidence."""
    QUOTED = "quoted"
    """The text is a model's and its quote is in the paper; the meaning was not checked.

    Summaries stored before there was a judge have such claims.
    """


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage of the paper, verbatim, with its place.

    `page` is 1-based and of the PDF; `anchor` is the id of the passage's paragraph in arXiv's HTML ("S3.SS1.p2").
    """

    quote: str
    section: str | None = None
    page: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about the paper, with the sentences that it rests on, in reading order.

    Sentences that follow each other in the paper are one evidence. `language` is that of the paper's own sentence; a
    model's text is in the language of its summary.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    support: Support = Support.SENTENCE
    language: str = "en"

    @property
    def quote(self) -> str:
        """The first passage of the evidence; empty if there is none."""
        return self.evidence[0].quote if self.evidence else ""

    @property
    def section(self) -> str | None:
        return self.evidence[0].section if self.evidence else None

    @property
    def page(self) -> int | None:
        return self.evidence[0].page if self.evidence else None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A text of a model that is not shown, and the reason. The paper's own sentence may stand in its place."""

    text: str
    why: str


class NoteKind(enum.StrEnum):
    """What a note on a card says of its summary."""

    HIDDEN = "hidden"
    """`count` passages were hidden from human readers and left out."""
    ORDERS = "orders"
    """`count` sentences of the abstract gave orders to a summarizer and were left out."""
    ORDERS_IN_FULL_TEXT = "orders in full text"
    NO_FURTHER_SENTENCE = "no further sentence"
    """For these `parts` of a deep summary no sentence can be read by itself."""
    NO_SENTENCE = "no sentence"
    NO_FULL_TEXT = "no full text"
    """This and the next two: the summary is brief instead of deep."""
    UNREAD = "unread"
    """`text` says why the full text could not be read or told."""
    TOO_LITTLE_VERIFIED = "too little verified"
    READING_PROBLEM = "reading problem"
    """`text` is the problem of the reading."""
    LANGUAGE_UNCHECKED = "language unchecked"


@dataclass(frozen=True, slots=True)
class SummaryNote:
    """A note on a card, told in the card's language. `parts` are keys of the labels of a deep summary's parts."""

    kind: NoteKind
    count: int = 0
    parts: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a summary was made: by which model, from which text, and when.

    `prompt` is the hash of the prompt files, None for extractive. `instead_of` says in a few words why the first choice
    of model did not make it ("google:gemini is over its quota"), and names no paper: a digest counts the papers of each
    reason. `notes` are for the card; those of older summaries are English sentences. `judge` is the model that judged
    the claims, None if none could or was believed; `judge_prompt` is the hash of its prompt files.
    """

    model: str
    created_at: datetime
    source: Source
    prompt: str | None = None
    read: Extent | None = None
    dropped: tuple[Dropped, ...] = ()
    instead_of: str | None = None
    notes: tuple[SummaryNote | str, ...] = ()
    judge: str | None = None
    judge_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    significance: tuple[Claim, ...] = ()
    innovation: tuple[Claim, ...] = ()
    performance: tuple[Claim, ...] = ()
    workload: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryKey:
    """Identifies a summary, which is made once per key and shared by all chats.

    Model and prompt are not part of it: a change of MODEL must not make every summary again.
    """

    paper_id: str
    version: int
    language: str
    depth: Depth = Depth.BRIEF


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of one paper version, by a model or by extraction. Parts that its depth lacks are empty."""

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

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims in the order of a card."""
        end = self.conclusion
        parts = (self.background, self.prior_work, self.method, self.results, self.methods)
        conclusion = (end.significance, end.innovation, end.performance, end.workload)
        return (self.headline, *self.takeaways, *(claim for part in (*parts, *conclusion) for claim in part))

    @property
    def fingerprint(self) -> str:
        """Four hexadecimal digits of the claims, which tell two summaries with the same key apart."""
        texts = "\n".join(claim.text for claim in self.claims)
        return hashlib.blake2s(texts.encode("utf-8", "surrogatepass"), digest_size=2).hexdigest()


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """A request for a summary. `reading` is None for a brief summary from title and abstract.

    `facts` is the English deep summary of the same version, if a model made one: it is translated into the language
    asked for, and the paper is not read again.
    """

    key: SummaryKey
    paper: Paper
    reading: Reading | None = None
    facts: Summary | None = None


@dataclass(frozen=True, slots=True)
class WantedSummary:
    """A summary that `chats` chats wait for; `due_at` is when the first of their digests is due (UTC).

    `why` is the reason of the last attempt that failed, or for which the budget was not enough; `again_at` is the time
    of the next attempt.
    """

    key: SummaryKey
    chats: int
    due_at: datetime
    attempts: int = 0
    # Not compared: the same summary is wanted, however its latest attempt ended.
    why: str | None = field(default=None, compare=False)
    again_at: datetime | None = field(default=None, compare=False)
