"""Links that open the private chat with the bot and tell it what to show ("start" parameters of Telegram). Pure.

A parameter has at most 64 characters of `A-Za-z0-9_-`. Whoever holds a link may have changed it: what it names is
checked where it is used.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from bot.arxiv import ids
from bot.model import ChatRef, Platform

MAX_PARAMETER = 64

_CHAT = r"(?P<chat>-?[1-9][0-9]{0,15})(?:t(?P<thread>[1-9][0-9]{0,9}))?"
_PAPER = re.compile(rf"p_{_CHAT}_(?P<paper>[A-Za-z0-9_-]{{5,32}})")
_LIST = re.compile(rf"l_{_CHAT}_(?P<slot>[A-Za-z0-9-]{{1,32}})_(?P<first>[0-9]{{1,3}})")
_KEPT_TOPIC = re.compile(r"k_(?P<key>[0-9a-f]{12})")
_TOPIC = re.compile(r"t_(?P<topic>[A-Za-z0-9_-]{1,62})")


@dataclass(frozen=True, slots=True)
class PaperLink:
    """Opens the card of a paper from a digest of `chat`."""

    chat: ChatRef
    paper_id: str

    def __str__(self) -> str:
        # An id has "." or "/" once: "2406.14272" → "2406-14272", "hep-th/9901001" → "hep-th_9901001".
        return f"p_{_chat_text(self.chat)}_{self.paper_id.replace('.', '-').replace('/', '_')}"


@dataclass(frozen=True, slots=True)
class ListLink:
    """Shows ten papers of a digest of `chat`, from number `first` on; `slot` is a `digest_slot_key`."""

    chat: ChatRef
    slot: str
    first: int

    def __str__(self) -> str:
        return f"l_{_chat_text(self.chat)}_{self.slot}_{self.first}"


@dataclass(frozen=True, slots=True)
class TopicLink:
    """Follows a topic, given as people write it."""

    topic: str

    def __str__(self) -> str:
        return f"t_{base64.urlsafe_b64encode(self.topic.encode()).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class KeptTopicLink:
    """Follows the topic that was shared with this `topic_key`: one that is too long for a `TopicLink`."""

    key: str

    def __str__(self) -> str:
        return f"k_{self.key}"


DeepLink = PaperLink | ListLink | TopicLink | KeptTopicLink


def parse(parameter: str) -> DeepLink | None:
    """The link with this parameter; None if it was cut, changed, or not made here."""
    if len(parameter) > MAX_PARAMETER or not parameter.isascii():
        return None
    if found := _PAPER.fullmatch(parameter):
        paper = ids.parse_id(_paper_id(found["paper"]))
        return PaperLink(_chat_of(found), paper.id) if paper is not None else None
    if found := _LIST.fullmatch(parameter):
        return ListLink(_chat_of(found), found["slot"], int(found["first"]))
    if found := _KEPT_TOPIC.fullmatch(parameter):
        return KeptTopicLink(found["key"])
    if found := _TOPIC.fullmatch(parameter):
        topic = _decoded(found["topic"])
        return TopicLink(topic) if topic else None
    return None


def topic_link(bot_username: str, topic: str, key: str) -> str:
    """The address of a link that follows a normalized topic; `key` is its `topic_key`, for one that is too long."""
    link = TopicLink(topic)
    return address(bot_username, link if len(str(link)) <= MAX_PARAMETER else KeptTopicLink(key))


def address(bot_username: str, link: DeepLink) -> str:
    """The address of a link; `bot_username` is the bot's @name without the sign. Raises ValueError for a parameter that
    Telegram does not take."""
    parameter = str(link)
    if len(parameter) > MAX_PARAMETER:
        raise ValueError(f"{parameter!r} has more than {MAX_PARAMETER} characters")
    return f"https://t.me/{bot_username}?start={parameter}"


def _chat_text(chat: ChatRef) -> str:
    return chat.id.replace("/", "t")


def _chat_of(found: re.Match[str]) -> ChatRef:
    thread = f"/{found['thread']}" if found["thread"] else ""
    return ChatRef(Platform.TELEGRAM, f"{found['chat']}{thread}")


def _paper_id(text: str) -> str:
    # The older ids alone have an underscore: their archive may contain a hyphen.
    return text.replace("_", "/") if "_" in text else text.replace("-", ".")


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:  # also what is no UTF-8
        return ""
