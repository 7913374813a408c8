"""The words of Paperboy as frozen, typed values: what crosses from one layer to another."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

JSON = dict[str, Any]
"""A JSON object that a platform's renderer made and its sender understands."""


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Kind(enum.StrEnum):
    """What arXiv says of a paper on a listing day."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def delivers(self) -> bool:
        """New papers and cross-lists are delivered; a replacement alone never is."""
        return self in (Kind.NEW, Kind.CROSS)


@dataclass(frozen=True, slots=True)
class Paper:
    """An arXiv e-print at one version, as arXiv describes it. No field is ever written by a model.

    `title`, `abstract` and `comment` are arXiv's text (they may hold TeX); `authors` are in Unicode, in order;
    `categories` begins with the primary one. `published` is v1's time, `updated` this version's.
    """

    id: str
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    comment: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    license: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    withdrawn: bool = False
    sample: bool = False
    """True for the bundled papers, whose abstracts are retold in our own words."""

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def versioned_id(self) -> str:
        return f"{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """arXiv announcing one paper version on listing day `day`.

    `inferred` is true where the kind was concluded from calendar and versions because the day's feed was missed.
    """

    paper_id: str
    version: int
    day: date
    kind: Kind
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper together with the announcement that brought it."""

    paper: Paper
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Malformed:
    """An entry that could not be read, kept with its raw text so that nothing is skipped in silence."""

    source: str
    raw: str
    why: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one announcement feed says: `day` is None where the feed is empty (weekend, holiday, or not out yet)."""

    day: date | None
    entries: tuple[Announced, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A paper that a person pointed at; `version` is None where they named none."""

    id: str
    version: int | None = None

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


# ── full text ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Source(enum.StrEnum):
    """From what a summary was made."""

    ABSTRACT = "abstract"
    HTML = "html"
    PDF = "pdf"


class SectionKind(enum.StrEnum):
    FRONT = "front"
    ABSTRACT = "abstract"
    BODY = "body"
    APPENDIX = "appendix"
    REFERENCES = "references"
    BACK = "back"
    """Acknowledgements, contributions, ethics statements: neither body nor appendix."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph in reading order; `page` is 1-based and None for HTML."""

    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of paragraphs. `number` as printed ("3.1", "A"), `level` 1 for a section."""

    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    number: str | None = None
    level: int = 1
    kind: SectionKind = SectionKind.BODY


@dataclass(frozen=True, slots=True)
class Table:
    number: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its caption. `file` is a path below DATA_DIR, `width` × `height` pixels; `url` is the original."""

    number: str
    caption: str
    file: str | None = None
    url: str | None = None
    license: str | None = None
    width: int | None = None
    height: int | None = None
    page: int | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """How much was read: `read` of `total` `unit`s ("sections" or "pages")."""

    unit: str
    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The full text of one paper version. `problem` is a clear word for the card where reading fell back."""

    paper_id: str
    version: int
    source: Source
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    affiliations: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    extent: Extent | None = None
    hidden: tuple[str, ...] = ()
    """Text that a reader of the paper would not see; dropped from `sections` and noted on the card."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """Links found by rule in a paper's own text: normalized, without duplicates, in order of appearance."""

    code: tuple[str, ...] = ()
    project: tuple[str, ...] = ()


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Depth(enum.StrEnum):
    BRIEF = "brief"
    DEEP = "deep"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about the paper, with the verbatim passage that carries it and where that stands."""

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

    `instead_of` says in a few words why a lesser maker than the configured one was used ("gemini was over quota").
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
    """What identifies a summary: it is made once per key and shared by every chat."""

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
class Wanted:
    """A summary that some chat waits for. `chats` is how many do, `due_at` when the first of them is due (UTC).

    `why` is the reason of the last attempt that failed, or for which there was no budget; `again_at` when it is next.
    """

    key: SummaryKey
    chats: int
    due_at: datetime
    attempts: int = 0
    why: str | None = field(default=None, compare=False)
    again_at: datetime | None = field(default=None, compare=False)


# ── topics, chats, subscriptions ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Match:
    """A topic (its normalized query) that an announced paper satisfies, and the terms that made it so."""

    topic: str
    because: tuple[str, ...]


class Platform(enum.StrEnum):
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SITE = "site"


_CHAT_IDS = {"telegram": r"-?\d+(/\d+)?", "discord": r"\d+", "site": r"[a-z]+"}


@dataclass(frozen=True, slots=True, order=True)
class ChatRef:
    """A place that receives: `telegram:-100123`, `telegram:-100123/45` (forum topic), `discord:987`, `site:archive`."""

    platform: Platform
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> ChatRef:
        """Read `PLATFORM:ID`; raises ValueError with a sentence that says what is expected."""
        platform, _, ident = text.strip().partition(":")
        if platform not in (*Platform,) or not ident:
            raise ValueError(f"“{text}” is not a chat; write telegram:ID, discord:ID or site:archive.")
        if not re.fullmatch(_CHAT_IDS[platform], ident):
            raise ValueError(
                f"“{ident}” is no chat id on {platform}; ids are numbers (send /start in the chat instead)."
            )
        return cls(Platform(platform), ident)


ARCHIVE = ChatRef(Platform.SITE, "archive")


class Style(enum.StrEnum):
    """How much of each paper a digest shows."""

    CARDS = "cards"
    """Headline, takeaways and links of each paper."""
    COMPACT = "compact"
    """Title, headline and link."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with its settings. `digest_time` is the chat's own wall clock in `timezone`; `next_due_at` is UTC.

    `suspended` is the reason why nothing is sent there ("blocked by the user"), None while all is well.
    """

    ref: ChatRef
    title: str = ""
    language: str = "en"
    timezone: str = "UTC"
    digest_time: time = time(9, 0)
    size: int = 10
    style: Style = Style.CARDS
    depth: Depth = Depth.BRIEF
    next_due_at: datetime | None = None
    suspended: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat following a topic (its normalized query), from listing day `since` on."""

    chat: ChatRef
    topic: str
    since: date
    created_at: datetime


