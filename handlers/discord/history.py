"""Finds the bot's own messages and forum posts again by their signature, in Discord's history."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, cast

import discord

from bot.errors import CannotTell
from bot.model import JSON
from handlers.discord.http_trace import DiscordClock
from handlers.discord.messages import Signature
from handlers.discord.outcomes import is_gone, speaks_of_chat

PAGE, PAGES = 100, 50
"""At most so many messages of a channel, or posts of a forum, are read at a time, and so many times."""

POSTS_LOOKED_AT = 200
"""At most so many of the bot's own posts are opened to find the one of a digest."""

LATEST_POSTS = 20
"""Posts among which the next part of a digest looks for its own: it was opened a moment ago."""

SKEW = timedelta(minutes=1)
"""The bot's clock and Discord's may differ by so much unnoticed."""

MOST_POSTS = 1_000
"""Posts that are remembered; the oldest are dropped."""


class MessageHistory:
    """Looks through what the bot, and the other bots of ours in `authors`, have written.

    `discord_clock` is what the client's trace knows of Discord's clock.
    """

    def __init__(
        self,
        client: discord.Client,
        discord_clock: DiscordClock | None = None,
        authors: frozenset[int] = frozenset(),
    ) -> None:
        self._client, self._authors = client, authors
        self._discord_clock = discord_clock
        self._no_forums: set[int] = set()
        """Ids of places that are known to take messages."""
        self._posts: OrderedDict[tuple[int, int], int] = OrderedDict()
        """The post of a digest, by the forum's id and the digest's signature."""

    async def find(self, channel_id: int, signature: Signature, since: datetime) -> str | None:
        """The id of the message with this signature, sent at `since` or later; None if it is surely not there.

        Raises `CannotTell` if the bot may not read there, or more was written since than can be read.
        """
        floor = self._least_id(since)
        try:
            forum = await self.forum(channel_id)
            place = channel_id if forum is None else await self._find_post(forum, signature, floor)
            return None if place is None else await self._find_message(place, signature, floor)
        except discord.Forbidden as error:
            if not speaks_of_chat(error):
                raise
            raise _unreadable() from error

    async def is_silent_since(self, channel_id: int, since: datetime) -> bool:
        """Whether nobody has written in a channel, or opened a post in a forum, from then on; known without the right
        to read the history."""
        try:
            channel = cast("dict[str, Any]", await self._client.http.get_channel(channel_id))
        except discord.HTTPException:
            return False
        return int(channel.get("last_message_id") or 0) < self._least_id(since)

    async def forum(self, channel_id: int) -> discord.ForumChannel | None:
        """The forum with that id; None if it is a place that takes messages."""
        if channel_id in self._no_forums:
            return None
        channel = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
        if isinstance(channel, discord.ForumChannel):
            return channel
        self._no_forums.add(channel_id)
        return None

    def known_place(self, channel_id: int, signature: Signature) -> int | None:
        """Where a part of this digest is written, as far as that is known without a request: the channel itself, or
        the digest's post in a forum."""
        return channel_id if channel_id in self._no_forums else self._posts.get((channel_id, signature.digest))

    async def post_to_continue(self, forum: discord.ForumChannel, signature: Signature) -> int | None:
        """The post in which a part of this digest goes; None if one has to be opened."""
        # The first part normally finds no post, so only memory is asked; the others must not open a second post.
        if signature.number == 1:
            return self._posts.get((forum.id, signature.digest))
        try:
            return await self._find_post(forum, signature, None)
        except discord.Forbidden as error:
            if not speaks_of_chat(error):
                raise
            return None

    def remember_post(self, forum_id: int, signature: Signature, post: int) -> None:
        self._posts[forum_id, signature.digest] = post
        while len(self._posts) > MOST_POSTS:
            self._posts.popitem(last=False)

    def forget_post(self, forum_id: int, signature: Signature) -> None:
        self._posts.pop((forum_id, signature.digest), None)

    # ── looking ──

    def _least_id(self, since: datetime) -> int:
        """The smallest id that a message sent at `since` or later can have: ids grow with Discord's time.

        Returns 0, so that all messages are read, if `since` lies in Discord's future: the bot's clock was wrong then.
        """
        if self._discord_clock is None:
            return _id_at(since)
        # The bot's clock may run ahead now, or may have done so when it wrote `since`.
        then = min(since, self._discord_clock.of(since))
        return 0 if then > self._discord_clock.now() + SKEW else _id_at(then)

    async def _find_message(self, channel_id: int, signature: Signature, floor: int) -> str | None:
        before: int | None = None
        for _ in range(PAGES):
            page = cast("list[Any]", await self._client.http.logs_from(channel_id, PAGE, before))
            for message in page:
                if self._is_own(message) and signature.is_on(message):
                    return str(message["id"])
            # Messages come newest first, so every further page is older than `since`.
            if not page or int(page[-1]["id"]) < floor:
                break
            before = int(page[-1]["id"])
        else:
            raise CannotTell("more was written there since than can be looked through")
        # To a bot without the right to read the history, Discord shows an empty one.
        readable = self._may_read(channel_id)
        if readable is False or (readable is None and not page and before is None):
            raise _unreadable()
        return None

    def _may_read(self, channel_id: int) -> bool | None:
        """Whether the bot may read the history there; None if the gateway has not told."""
        channel = self._client.get_channel(channel_id)
        if channel is None or isinstance(channel, discord.abc.PrivateChannel):
            return None if channel is None else True
        try:
            return channel.permissions_for(channel.guild.me).read_message_history if channel.guild.me else None
        except discord.ClientException:  # a thread whose channel the bot does not see
            return None

    async def _find_post(self, forum: discord.ForumChannel, signature: Signature, floor: int | None) -> int | None:
        """The post in a forum that holds this digest, if any: of those opened from `floor` on, or of the latest."""
        # From memory first: a digest of many parts would otherwise read the list of posts for each.
        if known := self._posts.get((forum.id, signature.digest)):
            return known
        posts = await self._own_posts(forum, floor)
        for post in posts[: LATEST_POSTS if floor is None else POSTS_LOOKED_AT]:
            try:
                starter = cast(Any, await self._client.http.get_message(post, post))
            except discord.NotFound as error:
                if not is_gone(error):
                    raise
                continue  # its first message was deleted, so it cannot be recognized
            if self._is_own(starter) and signature.shares_digest(starter):
                self.remember_post(forum.id, signature, post)
                return post
        if floor is not None and len(posts) > POSTS_LOOKED_AT:
            raise _too_many_posts()
        return None

    async def _own_posts(self, forum: discord.ForumChannel, floor: int | None) -> list[int]:
        """The bot's posts in a forum, newest first, archived ones too: from `floor` on, or some of the latest."""
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
                break  # sorted by the time of archiving, and no post is archived before it is opened
        else:
            if floor is not None:
                raise _too_many_posts()
        own = {
            int(thread["id"])
            for thread in threads
            if int(thread["parent_id"]) == forum.id and self._is_ours(int(thread["owner_id"]))
        }
        return sorted((post for post in own if floor is None or post >= floor), reverse=True)

    def _is_ours(self, user_id: int) -> bool:
        own_id = self._client.user.id if self._client.user else 0
        return user_id == own_id or user_id in self._authors

    def _is_own(self, message: JSON) -> bool:
        return self._is_ours(int(message["author"]["id"]))


def _id_at(moment: datetime) -> int:
    return max(0, discord.utils.time_snowflake(moment - SKEW))


def _unreadable() -> CannotTell:
    return CannotTell("I may not read what I sent there; give me “View Channel” and “Read Message History”")


def _too_many_posts() -> CannotTell:
    return CannotTell("more posts were opened there since than can be looked through")
