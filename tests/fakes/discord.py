"""A Discord that real discord.py connects to: HTTP and gateway on a local port, with the platform's rules and faults.

`async with FakeDiscord() as dc:` in tests; `python -m tests.fakes.discord --port N --channels N` for real processes.
What it accepted is at GET /_messages; POST /_faults makes it fail.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import socket
import struct
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord_files import Cdn
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_interactions import Interactions
from tests.fakes.discord_messages import JSON, Refused
from tests.fakes.discord_world import World

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.Gfake1.not-a-secret"
CREATE_MESSAGE = r"POST /channels/\d+/messages"
CREATE_POST = r"POST /channels/\d+/threads"


@dataclass
class Fault:
    """Fail `times` requests whose "METHOD /path" matches. With `store` a request takes effect before it fails.

    `kind`: an HTTP status, one with Discord's code ("403/20026"), "reset", "hang", "garbage" (an answer that is no
    JSON), "cut" (half an answer), "429-global" or "firewall" (403 with a page).
    """

    kind: str
    matching: str = CREATE_MESSAGE
    times: int = 1
    store: bool = False
    rate: float = 1.0
    retry_after: float = 0.2

    @property
    def status(self) -> int:
        """The status of the answer; 0 where there is none."""
        number = self.kind.partition("/")[0]
        named = {"garbage": 200, "cut": 200, "firewall": 403, "429-global": 429}
        return int(number) if number.isdigit() else named.get(self.kind, 0)

    @property
    def code(self) -> int:
        return int(self.kind.partition("/")[2] or 0)


@dataclass
class Bucket:
    """A rate limit: `limit` requests in any `window` seconds. Answers the seconds to wait, or None."""

    limit: int
    window: float
    times: deque[float] = field(default_factory=deque)

    def take(self) -> float | None:
        now = time.monotonic()
        while self.times and self.times[0] <= now - self.window:
            self.times.popleft()
        if len(self.times) >= self.limit:
            return self.times[0] + self.window - now
        self.times.append(now)
        return None

    def headers(self, name: str) -> dict[str, str]:
        reset = max(0.0, (self.times[0] + self.window if self.times else 0.0) - time.monotonic())
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - len(self.times)),
            "X-RateLimit-Reset": f"{time.time() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": name,
        }


class FakeDiscord:
    """Allows as many messages in a channel as `channel_limit` says (number, seconds), and 50 requests a second."""

    def __init__(self, *, port: int = 0, token: str = TOKEN) -> None:
        self.token = token
        self.world = World()
        self.gateway = Gateway(self.world, lambda: self.token, lambda: self.gateway_url, self._reset_token)
        self.interactions = Interactions(self.world, self.gateway)
        self.cdn = Cdn(lambda: f"http://127.0.0.1:{self._port}")
        self.commands: list[JSON] = []
        self.syncs = 0
        self.requests: list[tuple[str, int]] = []
        """Every request as ("METHOD /path", status); 0 where no answer was given."""
        self.faults: list[Fault] = []
        self.uploaded: dict[str, bytes] = {}
        """The content of the last file that was attached under each name."""
        self.channel_limit = (5, 5.0)
        self.overall = Bucket(50, 1.0)
        self._buckets: dict[str, Bucket] = {}
        self._port = port
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # ── running ──

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/resume", self.gateway.handle)
        app.router.add_get("/attachments/{number}", self.cdn.serve)
        app.router.add_get("/_messages", self._messages)
        app.router.add_post("/_faults", self._add_faults)
        app.router.add_route("*", "/api/v10{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        await self.gateway.drop(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/gateway"

    def fail(self, kind: str, matching: str = CREATE_MESSAGE, **options: Any) -> Fault:
        fault = Fault(kind, matching, **options)
        self.faults.append(fault)
        return fault

    def count(self, matching: str) -> int:
        """How many requests came whose "METHOD /path" matches."""
        return sum(bool(re.fullmatch(matching, line)) for line, _ in self.requests)

    async def revoke(self) -> None:
        """Make the token invalid, as its owner can in the developer portal: sessions end, requests are refused."""
        self._reset_token()
        await self.gateway.drop(4004)
        self.gateway.sessions.clear()

    def _reset_token(self) -> None:
        self.token = f"{self.token}x"

    # ── requests ──

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        line = f"{request.method} {path}"
        try:
            body, files = await _body(request)
            self.uploaded |= files
            attached = set(files)
        except OSError:
            return web.Response(status=400)
        fault = self._fault_for(line)
        if fault is not None and not fault.store:
            return await self._fail(request, line, fault, None)
        response = await self._answer(request, path, line, body, attached)
        response.headers["Date"] = formatdate(self.world.clock().timestamp(), usegmt=True)
        if fault is not None:
            return await self._fail(request, line, fault, response)
        self.requests.append((line, response.status))
        return response

    async def _answer(self, request: web.Request, path: str, line: str, body: Any, attached: set[str]) -> web.Response:
        interactive = path.startswith(("/interactions/", "/webhooks/"))
        if not interactive and request.headers.get("Authorization") != f"Bot {self.token}":
            return reply({"message": "401: Unauthorized", "code": 0}, 401)
        name, bucket = self._bucket(line)
        if not interactive and (limited := _limited(self.overall, bucket, name)) is not None:
            return limited
        headers = bucket.headers(name) if bucket else {}
        try:
            return reply(await self._route(request, line, body, attached), headers=headers)
        except Refused as error:
            return reply(error.body(), error.status, headers)

    async def _route(self, request: web.Request, line: str, body: Any, attached: set[str]) -> Any:
        for pattern, handler in self._routes():
            if found := re.fullmatch(pattern, line):
                result = handler(*found.groups(), body, attached, request.query)
                return await result if isinstance(result, Awaitable) else result
        raise Refused(404, 0, f"404: Not Found ({line})")

    def _routes(self) -> list[tuple[str, Callable[..., Any]]]:
        world, inter = self.world, self.interactions
        return [
            (r"GET /users/@me", lambda *_: world.bot),
            (r"GET /oauth2/applications/@me", lambda *_: world.application()),
            (r"GET /applications/@me", lambda *_: world.application()),
            (r"GET /gateway", lambda *_: {"url": self.gateway_url}),
            (
                r"GET /gateway/bot",
                lambda *_: {
                    "url": self.gateway_url,
                    "shards": self.gateway.shards,
                    "session_start_limit": self.gateway.starts(),
                },
            ),
            (r"GET /applications/\d+/commands", lambda *_: self.commands),
            (r"PUT /applications/\d+/commands", lambda body, *_: self._register(body)),
            (r"GET /channels/(\d+)", lambda c, *_: _visible(world, int(c))),
            (r"GET /channels/(\d+)/messages", lambda c, _b, _a, q: _page(world, int(c), q)),
            (r"POST /channels/\d+/typing", lambda *_: None),
            (r"GET /channels/(\d+)/messages/(\d+)", lambda c, m, *_: world.message(int(c), int(m))),
            (r"PATCH /channels/(\d+)/messages/(\d+)", lambda c, m, b, a, _: world.edit_message(int(c), int(m), b, a)),
            (CREATE_MESSAGE.replace(r"\d+", r"(\d+)"), lambda c, b, a, _: world.create_message(int(c), b, a)),
            (CREATE_POST.replace(r"\d+", r"(\d+)"), lambda c, b, a, _: world.create_post(int(c), b, a)),
            (r"POST /users/@me/channels", lambda body, *_: world.direct(int(body["recipient_id"]))),
            (r"GET /guilds/(\d+)", lambda g, *_: world.guild(int(g))),
            (r"GET /guilds/(\d+)/threads/active", lambda g, *_: {"threads": world.threads(guild=int(g))}),
            (r"GET /channels/(\d+)/threads/archived/public", lambda c, _b, _a, q: _archived(world, int(c), q)),
            (r"POST /interactions/(\d+)/(\w+)/callback", lambda i, t, b, a, _: inter.callback(int(i), t, b, a)),
            (r"POST /webhooks/\d+/(\w+)", lambda t, b, a, _: inter.follow_up(t, b, a)),
            (r"PATCH /webhooks/\d+/(\w+)/messages/@original", lambda t, b, a, _: inter.edit_original(t, b, a)),
            (r"GET /webhooks/\d+/(\w+)/messages/@original", lambda t, *_: inter.original(t)),
            (r"DELETE /webhooks/\d+/(\w+)/messages/@original", lambda t, *_: inter.delete_original(t)),
        ]

    def _register(self, body: list[JSON]) -> list[JSON]:
        self.syncs += 1
        names = [each["name"] for each in body]
        if (
            len(names) > 100
            or len(set(names)) != len(names)
            or not all(re.fullmatch(r"[-_a-z]{1,32}", n) for n in names)
        ):
            raise Refused(400, 50035, "Invalid Form Body: command names")
        app = self.world.bot["id"]
        self.commands = [{**each, "id": str(self.world.ids()), "application_id": app, "version": "1"} for each in body]
        return self.commands

    # ── limits and faults ──

    def _bucket(self, line: str) -> tuple[str, Bucket | None]:
        if not re.fullmatch(CREATE_MESSAGE, line) and not re.fullmatch(CREATE_POST, line):
            return "", None
        return "create", self._buckets.setdefault(line, Bucket(*self.channel_limit))

    def _fault_for(self, line: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and re.fullmatch(fault.matching, line) and random.random() < fault.rate:
                fault.times -= 1
                return fault
        return None

    async def _fail(
        self, request: web.Request, line: str, fault: Fault, stored: web.Response | None
    ) -> web.StreamResponse:
        status = fault.status
        self.requests.append((line, status))
        match fault.kind:
            case "reset":
                _reset(request)
                return web.Response()
            case "hang":
                await self._stopping.wait()
                return web.Response(status=503)
            case "garbage" | "firewall":
                return web.Response(text="<html>sorry</html>", status=status, content_type="text/html")
            case "cut":
                return await _cut(request, stored)
            case "429" | "429-global":
                return too_many(fault.retry_after, everybody=fault.kind == "429-global")
            case _:
                return reply({"message": f"{status}: sorry", "code": fault.code}, status)

    # ── for other processes ──

    async def _messages(self, _request: web.Request) -> web.Response:
        return reply([{**each, "channel": str(each["channel"])} for each in self.world.accepted])

    async def _add_faults(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.faults = [Fault(**each) for each in asked]
        return reply({"faults": len(self.faults)})


def _page(world: World, channel: int, query: Mapping[str, str]) -> list[JSON]:
    before = int(query["before"]) if "before" in query else None
    return world.page(channel, min(100, int(query.get("limit", 50))), before)


def _archived(world: World, parent: int, query: Mapping[str, str]) -> JSON:
    before = datetime.fromisoformat(query["before"]) if "before" in query else None
    return world.archived(parent, min(100, int(query.get("limit", 50))), before)


def _visible(world: World, channel: int) -> JSON:
    world.require(channel)
    return world.channel(channel)


async def _body(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    """The JSON of a request and the files attached to it, by their names."""
    if not request.body_exists:
        return None, {}
    if request.content_type != "multipart/form-data":
        return json.loads(await request.read() or b"null"), {}
    form = await request.post()
    attached = {part.filename: part.file.read() for part in form.values() if isinstance(part, web.FileField)}
    return json.loads(str(form["payload_json"])), attached


def reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with exactly the content type that discord.py looks for."""
    if data is None:
        return web.Response(status=204)
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})})


