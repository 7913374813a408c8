"""The texts of Telegram's messages, and the reply about managing a channel, which only Telegram has."""

from __future__ import annotations

from telegram import Message, MessageEntity

from bot.model import ChatRef
from bot.render.nodes import Button, Document, Line, Reply, Text
from handlers.button_actions import Action

_JOINER = "\u2060"
"""The invisible character in the bot's messages that keeps Telegram from making links; people copy it with the text."""


def text_of(message: Message) -> str:
    """A message's text or caption, as its author meant it."""
    return (message.text or message.caption or "").replace(_JOINER, "")


def links_of(message: Message) -> tuple[str, ...]:
    """The addresses under the words of a message or caption: links that its text does not show."""
    entities = (*message.entities, *message.caption_entities)
    return tuple(entity.url for entity in entities if entity.type == MessageEntity.TEXT_LINK and entity.url)


def quoted_text(message: Message) -> str:
    """The text of the message that this one answers: /summarize below somebody's link. Empty if there is none."""
    quoted = message.reply_to_message
    return "\n".join([text_of(quoted), *links_of(quoted)]).strip() if quoted else ""


def first_line(reply: Reply) -> str:
    """A reply's first line, for pop-ups, which show no markup."""
    block = reply.document.blocks[0]
    return "".join(span.text for span in block.spans) if isinstance(block, Line) else ""


def channel_reply(ref: ChatRef, title: str) -> Reply:
    """How a channel is managed from here, for the person who just became known as its manager."""
    lines = (
        Line((Text(f"I can post in {title or 'that channel'}. To follow something there, write me for example:"),)),
        Line((Text(f"/subscribe {ref.id} cs.CV", code=True),)),
    )
    buttons = (
        Button("Its topics", action=str(Action("topics"))),
        Button("Its settings", action=str(Action("settings"))),
    )
    return Reply(Document(lines), (buttons,))
