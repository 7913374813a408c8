"""Requests of people, by command or button, in the same form for every platform, and `dispatch`, which runs them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.conversation import Conversation, Requester, Result, Subscribed
from bot.errors import TellUser
from bot.locales import _
from bot.model import ChatKind, ChatRef

ARGUMENT = "argument"
"""The name under which a `Request` holds a button's argument."""


@dataclass(frozen=True, slots=True)
class ChatName:
    """How an answer names its chat. `title` is what people call it ("#vision in Lab"), empty if it is not known.

    `is_elsewhere` is true if the request was made in another chat, so that "this chat" would name the wrong one.
    `is_shared` is true for a chat of several people.
    """

    title: str = ""
    is_elsewhere: bool = False
    is_shared: bool = False

    @property
    def is_named(self) -> bool:
        """Whether sentences name the chat: everywhere but in the private chat that they are about."""
        return self.is_elsewhere or (self.is_shared and bool(self.title))

    def __str__(self) -> str:
        """The name inside a sentence."""
        return (self.title or _("that chat")) if self.is_named else _("this chat")

    @property
    def full(self) -> str:
        """With the title also of the chat where the request was made: for questions before something is deleted."""
        return _("this chat ({title})").format(title=self.title) if self.title and not self.is_named else str(self)

    def either(self, unnamed: str, named: str) -> str:
        """Of two sentences the one that names the chat as `{chat}` where it has to be named."""
        return named if self.is_named else unnamed


HERE = ChatName()
"""The chat that a request was made in."""


@dataclass(frozen=True, slots=True)
class Target:
    """The chat that a request is about, and who asks.

    `posting_problem` is a sentence that says why the bot cannot post there, empty if it can or the platform does not
    tell. `asked_in` is the chat of the message or button itself, None where that is `chat`. `kind` is the chat's.
    """

    chat: ChatRef
    title: str
    requester: Requester
    is_elsewhere: bool = False
    posting_problem: str = ""
    asked_in: ChatRef | None = None
    kind: ChatKind = ChatKind.UNKNOWN
    bot_name: str = ""
    """The bot's @name without the sign, where there are links to it."""

    @property
    def name(self) -> ChatName:
        is_shared = self.kind in (ChatKind.GROUP, ChatKind.CHANNEL, ChatKind.FORUM)
        return ChatName(self.title, self.is_elsewhere, is_shared)


@dataclass(frozen=True, slots=True)
class Request:
    """`arguments` by their names in the table of commands; those that were not given are missing or empty."""

    target: Target
    arguments: Mapping[str, str] = field(default_factory=dict)


UseCase = Callable[[Conversation, Request], Awaitable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A use case, and the facts that a platform needs to run it and to answer."""

    use_case: UseCase
    needs_rights: bool = False
    """Only admins of the chat may do it, so the platform looks the requester's rights up before."""
    may_need_rights: bool = False
    """The same for some of its arguments, and those are refused by the use case."""
    needs_posting: bool = False
    """It leads to digests in the chat, so the bot must be allowed to post there."""
    is_slow: bool = False
    """It may take minutes: the platform shows that the bot is working."""
    is_about_chat: bool = False
    """It may name another chat than the one it is given in."""
    is_public: bool = False
    """Everybody in the chat sees its answer, where a platform can answer one person alone."""
    is_in_place: bool = False
    """Its answer takes the place of the message whose button was pressed."""
    is_for_members: bool = False
    """Whoever is in the chat may do it, from elsewhere too: from their private chat with the bot."""

    @property
    def looks_up_rights(self) -> bool:
        """Whether a platform has to know if the requester is an admin of the chat."""
        return self.needs_rights or self.may_need_rights


async def dispatch(conversation: Conversation, operation: Operation, request: Request) -> Result:
    """Carry out a command or a button; a chat's first topic leads to the question where its people are.

    Raises `TellUser` if it needs posting and the bot may not post there.
    """
    # Before the use case, so that nothing is stored for a chat in which no digest could arrive.
    if operation.needs_posting and request.target.posting_problem:
        raise TellUser(request.target.posting_problem)
    target = request.target
    result = await operation.use_case(conversation, request)
    await conversation.beginning.note_kind(target.chat, target.kind)
    if isinstance(result, Subscribed):
        where = target.asked_in or target.chat
        return await conversation.beginning.after_first_topic(target.requester, where, target.kind, result)
    return result
