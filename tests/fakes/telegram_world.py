"""The state behind the Bot API stand-in: users, chats, messages, updates and limits, by Telegram's rules."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_files import Files
from tests.fakes.telegram_text import (
    CAPTION_LIMIT,
    MESSAGE_LIMIT,
    Entity,
    Parsed,
    TelegramRefused,
    check_message,
    detected,
    utf16_len,
)

BOT_ID = 777000111
BOT_USERNAME = "paperboy_test_bot"


class Refused(Exception):
    """An answer other than "ok": status, description and parameters as the Bot API gives them."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


_OPENS = re.compile(r"open:([\w./-]+)")


@dataclass
class FakeChat:
    """A chat as the bot sees it. `problem` is the refusal of everything sent there, as (status, description).

    `no_pictures` and `no_documents` are the descriptions of refusals, where the group's permissions allow text but no
    photos or files.
    """

    id: int
    type: str
    title: str = ""
    username: str | None = None
    members: dict[int, str] = field(default_factory=dict)
    threads: set[int] | None = None
    closed_threads: set[int] = field(default_factory=set)
    migrated_to: int | None = None
    problem: tuple[int, str] | None = None
    bot_status: str = "member"
    bot_may_post: bool = True
    no_pictures: str | None = None
    no_documents: str | None = None

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.type}
        shown |= {"first_name": self.title} if self.type == "private" else {"title": self.title}
        if self.username:
            shown["username"] = self.username
        if self.threads is not None:
            shown["is_forum"] = True
        return shown


@dataclass
class FakeMessage:
    """A message that the chat shows. `text` is what Telegram parsed (of a photo: its caption)."""

    id: int
    chat: FakeChat
    text: str
    entities: tuple[Entity, ...] = ()
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    thread: int | None = None
    photos: int = 0
    by_bot: bool = True
    author: int = BOT_ID
    html: str = ""
    at: float = 0.0
    album: str | None = None
    reply_to: int | None = None
    document: tuple[str, bytes] | None = None
    """The name and the content of the file that it has."""
    is_silent: bool = False

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    @property
    def papers(self) -> list[str]:
        """The ids of the papers that its buttons open, those of a digest as a list."""
        opened = (_OPENS.match(button.get("callback_data", "")) for row in self.buttons for button in row)
        return [match[1] for match in opened if match]

    def button(self, label: str) -> dict[str, Any]:
        return next(button for row in self.buttons for button in row if label in button["text"])

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "message_id": self.id,
            "date": int(self.at) or 1,
            "chat": self.chat.as_json(),
            "from": user_json(self.author),
        }
        if self.thread is not None:
            shown |= {"message_thread_id": self.thread, "is_topic_message": True}
        has_caption = bool(self.photos or self.document)
        name = "caption" if has_caption else "text"
        if self.text:
            shown |= {name: self.text, f"{name}_entities" if has_caption else "entities": _entities(self.entities)}
        if self.document:
            shown["document"] = {
                "file_id": f"d{self.id}",
                "file_unique_id": f"u{self.id}",
                "file_name": self.document[0],
            }
        if self.photos:
            shown["photo"] = [{"file_id": f"p{self.id}", "file_unique_id": f"u{self.id}", "width": 9, "height": 9}]
        if self.buttons:
            shown["reply_markup"] = {"inline_keyboard": self.buttons}
        if self.reply_to is not None:
            # Of the message that was answered only the number is needed here.
            shown["reply_to_message"] = {"message_id": self.reply_to, "date": 1, "chat": self.chat.as_json()}
        return shown

    def as_inaccessible(self) -> dict[str, Any]:
        """What Telegram tells of a message that the bot cannot see any more."""
        return {"message_id": self.id, "date": 0, "chat": self.chat.as_json()}


def user_json(user_id: int) -> dict[str, Any]:
    if user_id == BOT_ID:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Paperboy", "username": BOT_USERNAME}
    return {"id": user_id, "is_bot": False, "first_name": f"User {user_id}", "language_code": "en"}


def _entities(entities: tuple[Entity, ...]) -> list[dict[str, Any]]:
    shown = []
    for entity in entities:
        raw: dict[str, Any] = {"type": entity.type, "offset": entity.offset, "length": entity.length}
        shown.append(raw | ({"url": entity.url} if entity.url else {}))
    return shown


@dataclass
class Limits:
    """Messages that Telegram takes: in any second overall and per chat, in any minute per group. 0 is no limit."""

    overall: int = 30
    per_chat: int = 1
    per_group: int = 20
    penalty: int = 3
    """Seconds of `retry_after`, during which everything in that bucket is refused."""
    paid_messages: int = 0
    """How many messages beyond `overall` the bot can still pay for, up to a thousand a second."""


