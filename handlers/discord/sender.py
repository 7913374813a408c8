"""The `Sender` for Discord: posts parts of digests so that a repeated attempt makes no second message."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import discord
import structlog
from discord.http import MultipartParameters

from bot.errors import CannotTell, RetryLater
from bot.model import JSON, ChatRef, NotSent, NotSentCause, Outcome, Part, Platform, Priority, Sent
from handlers.discord import warning
from handlers.discord.http_trace import InvalidRequests, RepeatedEnough, TheirClock, Trail, bounded
from handlers.discord.messages import Signature, message_body, post_body, present, title_of
from handlers.discord.outcomes import is_closed, is_gone, outcome_of, speaks_of_chat, stopped

log = structlog.get_logger()

SEND_SECONDS = 60.0
"""The longest that one part may take, waiting for Discord's limits included; shorter than a delivery's lease."""
TRIES_WITH_NONCE = 2
"""Attempts without an answer before the pipeline decides; more would hold up what waits behind."""
LOOK_SECONDS = 90.0
"""The longest that one look for a message may take; with a send after it still shorter than a delivery's lease."""
PAGE, PAGES = 100, 50
"""How much of a channel, or how many posts of a forum, is looked through at most."""
POSTS_LOOKED_AT = 200
"""Posts of our own that are opened at most to find the one of a digest."""
LATEST_POSTS = 20
"""Posts among which the next part of a digest finds its own."""
SKEW = timedelta(minutes=1)
"""By how much our clock and Discord's may differ without anybody noticing."""
NONCE_SECONDS = 120.0
"""How long a nonce surely keeps a second request from making a second message; Discord says "a few minutes"."""
REMEMBERED = 1_000
"""Posts and attempts that are remembered at most."""

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
    can_verify = True

    def __init__(
        self,
        client: discord.Client,
        invalid: InvalidRequests,
        data_dir: Path,
        *,
        patience: float = SEND_SECONDS,
        theirs: TheirClock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience`: seconds after which a request without an answer is of unknown fate. `theirs` is what the
        client's trace tells of Discord's clock."""
        self.patience = patience
        self._client = client
        self._invalid = invalid
        self._data_dir = data_dir
        self._theirs = theirs
        self._monotonic = monotonic
        self._plain: set[int] = set()
        self._posts: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._tried: OrderedDict[tuple[int, str], float] = OrderedDict()
        """When a nonce was first used in a place and nothing certain has come of it."""

    @contextlib.asynccontextmanager
    async def turn(
        self,
        chat: ChatRef,  # noqa: ARG002 - the port's
        part: Part,  # noqa: ARG002
        priority: Priority = Priority.DIGEST,  # noqa: ARG002
    ) -> AsyncIterator[NotSent | None]:
        """discord.py waits for Discord's limits by itself: to be interrupted there is safe, for we can look."""
        yield self._hindrance()

    def _hindrance(self) -> NotSent | None:
        if (stop := stopped(self._invalid)) is not None:
            return stop
        if self._client.http.token is None or self._client.is_closed():
            return NotSent("not connected to Discord", whole_platform=True, cause=NotSentCause.AWAY)
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
        """As the port says; what tells a part is the signature of its key."""
        if (hindrance := self._hindrance()) is not None:
            raise RetryLater(f"{hindrance.why}.", retry_after=hindrance.retry_after)
        signature, channel, floor = Signature.of(key), int(chat.id), self._floor(since)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                try:
                    return await self._look(channel, signature, floor)
                except CannotTell:
                    if self._nonce_protects(channel, signature) or await self._silent_since(channel, floor):
                        return None
                    raise
        except _FAILURES as error:
            if is_gone(error):
                return None  # sending will say so
            wait = bounded(error.retry_after) if isinstance(error, discord.RateLimited) else None
            why = "Discord did not let us look for a message that may have arrived."
            raise RetryLater(why, retry_after=wait) from error

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Write it where the server keeps its notices, else to its owner; see `handlers.discord.warning`."""
        if self._hindrance() is None:
            await warning.tell(self._client, int(chat.id), text)

    # ── sending ──

    async def _send(self, channel_id: int, payload: JSON, signature: Signature, trail: Trail) -> str:
        forum = await self._forum(channel_id)
        components, files = present(payload, self._data_dir)
        message = message_body(components, [file.name for file in files], signature)
        if forum is None:
            return await self._create(channel_id, message, files, trail)
        # The first part of a digest opens a post, the others follow in it; where one of them went first, it does too.
        if (post := await self._post_to_go_on(forum, signature)) is not None:
            try:
                return await self._create(post, message, files, trail)
            except discord.HTTPException as error:
                # Somebody deleted or locked the post; the forum itself is fine. What may stand in a locked one is
                # looked for before it is sent anew.
                if not is_gone(error) and (trail.may_have_arrived or not is_closed(error)):
                    raise
                self._posts.pop((forum.id, signature.digest), None)
        body = post_body(title_of(payload), message, _needed_tag(forum))
        return await self._open_post(forum, body, files, signature, trail)

    async def _create(self, channel_id: int, message: JSON, files: list[Path], trail: Trail) -> str:
        attempt = (channel_id, str(message["nonce"]))
        self._tried.setdefault(attempt, self._monotonic())
        _shorten(self._tried)
        with _parameters(message, files) as parameters, trail.watched():
            created = await self._client.http.send_message(channel_id, params=parameters)
        self._tried.pop(attempt, None)
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

    def _floor(self, since: datetime) -> int:
        """The least id that a message sent from then on can have; 0 where our clock cannot have been right then."""
        if self._theirs is None:
            return _id_at(since)
        # Our clock may run ahead now, or may have done so when it said "then".
        then = min(since, self._theirs.of(since))
        return 0 if then > self._theirs.now() + SKEW else _id_at(then)

    async def _look(self, channel_id: int, signature: Signature, floor: int) -> str | None:
        try:
            forum = await self._forum(channel_id)
            place = channel_id if forum is None else await self._post_of(forum, signature, floor)
            return None if place is None else await self._find_among(place, signature, floor)
        except discord.Forbidden as error:
            if not speaks_of_chat(error):
                raise
            raise _unreadable() from error

    def _nonce_protects(self, channel_id: int, signature: Signature) -> bool:
        """Whether a request that begins now, and waits as long as it may, is surely not made a second message."""
        place = channel_id if channel_id in self._plain else self._posts.get((channel_id, signature.digest), 0)
        tried = self._tried.get((place, signature.nonce))
        return tried is not None and self._monotonic() - tried + self.patience <= NONCE_SECONDS

    async def _silent_since(self, channel_id: int, floor: int) -> bool:
        """Whether nobody has written in a channel, or opened a post in a forum, from then on; this can be known
        without reading."""
        try:
            channel = cast("dict[str, Any]", await self._client.http.get_channel(channel_id))
        except discord.HTTPException:
            return False
        return int(channel.get("last_message_id") or 0) < floor

    def _readable(self, channel_id: int) -> bool | None:
        """Whether we may read what was written there; None where the gateway has not told."""
        channel = self._client.get_channel(channel_id)
        if channel is None or isinstance(channel, discord.abc.PrivateChannel):
            return None if channel is None else True
        try:
            return channel.permissions_for(channel.guild.me).read_message_history if channel.guild.me else None
        except discord.ClientException:  # a thread whose channel we do not see
            return None

    async def _forum(self, channel_id: int) -> discord.ForumChannel | None:
        """The forum with that id; None where it is a place that takes messages."""
        if channel_id in self._plain:
            return None
        channel = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
        if isinstance(channel, discord.ForumChannel):
            return channel
        self._plain.add(channel_id)
        return None

    async def _find_among(self, channel_id: int, signature: Signature, floor: int) -> str | None:
        """The message with this signature; None where it is surely not there. Raises `CannotTell`."""
        before: int | None = None
        for _ in range(PAGES):
            page = cast("list[Any]", await self._client.http.logs_from(channel_id, PAGE, before))
            for each in page:
                if self._ours(each) and signature.is_on(each):
                    return str(each["id"])
            if not page or int(page[-1]["id"]) < floor:
                break
            before = int(page[-1]["id"])
        else:
            raise CannotTell("more was written there since than can be looked through")
        # Who may not read the history is shown an empty one.
        readable = self._readable(channel_id)
        if readable is False or (readable is None and not page and before is None):
            raise _unreadable()
        return None

    async def _post_to_go_on(self, forum: discord.ForumChannel, signature: Signature) -> int | None:
        """The post for a part of its digest; None where another has to be opened for it."""
        if signature.number == 1:
            return self._posts.get((forum.id, signature.digest))
        try:
            return await self._post_of(forum, signature, None)
        except discord.Forbidden as error:
            if not speaks_of_chat(error):
                raise
            return None

    async def _post_of(self, forum: discord.ForumChannel, signature: Signature, floor: int | None) -> int | None:
        """The post in a forum that holds this digest, if any: of those opened from `floor` on, or of the latest."""
        if known := self._posts.get((forum.id, signature.digest)):
            return known
        posts = await self._own_posts(forum, floor)
        for post in posts[: LATEST_POSTS if floor is None else POSTS_LOOKED_AT]:
            try:
                starter = cast(Any, await self._client.http.get_message(post, post))
            except discord.NotFound as error:
                if not is_gone(error):
                    raise
                continue
            if self._ours(starter) and signature.shares_digest(starter):
                self._remember(forum.id, signature, post)
                return post
        if floor is not None and len(posts) > POSTS_LOOKED_AT:
            raise _too_many_posts()
        return None

    async def _own_posts(self, forum: discord.ForumChannel, floor: int | None) -> list[int]:
        """Our posts in a forum, newest first, archived ones too: those from `floor` on, or some of the latest."""
        http = self._client.http
        threads = list(cast("list[Any]", (await http.get_active_threads(forum.guild.id))["threads"]))
        before: Any = None
        for _ in range(PAGES if floor is not None else 1):
            page = cast(Any, await http.get_public_archived_threads(forum.id, before=before, limit=PAGE))
            threads += page["threads"]
            if not page["threads"] or not page["has_more"]:
                break
            before = page["threads"][-1]["thread_metadata"]["archive_timestamp"]
            if floor is not None and _id_at(datetime.fromisoformat(before)) < floor:
                break  # they come by when they were archived, and none was before it was opened
        else:
            if floor is not None:
                raise _too_many_posts()
        ours = {
            int(each["id"])
            for each in threads
            if int(each["parent_id"]) == forum.id and int(each["owner_id"]) == self._own_id
        }
        return sorted((each for each in ours if floor is None or each >= floor), reverse=True)

    def _remember(self, forum_id: int, signature: Signature, post: int) -> None:
        self._posts[forum_id, signature.digest] = post
        _shorten(self._posts)

    @property
    def _own_id(self) -> int:
        return self._client.user.id if self._client.user else 0

    def _ours(self, message: JSON) -> bool:
        return int(message["author"]["id"]) == self._own_id


def _shorten(remembered: OrderedDict[Any, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


def _id_at(then: datetime) -> int:
    return max(0, discord.utils.time_snowflake(then - SKEW))


def _unreadable() -> CannotTell:
    return CannotTell("I may not read what I sent there; give me “View Channel” and “Read Message History”")


def _too_many_posts() -> CannotTell:
    return CannotTell("more posts were opened there since than can be looked through")


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
