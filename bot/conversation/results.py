"""The outcomes of chat commands: one frozen value each, the same for every platform."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from bot import topics
from bot.conversation.beginning_results import (
    AreaOffer,
    AskPlace,
    AskTopic,
    GroupWelcome,
    LinkDamaged,
    Settled,
    Shared,
    WhichChat,
)
from bot.conversation.card_results import BeingRead, CardClosed, CardFigures, CitedPaper, DigestPage, OpenedCard
from bot.conversation.insight_results import (
    ConfirmUnlearn,
    Explained,
    Learned,
    NothingLearned,
    Preview,
    Unlearned,
)
from bot.conversation.library_results import LibraryResult
from bot.conversation.service_results import (
    BroadcastPlan,
    BroadcastSent,
    BroadcastTooLong,
    DigestPromised,
    PaperNews,
    TooManyReadings,
)
from bot.conversation.setting_results import Changed, Choices, NotAccepted, SettingsView, WhichSetting
from bot.conversation.stop_results import ConfirmErase, ConfirmForget, Erased, Unchanged
from bot.conversation.understanding_results import (
    AskWords,
    DidYouMeanCommand,
    DidYouMeanPaper,
    ManyPapers,
    NoSubject,
    SmallTalk,
    TopicOffer,
    UnknownFile,
    UnsubscribedSeveral,
)
from bot.conversation.undo_results import UndoExpired, Undone, UndoRefused
from bot.conversation.vote_results import PaperNotKept, Voted, VoteNotKept, VoteOptions
from bot.errors import BadTopic
from bot.model import Backtest, Card, Chat, Depth, FoundPapers, PaperList, Refinement


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks: the platform's user id, and whether they may manage the chat (always true in a private chat).

    `language` is the code that the platform names for the person ("zh-hans", "es-419"), "" if it names none. `name` is
    what people call them, for answers that others read too.
    """

    user_id: str
    is_admin: bool
    language: str = ""
    name: str = ""


