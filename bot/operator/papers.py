"""One paper read now, and the digest that a subscriber of a topic would get."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot import topics as topic_language
from bot.arxiv import calendar, ids
from bot.decisions import requested_digest
from bot.decisions.digest_content import SummaryOptions
from bot.errors import BadTopic, TellUser
from bot.model import (
    Card,
    Depth,
    Digest,
)
from bot.pipeline import on_demand
from bot.render.formats import Payloads, render
from bot.render.terminal import MAX_WIDTH
from bot.service.app import open_app
from bot.settings import Settings
from bot.site.files import placed, written

if TYPE_CHECKING:
    pass
from bot.operator.console import ProgressBar, say


async def summarize(settings: Settings, link: str, language: str, depth: Depth) -> Card:
    """One paper as a card. Raises `TellUser` for what is no paper."""
    target = ids.resolve(link)
    if isinstance(target, ids.NotAPaperLink):
        raise TellUser(target.why)
    async with open_app(settings, hurried=True) as app:
        say(f"Reading {target} …")
        return await app.read(target, language, depth)


async def digest(settings: Settings, query: str, upto: date | None, days: int, language: str, depth: Depth) -> Digest:
    """What a subscriber of `query` would get for these listing days."""
    parse_topic(query)
    async with open_app(settings, hurried=True) as app:
        day = upto or calendar.listing_day(app.clock.now())
        window = requested_digest.window_upto(day, days)
        say("Asking arXiv for what is not here yet …")
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
            )


def parse_topic(query: str) -> topic_language.Topic:
    """Raises `TellUser` that shows the place of the mistake."""
    try:
        return topic_language.parse(query)
    except BadTopic as error:
        raise TellUser(f"{error}\n{topic_language.pointer(error)}") from None


_nowhere: dict[str, str] = {}
"""Where pictures are for what is printed."""


def write(
    shown: Card | Digest, form: str, language: str, output: Path | None, data_dir: Path | None = None
) -> list[Path]:
    """Print a card or digest in this form, or write it to `output`; the files written. Raises OSError.

    Figures go along from below `data_dir`: copied beside a post or a Markdown file, inside an HTML page; what is
    printed links them where they came from.
    """
    if output is not None and form in ("hexo", "markdown", "html"):
        return written(shown, form, language, output, data_dir)
    colour = output is None and sys.stdout.isatty()
    width = min(MAX_WIDTH, shutil.get_terminal_size().columns)
    shown = placed(shown, _nowhere.get) if form in ("hexo", "markdown", "html") else shown
    text = render(shown, form, language=language, width=width, colour=colour, payloads=_payloads(form))
    if output is None:
        sys.stdout.write(text)
        return []
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    return [output]


def _payloads(form: str) -> Payloads | None:
    """What a platform makes of a card or a digest, for `--format telegram` and `--format discord`."""
    if form == "telegram":
        from handlers.telegram.cards import payloads as telegram

        return telegram
    if form == "discord":
        from handlers.discord.cards import payloads as discord

        return discord
    return None
