"""What the commands need to be run: settings and logging, an event loop, an exit status."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

T = TypeVar("T")


def fail(sentence: str, status: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(status)


def load_settings(*, quiet: bool = True) -> Settings:
    """Load the settings and set up logging; with `quiet`, for one-shot commands, only errors are logged by default."""
    from bot import settings
    from bot.service import logs

    loaded = settings.load()
    if quiet and loaded.log_level == "info":
        logs.configure(loaded.model_copy(update={"log_level": "error"}))
    else:
        logs.configure(loaded)
    return loaded


def run_async(work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    return asyncio.run(run())
