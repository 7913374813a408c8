"""The `Sender` for Discord: posts parts of digests so that a repeated attempt makes no second message."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import MultipartParameters

from bot.errors import CannotTell, RetryLater
from bot.model import JSON, ChatRef, NotSent, NotSentCause, Outcome, Part, Platform, Priority, Sent
from handlers.discord import warning
from handlers.discord.history import MessageHistory
from handlers.discord.http_trace import DiscordClock, InvalidRequests, RepeatedEnough, Trail, bounded
from handlers.discord.messages import (
    Signature,
    announcement_body,
    conversion_body,
    message_body,
    post_body,
    present,
    title_of,
    with_chats,
)
from handlers.discord.outcomes import is_closed, is_gone, outcome_of, stopped

log = structlog.get_logger()

SEND_SECONDS = 60.0
"""The longest time that one part may take, with the wait for Discord's limits; shorter than a delivery's lease."""

TRIES_WITH_NONCE = 2
"""Attempts without a response before the pipeline decides; more would hold up the deliveries behind this one."""

LOOK_SECONDS = 90.0
"""The longest time for a look for one message; together with a send after it shorter than a delivery's lease."""

CONVERT_SECONDS = 8.0
CONVERT_TRIES = 2
CONVERT_PAUSE_SECONDS = 1.0
"""For the edit that gives an announced message its components. Whatever becomes of it, the message has arrived."""

NONCE_SECONDS = 120.0
"""For so long a nonce surely keeps a second request from making a second message; Discord says "a few minutes"."""

MOST_ATTEMPTS = 1_000
"""Attempts that are remembered; the oldest are dropped."""

_FAILURES = (
    discord.DiscordException,
    aiohttp.ClientError,
    RepeatedEnough,
    TimeoutError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
)
"""What a request through discord.py may raise: its own errors, those of the connection, and those of parsing a response
that is not what Discord documents."""


