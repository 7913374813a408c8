"""Replies about changes that were taken back."""

from __future__ import annotations

from bot.conversation import UndoExpired, Undone, UndoRefused
from bot.locales import _, ngettext
from bot.model import topic_label
from bot.render.nodes import Document, Line, Note, Reply, Text
from handlers.reply_parts import SETTINGS, next_digest, one_line, topics_button, with_note
from handlers.requests import ChatName
from handlers.setting_replies import now_is


def undone(result: Undone, chat: ChatName) -> Reply:
    again, no_more = _("Undone: {topic} is followed again."), _("Undone: {topic} is not followed any more.")
    lines = [again.format(topic=topic_label(each)) for each in result.followed]
    lines += [no_more.format(topic=topic_label(each)) for each in result.unfollowed]
    if result.likes:
        sentence = ngettext("Undone: {n} like is deleted.", "Undone: {n} likes are deleted.", result.likes)
        lines.append(sentence.format(n=result.likes))
    blocks = [Line((Text(line),)) for line in lines]
    if result.settings:
        blocks += [Line((Text(_("Undone.")),)), *(now_is(result.chat, name, chat) for name in result.settings)]
    notes = (Note((Text(next_digest(result.first_due)),)),) if result.settings else ()
    return with_note(Reply(Document((*blocks, *notes)), ((topics_button(chat), SETTINGS),)), chat)


def undo_expired(_result: UndoExpired, chat: ChatName) -> Reply:
    line = _("This can no longer be undone: a change can be taken back once, within ten minutes.")
    return with_note(one_line(line, buttons=((topics_button(chat), SETTINGS),)), chat)


def undo_refused(_result: UndoRefused, chat: ChatName) -> Reply:
    line = _("The same thing was changed again since, so I left it as it is now.")
    return with_note(one_line(line, buttons=((topics_button(chat), SETTINGS),)), chat)
