"""Documents that people send through the Bot API stand-in, and how a bot gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

MOST_BYTES = 20 * 2**20
"""A bot gets no larger file."""


@dataclass
class FakeFile:
    """`claimed` is the size that Telegram tells; None where it tells none."""

    name: str | None
    content: bytes
    claimed: int | None


class Files:
    """Files by their ids."""

    def __init__(self) -> None:
        self._files: dict[str, FakeFile] = {}
        self.served = 0

    def document(self, file: FakeFile) -> dict[str, Any]:
        """Keep a file; returns the `document` of a message."""
        ident = f"file{len(self._files)}"
        self._files[ident] = file
        shown: dict[str, Any] = {"file_id": ident, "file_unique_id": f"u{ident}"}
        shown |= {"file_name": file.name} if file.name is not None else {}
        return shown | ({"file_size": file.claimed} if file.claimed is not None else {})

    def described(self, ident: str) -> dict[str, Any] | str:
        """The answer to getFile, or the description of its refusal."""
        file = self._files.get(ident)
        if file is None:
            return "Bad Request: invalid file_id"
        if max(file.claimed or 0, len(file.content)) > MOST_BYTES:
            return "Bad Request: file is too big"
        shown = {"file_id": ident, "file_unique_id": f"u{ident}", "file_path": f"documents/{ident}"}
        return shown | ({"file_size": file.claimed} if file.claimed is not None else {})

    def serve(self, path: str) -> web.Response:
        """The content of a file at the path that getFile told."""
        file = self._files.get(path.removeprefix("documents/"))
        if file is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        self.served += 1
        return web.Response(body=file.content)
