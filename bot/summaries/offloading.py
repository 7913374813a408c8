"""Runs the checks of claims outside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that takes milliseconds of CPU time and never waits; other tasks of the loop go on meanwhile."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_thread(), lambda: work(*args, **kwargs))


@cache
def _thread() -> ThreadPoolExecutor:
    # One thread: several would not be faster together, and each piece of work would be done later.
    return ThreadPoolExecutor(1, thread_name_prefix="checks")
