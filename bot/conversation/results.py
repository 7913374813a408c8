"""The outcomes of chat commands: one frozen value each, the same for every platform."""

from __future__ import annotations

from dataclasses import dataclass

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
from bot.conversation.paper_results import (
    Liked,
    NoEvidence,
    NotALink,
    PaperCard,
    PaperEvidence,
    UnknownPaper,
    Unreadable,
    Withdrawn,
)
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
from bot.conversation.topic_results import (
    AlreadySubscribed,
    NotSubscribed,
    NotUnderstood,
    OfferExpired,
    Subscribed,
    Subscriptions,
    TooMany,
    Unsubscribed,
)
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
from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks: the platform's user id, and whether they may manage the chat (always true in a private chat).

    `language` is the code that the platform names for the person ("zh-hans", "es-419"), "" if it names none.
    """

    user_id: str
    is_admin: bool
    language: str = ""


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
class Busy:
    """It cannot be done now and may work later; `retry_after` is in seconds, None if no time is known."""

    why: str
    retry_after: float | None = None


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
