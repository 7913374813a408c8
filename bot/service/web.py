"""The service's web server: the archive, and /healthz, /ready and /metrics on the same port or another."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from bot.errors import PaperboyError, StoreUnavailable, TellUser
from bot.model import JSON

Hook = Callable[[Mapping[str, str], Callable[[], Awaitable[bytes]]], Awaitable[int]]
"""Takes a request that a platform has posted: its headers, and what reads its body. Returns the status to answer with.
"""

HealthCheck = Callable[[], Awaitable[JSON]]
MetricsPage = Callable[[], Awaitable[bytes]]

# Pages contain text from papers and topics; even if some of it were not escaped, no script could run.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def build(
    site: Path | None, operations: tuple[HealthCheck, MetricsPage] | None, hooks: Mapping[str, Hook] | None = None
) -> web.Application:
    """Build the web application: the archive from the folder `site`, the operations pages, and what takes posted
    requests (`hooks`, by path).

    `operations` are the functions behind /healthz and /ready, which returns {"ok": bool, …}, and behind /metrics, which
    returns Prometheus' text format. Both may raise `PaperboyError`.
    """
    app = web.Application()
    # A signal and not a middleware: it is also sent for the responses that aiohttp makes of its own, such as a 404.
    app.on_response_prepare.append(_add_headers)
    # Before the archive, whose pattern matches every path: the first route that matches answers.
    for path, hook in (hooks or {}).items():
        app.router.add_post(path, _posted_to(hook))
    if operations is not None:
        _add_operations(app, *operations)
    if site is not None:
        _add_archive(app, site)
    return app


def _posted_to(hook: Hook) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def post(request: web.Request) -> web.Response:
        status = await hook(request.headers, request.read)
        # A platform that is asked to come back later keeps what it has posted.
        return web.Response(status=status, headers={"Retry-After": "1"} if status == 503 else None)

    return post


def _add_operations(app: web.Application, health: HealthCheck, metrics: MetricsPage) -> None:
    # Two pages: after a failure of /healthz a supervisor restarts the process. A restart does not help while a platform
    # cannot be reached, so that then only /ready fails.
    async def healthz(_request: web.Request) -> web.Response:
        state = await _state_or_problem(health)
        return web.json_response(state, status=200 if state["ok"] else 503)

    async def ready(_request: web.Request) -> web.Response:
        state = await _state_or_problem(health)
        is_ready = bool(state["ok"] and state.get("ready", True))
        return web.json_response(state, status=200 if is_ready else 503)

    async def prometheus(_request: web.Request) -> web.Response:
        try:
            text = await metrics()
        except PaperboyError as error:
            return web.Response(text=f"{_public(error)}\n", status=503)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", prometheus)


def _add_archive(app: web.Application, site: Path) -> None:
    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(_inside(site, request.match_info["path"]))

    app.router.add_get("/{path:.*}", page)


async def _state_or_problem(health: HealthCheck) -> JSON:
    try:
        return await health()
    except PaperboyError as error:
        return {"ok": False, "why": _public(error)}


def _public(error: PaperboyError) -> str:
    """Return the part of an error that anybody may see; `paperboy status` shows all of it."""
    return error.public if isinstance(error, StoreUnavailable) else "The state cannot be read now."


def _inside(site: Path, path: str) -> Path:
    """Return the file of a path. Raises 404 for a missing one and for a path that leads out of the site."""
    root = site.resolve()
    # Resolved before the comparison: "..", an absolute path and a symbolic link may all lead out of the site.
    try:
        target = (root / path).resolve()
        if target.is_dir():
            target /= "index.html"
        if target.is_relative_to(root) and target.is_file():
            return target
    except (OSError, ValueError):  # a name that no file can have: too long, or with a null character
        pass
    raise web.HTTPNotFound(text="There is no such page in this archive.")


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Start serving; returns the runner, which has to be cleaned up, and the port. Raises OSError if it is in use."""
    # The service has to stop within five seconds, also while a client keeps a connection open.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner, runner.addresses[0][1]


async def serve_until_closed(stack: AsyncExitStack, pages: web.Application, setting: str, host: str, port: int) -> str:
    """Serve these pages until the stack is closed; returns their address. Raises `TellUser` that names the setting."""
    try:
        runner, port = await serve(pages, host, port)
    except OSError as error:
        # asyncio's own text names the address once more; the system's says what is wrong.
        is_lookup = isinstance(error, socket.gaierror)
        why = error.strerror if is_lookup or error.errno is None else os.strerror(error.errno)
        raise TellUser(f"{setting}_PORT {port} on {host} cannot be used ({why}); choose another.") from None
    stack.push_async_callback(runner.cleanup)
    return f"http://{host}:{port}/"
