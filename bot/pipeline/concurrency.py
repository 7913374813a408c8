"""Several coroutines at once, of which none outlives the call."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TypeVar

Result = TypeVar("Result")


async def run_all(coroutines: Iterable[Coroutine[None, None, Result]]) -> list[Result]:
    """Run coroutines at the same time and return their results in order.

    If one raises, the others are cancelled before its exception is raised. `asyncio.gather` alone would let them go on:
    the next pass would then make the same summaries a second time beside them.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
