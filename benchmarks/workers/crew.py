"""The processes of the benchmark: one service and its workers, started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


class Crew:
    """`paperboy run` and `workers` times `paperboy worker`. With `kill_every` seconds, a random worker gets SIGKILL.

    A worker is a fork of a process that has imported everything: on a busy machine it would else be killed before it
    has begun.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, workers: int, kill_every: float | None) -> None:
        self._environment, self._folder, self._count, self._kill_every = environment, folder, workers, kill_every
        self._processes: list[asyncio.subprocess.Process] = []
        self._pids: list[int] = []
        self._ending = asyncio.Event()
        self.kills = 0

    async def __aenter__(self) -> Self:
        self._log = (self._folder / "processes.log").open("ab")
        self._service = await self._process("bot", "run")
        self._processes = [await self._process("benchmarks.workers.forking") for _ in range(self._count)]
        self._pids = [await self._fork(process) for process in self._processes]
        self._killing = asyncio.create_task(self._kill_again_and_again())
        return self

    async def __aexit__(self, *_: object) -> None:
        # Not cancelled: a worker that was just started again would be missed below.
        self._ending.set()
        await asyncio.gather(self._killing, return_exceptions=True)
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self._service.kill()
        for process in (self._service, *self._processes):
            # At the end of its input a forking process ends by itself, after it has seen its last child end.
            assert process.stdin is not None
            process.stdin.close()
            await process.communicate()
        self._log.close()

    async def _process(self, *module: str) -> asyncio.subprocess.Process:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        pipe = asyncio.subprocess.PIPE
        environment = keep | dict(self._environment) | {"PYTHONPATH": str(ROOT)}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *module, env=environment, cwd=self._folder, stdin=pipe, stdout=pipe, stderr=self._log
        )

    @staticmethod
    async def _fork(process: asyncio.subprocess.Process) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"start\n")
        return int(await process.stdout.readline())

    async def _kill_again_and_again(self) -> None:
        while self._kill_every is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), self._kill_every)
            if self._ending.is_set():
                return
            number = random.randrange(self._count)
            process = self._processes[number]
            os.kill(self._pids[number], signal.SIGKILL)
            assert process.stdout is not None
            ended = (await process.stdout.readline()).decode().split()
            if ended != ["gone", "-9"]:
                raise RuntimeError(f"a worker ended by itself ({ended}); see {self._log.name}")
            self.kills += 1
            self._pids[number] = await self._fork(process)

    def check(self) -> None:
        """Raise what went wrong with a process meanwhile."""
        if self._killing.done() and not self._killing.cancelled() and (error := self._killing.exception()):
            raise error
        if self._service.returncode is not None:
            raise RuntimeError(f"the service ended by itself; see {self._log.name}")
