"""Starts the worker process for one job, limits its time, and turns every way it can end into a result or an error."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from bot.errors import NotReadable
from bot.reading.worker import EXIT_OUT_OF_MEMORY

log = structlog.get_logger()

WALL_SECONDS = 90.0
"""Longer than the worker's limit of CPU time, because other work on the machine takes CPU time too."""
_PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH")


async def run_worker(job: Mapping[str, Any], *, wall_seconds: float = WALL_SECONDS) -> dict[str, Any]:
    """The worker's result for a job (`bot.reading.worker` describes both).

    Raises `NotReadable` if the file cannot be read, or if the worker ran out of time or memory, or crashed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.reading.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=_environment(),
        # So that Ctrl-C in a terminal reaches the service only, which ends the worker itself.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(wall_seconds):
            _, stderr = await process.communicate(json.dumps(job).encode())
    except TimeoutError:
        raise NotReadable(failure_reason(-signal.SIGXCPU)) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    result = _load_result(Path(str(job["out"]))) if process.returncode == 0 else None
    if result is None:
        message = stderr[-800:].decode("utf-8", "replace")
        log.warning("worker failed", status=process.returncode, stderr=message)
        raise NotReadable(failure_reason(process.returncode))
    if "problem" in result:
        raise NotReadable(str(result["problem"]))
    return result


def _load_result(out: Path) -> dict[str, Any] | None:
    try:
        result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def failure_reason(status: int | None) -> str:
    """A sentence for a worker that ended without a result, by its exit status (negative for a signal)."""
    # SIGABRT: PDFium, like any C++ program, aborts where it gets no memory.
    if status in (EXIT_OUT_OF_MEMORY, -signal.SIGABRT):
        return "The PDF needs more memory than a paper may take."
    if status == -signal.SIGXCPU:
        return "The PDF takes longer to read than a paper may take."
    return "The PDF is broken in a way that stops its reading."


def _environment() -> dict[str, str]:
    """Return the variables that Python needs to start, without settings: a hostile file must not reach tokens."""
    kept = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONUNBUFFERED": "1",
        # The worker runs the same code as the service, wherever that was imported from.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OMP_NUM_THREADS": "1",  # each further thread would reserve address space, which is limited
    }
