"""A worker that can be killed and started again within a moment.

Reads lines: each forks a child that is the whole worker, with the settings of the environment. Everything is imported
once, before any fork, so that a child is not killed before it has begun. Prints the child's process id, and "gone" when
it has ended.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys

import openai as _openai

import handlers.discord.cards
import handlers.telegram.cards
from bot.reading import reader as _reader
from bot.service import logs, worker
from bot.settings import load
from bot.sources import arxiv_source as _arxiv
from bot.storage import store as _store
from bot.summaries import language_check
from bot.summaries import providers as _providers

WARM = (handlers.discord, handlers.telegram, _arxiv, _reader, _store, _providers)
"""Modules that a worker imports only when it needs them; here they are imported before the fork."""


def warm_up() -> None:
    """Load what a worker loads at its first tasks."""
    # Building a client makes the SDK's types, which its import alone does not.
    _openai.AsyncOpenAI(api_key="none").chat.completions  # noqa: B018
    language_check.language_of("The models are trained on a corpus of abstracts, and their answers are checked.")


def main() -> None:
    warm_up()
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # Otherwise every child would draw the same numbers.
            random.seed()
            settings = load()
            logs.configure(settings)
            try:
                asyncio.run(worker.work(settings))
            except Exception as error:
                print(f"the worker ended by itself: {error!r}", file=sys.stderr, flush=True)
                os._exit(1)
            # Not `sys.exit`: the child must not run the exit handlers and buffers of its parent.
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print("gone", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
