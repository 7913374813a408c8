"""Sends parts of digests to Telegram, each once, and returns the outcome."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.errors import CannotTell
from bot.model import JSON, ChatRef, NotSent, NotSentCause, Outcome, Part, Platform, Priority, Rejected, Sent
from handlers import deep_links
from handlers.button_actions import with_chat
from handlers.deep_links import ListLink, PaperLink
from handlers.telegram.limits import Limiter, Urgency
from handlers.telegram.outcomes import forbids_pictures, outcome_of, seconds_of

if TYPE_CHECKING:
    from handlers.telegram.warning import Warnings

log = structlog.get_logger()

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

CALLBACK_BYTES = 64


class TelegramSender:
    """The `Sender` of Telegram. Files that payloads name are below `data_dir`; without `warnings` nobody is warned."""

    def __init__(self, bot: ExtBot[Any], data_dir: Path, warnings: Warnings | None = None) -> None:
        self._bot = bot
        self._data_dir = data_dir
        self._warnings = warnings
        self._turns: set[ChatRef] = set()

    @property
    def platform(self) -> Platform:
        return Platform.TELEGRAM

    @property
    def can_verify(self) -> bool:
        """False: a bot cannot read what it has sent."""
        return False

    @contextlib.asynccontextmanager
    async def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AsyncIterator[NotSent | None]:
        """Wait for Telegram's limits, before the delivery is marked as SENDING.

        If the process is killed during this wait, the part was surely not sent.
        """
        limiter = self._bot.rate_limiter
        if not isinstance(limiter, Limiter):
            yield None
            return
        async with contextlib.AsyncExitStack() as stack:
            ident, _ = address(chat)
            weight = max(1, len(part.payload.get("files", ())))
            urgency = Urgency.ANSWER if priority is Priority.PERSON_WAITING else Urgency.DIGEST
            try:
                await stack.enter_async_context(limiter.early_turn(str(ident), weight, urgency))
            except RetryAfter as error:
                why, wait = "Telegram asked us to slow down", seconds_of(error)
                yield NotSent(why, wait, whole_platform=limiter.halted(), cause=NotSentCause.LIMIT)
                return
            self._turns.add(chat)
            try:
                yield None
            finally:
                self._turns.discard(chat)

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        """Send one part once; outside a `turn`, wait for the limits here. Telegram has no nonces, so `key` is only
        logged."""
        urgency = Urgency.NOW if chat in self._turns else Urgency.DIGEST
        try:
            message = await post(self._bot, chat, part.payload, self._data_dir, urgency)
        except UnsendableError as error:
            return Rejected(str(error))
        except Exception as error:  # also an unexpected one has an outcome: the part may have arrived
            outcome = outcome_of(error, chat)
            log.info("telegram did not take a part", delivery=key, chat=str(chat), outcome=type(outcome).__name__)
            if not isinstance(outcome, NotSent):
                log.warning("telegram part not sent", delivery=key, chat=str(chat), why=getattr(outcome, "why", ""))
            return outcome
        return Sent(str(message.message_id))

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:  # noqa: ARG002 - the port's
        """Raises `CannotTell`: the Bot API has no method to read a chat's history."""
        raise CannotTell("Telegram does not let a bot look for what it has sent")

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Write to the chat's managers in private; see `handlers.telegram.warning`."""
        if self._warnings is not None:
            await self._warnings.tell(chat, text)


class UnsendableError(Exception):
    """A payload that cannot be sent: a file is missing, or its kind is not known."""


def address(chat: ChatRef) -> tuple[int | str, int | None]:
    """Chat id and forum topic: `telegram:-100123/45` → (-100123, 45)."""
    return (int(chat.place) if chat.place.lstrip("-").isdecimal() else chat.place), chat.thread


async def post(
    bot: ExtBot[Any],
    chat: ChatRef,
    payload: JSON,
    data_dir: Path,
    urgency: Urgency = Urgency.ANSWER,
    *,
    about: ChatRef | None = None,
    reply_to: int | None = None,
) -> Message:
    """Post a payload; returns its (first) message. Raises `TelegramError` or `UnsendableError`.

    One request, or two where the chat forbids pictures: the refused ones are posted as their caption, a text message.
    `about` is the chat that the buttons are for; None stands for `chat`.
    """
    about = about or chat
    try:
        return await _post_once(bot, chat, payload, data_dir, urgency, about=about, reply_to=reply_to)
    except TelegramError as error:
        if payload.get("kind") == "message" or not payload.get("html") or not forbids_pictures(error):
            raise
        # The refusal says that nothing was posted, so this cannot post anything twice.
        text = {**payload, "kind": "message"}
        return await _post_once(bot, chat, text, data_dir, urgency, about=about, reply_to=reply_to)


