"""What the Discord stand-in keeps: servers, channels, messages and nonces, in the shapes that its API shows."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.discord_messages import JSON, SUPPRESS_NOTIFICATIONS, Refused, check_message, edited, numbered

TEXT, DM, THREAD, FORUM = 0, 1, 11, 15
ADMIN, MEMBER = "8", "2048"
"""Permission bits of a person who is an administrator, and of one who may only write."""
EVERYONE = "1071698660929"
"""Permission bits of everybody in a new server."""
VIEW_CHANNEL, SEND_MESSAGES, READ_MESSAGE_HISTORY, SEND_IN_THREADS = 1 << 10, 1 << 11, 1 << 16, 1 << 38
EVERYTHING = (1 << 53) - 1


class Snowflakes:
    """Ids that grow and carry their time, as discord.py reads them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._count = itertools.count()

    def __call__(self) -> int:
        return (int(self._now().timestamp() * 1000) - 1_420_070_400_000) << 22 | (next(self._count) & 0x3FFFFF)


def _role(ident: int, name: str, permissions: str) -> JSON:
    return {
        "id": str(ident),
        "name": name,
        "permissions": permissions,
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def user(ident: int, name: str, bot: bool = False) -> JSON:
    return {
        "id": str(ident),
        "username": name,
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


@dataclass
class World:
    """The state. `nonce_seconds` is how long a nonce is honoured; `accepted` lists every message stored, in order.

    `clock` gives the platform's own time, which messages are dated by.
    """

    nonce_seconds: float = 180.0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    guilds: dict[int, JSON] = field(default_factory=dict)
    channels: dict[int, JSON] = field(default_factory=dict)
    messages: dict[int, list[JSON]] = field(default_factory=dict)
    closed: dict[int, Refused] = field(default_factory=dict)
    accepted: list[JSON] = field(default_factory=list)
    notified: list[tuple[int, str]] = field(default_factory=list)
    """Channel and words of every notification: the content that a message was created with, never its components."""
    shows_nonces: bool = True
    """Whether the history shows nonces; the platform does not promise it."""
    _nonces: dict[tuple[int, str], tuple[float, JSON]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = Snowflakes(lambda: self.clock())
        self.bot = user(self.ids(), "paperboy", bot=True)

    # ── building ──

    def add_guild(self, name: str = "lab") -> int:
        """A server with the role of everybody, and one for admins."""
        ident = self.ids()
        roles = [_role(ident, "@everyone", EVERYONE), _role(self.ids(), "Admins", ADMIN)]
        self.guilds[ident] = {"id": str(ident), "name": name, "roles": roles, "member_count": 2, "owner_id": "7"}
        return ident

    def admin_role(self, guild: int) -> str:
        """The id of the role whose members are administrators."""
        return str(self.guilds[guild]["roles"][1]["id"])

    def add_channel(self, guild: int, name: str = "papers", kind: int = TEXT, ident: int | None = None) -> int:
        ident = ident or self.ids()
        self.channels[ident] = {
            "id": str(ident),
            "type": kind,
            "guild_id": str(guild),
            "name": name,
            "position": 0,
            "permission_overwrites": [],
            "parent_id": None,
            "last_message_id": None,
            "flags": 0,
            **({"available_tags": []} if kind == FORUM else {}),
        }
        return ident

    def add_forum(self, guild: int, name: str = "digests") -> int:
        return self.add_channel(guild, name, FORUM)

    def add_dm(self, person: int = 42, ident: int | None = None) -> int:
        ident = ident or self.ids()
        recipients = [user(person, f"user{person}")]
        self.channels[ident] = {
            "id": str(ident),
            "type": DM,
            "recipients": recipients,
            "last_message_id": None,
            "flags": 0,
        }
        return ident

    def add_thread(self, parent: int, name: str, ident: int | None = None, owner: str = "7") -> int:
        ident = ident or self.ids()
        self.channels[ident] = {
            "id": str(ident),
            "type": THREAD,
            "guild_id": self.channels[parent]["guild_id"],
            "parent_id": str(parent),
            "owner_id": owner,
            "name": name,
            "message_count": 0,
            "member_count": 1,
            "last_message_id": None,
            "flags": 0,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 4320,
                "archive_timestamp": self.clock().isoformat(),
                "locked": False,
            },
        }
        if self.channels[parent]["type"] == FORUM:
            self.channels[parent]["last_message_id"] = str(ident)
        return ident

    def archive(self, thread: int, when: datetime | None = None) -> None:
        when = when or self.clock()
        self.channels[thread]["thread_metadata"] |= {"archived": True, "archive_timestamp": when.isoformat()}

    def lock(self, thread: int) -> None:
        """Let only moderators write in a thread."""
        self.channels[thread]["thread_metadata"]["locked"] = True

    def deny(self, channel: int, *rights: int) -> None:
        """Take these permission bits from everybody in a channel."""
        bits = sum(rights)
        everyone = {"id": self.channels[channel]["guild_id"], "type": 0, "allow": "0", "deny": str(bits)}
        self.channels[channel]["permission_overwrites"] = [everyone]

    def close_channel(
        self, channel: int, status: int = 403, code: int = 50001, message: str = "Missing Access"
    ) -> None:
        self.closed[channel] = Refused(status, code, message)

    def delete_channel(self, channel: int) -> JSON:
        self.messages.pop(channel, None)
        return self.channels.pop(channel)

    # ── what the API does ──

    def application(self) -> JSON:
        return {
            "id": self.bot["id"],
            "name": "Paperboy",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "",
            "flags": 0,
            "owner": self.bot,
            "summary": "",
            "team": None,
        }

    def guild(self, ident: int) -> JSON:
        if ident not in self.guilds:
            raise Refused(404, 10004, "Unknown Guild")
        return {"system_channel_id": None, **self.guilds[ident]}

    def direct(self, person: int) -> JSON:
        """The direct-message channel with a person, opened if there is none yet."""
        for channel in self.channels.values():
            if channel["type"] == DM and channel["recipients"][0]["id"] == str(person):
                return channel
        return self.channels[self.add_dm(person)]

    def channel(self, ident: int) -> JSON:
        if ident in self.closed:
            raise self.closed[ident]
        if ident not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        return self.channels[ident]

    def rights(self, channel: int) -> int:
        """The bot's permission bits in a channel: those of everybody in the server, minus what the channel denies."""
        place = self.channel(channel)
        if place["type"] == DM:
            return EVERYTHING
        if place["type"] == THREAD:
            return self.rights(int(place["parent_id"]))
        everyone = self.guilds[int(place["guild_id"])]["roles"][0]
        denied = [int(each["deny"]) for each in place["permission_overwrites"]]
        return int(everyone["permissions"]) & ~sum(denied)

    def require(self, channel: int, *rights: int) -> None:
        held = self.rights(channel)
        if not held & VIEW_CHANNEL:
            raise Refused(403, 50001, "Missing Access")
        if any(not held & each for each in rights):
            raise Refused(403, 50013, "Missing Permissions")

    def create_message(self, channel: int, body: JSON, attached: set[str]) -> JSON:
        """Store a message, or return the first one where the nonce is enforced and known."""
        if self.channel(channel)["type"] == FORUM:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        self.require(channel, SEND_IN_THREADS if self.channel(channel)["type"] == THREAD else SEND_MESSAGES)
        state = self.channel(channel).get("thread_metadata") or {}
        if state.get("locked"):
            raise Refused(400, *((50083, "Thread is archived") if state["archived"] else (160005, "Thread is locked")))
        check_message(body, attached)
        nonce = str(body.get("nonce") or "")
        if nonce and body.get("enforce_nonce"):
            at, first = self._nonces.get((channel, nonce), (0.0, None))
            if first is not None and time.monotonic() - at < self.nonce_seconds:
                return first
        message = self.store_message(channel, body, attached)
        if nonce:
            self._nonces[channel, nonce] = (time.monotonic(), message)
        return message

    def create_post(self, forum: int, body: JSON, attached: set[str]) -> JSON:
        """Open a thread in a forum with its first message; nonces mean nothing here."""
        channel = self.channel(forum)
        if channel["type"] != FORUM or not 1 <= len(body.get("name") or "") <= 100:
            raise Refused(400, 50035, "Invalid Form Body: no forum, or no name")
        self.require(forum, SEND_MESSAGES)
        if channel["flags"] & (1 << 4) and not body.get("applied_tags"):
            raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
        check_message(body["message"], attached)
        thread = self.add_thread(forum, body["name"], owner=self.bot["id"])
        message = self.store_message(thread, body["message"], attached, ident=thread)
        return {**self.channels[thread], "message": message}

    def store_message(
        self, channel: int, body: JSON, attached: set[str], ident: int | None = None, author: JSON | None = None
    ) -> JSON:
        message = {
            "id": str(ident or self.ids()),
            "channel_id": str(channel),
            "author": author or self.bot,
            "content": body.get("content") or "",
            "components": numbered(body.get("components") or []),
            "flags": body.get("flags") or 0,
            "embeds": [],
            "attachments": [
                {"id": str(self.ids()), "filename": name, "size": 1, "url": "https://x.invalid/", "proxy_url": ""}
                for name in sorted(attached)
            ],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "type": 0,
            "timestamp": self.clock().isoformat(),
            "edited_timestamp": None,
            **({"nonce": body["nonce"]} if body.get("nonce") else {}),
        }
        self.messages.setdefault(channel, []).append(message)
        self.channels[channel]["last_message_id"] = message["id"]
        if author is None:
            pings = body.get("allowed_mentions")
            if not message["flags"] & SUPPRESS_NOTIFICATIONS:
                self.notified.append((channel, str(message["content"])))
            self.accepted.append(
                {"channel": channel, "nonce": body.get("nonce"), "message": message, "allowed_mentions": pings}
            )
        return message

    def edit_message(self, channel: int, ident: int, body: JSON, attached: set[str]) -> JSON:
        """Change a message of the bot in place; who reads it is not notified again."""
        self.require(channel)
        for each in self.messages.get(channel, []):
            if each["id"] == str(ident):
                if each["author"]["id"] != self.bot["id"]:
                    raise Refused(403, 50005, "Cannot edit a message authored by another user")
                return edited(each, body, attached, self.clock())
        raise Refused(404, 10008, "Unknown Message")

    def page(self, channel: int, limit: int, before: int | None) -> list[JSON]:
        """A page of the history for the bot: without the permission to read it, it is empty instead of refused."""
        self.require(channel)
        if not self.rights(channel) & READ_MESSAGE_HISTORY:
            return []
        return self.history(channel, limit, before)

    def history(self, channel: int, limit: int = 50, before: int | None = None) -> list[JSON]:
        self.channel(channel)
        stored = reversed(self.messages.get(channel, []))
        latest = [each for each in stored if before is None or int(each["id"]) < before][:limit]
        return [
            {name: value for name, value in each.items() if name != "nonce" or self.shows_nonces} for each in latest
        ]

    def message(self, channel: int, ident: int) -> JSON:
        self.require(channel, READ_MESSAGE_HISTORY)
        for each in self.history(channel, 1000):
            if each["id"] == str(ident):
                return each
        raise Refused(404, 10008, "Unknown Message")

    def archived(self, parent: int, limit: int, before: datetime | None) -> JSON:
        """A page of a channel's archived threads, by the time they were archived, latest first."""
        self.require(parent, READ_MESSAGE_HISTORY)
        dated = [(_archived_at(each), each) for each in self.threads(parent=parent, archived=True)]
        older = [
            each for at, each in sorted(dated, key=lambda pair: pair[0], reverse=True) if not before or at < before
        ]
        return {"threads": older[:limit], "members": [], "has_more": len(older) > limit}

    def threads(self, *, guild: int | None = None, parent: int | None = None, archived: bool = False) -> list[JSON]:
        return [
            each
            for each in self.channels.values()
            if each["type"] == THREAD
            and (guild is None or each["guild_id"] == str(guild))
            and (parent is None or each["parent_id"] == str(parent))
            and each["thread_metadata"]["archived"] == archived
        ]

    def forget_nonces(self) -> None:
        """Forget all nonces, as Discord does after some minutes."""
        self._nonces.clear()

    def guild_create(self, guild: int) -> JSON:
        """The GUILD_CREATE payload."""
        inside = [each for each in self.channels.values() if each.get("guild_id") == str(guild)]
        me = {"user": self.bot, "roles": [], "joined_at": self.clock().isoformat(), "deaf": False, "mute": False}
        return {
            **self.guilds[guild],
            "channels": [each for each in inside if each["type"] != THREAD],
            "threads": [each for each in inside if each["type"] == THREAD],
            "members": [{**me, "flags": 0}],
        }


def _archived_at(thread: JSON) -> datetime:
    return datetime.fromisoformat(thread["thread_metadata"]["archive_timestamp"])
