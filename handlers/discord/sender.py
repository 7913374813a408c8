"""The `Sender` for Discord: posts parts of digests so that a repeated attempt makes no second message."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
import discord
import structlog
from discord.http import MultipartParameters

from bot.errors import RetryLater
from bot.model import JSON, ChatRef, NotSent, Obstacle, Outcome, Part, Platform, Sent
from handlers.discord.messages import Signature, message_body, post_body, present, title_of
from handlers.discord.outcomes import outcome_of, stopped
from handlers.discord.wire import InvalidRequests, RepeatedEnough, Trail

log = structlog.get_logger()

SEND_SECONDS = 60.0
"""The longest that one part may take, waiting for Discord's limits included; shorter than a delivery's lease."""
TRIES_WITH_NONCE = 2
"""Attempts without an answer before the pipeline decides; more would hold up what waits behind."""
PAGE, PAGES = 100, 3
"""How far back one's own messages are looked for in a channel."""
POSTS_LOOKED_AT = 20

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


class DiscordSender:
    """Sends over the HTTP side of a `discord.Client` that is logged in. Payloads are `{"components", "files"}`, with
    paths below `data_dir`, and maybe a "title" for posts in a forum."""

    platform = Platform.DISCORD

    def __init__(
        self, client: discord.Client, invalid: InvalidRequests, data_dir: Path, *, patience: float = SEND_SECONDS
    ) -> None:
        """`patience`: seconds after which a request without an answer is of unknown fate."""
        self.patience = patience
        self._client = client
        self._invalid = invalid
        self._data_dir = data_dir
        self._plain: set[int] = set()
        self._posts: OrderedDict[tuple[int, int], int] = OrderedDict()

    @contextlib.asynccontextmanager
    async def turn(self, chat: ChatRef, part: Part) -> AsyncIterator[NotSent | None]:  # noqa: ARG002 - the port's
        """discord.py waits for Discord's limits by itself: to be interrupted there is safe, for we can look."""
        yield self._hindrance()

    def _hindrance(self) -> NotSent | None:
        if (stop := stopped(self._invalid)) is not None:
            return stop
        if self._client.http.token is None or self._client.is_closed():
            return NotSent("not connected to Discord", whole_platform=True, cause=Obstacle.AWAY)
        return None

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        if (hindrance := self._hindrance()) is not None:
            return hindrance
        trail = Trail(TRIES_WITH_NONCE)
        try:
            async with asyncio.timeout(self.patience):
                return Sent(await self._send(int(chat.id), part.payload, Signature.of(key), trail))
        except _FAILURES as error:
            return outcome_of(error, trail)
        except Exception as error:
            log.exception("sending to discord failed", chat=str(chat))
            return outcome_of(error, trail)

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:  # noqa: ARG002 - the key says it all
        """The id of the message with this key's signature. Raises `RetryLater` if Discord does not let us look."""
        signature = Signature.of(key)
        try:
            async with asyncio.timeout(self.patience):
                forum = await self._forum(int(chat.id))
                if forum is None:
                    return await self._find_among(int(chat.id), signature)
                post = await self._post_of(forum, signature)
                return None if post is None else await self._find_among(post, signature)
        except (discord.NotFound, discord.Forbidden):
            return None  # the chat is gone; sending will say so
        except _FAILURES as error:
            raise RetryLater("Discord did not let us look for a message that may have arrived.") from error

    async def warn(self, chat: ChatRef, text: str) -> None:
        log.info("nobody to tell", chat=str(chat), text=text)

    # ── sending ──

    async def _send(self, channel_id: int, payload: JSON, signature: Signature, trail: Trail) -> str:
        forum = await self._forum(channel_id)
        components, files = present(payload, self._data_dir)
        message = message_body(components, [file.name for file in files], signature)
        if forum is None:
            return await self._create(channel_id, message, files, trail)
        # The first part of a digest opens a post, the others follow in it.
        if signature.number > 1 and (post := await self._post_of(forum, signature)) is not None:
            try:
                return await self._create(post, message, files, trail)
            except discord.NotFound:  # somebody deleted the post; the forum itself is fine
                self._posts.pop((forum.id, signature.digest), None)
        body = post_body(title_of(payload), message, _needed_tag(forum))
        return await self._open_post(forum, body, files, signature, trail)

    async def _create(self, channel_id: int, message: JSON, files: list[Path], trail: Trail) -> str:
        with _parameters(message, files) as parameters, trail.watched():
            created = await self._client.http.send_message(channel_id, params=parameters)
        return str(created["id"])

    async def _open_post(
        self, forum: discord.ForumChannel, body: JSON, files: list[Path], signature: Signature, trail: Trail
    ) -> str:
        """Forums know no nonce: one attempt, and after that the pipeline looks before it sends again."""
        trail.tries = 1
        with _parameters(body, files) as parameters, trail.watched():
            created = await self._client.http.start_thread_in_forum(forum.id, params=parameters)
        self._remember(forum.id, signature, int(created["id"]))
        return str(created["message"]["id"])

    # ── looking ──

    async def _forum(self, channel_id: int) -> discord.ForumChannel | None:
        """The forum with that id; None where it is a place that takes messages."""
        if channel_id in self._plain:
            return None
        channel = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
        if isinstance(channel, discord.ForumChannel):
            return channel
        self._plain.add(channel_id)
        return None

    async def _find_among(self, channel_id: int, signature: Signature) -> str | None:
        before: int | None = None
        for _ in range(PAGES):
            page = cast("list[Any]", await self._client.http.logs_from(channel_id, PAGE, before))
            for each in page:
                if self._ours(each) and signature.is_on(each):
                    return str(each["id"])
            if len(page) < PAGE:
                break
            before = int(page[-1]["id"])
        return None

    async def _post_of(self, forum: discord.ForumChannel, signature: Signature) -> int | None:
        """The post in a forum that holds this digest, if any."""
        if known := self._posts.get((forum.id, signature.digest)):
            return known
        for post in await self._own_posts(forum):
            try:
                starter = cast(Any, await self._client.http.get_message(post, post))
            except discord.NotFound:
                continue
            if self._ours(starter) and signature.shares_digest(starter):
                self._remember(forum.id, signature, post)
                return post
        return None

    async def _own_posts(self, forum: discord.ForumChannel) -> list[int]:
        """Our latest posts in a forum, newest first, archived ones too."""
        http = self._client.http
        active = cast("list[Any]", (await http.get_active_threads(forum.guild.id))["threads"])
        archived = cast("list[Any]", (await http.get_public_archived_threads(forum.id, limit=50))["threads"])
        ours = {
            int(each["id"])
            for each in (*active, *archived)
            if int(each["parent_id"]) == forum.id and int(each["owner_id"]) == self._own_id
        }
        return sorted(ours, reverse=True)[:POSTS_LOOKED_AT]

    def _remember(self, forum_id: int, signature: Signature, post: int) -> None:
        self._posts[forum_id, signature.digest] = post
        while len(self._posts) > 1_000:
            self._posts.popitem(last=False)

    @property
    def _own_id(self) -> int:
        return self._client.user.id if self._client.user else 0

    def _ours(self, message: JSON) -> bool:
        return int(message["author"]["id"]) == self._own_id


def _needed_tag(forum: discord.ForumChannel) -> str | None:
    """Some forums take no post without a tag: the first that is not reserved for moderators."""
    if not forum.flags.require_tag:
        return None
    tags = [tag for tag in forum.available_tags if not tag.moderated] or forum.available_tags
    return str(tags[0].id) if tags else None


def _parameters(body: JSON, files: list[Path]) -> MultipartParameters:
    """A request body for discord.py: JSON, or multipart with the files beside it. Close it, for the files' sake."""
    if not files:
        return MultipartParameters(payload=body, multipart=None, files=None)
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
