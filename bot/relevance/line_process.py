"""A process that answers each line of JSON with a line. It starts when it is needed and ends when it has been idle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from bot.errors import GiveUp, RetryLater

log = structlog.get_logger()

_LONGEST_LINE = 10_000_000
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_PASSED_VARIABLES = ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH", *_THREADS)

_CANNOT_START_SECONDS = 600.0
"""Time until a retry if the process ends before it is ready: an installation has to be mended."""


class LineProcess:
    """One request at a time; others wait. The first line of the process, which says that it is ready, is skipped."""

    def __init__(self, name: str, command: Sequence[str], *, timeout: float, idle_seconds: float) -> None:
        self._name, self._command = name, tuple(command)
        self._timeout, self._idle_seconds = timeout, idle_seconds
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process; None while there is none."""
        return self._process.pid if self._is_running() and self._process else None

    async def ask(self, make_request: Callable[[bool], Mapping[str, Any]]) -> dict[str, Any]:
        """The answer to the request that `make_request` returns; it is told whether the process has just started.

        Raises `RetryLater` if the process cannot start, does not answer in time or is killed, as the system does for
        lack of memory; `GiveUp` if it crashes or sends something else than an answer.
        """
        async with self._turn:
            self._stay()
            try:
                async with asyncio.timeout(self._timeout):
                    answer = await self._answer(make_request)
            except TimeoutError:
                await self._end()
                raise RetryLater(f"The {self._name} did not answer within {self._timeout:.0f} s.") from None
            except BaseException:
                # Also when cancelled: the answer that is still to come would be taken for that of the next request.
                await self._end()
                raise
            self._ending = asyncio.create_task(self._end_when_idle(), name=f"end the {self._name}")
        return answer

    async def close(self) -> None:
        async with self._turn:
            self._stay()
            await self._end()

    async def _answer(self, make_request: Callable[[bool], Mapping[str, Any]]) -> dict[str, Any]:
        is_new = not self._is_running()
        if is_new:
            await self._end()
            self._process = await self._start()
            if await self._read(self._process) is None:
                await self._log_end(self._process)
                raise RetryLater(f"The {self._name} does not start; see the log.", retry_after=_CANNOT_START_SECONDS)
        process = self._process
        assert process is not None  # noqa: S101 - it runs, or was started above
        assert process.stdin is not None  # noqa: S101 - it was started with a pipe
        request = make_request(is_new)
        line = await asyncio.to_thread(lambda: json.dumps(request).encode() + b"\n")
        try:
            process.stdin.write(line)
            await process.stdin.drain()
            answer = await self._read(process)
        except (BrokenPipeError, ConnectionResetError):
            answer = None
        if answer is None:
            status = await self._log_end(process)
            if status == -signal.SIGKILL and not is_new:
                return await self._answer(make_request)  # most likely it was killed while it was idle
            if status == -signal.SIGKILL:
                raise RetryLater(f"The {self._name} was killed; the machine may have too little memory.")
            raise GiveUp(f"The {self._name} ended before it had answered; see the log.")
        return answer

    def _is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _read(self, process: Process) -> dict[str, Any] | None:
        """The next line; None if the process has ended. Raises `GiveUp` for a line of another form."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        line = await process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise GiveUp(f"The {self._name} sent an answer that cannot be read.")
        return answer

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LONGEST_LINE,
            cwd=Path(__file__).parents[2],
            env=_environment(),
            # So that Ctrl-C in a terminal reaches the service only, which ends the process itself.
            start_new_session=True,
        )

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

    async def _log_end(self, process: Process) -> int:
        """Log what a process that has ended said last; returns its exit status, negative for a signal."""
        assert process.stderr is not None  # noqa: S101 - it was started with a pipe
        message = (await process.stderr.read())[-800:].decode("utf-8", "replace")
        status = await process.wait()
        log.warning("process ended", process=self._name, status=status, stderr=message)
        return status


def _environment() -> dict[str, str]:
    """The variables that Python needs to start, without settings: the process needs no token."""
    kept = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
    # The process runs the same code as the service, wherever that was imported from.
    own = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    # One thread each, unless the operator says otherwise: the service needs the other cores, and each thread reserves
    # memory.
    return dict.fromkeys(_THREADS, "1") | kept | own
