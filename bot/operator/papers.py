"""`paperboy summarize` and `paperboy digest`: one paper, and what a subscriber of a topic would get."""

from __future__ import annotations

from datetime import date

from bot import topics as topic_language
from bot.arxiv import calendar, ids
from bot.decisions import requested_digest
from bot.decisions.digest_content import SummaryOptions
from bot.errors import BadTopic, TellUser
from bot.model import Card, Depth, Digest
from bot.operator.console import ProgressBar, say
from bot.pipeline import Patience, on_demand
from bot.service.app import open_app
from bot.service.one_pass import COMMAND_WAITS_SECONDS
from bot.settings import Settings


async def summarize(settings: Settings, link: str, language: str, depth: Depth) -> Card:
    """Return one paper as a card. Raises `TellUser` for a link that names no paper."""
    # Before the database is opened: a wrong link is answered at once.
    target = ids.resolve(link)
    if isinstance(target, ids.NotAPaperLink):
        raise TellUser(target.why)
    async with open_app(settings, interactive=True) as app:
        say(f"Reading {target} …")
        return await app.read(target, language, depth, Patience(app.clock, COMMAND_WAITS_SECONDS, say))


async def digest(settings: Settings, query: str, upto: date | None, days: int, language: str, depth: Depth) -> Digest:
    """Return what a subscriber of `query` would get for the `days` listing days up to `upto` (None: the latest)."""
    parse_topic(query)  # a mistake is reported before the database is opened
    async with open_app(settings, interactive=True) as app:
        day = upto or calendar.listing_day(app.clock.now())
        window = requested_digest.window_upto(day, days)
        if note := calendar.why_earlier_listing(day, days):
            say(note)
        if not await on_demand.is_stored(app.store, query, window):
            say("Asking arXiv for what is not stored yet …")
        with ProgressBar("Summarizing") as bar:
            return await on_demand.digest_of(
                app.store,
                app.source,
                app.builder,
                app.clock,
                query,
                window,
                SummaryOptions(language, depth),
                bar.advance,
                Patience(app.clock, COMMAND_WAITS_SECONDS, bar.say),
            )


def parse_topic(query: str) -> topic_language.Topic:
    """Parse a topic; raises `TellUser` that shows the position of the mistake."""
    try:
        return topic_language.parse(query)
    except BadTopic as error:
        raise TellUser(f"{error}\n{topic_language.pointer(error)}") from None
