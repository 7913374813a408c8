"""`paperboy status`: the ledger as a table, and the state of the service in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.arxiv import calendar
from bot.decisions.health import DAYS, Status
from bot.operator.console import print_sentences, print_table
from bot.service.app import open_app
from bot.service.bots import bots_of
from bot.service.status import gather
from bot.service.status_text import sentences
from bot.settings import Settings


async def status(settings: Settings, *, by_category: bool = False) -> Status:
    """Return the state; with `by_category`, its ledger has a line for each day and primary category."""
    async with open_app(settings) as app:
        state = await gather(app.store, app.clock, bots_of(settings), app.loads, embedder=app.embedder_name)
        if not by_category:
            return state
        # From the first day of the week that `gather` shows, so that both ledgers cover the same days.
        lines = await app.store.ledger(calendar.fed_day(state.at) - timedelta(days=DAYS), by_category=True)
        return replace(state, ledger=tuple(lines))


def show_status(state: Status) -> None:
    """Print the state."""
    category = ["category"] if any(line.category for line in state.ledger) else []
    print_table(
        ("listing", *category, "announced", "ingested", "matched", "chosen", "summarized", "sent"),
        [
            (
                f"{line.day:%a %Y-%m-%d}",
                *([line.category or ""] if category else []),
                *map(str, (line.announced, line.ingested, line.matched, line.chosen, line.summarized, line.sent)),
            )
            for line in state.ledger
        ],
        _no_listing(state),
    )
    print_sentences(sentences(state))


def _no_listing(state: Status) -> str:
    if state.poll.day:
        return f"No listing of the last week; the newest is that of {state.poll.day}."
    if state.counts.topics:
        return "No listing yet."
    return "No listing yet: arXiv is asked once somebody follows a topic (`paperboy subscribe`, or DEFAULT_TOPICS)."
