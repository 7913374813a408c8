"""Searches that people type after the bot's name in any chat ("@bot talking head"): papers to post there."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import Application, ContextTypes, InlineQueryHandler

from bot import locales
from bot.conversation import Conversation
from bot.errors import StoreUnavailable
from bot.locales import _, pgettext
from bot.model import Card
from bot.render.addresses import paper_urls
from bot.render.cards import authors_line, title_of
from bot.render.nodes import Document, Line, Link, Note, Reply, Text
from bot.render.one_sentence import sentence_of, shortened_sentence
from bot.render.plain import one_line, shortened
from bot.tex.latex import readable
from handlers.telegram.cards import reply_messages
from handlers.telegram.sender import NO_PREVIEW

log = structlog.get_logger()

CACHE_SECONDS = 300
"""How long Telegram may answer the same words itself."""

AT_ONCE = 4
"""Searches at the same time: each key that somebody presses may be one."""

LONGEST_LINE = 200
"""Characters of the sentence below a title: two lines on a phone."""

START = "inline"
"""The "start" parameter of the button that leads to the private chat."""


class InlineSearch:
    """The handler of inline queries. It shows public papers only, the same to everybody."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._places = asyncio.Semaphore(AT_ONCE)

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        application.add_handler(InlineQueryHandler(self.asked))

    async def asked(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer with the papers that fit best; without words, with what can be typed."""
        query = update.inline_query
        if query is None:
            return
        async with self._places:
            try:
                cards = await self._conversation.library.public(query.query, locales.current_language())
            except StoreUnavailable as error:
                log.warning("inline search put off", why=str(error))
                cards = ()
        try:
            await query.answer(
                [_article(card) for card in cards],
                cache_time=CACHE_SECONDS if cards else 0,
                # The sentences are in the person's language.
                is_personal=True,
                button=InlineQueryResultsButton(_said(query.query, cards), start_parameter=START),
            )
        except TelegramError as error:  # who types on has another query, and this one cannot be answered any more
            log.info("inline search not answered", why=error.message)


def _said(typed: str, cards: tuple[Card, ...]) -> str:
    if cards:
        return pgettext("button", "Get new papers every morning")
    return _("No paper has these words") if typed.strip() else _("Type words, an author or a link")


def _article(card: Card) -> InlineQueryResultArticle:
    paper, line = card.paper, _line(card)
    address = paper_urls(paper)["abs"]
    about = f"{shortened(authors_line(paper, locales.current_language()), 100)} · arXiv:{paper.id}"
    document = Document((Line((Link(title_of(paper), address, bold=True),)), Line((Text(line),)), Note((Text(about),))))
    payload = reply_messages(Reply(document))[0]
    content = InputTextMessageContent(payload["html"], parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW)
    return InlineQueryResultArticle(
        paper.versioned_id, shortened(title_of(paper), 120), content, url=address, description=line
    )


def _line(card: Card) -> str:
    """What the paper says in a sentence: of its summary, or the beginning of its abstract."""
    said = sentence_of(card)
    return shortened_sentence(said[1] if said else one_line(readable(card.paper.abstract)), LONGEST_LINE)