def too_many(wait: float, *, everybody: bool = False, headers: dict[str, str] | None = None) -> web.Response:
    scope = (
        {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if everybody else {"X-RateLimit-Scope": "user"}
    )
    body = {"message": "You are being rate limited.", "retry_after": wait, "global": everybody}
    return reply(body, 429, {"Via": "1.1 fake", "Retry-After": f"{wait:.3f}", **scope, **(headers or {})})


def _limited(overall: Bucket, bucket: Bucket | None, name: str) -> web.Response | None:
    if (wait := overall.take()) is not None:
        return too_many(wait, everybody=True)
    if bucket is not None and (wait := bucket.take()) is not None:
        return too_many(wait, headers=bucket.headers(name))
    return None


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


async def _cut(request: web.Request, stored: web.Response | None) -> web.StreamResponse:
    """Half of the answer, and then nothing."""
    body = stored.body if stored is not None and isinstance(stored.body, bytes) else b'{"id": "1", "content": ""}'
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    _reset(request)
    return response


async def _serve(port: int, channels: int, ready_file: Path | None) -> None:
    async with FakeDiscord(port=port) as dc:
        guild = dc.world.add_guild()
        for number in range(channels):
            dc.world.add_channel(guild, f"papers-{number}", ident=1_000_000 + number)
        if ready_file:
            addresses = {"api": dc.api_url, "gateway": dc.gateway_url, "token": dc.token}
            await asyncio.to_thread(ready_file.write_text, json.dumps(addresses))
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A Discord for tests and benchmarks.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--channels", type=int, default=10, help="text channels, with ids from 1000000 on")
    parser.add_argument("--ready-file", type=Path, help="written with the addresses once it listens")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.port, asked.channels, asked.ready_file))


if __name__ == "__main__":
    main()