def topic_key(topic: str) -> str:
    """A short stable id of a normalized topic (12 hexadecimal digits), since buttons carry few bytes."""
    # 48 bits: among the 50 topics that a chat may follow, two equal keys are practically impossible.
    return hashlib.blake2s(topic.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Followed:
    """One line of a chat's list: the normalized topic, its meaning in words, and its `topic_key`."""

    topic: str
    explained: str
    key: str
    since: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of an autocompletion: `value` is sent (at most 100 characters), `label` is shown."""

    value: str
    label: str


# ── beginning and help ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answer to /start where something is followed already: how many topics."""

    chat: Chat
    following: int


@dataclass(frozen=True, slots=True)
class Help:
    """Answer to /help; it depends on nothing."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """Answer to /privacy; it depends on nothing."""


# ── topics ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`first_due` is when the next digest comes, in the chat's own time zone, None while it is paused.
    `following` counts the new one.

    `backtest` says what the topic would have brought; buttons with the keys of `instead` follow those topics instead.
    `replaced` is the topic that was followed until now in place of this one. `undo` is the key that `Undo.undo` takes,
    here and in the other results; "" if nothing can be taken back.
    """

    chat: Chat
    topic: str
    explained: str
    since: date
    first_due: datetime | None
    following: int
    backtest: Backtest
    instead: tuple[tuple[Refinement, str], ...] = ()
    replaced: str | None = None
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AlreadySubscribed:
    """The chat follows this topic, or one with the same meaning, already. `undo` is set if another one was removed."""

    topic: str
    explained: str
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A topic that does not parse: `why` is a sentence, `position` the 0-based offset of the mistake in `query`.

    `pointer` shows the place in two monospaced lines.
    """

    query: str
    why: str
    position: int
    pointer: str

    @classmethod
    def of(cls, error: BadTopic) -> NotUnderstood:
        return cls(error.query, str(error), error.position, topics.pointer(error))


@dataclass(frozen=True, slots=True)
class OfferExpired:
    """A button with a kept text, of `TopicOffer` or `Subscribed`, that was pressed too late."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The chat follows as many topics as a chat can."""

    limit: int


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """`following` is how many topics are left."""

    topic: str
    following: int
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """The chat does not follow what was `asked` for; `following` are its topics, the closest first."""

    asked: str
    following: tuple[Followed, ...]


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The chat's topics in the order they were subscribed; /unsubscribe takes their numbers, from 1."""

    chat: Chat
    topics: tuple[Followed, ...]
    page: int = 0
    """The page of the list to show, from 0."""


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PaperCard:
    """A paper, read in this language and depth."""

    card: Card
    language: str
    depth: Depth


@dataclass(frozen=True, slots=True)
class NotALink:
    """The text in `given` names no arXiv paper; `why` is a sentence."""

    given: str
    why: str


@dataclass(frozen=True, slots=True)
class UnknownPaper:
    """arXiv has no paper with this id; `why` is a sentence."""

    paper_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The paper was withdrawn by its authors; the card has its metadata and no summary."""

    card: Card


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The paper exists and cannot be read; `why` is a sentence."""

    paper_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Busy:
    """It cannot be done now and may work later; `retry_after` is in seconds, None if no time is known."""

    why: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class PaperEvidence:
    """The evidence of a card that was shown before: the card has the same summary, in this language."""

    card: Card
    language: str


@dataclass(frozen=True, slots=True)
class NoEvidence:
    """The summary on a card is not kept; `paper_id` with its version names the paper."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Liked:
    """Papers that were liked: `new` of `found.papers` were not liked before. `wanted` is the list that named them,
    empty for an author's papers. `is_for_chat`: the vote is the chat's own, not one person's."""

    found: FoundPapers
    wanted: PaperList
    new: int
    is_for_chat: bool
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The chat's likes of `gone` of these papers were deleted."""

    found: FoundPapers
    gone: int


# ── digest now ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DigestComing:
    """A digest was written and goes out now, with `shown` papers as cards and `also` more as title lines."""

    shown: int
    also: int


@dataclass(frozen=True, slots=True)
class NothingNow:
    """There is nothing to send; `why` is a sentence, "" where the chat has no topic; `following` counts its topics."""

    why: str
    following: int


@dataclass(frozen=True, slots=True)
class Resent:
    """A message that may not have arrived is sent again."""


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything about the chat is deleted."""


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Only the chat's admins may do this."""


@dataclass(frozen=True, slots=True)
class NotOperator:
    """Only the operators (ADMINS) may ask that, in a private chat."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the service for its operator; each line is a sentence."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A command without its argument; `command` is its name."""

    command: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A button that no longer means anything: forged, or about a topic that is gone."""


Result = (
    Welcome
    | AskTopic
    | AreaOffer
    | AskPlace
    | Settled
    | GroupWelcome
    | Shared
    | LinkDamaged
    | WhichChat
    | Help
    | Privacy
    | Subscribed
    | AlreadySubscribed
    | NotUnderstood
    | TooMany
    | TopicOffer
    | NoSubject
    | AskWords
    | SmallTalk
    | DidYouMeanPaper
    | DidYouMeanCommand
    | ManyPapers
    | UnknownFile
    | UnsubscribedSeveral
    | OfferExpired
    | Unsubscribed
    | NotSubscribed
    | Subscriptions
    | PaperCard
    | NotALink
    | UnknownPaper
    | Withdrawn
    | Unreadable
    | Busy
    | PaperEvidence
    | NoEvidence
    | OpenedCard
    | BeingRead
    | CitedPaper
    | CardFigures
    | CardClosed
    | DigestPage
    | Liked
    | Voted
    | VoteOptions
    | VoteNotKept
    | PaperNotKept
    | LibraryResult
    | DigestComing
    | NothingNow
    | Resent
    | Preview
    | Explained
    | Learned
    | NothingLearned
    | ConfirmUnlearn
    | Unlearned
    | SettingsView
    | Choices
    | Changed
    | NotAccepted
    | WhichSetting
    | Undone
    | UndoExpired
    | UndoRefused
    | ConfirmForget
    | ConfirmErase
    | Erased
    | Unchanged
    | Forgotten
    | NotAllowed
    | NotOperator
    | Health
    | Incomplete
    | Stale
    | DigestPromised
    | TooManyReadings
    | PaperNews
    | BroadcastPlan
    | BroadcastTooLong
    | BroadcastSent
)
