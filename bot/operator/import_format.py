"""The file of `paperboy export` as values, checked as a whole before anything is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from bot import topics
from bot.arxiv import ids
from bot.conversation.chat_data import FORMAT_VERSION
from bot.errors import BadTopic, TellUser
from bot.model import EVERY_DAY, FOREVER, Chat, ChatKind, ChatRef, Depth, OpensIn, Style, Vote, VoteKind
from bot.model.languages import language_code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError):  # OSError: the name of a folder of zones
        raise ValueError("this is no time zone") from None
    return name


def _language(name: str) -> str:
    code = language_code(name)
    if code is None:
        raise ValueError("this is no language")
    return code


def _topic(text: str) -> str:
    try:
        return topics.parse(text).query
    except BadTopic as error:
        raise ValueError(str(error)) from None


def _chat(text: str) -> str:
    return str(ChatRef.parse(text))


def _local(at: time) -> time:
    return at.replace(second=0, microsecond=0, tzinfo=None)


def _paper(text: str) -> str:
    found = ids.parse_id(text)
    if found is None:
        raise ValueError("this is no id of arXiv")
    return found.id


_LocalTime = Annotated[time, AfterValidator(_local)]


class _Settings(BaseModel):
    language: Annotated[str, AfterValidator(_language)]
    has_own_language: bool = False
    timezone: Annotated[str, AfterValidator(_zone)]
    digest_time: _LocalTime
    days: list[Annotated[int, Field(ge=0, le=6)]] = sorted(EVERY_DAY)
    size: Annotated[int, Field(ge=1, le=100)]
    style: Style
    depth: Depth
    paused_until: AwareDatetime | Literal["forever"] | None = None
    quiet: tuple[_LocalTime, _LocalTime] | None = None
    opens_in: OpensIn = OpensIn.PRIVATE


class _Subscription(BaseModel):
    topic: Annotated[str, AfterValidator(_topic)]
    since: date


class _Vote(BaseModel):
    paper: Annotated[str, AfterValidator(_paper)]
    kind: VoteKind
    person: str | None = None
    at: AwareDatetime


class ImportedChat(BaseModel):
    """A chat as the file has it."""

    chat: Annotated[str, AfterValidator(_chat)]
    title: str = ""
    kind: ChatKind = ChatKind.UNKNOWN
    settings: _Settings
    subscriptions: Sequence[_Subscription] = ()
    votes: Sequence[_Vote] = ()

    @property
    def ref(self) -> ChatRef:
        return ChatRef.parse(self.chat)

    def applied_to(self, chat: Chat) -> Chat:
        """The chat with these settings."""
        given, paused = self.settings, self.settings.paused_until
        return replace(
            chat,
            title=self.title or chat.title,
            kind=self.kind if self.kind is not ChatKind.UNKNOWN else chat.kind,
            language=given.language,
            has_own_language=given.has_own_language,
            timezone=given.timezone,
            digest_time=given.digest_time,
            days=frozenset(given.days) or EVERY_DAY,
            size=given.size,
            style=given.style,
            depth=given.depth,
            paused_until=FOREVER if paused == "forever" else paused,
            quiet=given.quiet,
            opens_in=given.opens_in,
        )

    @property
    def cast_votes(self) -> list[Vote]:
        """Its votes, oldest first."""
        votes = [
            Vote(self.ref, each.person or "", each.paper, each.kind, each.at.astimezone(UTC)) for each in self.votes
        ]
        return sorted(votes, key=lambda vote: vote.at)


class _File(BaseModel):
    paperboy: int = 1
    chats: list[ImportedChat]


def read(content: bytes, name: str) -> list[ImportedChat]:
    """The chats of a file. Raises `TellUser` for one that is damaged, or of a newer version."""
    try:
        given: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise TellUser(f"{name} is neither a whole file of `paperboy export` nor OPML; nothing was changed.") from None
    version = given.get("paperboy", 1) if isinstance(given, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        known = f"format {version}, this one knows {FORMAT_VERSION}"
        raise TellUser(f"{name} was written by a newer Paperboy ({known}); nothing was changed.")
    try:
        return _File.model_validate(given).chats
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise TellUser(f"{name} is damaged ({place}: {first['msg']}); nothing was changed.") from None
