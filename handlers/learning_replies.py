"""Replies about what was learned from votes."""

from __future__ import annotations

from bot.conversation import ConfirmUnlearn, Learned, NothingLearned, Unlearned
from bot.locales import _, formats, ngettext, pgettext
from bot.render.nodes import Block, Button, Document, Heading, Line, Note, Reply, Text
from handlers.button_actions import Action
from handlers.reply_parts import about, command, one_line, spans, topics_button, with_note
from handlers.requests import ChatName


def learned(result: Learned, chat: ChatName) -> Reply:
    likes = [term for term, _weight in result.taste.likes]
    dislikes = [term for term, _weight in result.taste.dislikes]
    n = result.papers
    heading = ngettext("What I learned from votes on {n} paper", "What I learned from votes on {n} papers", n)
    blocks: list[Block] = [Heading((Text(heading.format(n=n), bold=True),))]
    for title, words in ((_("More of:"), likes), (_("Less of:"), dislikes)):
        if words:
            blocks.append(Line((Text(title, bold=True), Text(f" {', '.join(words)}"))))
    if not (likes or dislikes):
        blocks.append(Line((Text(_("No word stands out yet; a few more votes will tell what you like.")),)))
    since = _("The first vote was given on {day}. Words of what is followed count, too.")
    blocks.append(Note((Text(since.format(day=formats.day(result.since))),)))
    if result.is_behind:
        blocks.append(Note((Text(_("The latest votes are not in it yet.")),)))
    return Reply(Document((*blocks, *about(chat))), ((_forget_button(),), (topics_button(chat),)))


def nothing_learned(result: NothingLearned, chat: ChatName) -> Reply:
    if n := result.votes:
        line = ngettext(
            "I have {n} vote and learn from it in the next minutes.",
            "I have {n} votes and learn from them in the next minutes.",
            n,
        ).format(n=n)
        return with_note(one_line(line, buttons=((_forget_button(),),)), chat)
    line = _(
        "Nothing yet. Teach me: press 👍 and 👎 below papers, name some that you like ({command}), or send me your "
        ".bib or .ris file."
    )
    said = spans(line, command=command("like", "2406.14272"))
    return with_note(Reply(Document((Line(said),)), ((topics_button(chat),),)), chat)


def confirm_unlearn(result: ConfirmUnlearn, chat: ChatName) -> Reply:
    n = result.votes
    # Named also where it was asked: people have several chats open, and this cannot be undone.
    line = ngettext(
        "This deletes {n} vote of {chat} and what I learned from it.",
        "This deletes {n} votes of {chat} and what I learned from them.",
        n,
    ).format(n=n, chat=chat.full)
    yes = Button(pgettext("button", "Yes, forget it"), action=str(Action("unlearn", "yes")))
    return one_line(line, buttons=((yes, Button(pgettext("button", "Keep it"), action=str(Action("tune")))),))


def unlearned(result: Unlearned, chat: ChatName) -> Reply:
    n = result.votes
    line = ngettext(
        "Done: {n} vote and what I learned from it are deleted.",
        "Done: {n} votes and what I learned from them are deleted.",
        n,
    ).format(n=n)
    return with_note(one_line(line), chat)


def _forget_button() -> Button:
    return Button(pgettext("button", "Forget what you learned"), action=str(Action("unlearn")))
