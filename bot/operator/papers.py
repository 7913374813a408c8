"""`paperboy summarize` and `paperboy digest`: one paper, and what a subscriber would get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot import topics as topic_language
from bot.arxiv import calendar, ids
from bot.decisions import refinements, requested_digest
from bot.decisions.digest_content import SummaryOptions
from bot.errors import BadTopic, TellUser
from bot.model import Card, Depth, Digest, Paper, PaperList
from bot.operator import arguments
from bot.operator.console import ALL_WORDS, ProgressBar, say
from bot.pipeline import Patience, on_demand
from bot.pipeline.backtest import WORDS
from bot.pipeline.on_demand import Subscriber
from bot.service.app import App, open_app
from bot.service.one_pass import COMMAND_WAITS_SECONDS
from bot.settings import Settings
from handlers.like_replies import not_found

IN_ENGLISH = (
    "Interests are compared with papers by their words, and papers are in English: write it in English, "
    "or set EMBEDDINGS to compare them by meaning."
)
"""For an interest in another script."""


async def summarize(settings: Settings, link: str, language: str, depth: Depth) -> Card:
    """Return one paper as a card. Raises `TellUser` for a link that names no paper."""
    # Before the database is opened: a wrong link is answered at once.
    target = ids.resolve(link)
    if isinstance(target, ids.NotAPaperLink):
        raise TellUser(target.why)
    async with open_app(settings, interactive=True) as app:
        say(f"Reading {target} …")
        return await app.read(target, language, depth, Patience(app.clock, COMMAND_WAITS_SECONDS, say))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest that somebody asks for: as `bot.pipeline.on_demand.Subscriber`, with the list of the liked papers."""

    topic: topic_language.Topic | None
    liked: PaperList | None
    size: int | None


def topic_of(query: str | None, about: str | None, *, is_needed: bool) -> topic_language.Topic | None:
    """The topic of a query and an interest; None without both, unless it `is_needed`. Raises `TellUser`.

    Says how to write an interest if the query may be meant as one.
    """
    if query is None and about is None:
        if is_needed:
            raise TellUser("Say what to choose by: a QUERY, --about TEXT or --liked FILE.")
        return None
    typed = arguments.join_topic(query, about)
    topic = parse_topic(typed)
    if topic_language.is_plain_text(typed):
        say(ALL_WORDS)
    return topic


async def digest(
    settings: Settings, wanted: Wanted, upto: date | None, days: int, language: str, depth: Depth
) -> Digest:
    """Return what such a subscriber would get for the `days` listing days up to `upto` (None: the latest)."""
    async with open_app(settings, interactive=True) as app:
        day = upto or calendar.listing_day(app.clock.now())
        window = requested_digest.window_upto(day, days)
        if note := calendar.why_earlier_listing(day, days):
            say(note)
        if wanted.topic and app.relevance.name == WORDS and refinements.is_foreign(wanted.topic.query):
            say(IN_ENGLISH)
        liked = await _liked(app, wanted.liked) if wanted.liked else ()
        subscriber = Subscriber(wanted.topic, liked, wanted.size)
        if not await on_demand.is_stored(app.store, subscriber, window):
            say("Asking arXiv for what is not stored yet …")
        if app.embedding is not None and (liked or (wanted.topic and wanted.topic.about)):
            say("Comparing by meaning; papers without a vector get one first, about two a second …")
        with ProgressBar("Summarizing") as bar:
            return await on_demand.digest_of(
                app.store,
                app.source,
                app.builder,
                app.relevance,
                app.clock,
                subscriber,
                window,
                SummaryOptions(language, depth),
                bar.advance,
                Patience(app.clock, COMMAND_WAITS_SECONDS, bar.say),
                app.embedding,
            )


async def _liked(app: App, wanted: PaperList) -> tuple[Paper, ...]:
    """The papers of a list, from the store or arXiv. Raises `TellUser` if arXiv has none of them."""
    found = await app.papers.listed(wanted)
    for line in not_found(found, wanted):
        say(line)
    if not found.papers:
        raise TellUser("arXiv has none of the papers of --liked.")
    return found.papers


def parse_topic(query: str) -> topic_language.Topic:
    """Parse a topic; raises `TellUser` that shows the position of the mistake."""
    try:
        return topic_language.parse(query)
    except BadTopic as error:
        raise TellUser(f"{error}\n{topic_language.pointer(error)}") from None
