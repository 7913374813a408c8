"""The texts of Telegram's messages, and the reply about managing a channel, which only Telegram has."""

from __future__ import annotations

from telegram import Message

from bot.locales import _, pgettext
from bot.model import ChatRef
from bot.render.nodes import Button, Document, Line, Reply, Text
from handlers.button_actions import Action

_JOINER = "\u2060"
"""The invisible character in the bot's messages that keeps Telegram from making links; people copy it with the text."""


def text_of(message: Message) -> str:
    """A message's text or caption, as its author meant it."""
    return (message.text or message.caption or "").replace(_JOINER, "")


def quoted_text(message: Message) -> str:
    """The text of the message that this one answers: /summarize below somebody's link. Empty if there is none."""
    return text_of(message.reply_to_message) if message.reply_to_message else ""


def first_line(reply: Reply) -> str:
    """A reply's first line, for pop-ups, which show no markup."""
    block = reply.document.blocks[0]
    return "".join(span.text for span in block.spans) if isinstance(block, Line) else ""


def channel_reply(ref: ChatRef, title: str) -> Reply:
    """How a channel is managed from here, for the person who just became known as its manager."""
    line = _("I can post in {channel}. To follow something there, write me for example:")
    lines = (
        Line((Text(line.format(channel=title or _("that channel"))),)),
        Line((Text(f"/subscribe {ref.id} cs.CV", code=True),)),
    )
    buttons = (
        Button(pgettext("button", "Its topics"), action=str(Action("topics"))),
        Button(pgettext("button", "Its settings"), action=str(Action("settings"))),
    )
    return Reply(Document(lines), (buttons,))
