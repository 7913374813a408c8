"""Files that people attach in the Discord stand-in, and the address that serves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web


class Cdn:
    """Files by number. `problem` is the status that is answered instead of a file; 0 is none."""

    def __init__(self, base: Callable[[], str]) -> None:
        self._base = base
        self._contents: list[bytes] = []
        self.served = 0
        self.problem = 0

    def attachment(self, name: str, content: bytes, claimed: int | None = None) -> dict[str, Any]:
        """Keep a file; returns the attachment of a message. `claimed` is the size that Discord tells."""
        self._contents.append(content)
        number = len(self._contents) - 1
        url = f"{self._base()}/attachments/{number}"
        size = len(content) if claimed is None else claimed
        return {"id": str(900 + number), "filename": name, "size": size, "url": url, "proxy_url": url}

    async def serve(self, request: web.Request) -> web.Response:
        if self.problem:
            return web.Response(status=self.problem)
        self.served += 1
        return web.Response(body=self._contents[int(request.match_info["number"])])
