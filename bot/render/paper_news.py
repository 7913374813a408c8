"""What is new about papers that a chat liked or saved, in words. Pure."""

from __future__ import annotations

from bot.locales import _
from bot.model import News, NewsKind, NewsOfPaper
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.nodes import Block, Button, Line, Link, Text
from bot.render.plain import one_line, shortened

_MOST_DETAIL = 80
_MOST_TITLE = 70


def news_sentence(news: tuple[News, ...]) -> str:
    """ "accepted at ICML 2026 · version 2"."""
    return " · ".join(map(_words, news))


def _words(news: News) -> str:
    detail = shortened(one_line(news.detail), _MOST_DETAIL)
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
    title = shortened(title_of(each.paper), _MOST_TITLE)
    return Line((Text("🔖 "), Link(title, paper_urls(each.paper)["abs"]), Text(f": {news_sentence(each.news)}")))


def news_buttons(of_papers: tuple[NewsOfPaper, ...]) -> tuple[tuple[Button, ...], ...]:
    """A row for each paper with a newer version, to read what changed in it."""
    return tuple(
        (
            Button(
                _("What changed: {title}").format(title=shortened(title_of(each.paper), 30)),
                action=f"news:{each.paper.id}",
            ),
        )
        for each in of_papers
        if any(news.kind is NewsKind.VERSION for news in each.news)
    )
