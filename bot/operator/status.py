"""`paperboy status`: the ledger as a table, and the state of the service in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.arxiv import calendar
from bot.decisions.health import DAYS, Status
from bot.operator.console import print_sentences, print_table
from bot.service.app import open_app
from bot.service.status import gather
from bot.service.status_text import sentences
from bot.settings import Settings


async def status(settings: Settings, *, by_category: bool = False) -> Status:
    """Return the state; with `by_category`, its ledger has a line for each day and primary category."""
    async with open_app(settings) as app:
        found = await gather(app.store, app.clock)
        if not by_category:
            return found
        lines = await app.store.ledger(calendar.fed_day(found.at) - timedelta(days=DAYS), by_category=True)
        return replace(found, ledger=tuple(lines))


def show_status(found: Status) -> None:
    """Print the state."""
    category = ["category"] if any(line.category for line in found.ledger) else []
    print_table(
        ("listing", *category, "announced", "ingested", "matched", "chosen", "summarized", "sent"),
        [
            (
                f"{line.day:%a %Y-%m-%d}",
                *([line.category or ""] if category else []),
                *map(str, (line.announced, line.ingested, line.matched, line.chosen, line.summarized, line.sent)),
            )
            for line in found.ledger
        ],
        _no_listing(found),
    )
    print_sentences(sentences(found))


def _no_listing(found: Status) -> str:
    if found.poll.day:
        return f"No listing of the last week; the newest is that of {found.poll.day}."
    if found.topics:
        return "No listing yet."
    return "No listing yet: arXiv is asked once somebody follows a topic (`paperboy subscribe`, or DEFAULT_TOPICS)."
