"""What is new about papers that a chat liked or saved, in words. Pure."""

from __future__ import annotations

from bot.locales import _, ngettext
from bot.model import News, NewsKind, NewsOfPaper
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.nodes import Block, Line, Link, Note, Text

MOST_LINES = 3
"""Papers with news that one digest names; the others wait for the next digest."""

_MOST_DETAIL = 80
_MOST_TITLE = 70


def news_sentence(news: tuple[News, ...]) -> str:
    """ "accepted at ICML 2026 · version 2"."""
    return " · ".join(map(_words, news))


def _words(news: News) -> str:
    detail = news.detail if len(news.detail) <= _MOST_DETAIL else f"{news.detail[: _MOST_DETAIL - 1]}…"
    match news.kind:
        case NewsKind.WITHDRAWN:
            return _("withdrawn by its authors")
        case NewsKind.VERSION:
            return _("version {number}").format(number=detail)
        case NewsKind.ACCEPTED:
            return _("accepted at {venue}").format(venue=detail)
        case NewsKind.PUBLISHED:
            return _("published: {place}").format(place=detail)
        case NewsKind.CODE:
            return _("now with code")


def news_blocks(of_papers: tuple[NewsOfPaper, ...]) -> tuple[Block, ...]:
    """A line for each paper, below the papers of a digest; nothing without news."""
    return tuple(_line(each) for each in of_papers)


def _line(each: NewsOfPaper) -> Line:
    title = title_of(each.paper)
    short = title if len(title) <= _MOST_TITLE else f"{title[: _MOST_TITLE - 1]}…"
    return Line((Text("🔖 "), Link(short, paper_urls(each.paper)["abs"]), Text(f": {news_sentence(each.news)}")))


def more_news_note(count: int) -> Note:
    """How many papers have news besides those that are named."""
    words = ngettext("{n} more of your papers has news", "{n} more of your papers have news", count).format(n=count)
    return Note((Text(words),))
