"""Renders a card or digest in any format of the command line. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from bot.model import JSON, Card, Digest, Style
from bot.render import hexo, html
from bot.render.cards import title_of
from bot.render.digests import digest_title
from bot.render.dossier import dossier_digest, dossier_document
from bot.render.json import card_json, digest_json
from bot.render.markdown import markdown
from bot.render.terminal import MAX_WIDTH, card_text, digest_text

FORMATS = {
    "text": ".txt",
    "json": ".json",
    "markdown": ".md",
    "hexo": ".md",
    "html": ".html",
    "telegram": ".jsonl",
    "discord": ".jsonl",
}
"""The name of each format, and the suffix of its files."""


class Payloads(Protocol):
    """Makes the messages of one platform as JSON. It is passed in, since `bot.render` does not know the platforms."""

    def __call__(self, shown: Card | Digest, language: str, style: Style) -> Sequence[JSON]: ...


def render(
    shown: Card | Digest,
    format: str,
    *,
    language: str = "en",
    style: Style = Style.CARDS,
    width: int = MAX_WIDTH,
    colour: bool = False,
    payloads: Payloads | None = None,
) -> str:
    """Render a card or digest in one of `FORMATS`. The result ends in a line feed.

    `language` is the one of a card; a digest has its own. `width` (columns) and `colour` concern "text" only.
    "telegram" and "discord" are messages as JSON, one per line, made by `payloads`. Raises ValueError for an unknown
    format.
    """
    # One message per line, so that a script can send them one after another.
    if format in ("telegram", "discord") and payloads is not None:
        lines = payloads(shown, language, style)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    rendered = _card(shown, format, language, width, colour) if isinstance(shown, Card) else None
    if isinstance(shown, Digest):
        rendered = _digest(shown, format, style, width, colour)
    if rendered is None:
        raise ValueError(f"“{format}” is not a format; choose one of {', '.join(FORMATS)}.")
    # Files and terminals expect it; not every renderer writes one.
    return rendered if rendered.endswith("\n") else rendered + "\n"


def _card(card: Card, format: str, language: str, width: int, colour: bool) -> str | None:
    if format == "text":
        return card_text(card, language, width=width, colour=colour)
    if format == "json":
        return json.dumps(card_json(card), ensure_ascii=False, indent=2)
    if format == "markdown":
        return markdown(dossier_document(card, language))
    if format == "hexo":
        return hexo.card_post(card, language)
    if format == "html":
        return html.page(dossier_document(card, language), title_of(card.paper), language)
    return None


def _digest(digest: Digest, format: str, style: Style, width: int, colour: bool) -> str | None:
    if format == "text":
        return digest_text(digest, style, width=width, colour=colour)
    if format == "json":
        return json.dumps(digest_json(digest), ensure_ascii=False, indent=2)
    if format == "markdown":
        return markdown(dossier_digest(digest))
    if format == "hexo":
        return hexo.digest_post(digest)
    if format == "html":
        return html.page(dossier_digest(digest), digest_title(digest), digest.language)
    return None