async def _post_once(
    bot: ExtBot[Any],
    chat: ChatRef,
    payload: JSON,
    data_dir: Path,
    urgency: Urgency,
    *,
    about: ChatRef,
    reply_to: int | None,
) -> Message:
    ident, thread = address(chat)
    common: dict[str, Any] = {"chat_id": ident, "message_thread_id": thread, "rate_limit_args": urgency}
    if payload.get("silent"):
        common["disable_notification"] = True
    if reply_to is not None:
        # The message that asked may be deleted by now; its answer must arrive all the same.
        common |= {"reply_to_message_id": reply_to, "allow_sending_without_reply": True}
    html, kind = str(payload.get("html", "")), payload.get("kind")
    if kind == "message":
        return await bot.send_message(
            text=html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard_of(bot, payload, about),
            **common,
        )
    # All before the request: a missing picture then rejects the part with nothing sent.
    files = [_read(data_dir, str(name)) for name in payload.get("files", ())]
    if kind == "photo" and len(files) == 1:
        markup = keyboard_of(bot, payload, about)
        return await bot.send_photo(
            photo=files[0], caption=html, parse_mode=ParseMode.HTML, reply_markup=markup, **common
        )
    if kind == "album" and 2 <= len(files) <= 10:
        media = [InputMediaPhoto(files[0], caption=html, parse_mode=ParseMode.HTML), *map(InputMediaPhoto, files[1:])]
        return (await bot.send_media_group(media=media, **common))[0]  # albums can have no buttons
    raise UnsendableError(f"there is no message of kind {kind!r} with {len(files)} pictures")


def keyboard_of(bot: ExtBot[Any], payload: JSON, about: ChatRef) -> InlineKeyboardMarkup | None:
    """The buttons of a payload, see `keyboard`."""
    rows = payload.get("buttons", ())
    # The name is known once the bot has logged in, and few messages need it.
    needs_name = any("link" in button for row in rows for button in row)
    return keyboard(rows, about, bot.username if needs_name else "")


def keyboard(rows: Sequence[Sequence[JSON]], about: ChatRef, bot_username: str = "") -> InlineKeyboardMarkup | None:
    """Buttons as Telegram takes them, each with the chat it is about. Those of more than 64 bytes are left out.

    One with a "link" opens the private chat with the bot, whose @name is `bot_username`: equal digests have equal
    payloads, whatever their chats and bots.
    """
    made = [[_button(button, about, bot_username) for button in row] for row in rows]
    kept = [[button for button in row if button is not None] for row in made]
    return InlineKeyboardMarkup([row for row in kept if row]) if any(kept) else None


def _button(button: JSON, about: ChatRef, bot_username: str) -> InlineKeyboardButton | None:
    if url := button.get("url") or _link_address(str(button.get("link", "")), about, bot_username):
        return InlineKeyboardButton(button["text"], url=url)
    if "action" not in button:
        return None
    data = with_chat(str(button["action"]), about)
    if not 0 < len(data.encode()) <= CALLBACK_BYTES:
        log.error("a button's action is too long", action=data)
        return None
    return InlineKeyboardButton(button["text"], callback_data=data)


def _link_address(link: str, about: ChatRef, bot_username: str) -> str | None:
    """The address for a link: "open:PAPER" or "next:SLOT:FIRST", as the buttons' actions of that name."""
    verb, _, argument = link.partition(":")
    if verb == "open":
        return deep_links.address(bot_username, PaperLink(about, argument))
    if verb == "next":
        slot, _, first = argument.partition(":")
        return deep_links.address(bot_username, ListLink(about, slot, int(first)))
    return None


def _read(data_dir: Path, name: str) -> bytes:
    # Names come from the database, and an absolute one or ".." must not send any other file of this machine.
    path = (data_dir / name).resolve()
    if not path.is_relative_to(data_dir.resolve()):
        raise UnsendableError(f"the picture {name} does not lie below the data directory")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnsendableError(f"the picture {name} cannot be read: {error.strerror}") from error
