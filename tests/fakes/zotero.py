"""A small working Zotero on a local port: one key, libraries with items, pages, and faults on demand."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

KEY = "abcdefghijkl012345678901"
USER = 4711


def item(number: int, **data: Any) -> dict[str, Any]:
    """An item as the API gives it; `data` replaces fields of a journal article without an id."""
    fields = {"key": f"K{number:07}", "itemType": "journalArticle", "title": f"Thing number {number}", "creators": []}
    return {"key": fields["key"], "version": 1, "library": {}, "data": fields | data}


@dataclass
class FakeZotero:
    """Use as `with FakeZotero() as zotero`. `libraries` are items by path ("users/4711", "groups/5"), latest first.

    Each request takes the next of `faults`, if there is one: a status, or headers to add to the answer, or a body.
    `asked` has the paths of all requests.
    """

    libraries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[int | dict[str, str] | bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    retry_after: str | None = None
    """Sent with every fault that is a status."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, query: dict[str, str], key: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, by the rules of the web API, version 3."""
        if path.startswith("/keys/"):
            if path != f"/keys/{KEY}":
                return 404, {}, b"Key not found"
            return 200, {}, json.dumps({"key": KEY, "userID": USER, "access": {"user": {"library": True}}}).encode()
        name = path.strip("/").removesuffix("/items/top")
        if key != f"Bearer {KEY}" or name not in self.libraries:
            return 403, {}, b"Forbidden"
        if query.get("sort") != "dateAdded" or query.get("direction") != "desc":
            return 400, {}, b"this stand-in knows one order only"
        start, limit = int(query.get("start", 0)), min(int(query.get("limit", 25)), 100)
        items = self.libraries[name]
        headers = {"Total-Results": str(len(items))}
        if start + limit < len(items):
            more = urlencode(query | {"start": str(start + limit)})
            headers["Link"] = f'<{self.url}{path}?{more}>; rel="next"'
        return 200, headers, json.dumps(items[start : start + limit]).encode()


def _handler(zotero: FakeZotero) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            zotero.asked.append(self.path)
            fault = zotero.faults.pop(0) if zotero.faults else None
            if isinstance(fault, int):
                wait = {"Retry-After": zotero.retry_after} if zotero.retry_after else {}
                self._send(fault, wait, b"no thanks")
                return
            assert self.headers["Zotero-API-Version"] == "3"
            status, headers, body = zotero.answer(url.path, dict(parse_qsl(url.query)), self.headers["Authorization"])
            if isinstance(fault, dict):
                headers |= fault
            self._send(status, headers, fault if isinstance(fault, bytes) else body)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in (
                {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
