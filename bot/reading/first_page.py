"""The text of the first page of a PDF that a person sent, read in the worker's process like every file of strangers."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bot.errors import NotReadable
from bot.reading.worker_process import run_worker

WALL_SECONDS = 20.0
"""One page takes some tenths of a second, most of it for the start of the process."""

_at_once = asyncio.Semaphore(2)


async def first_page_text(content: bytes) -> str:
    """Return the text of the first page; "" for a file that cannot be read as a PDF."""
    async with _at_once:
        with tempfile.TemporaryDirectory(prefix="paperboy-") as folder:
            path = Path(folder, "sent.pdf")
            await asyncio.to_thread(path.write_bytes, content)
            try:
                result = await run_worker({"first_page": str(path), "out": folder}, wall_seconds=WALL_SECONDS)
            except NotReadable:
                return ""
            return str(result["text"])
