"""The processes of the benchmark: one service and its workers, started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


class Crew:
    """`paperboy run` and `workers` times `paperboy worker`. With `kill_every` seconds, a random worker gets SIGKILL."""

    def __init__(self, environment: Mapping[str, str], folder: Path, workers: int, kill_every: float | None) -> None:
        self._environment, self._folder, self._count, self._kill_every = environment, folder, workers, kill_every
        self._workers: list[asyncio.subprocess.Process] = []
        self._service: asyncio.subprocess.Process | None = None
        self.kills = 0

    async def __aenter__(self) -> Self:
        self._log = (self._folder / "processes.log").open("ab")
        self._service = await self._start("run")
        self._workers = [await self._start("worker") for _ in range(self._count)]
        self._killing = asyncio.create_task(self._kill_again_and_again())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._killing.cancel()
        with suppress(asyncio.CancelledError):
            await self._killing
        for process in (*self._workers, self._service):
            assert process is not None
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._log.close()

    async def _start(self, command: str) -> asyncio.subprocess.Process:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = keep | dict(self._environment) | {"PYTHONPATH": str(ROOT)}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", command, env=environment, cwd=self._folder, stderr=self._log
        )

    async def _kill_again_and_again(self) -> None:
        while self._kill_every is not None:
            await asyncio.sleep(self._kill_every)
            number = random.randrange(len(self._workers))
            process = self._workers[number]
            if process.returncode is not None:
                raise RuntimeError(f"a worker ended by itself; see {self._log.name}")
            process.kill()
            await process.wait()
            self.kills += 1
            self._workers[number] = await self._start("worker")

    def check(self) -> None:
        """Raise what went wrong with a process meanwhile."""
        if self._killing.done() and not self._killing.cancelled() and (error := self._killing.exception()):
            raise error
        if self._service is not None and self._service.returncode is not None:
            raise RuntimeError(f"the service ended by itself; see {self._log.name}")