class Buckets:
    """Sliding windows that refuse with 429 as soon as one is over its limit."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.refused = 0
        self._taken: dict[str, deque[float]] = {}
        self._until: dict[str, float] = {}

    def take(self, chat: FakeChat, messages: int = 1, *, is_paid: bool = False) -> None:
        now = time.monotonic()
        if is_paid and self.limits.paid_messages < messages:
            raise Refused(400, "Bad Request: BALANCE_TOO_LOW")
        overall = 1000 if is_paid else self.limits.overall
        buckets = [("overall", overall, 1.0), (f"chat {chat.id}", self.limits.per_chat, 1.0)]
        if chat.type != "private":
            buckets.append((f"group {chat.id}", self.limits.per_group, 60.0))
        for name, most, seconds in buckets:
            if most:
                self._check(name, most, seconds, now, 1 if name.startswith("chat") else messages)
        for name, _, _ in buckets:
            self._taken.setdefault(name, deque()).extend([now] * (1 if name.startswith("chat") else messages))
        if is_paid and len(self._taken["overall"]) > self.limits.overall:
            self.limits.paid_messages -= messages

    def _check(self, name: str, most: int, seconds: float, now: float, messages: int) -> None:
        taken = self._taken.setdefault(name, deque())
        while taken and taken[0] <= now - seconds:
            taken.popleft()
        if len(taken) + messages > most and self._until.get(name, 0.0) <= now:
            self._until[name] = now + self.limits.penalty
        left = self._until.get(name, 0.0) - now
        if left > 0:
            self.refused += 1
            after = int(left) + 1
            raise Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)


@dataclass
class Hook:
    """Where the bot wants its updates posted. `failed_at` is when that last failed, in seconds since 1970."""

    url: str
    secret: str
    allowed: list[str] | None
    connections: int
    failed_at: float = 0.0
    failure: str = ""


class World:
    """Chats by id and @name, messages, and updates that the bot has not fetched yet."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.chats: dict[int, FakeChat] = {}
        self.messages: list[FakeMessage] = []
        self.updates: list[dict[str, Any]] = []
        self.queries: dict[str, dict[str, Any] | None] = {}
        self.inline_queries: dict[str, dict[str, Any] | None] = {}
        self.commands: list[dict[str, Any]] = []
        self.commands_in: dict[str, list[dict[str, Any]]] = {}
        """The list of commands for each language that has one of its own."""
        self.speaks: dict[int, str] = {}
        """The language codes of people whose Telegram is not in English."""
        self.hook: Hook | None = None
        self.files = Files()
        self.actions: list[tuple[int, str]] = []
        self.buckets = Buckets(limits or Limits(0, 0, 0))
        self.changed = asyncio.Condition()
        self._last_update = 1000
        self._last_message = 0

    # ── what people do ──

    def push(self, **update: Any) -> int:
        self._last_update += 1
        for event in update.values():
            if language := self.speaks.get(event.get("from", {}).get("id", 0)):
                event["from"]["language_code"] = language
        self.updates.append({"update_id": self._last_update, **update})
        return self._last_update

    def user(self, user_id: int) -> FakeChat:
        """The private chat with a user, made when they first speak."""
        chat = FakeChat(user_id, "private", f"User {user_id}", members={user_id: "member"})
        return self.chats.setdefault(user_id, chat)

    def posted_by(self, chat: FakeChat, author: int, text: str, thread: int | None = None) -> FakeMessage:
        entities = detected(text) if text else ()
        return self._keep(FakeMessage(0, chat, text, entities, thread=thread, by_bot=False, author=author))

    # ── what the bot does ──

    def set_webhook(self, hook: Hook | None) -> bool:
        self.hook = hook
        return True

    def find(self, chat_id: object) -> FakeChat:
        """The chat of a request, or the refusal that Telegram gives for it."""
        chat = self._by_id(str(chat_id or ""))
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.migrated_to is not None:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, said, migrate_to_chat_id=chat.migrated_to)
        return chat

    def sendable(
        self,
        chat_id: object,
        thread: int | None,
        messages: int = 1,
        *,
        with_pictures: bool = False,
        is_paid: bool = False,
    ) -> FakeChat:
        """The chat, if the bot may post there now; counts against the limits."""
        chat = self.find(chat_id)
        if chat.problem is not None:
            raise Refused(*chat.problem)
        if chat.bot_status in ("left", "kicked"):
            how = "kicked from" if chat.bot_status == "kicked" else "not a member of"
            raise Refused(403, f"Forbidden: bot {'was' if how[0] == 'k' else 'is'} {how} the {chat.type} chat")
        if chat.type == "channel" and not (chat.bot_status == "administrator" and chat.bot_may_post):
            raise Refused(400, "Bad Request: need administrator rights in the channel chat")
        if not chat.bot_may_post:
            raise Refused(400, "Bad Request: not enough rights to send text messages to the chat")
        if with_pictures and chat.no_pictures is not None:
            raise Refused(400, f"Bad Request: {chat.no_pictures}")
        if thread is not None and thread not in (chat.threads or ()):
            raise Refused(400, "Bad Request: message thread not found")
        if thread in chat.closed_threads:
            raise Refused(400, "Bad Request: TOPIC_CLOSED")
        self.buckets.take(chat, messages, is_paid=is_paid)
        return chat

    def send(
        self,
        params: dict[str, Any],
        *,
        name: str = "text",
        photos: int = 0,
        album: str | None = None,
        document: tuple[str, bytes] | None = None,
    ) -> FakeMessage:
        """Check a message as Telegram does and show it."""
        thread = int(params["message_thread_id"]) if params.get("message_thread_id") else None
        parsed = parse(params, name, CAPTION_LIMIT if name == "caption" else MESSAGE_LIMIT)
        buttons = keyboard(params.get("reply_markup"))
        if album is None:
            is_paid = bool(params.get("allow_paid_broadcast"))
            chat = self.sendable(params.get("chat_id"), thread, with_pictures=photos > 0, is_paid=is_paid)
        else:  # checked once for the whole album
            chat = self.find(params.get("chat_id"))
        reply_to = self._reply_to(chat, params)
        html = str(params.get(name, ""))
        return self._keep(
            FakeMessage(
                0,
                chat,
                parsed.text,
                parsed.entities,
                buttons,
                thread,
                photos,
                html=html,
                album=album,
                reply_to=reply_to,
                document=document,
                is_silent=str(params.get("disable_notification", "")).lower() == "true",
            )
        )

    def message(self, chat: FakeChat, message_id: object) -> FakeMessage | None:
        return next((each for each in self.messages if each.chat is chat and str(each.id) == str(message_id)), None)

    def delete(self, message: FakeMessage) -> None:
        """Take a message out of its chat, as the bot or a person does."""
        self.messages.remove(message)

    def _reply_to(self, chat: FakeChat, params: dict[str, Any]) -> int | None:
        raw = params.get("reply_parameters")
        if not raw:
            return None
        wanted = json.loads(raw)
        if self.message(chat, wanted["message_id"]) is None and not wanted.get("allow_sending_without_reply"):
            raise Refused(400, "Bad Request: message to be replied not found")
        return int(wanted["message_id"])

    def _keep(self, message: FakeMessage) -> FakeMessage:
        self._last_message += 1
        message.id, message.at = self._last_message, time.time()
        self.messages.append(message)
        return message

    def _by_id(self, ident: str) -> FakeChat | None:
        if ident.startswith("@"):
            names = {each.username.casefold(): each for each in self.chats.values() if each.username}
            return names.get(ident[1:].casefold())
        return self.chats.get(int(ident)) if ident.lstrip("-").isdecimal() else None


def parse(params: dict[str, Any], name: str, limit: int) -> Parsed:
    """Text by its parse mode, within its limit; captions may be empty."""
    text = str(params.get(name) or "")
    if name == "caption" and not text:
        return Parsed("", ())
    try:
        if params.get("parse_mode") == "HTML":
            return check_message(text, limit)
        if params.get("parse_mode"):
            raise Refused(400, "Bad Request: unsupported parse_mode")
    except TelegramRefused as error:
        raise Refused(400, str(error)) from error
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if utf16_len(text) > limit:
        raise Refused(400, "Bad Request: message is too long")
    return Parsed(text, detected(text))


def keyboard(raw: object) -> list[list[dict[str, Any]]]:
    """An inline keyboard by Telegram's rules: 1–64 bytes of data, http(s) or tg links, labels, at most 100 buttons."""
    if not raw:
        return []
    rows: list[list[dict[str, Any]]] = json.loads(str(raw)).get("inline_keyboard", [])
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise Refused(400, "Bad Request: inline keyboard button text must be non-empty")
        if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
            raise Refused(400, f"Bad Request: inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
        if "url" not in button and not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows
