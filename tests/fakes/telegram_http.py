"""How the stand-in for the Bot API reads requests, answers them, and fails on purpose."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

How = Literal["500", "502", "reset", "hang", "garbage", "429"]


@dataclass
class Fault:
    """The next `times` requests of `method` ("*": any that sends) fail so; if `stored`, after they took effect."""

    method: str
    how: How
    stored: bool = True
    times: int = 1
    seconds: float = 30.0


async def params_of(request: web.Request) -> dict[str, Any]:
    """The parameters of a request, whichever of the Bot API's ways they came in."""
    if request.content_type == "application/json":
        return dict(await request.json())
    params: dict[str, Any] = dict(request.query)
    for name, value in (await request.post()).items():
        params[name] = value.file.read() if isinstance(value, web.FileField) else value
        if isinstance(value, web.FileField):
            params[f"{name}.name"] = value.filename
    return params


def json_answer(status: int, body: dict[str, Any]) -> web.Response:
    return web.json_response(body, status=status)


async def broken(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Answer as a server or a network with this fault does."""
    match fault.how:
        case "500":
            return json_answer(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})
        case "502":
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        case "garbage":
            return web.Response(status=200, text='{"ok": true, "resu', content_type="application/json")
        case "429":
            seconds = int(fault.seconds)
            said = f"Too Many Requests: retry after {seconds}"
            parameters = {"retry_after": seconds}
            return json_answer(429, {"ok": False, "error_code": 429, "description": said, "parameters": parameters})
        case "hang":
            await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
