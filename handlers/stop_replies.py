"""Replies about deleting chats: what would be deleted, and what was."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import ConfirmErase, ConfirmForget, Erased, Forgotten, Unchanged
from bot.locales import _, formats, ngettext, pgettext
from bot.model import Chat, topic_label
from bot.render.nodes import Block, Bullets, Button, Document, Line, Reply, Text
from bot.render.plain import shortened
from handlers.button_actions import Action
from handlers.reply_parts import command, one_line, settings_button, spans, topics_button
from handlers.requests import ChatName

MOST_NAMED = 10
"""Topics that are named before they are deleted; the others are counted."""


def confirm_forget(result: ConfirmForget, chat: ChatName) -> Reply:
    items = [*_topics(result.topics)]
    if result.votes:
        items.append(
            ngettext("{n} vote or saved paper", "{n} votes and saved papers", result.votes).format(n=result.votes)
        )
    pause = Button(pgettext("button", "Pause instead"), action=str(Action("pause")))
    # A private chat has the name of its person.
    delete = Button(_delete_label(chat.title if chat.is_named else ""), action=str(Action("forget", "yes")))
    keep = Button(pgettext("button", "Keep"), action=str(Action("keep")))
    first = (keep,) if result.is_paused else (pause, keep)
    # Named also where it was asked: people have several chats open, and this cannot be undone.
    blocks = _question(chat.full, items)
    others = tuple(
        (Button(_delete_label(_title(each)), action=str(Action("erase", each.ref.id))),) for each in result.unreachable
    )
    if others:
        names = formats.listing(_title(each) for each in result.unreachable)
        blocks.append(
            Line((Text(_("I was removed from {chats}, and still keep what I know of it.").format(chats=names)),))
        )
    return Reply(Document(tuple(blocks)), (first, (delete,), *others))


def confirm_erase(result: ConfirmErase, _chat: ChatName) -> Reply:
    title = _title(result.chat)
    delete = Button(_delete_label(title), action=str(Action("erase", f"{result.chat.ref.id}=yes")))
    keep = Button(pgettext("button", "Keep"), action=str(Action("keep")))
    return Reply(Document(tuple(_question(title, _topics(result.topics)))), ((delete,), (keep,)))


def erased(result: Erased, _chat: ChatName) -> Reply:
    return one_line(_("Done: everything about {chat} is deleted.").format(chat=_title(result.chat)))


def unchanged(_result: Unchanged, chat: ChatName) -> Reply:
    line = chat.either(
        _("Nothing was deleted; this chat stays as it is."), _("Nothing was deleted; {chat} stays as it is.")
    )
    return one_line(line.format(chat=chat), buttons=((topics_button(chat), settings_button()),))


def forgotten(_result: Forgotten, chat: ChatName) -> Reply:
    # /start acts on the chat in which it is typed, so it is not offered for another chat.
    if chat.is_elsewhere:
        template = _("Done: everything about {chat} is deleted.")
    else:
        template = chat.either(
            _("Done: everything about this chat is deleted. {start} starts again."),
            _("Done: everything about {chat} is deleted. {start} starts again."),
        )
    return Reply(Document((Line(spans(template, chat=str(chat), start=command("start"))),)))


def _question(chat: str, items: Sequence[str]) -> list[Block]:
    """Whether to delete the chat of this name; `items` are its topics and votes."""
    if not items:
        line = _("Delete everything I know of {chat}? That is its settings and what it has received.")
        return [Line((Text(line.format(chat=chat)),))]
    line = _("Delete everything I know of {chat}? That is its settings, what it has received, and:")
    return [Line((Text(line.format(chat=chat)),)), Bullets(tuple((Text(item),) for item in items))]


def _delete_label(title: str) -> str:
    if not title:
        return pgettext("button", "Delete everything")
    return pgettext("button", "Delete all of {chat}").format(chat=shortened(title, 40))


def _title(chat: Chat) -> str:
    return chat.title or str(chat.ref)


def _topics(topics: Sequence[str]) -> list[str]:
    named = [shortened(topic_label(topic), 80) for topic in topics[:MOST_NAMED]]
    if more := len(topics) - len(named):
        named.append(ngettext("{n} more topic", "{n} more topics", more).format(n=more))
    return named