# ── cards, digests, deliveries ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Candidate:
    """An announced paper that a chat's topics match and that the chat has not had."""

    announced: Announced
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One paper ready to show, free of any platform's markup."""

    paper: Paper
    announcement: Announcement | None = None
    matched: tuple[Match, ...] = ()
    summary: Summary | None = None
    links: FoundLinks = field(default_factory=FoundLinks)
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The listing days that a digest covers, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A delivery of an earlier digest that may not have arrived; `day` is the chat's own date of that digest."""

    delivery_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Digest:
    """The cards that one chat gets for one window, in the language they are in.

    `announced` papers came out in the window, `matched` of them satisfy a topic; `also` are the papers past the
    digest's size, shown as title lines. `quiet` says why there is nothing, in a sentence. `notes` say what is
    missing and why (budget, model down).
    """

    topics: tuple[str, ...]
    window: Window
    announced: int
    matched: int
    cards: tuple[Card, ...]
    also: tuple[Card, ...] = ()
    language: str = "en"
    quiet: str | None = None
    notes: tuple[str, ...] = ()
    each_day: tuple[tuple[date, int], ...] = ()
    """How many papers came out on each listing day of the window, where that was asked for."""
    doubtful: tuple[Doubtful, ...] = ()
    """Messages of the chat's last digest that can be asked for again."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a digest as its platform takes it. `paper_ids` are the papers it shows.

    The payload says `"asked": True` where a person is waiting for it.
    """

    payload: JSON
    paper_ids: tuple[str, ...] = ()


class DeliveryState(enum.StrEnum):
    WAITING = "waiting"
    """Written, or tried and not sent: goes out at `next_attempt_at`."""
    LEASED = "leased"
    """A process took it and has not begun to send; safe to take over."""
    SENDING = "sending"
    """A request is under way; if the process dies here, its fate is unknown."""
    SENT = "sent"
    UNKNOWN = "unknown"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row that says: this part of this digest goes to this chat. Its state is the truth about what was sent.

    `attempts` counts requests; `failures` those that ended in a trouble of this message or its chat, rather than of the
    whole platform. `again`: it may have arrived, and is looked for before it is sent again at `next_attempt_at`;
    `asked`: by somebody who wants it sent also where nobody can tell whether it arrived.
    """

    id: int
    chat: ChatRef
    slot: str
    number: int
    of: int
    part: Part
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    written_at: datetime
    message_id: str | None = None
    why: str | None = None
    failures: int = 0
    again: bool = False
    asked: bool = False


# What came of sending one part. A sender returns one of these and raises nothing.


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: str


class Obstacle(enum.StrEnum):
    """What kept a message from being sent, for those who count; `why` says it to people."""

    LIMIT = "rate_limited"
    AWAY = "unreachable"
    BOT_REFUSED = "bot_refused"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NotSent:
    """The platform did not accept it and it may later. `retry_after` is in seconds where the platform named it.

    `whole_platform` is true where every chat has to wait (a global limit, no connection).
    """

    why: str
    retry_after: float | None = None
    whole_platform: bool = False
    cause: Obstacle = field(default=Obstacle.OTHER, compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have arrived: a read time-out, a reset after sending, a 5xx, an unreadable reply.

    `final` is true where looking for it has shown that nobody will ever know.
    """

    why: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never accept this part, though the chat is fine."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Nothing can be sent to this chat until somebody asks again: blocked, kicked, deleted, rights lost."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """The chat has another id now; the part was not sent."""

    to: ChatRef


Outcome = Sent | NotSent | Unknown | Rejected | ChatGone | ChatMoved


@dataclass(frozen=True, slots=True)
class Quiet:
    """There is nothing to send now; `why` is a sentence for the chat."""

    why: str
