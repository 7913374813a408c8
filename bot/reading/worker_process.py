"""Runs the worker's process with a wall clock, and turns whatever becomes of it into an answer or a sentence."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

WALL_SECONDS = 90.0


async def run_worker(job: Mapping[str, Any], *, wall_seconds: float = WALL_SECONDS) -> dict[str, Any]:
    """The worker's answer; {"problem": sentence} where it ran out of time or memory, or died."""
    out = Path(str(job["out"]))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.reading.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=_environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(wall_seconds):
            _, complaint = await process.communicate(json.dumps(job).encode())
    except TimeoutError:
        return {"problem": "The PDF takes longer to read than a paper may take."}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer = json.loads((out / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        log.warning("worker died", status=process.returncode, complaint=complaint[-800:].decode("utf-8", "replace"))
        return {"problem": _last_words(process.returncode, complaint)}
    return answer if isinstance(answer, dict) else {"problem": "The PDF could not be read."}


def _last_words(status: int | None, complaint: bytes) -> str:
    if b"MemoryError" in complaint or b"bad_alloc" in complaint or status == -6:
        return "The PDF needs more memory than a paper may take."
    if status == -24:  # SIGXCPU
        return "The PDF takes longer to read than a paper may take."
    return "The PDF is broken in a way that stops its reading."


def _environment() -> dict[str, str]:
    """Nothing of ours: no tokens, no keys."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH") if name in os.environ
    }
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "OMP_NUM_THREADS": "1",
    }
