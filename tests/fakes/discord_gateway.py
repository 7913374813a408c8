"""The gateway of the Discord stand-in: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, invalid sessions.

Servers are spread over shards as Discord does it; direct messages come on shard 0.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_messages import JSON
from tests.fakes.discord_world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
STARTS = 1000


@dataclass
class Session:
    """One identified session; it outlives its connection so that it can be resumed."""

    id: str
    shard: tuple[int, int] = (0, 1)
    events: list[JSON] = field(default_factory=list)
    pipe: Pipe | None = None

    def has(self, guild: int) -> bool:
        """Whether the events of a server come on this session's shard; 0 stands for direct messages."""
        number, count = self.shard
        return (guild >> 22) % count == number

    async def dispatch(self, name: str, data: Any) -> None:
        event = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.pipe is not None:
            await self.pipe.send(event)


class Pipe:
    """A websocket with the compression that was asked for."""

    def __init__(self, socket: web.WebSocketResponse, compress: bool) -> None:
        self.socket = socket
        self._deflate = zlib.compressobj() if compress else None

    async def send(self, payload: JSON) -> None:
        if self.socket.closed:
            return
        text = json.dumps(payload)
        if self._deflate is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """All sessions. `identifies` and `resumes` count what clients asked for.

    `starts_left` sessions may begin until `starts_anew`, then a thousand more; one too many invalidates the token.
    `shards` is how many the bot must have, at least: a session with fewer is closed. The next `refused_connections` are
    closed before HELLO.
    """

    def __init__(
        self, world: World, token: Callable[[], str], url: Callable[[], str], reset_token: Callable[[], None]
    ) -> None:
        self._world, self._token, self._url, self._reset_token = world, token, url, reset_token
        self.shards = 1
        self.refused_connections = 0
        self.starts_left = STARTS
        self.starts_anew = world.clock() + timedelta(days=1)
        self.sessions: dict[str, Session] = {}
        self.identifies = 0
        self.resumes = 0
        self.intents = 0
        self.heartbeat_ms = 41_250

    def starts(self) -> JSON:
        """The `session_start_limit` of GET /gateway/bot."""
        now = self._world.clock()
        if now >= self.starts_anew:
            self.starts_left, self.starts_anew = STARTS, now + timedelta(days=1)
        reset_after = int((self.starts_anew - now).total_seconds() * 1000)
        return {"total": STARTS, "remaining": self.starts_left, "reset_after": reset_after, "max_concurrency": 1}

    @property
    def live(self) -> list[Session]:
        return [each for each in self.sessions.values() if each.pipe is not None]

    async def dispatch(self, name: str, data: Any) -> None:
        """Send an event to every session of its shard; those without a connection get it when they resume."""
        guild = int((data.get("id") if name.startswith("GUILD_") else data.get("guild_id")) or 0)
        for session in list(self.sessions.values()):
            if session.has(guild):
                await session.dispatch(name, data)

    async def drop(self, code: int = 4000, shard: int | None = None) -> None:
        """Close every connection, or that of one shard; sessions stay."""
        for session in self.live:
            if shard not in (None, session.shard[0]):
                continue
            pipe, session.pipe = session.pipe, None
            if pipe is not None:
                await pipe.socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        for session in self.live:
            if session.pipe is not None:
                await session.pipe.send({"op": RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """Tell every client that its session is no longer valid."""
        for session in self.live:
            if session.pipe is not None:
                await session.pipe.send({"op": INVALID, "d": False})
        self.sessions.clear()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.refused_connections:
            self.refused_connections -= 1
            await socket.close()
            return socket
        pipe = Pipe(socket, request.query.get("compress") == "zlib-stream")
        await pipe.send({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        session: Session | None = None
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            payload = json.loads(message.data)
            if payload["op"] == HEARTBEAT:
                await pipe.send({"op": ACK, "d": None})
            elif payload["op"] == IDENTIFY:
                session = await self._identify(payload["d"], pipe)
            elif payload["op"] == RESUME:
                session = await self._resume(payload["d"], pipe)
        if session is not None and session.pipe is pipe:
            session.pipe = None
        return socket

    async def _identify(self, data: JSON, pipe: Pipe) -> Session | None:
        self.identifies += 1
        if self.starts()["remaining"] < 1:
            self._reset_token()
        self.starts_left -= 1
        if data["token"] != self._token():
            await pipe.socket.close(code=4004, message=b"Authentication failed.")
            return None
        number, count = data.get("shard") or (0, 1)
        if count < self.shards:
            await pipe.socket.close(code=4011, message=b"Sharding required.")
            return None
        self.intents = data["intents"]
        session = Session(secrets.token_hex(8), (number, count), pipe=pipe)
        self.sessions[session.id] = session
        ready = {
            "v": 10,
            "user": self._world.bot,
            "shard": [number, count],
            "guilds": [{"id": str(guild), "unavailable": True} for guild in self._world.guilds if session.has(guild)],
            "session_id": session.id,
            "resume_gateway_url": f"{self._url()}/resume",
            "application": {"id": self._world.bot["id"], "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in filter(session.has, list(self._world.guilds)):
            await session.dispatch("GUILD_CREATE", self._world.guild_create(guild))
        return session

    async def _resume(self, data: JSON, pipe: Pipe) -> Session | None:
        self.resumes += 1
        session = self.sessions.get(str(data["session_id"]))
        if session is None or data["token"] != self._token():
            await pipe.send({"op": INVALID, "d": False})
            return None
        session.pipe = pipe
        for event in session.events[data["seq"] or 0 :]:
            await pipe.send(event)
        await session.dispatch("RESUMED", {})
        return session
