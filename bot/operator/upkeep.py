"""`paperboy tidy`: the daily upkeep at once, and a database without free room."""

from __future__ import annotations

from bot.service import lease
from bot.service.app import open_app
from bot.settings import Settings


async def tidy(settings: Settings) -> str:
    """Delete what is older than its limit, and write the database anew; returns a sentence that says so.

    Raises `TellUser` while a service uses the database.
    """
    async with open_app(settings) as app, lease.alone(app.store, app.clock):
        done = await app.upkeep()
        await app.store.rewrite()
    return (
        f"Deleted {done.digests} digests and payloads, {done.matches} rows of matches, {done.vectors} vectors and "
        f"{done.readings} readings."
    )
