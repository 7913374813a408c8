"""Opened cards as one Telegram message each: what is longer is divided into pages, with buttons between them. Pure."""

from __future__ import annotations

from bot.conversation import CardView, OpenedCard, Result
from bot.locales import pgettext
from bot.model import JSON
from bot.render.nodes import Button, Reply
from handlers.button_actions import Action
from handlers.card_actions import view_argument
from handlers.telegram.cards import button_rows, reply_messages

_PAGED = (CardView.EVIDENCE, CardView.READING)


def card_message(result: Result, reply: Reply) -> JSON:
    """The payload of the message with an opened card, at the page that the result names."""
    texts = [payload for payload in reply_messages(Reply(reply.document)) if payload["kind"] == "message"]
    rows = button_rows(reply.buttons)
    page = 0
    if isinstance(result, OpenedCard) and result.view in _PAGED:
        # A button of an earlier release may name a page that is not there any more.
        page = min(result.page, len(texts) - 1)
        rows = [*button_rows((_turns(result, page, len(texts)),)), *rows]
    return {**texts[page], "buttons": rows, "silent": True}


def _turns(result: OpenedCard, page: int, count: int) -> tuple[Button, ...]:
    turns = []
    if page:
        turns.append(Button(f"◀ {page}/{count}", action=_page_action(result, page - 1)))
    if page + 1 < count:
        text = pgettext("button", "More ▸ {page}/{pages}").format(page=page + 2, pages=count)
        turns.append(Button(text, action=_page_action(result, page + 1)))
    return tuple(turns)


def _page_action(result: OpenedCard, page: int) -> str:
    verb, argument = view_argument(result, page)
    return str(Action(verb, argument))
