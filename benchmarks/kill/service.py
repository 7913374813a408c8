"""The service as a process that can be killed and started again within a moment.

Reads "start OFFSET" lines: forks a child that is the whole service (`bot.service.running.serve` on the settings of the
environment), on a clock that runs OFFSET seconds ahead. Everything is imported once, before any fork. Prints the
child's process id, and "gone" with its exit status when it has ended. With `--cold OFFSET` this process is the service.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime, timedelta

import handlers.discord.app
import handlers.discord.cards
import handlers.telegram.app
import handlers.telegram.cards
from bot.reading import reader as _reader
from bot.service import logs, running
from bot.settings import load
from bot.sources import arxiv_source as _arxiv
from bot.storage import store as _store
from bot.summaries import providers as _providers

WARM = (handlers.discord, handlers.telegram, _arxiv, _reader, _store, _providers)
"""Modules that the service imports only when it needs them; here they are imported before the fork."""


class AheadClock:
    """The system's clock, `ahead` seconds ahead of the real one."""

    def __init__(self, ahead: float) -> None:
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def serve(ahead: float) -> None:
    # Otherwise every child would inherit the same state, and draw the same jitter.
    random.seed()
    settings = load()
    logs.configure(settings)
    asyncio.run(running.serve(settings, AheadClock(ahead)))


def forking() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                serve(float(line.split()[1]))
            except Exception as error:
                print(f"the service ended by itself: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            # Not `sys.exit`: the child must not run the exit handlers and buffers of its parent.
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print("gone", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cold"]:
        serve(float(sys.argv[2]))
    else:
        forking()