class DiscordSender:
    """Sends over the HTTP side of a `discord.Client` that is logged in.

    Payloads are `{"components", "files"}`, with paths below `data_dir`, and optionally a "title" for posts in a forum,
    "silent" for a message that notifies nobody, and "announcement": the message in ordinary content, as which it is
    created, because a notification shows the content and no components; at once after that it gets the components.
    """

    platform = Platform.DISCORD
    can_verify = True

    def __init__(
        self,
        client: discord.Client,
        invalid: InvalidRequests,
        data_dir: Path,
        *,
        timeout_seconds: float = SEND_SECONDS,
        discord_clock: DiscordClock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        authors: frozenset[int] = frozenset(),
    ) -> None:
        """After `timeout_seconds` a request without a response has an unknown outcome.

        `authors` are the ids of all our bots, whose messages are ours. `discord_clock` must be the one that the
        client's trace keeps.
        """
        self.timeout_seconds = timeout_seconds
        self._client = client
        self._invalid = invalid
        self._data_dir = data_dir
        self._monotonic = monotonic
        self._history = MessageHistory(client, discord_clock, authors)
        self._attempts: OrderedDict[tuple[int, str], float] = OrderedDict()
        """When a nonce was first used in a place, for requests without a certain outcome."""

    @contextlib.asynccontextmanager
    async def turn(
        self,
        chat: ChatRef,  # noqa: ARG002 - the port's
        part: Part,  # noqa: ARG002
        priority: Priority = Priority.DIGEST,  # noqa: ARG002
    ) -> AsyncIterator[NotSent | None]:
        """Yield at once: discord.py waits for Discord's limits inside `send`. A process may be killed there without
        harm, because the part can be verified."""
        yield self._obstacle()

    def _obstacle(self) -> NotSent | None:
        """Why no request may be made at all now; None if it may."""
        if (stop := stopped(self._invalid)) is not None:
            return stop
        if self._client.http.token is None or self._client.is_closed():
            return NotSent("not connected to Discord", whole_platform=True, cause=NotSentCause.AWAY)
        return None

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        if (obstacle := self._obstacle()) is not None:
            return obstacle
        trail = Trail(TRIES_WITH_NONCE)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                place, message_id = await self._send(chat, part.payload, Signature.of(key), trail)
        except _FAILURES as error:
            return outcome_of(error, trail)
        except Exception as error:  # a fault of ours; whether the part may have arrived is known from the trail
            log.exception("sending to discord failed", chat=str(chat))
            return outcome_of(error, trail)
        await self._convert(chat, place, message_id, part.payload, Signature.of(key))
        return Sent(message_id)

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        """See the port. A part is recognized by the signature of its key."""
        if (obstacle := self._obstacle()) is not None:
            raise RetryLater(f"{obstacle.why}.", retry_after=obstacle.retry_after)
        channel_id, signature = int(chat.id), Signature.of(key)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                try:
                    found = await self._history.find(channel_id, signature, since)
                except CannotTell:
                    # Two other ways to be sure that no second message appears.
                    is_safe = self._is_protected_by_nonce(channel_id, signature)
                    if is_safe or await self._history.is_silent_since(channel_id, since):
                        return None
                    raise
        except _FAILURES as error:
            if is_gone(error):
                return None  # sending finds the same, and says so
            wait = bounded(error.retry_after) if isinstance(error, discord.RateLimited) else None
            why = "Discord did not let us look for a message that may have arrived."
            raise RetryLater(why, retry_after=wait) from error
        if found is not None and (place := self._history.known_place(channel_id, signature)) is not None:
            # A process that ended between the creation and the edit left the announcement.
            await self._convert(chat, place, found, part.payload, signature)
        return found

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Write where the server keeps its notices, else to its owner; see `handlers.discord.warning`."""
        if self._obstacle() is None:
            await warning.tell(self._client, int(chat.id), text)

    def _is_protected_by_nonce(self, channel_id: int, signature: Signature) -> bool:
        """Whether a request that begins now, and takes as long as it may, surely makes no second message."""
        place = self._history.known_place(channel_id, signature) or 0
        first_used = self._attempts.get((place, signature.nonce))
        return first_used is not None and self._monotonic() - first_used + self.timeout_seconds <= NONCE_SECONDS

    # ── sending ──

    async def _send(self, chat: ChatRef, payload: JSON, signature: Signature, trail: Trail) -> tuple[int, str]:
        """Create the part's message; returns the ids of the place that it stands in, and its own."""
        forum = await self._history.forum(int(chat.id))
        message, files = self._message(chat, payload, signature)
        if forum is None:
            return int(chat.id), await self._create(int(chat.id), message, files, trail)
        # The first part of a digest opens a post, and the others follow in it; if another part went first, so does the
        # first one.
        if (post := await self._history.post_to_continue(forum, signature)) is not None:
            try:
                return post, await self._create(post, message, files, trail)
            except discord.HTTPException as error:
                # If somebody deleted or locked the post, the forum itself is fine, and another post is opened. But a
                # part that may be in a locked post must be looked for before it is sent again.
                if not is_gone(error) and (trail.may_have_arrived or not is_closed(error)):
                    raise
                self._history.forget_post(forum.id, signature)
        body = post_body(title_of(payload), message, _required_tag(forum))
        return await self._open_post(forum, body, files, signature, trail)

    def _message(self, chat: ChatRef, payload: JSON, signature: Signature) -> tuple[JSON, list[Path]]:
        is_silent = bool(payload.get("silent"))
        if announcement := payload.get("announcement"):
            rows = with_chats(announcement["components"], chat)
            return announcement_body({**announcement, "components": rows}, signature, is_silent=is_silent), []
        components, files = present(payload, self._data_dir)
        names = [file.name for file in files]
        return message_body(with_chats(components, chat), names, signature, is_silent=is_silent), files

    async def _create(self, channel_id: int, message: JSON, files: list[Path], trail: Trail) -> str:
        # Remembered before the request, which may be cancelled; only the first use counts, as for Discord.
        attempt = (channel_id, str(message["nonce"]))
        self._attempts.setdefault(attempt, self._monotonic())
        while len(self._attempts) > MOST_ATTEMPTS:
            self._attempts.popitem(last=False)
        with _parameters(message, files) as parameters, trail.watched():
            created = await self._client.http.send_message(channel_id, params=parameters)
        self._attempts.pop(attempt, None)
        return str(created["id"])

    async def _open_post(
        self, forum: discord.ForumChannel, body: JSON, files: list[Path], signature: Signature, trail: Trail
    ) -> tuple[int, str]:
        """Posts have no nonce: one attempt, and before another the pipeline looks whether it has arrived."""
        trail.tries = 1
        with _parameters(body, files) as parameters, trail.watched():
            created = await self._client.http.start_thread_in_forum(forum.id, params=parameters)
        self._history.remember_post(forum.id, signature, int(created["id"]))
        return int(created["id"]), str(created["message"]["id"])

    async def _convert(self, chat: ChatRef, place: int, message_id: str, payload: JSON, signature: Signature) -> None:
        """Give an announced message its components; if that fails, it stays as it is, which is complete in itself.

        Raises nothing, because the message has arrived. To do it again changes nothing.
        """
        if not payload.get("announcement"):
            return
        components, files = present(payload, self._data_dir)
        body = conversion_body(with_chats(components, chat), [file.name for file in files], signature)
        for number in range(1, CONVERT_TRIES + 1):
            try:
                async with asyncio.timeout(CONVERT_SECONDS):
                    with _parameters(body, files) as parameters, Trail(1).watched():
                        await self._client.http.edit_message(place, int(message_id), params=parameters)
                return
            except _FAILURES as error:
                log.warning("message keeps its plain form", chat=str(chat), attempt=number, error=str(error)[:200])
                if isinstance(error, discord.HTTPException) and error.status < 500:
                    return
            if number < CONVERT_TRIES:
                await asyncio.sleep(CONVERT_PAUSE_SECONDS)


def _required_tag(forum: discord.ForumChannel) -> str | None:
    """The tag for a post in a forum that takes none without: the first that is not reserved for moderators."""
    if not forum.flags.require_tag:
        return None
    # If all are reserved, any: Discord then refuses the post and says why.
    tags = [tag for tag in forum.available_tags if not tag.moderated] or forum.available_tags
    return str(tags[0].id) if tags else None


def _parameters(body: JSON, files: list[Path]) -> MultipartParameters:
    """A request body for discord.py: JSON, or multipart with the files. It has to be closed, which closes the files."""
    if not files:
        return MultipartParameters(payload=body, multipart=None, files=None)
    # In the form in which discord.py itself sends files; it has no public function for a raw body.
    opened = [discord.File(path, filename=path.name) for path in files]
    multipart: list[dict[str, Any]] = [{"name": "payload_json", "value": discord.utils._to_json(body)}]
    for index, file in enumerate(opened):
        multipart.append(
            {
                "name": f"files[{index}]",
                "value": file.fp,
                "filename": file.filename,
                "content_type": "application/octet-stream",
            }
        )
    return MultipartParameters(payload=None, multipart=multipart, files=opened)
