"""Replies about what waits and what became of things: promised digests, news of papers, limits, messages to all."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import (
    BroadcastPlan,
    BroadcastSent,
    BroadcastTooLong,
    DigestPromised,
    PaperNews,
    TooManyReadings,
)
from bot.locales import _, ngettext
from bot.model import Awaited, WordChange
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.paper_news import news_sentence
from handlers.button_actions import Action
from handlers.reply_parts import one_line, title_link, with_note
from handlers.requests import ChatName

MOST_CHANGES = 12
"""Places of an abstract that changed and are shown; a text that was written anew has more."""


def digest_promised(result: DigestPromised, chat: ChatName) -> Reply:
    match result.awaited:
        case Awaited.FIRST_LISTING:
            line = _("I am fetching today’s list from arXiv. As soon as it is in (about 3 minutes), I’ll send it.")
        case Awaited.LATE_LISTING:
            line = _("arXiv has not published today’s list yet. As soon as it is in, I’ll send your digest.")
        case Awaited.VECTORS:
            line = _("I am comparing the newest papers with your interests. In a few minutes I’ll send your digest.")
    return with_note(one_line(line), chat)


def too_many_readings(result: TooManyReadings, _chat: ChatName) -> Reply:
    return one_line(limit_sentence(result))


def limit_sentence(result: TooManyReadings) -> str:
    """How many papers one person may have read, and when the next one can be."""
    minutes = max(1, round(result.again_in.total_seconds() / 60))
    if result.is_deep:
        line = ngettext(
            "That is {most} whole papers in an hour, the most for one person. Ask again in {n} minute, or for a brief "
            "summary now.",
            "That is {most} whole papers in an hour, the most for one person. Ask again in {n} minutes, or for a brief "
            "summary now.",
            minutes,
        )
    else:
        line = ngettext(
            "That is {most} papers in an hour, the most for one person. Ask again in {n} minute.",
            "That is {most} papers in an hour, the most for one person. Ask again in {n} minutes.",
            minutes,
        )
    return line.format(most=result.most, n=minutes)


def paper_news(result: PaperNews, _chat: ChatName) -> Reply:
    blocks: list[Block] = [Heading((title_link(result.paper),), level=2)]
    if result.news:
        blocks.append(Line((Text(news_sentence(result.news)),)))
    for heading, changes in ((_("What changed in the title"), result.title), (_("In the abstract"), result.abstract)):
        if changes:
            blocks.append(Line((Text(heading, bold=True),)))
            blocks.append(Bullets(tuple(_change(change) for change in changes[:MOST_CHANGES])))
            blocks += _more(changes)
    if not result.title and not result.abstract:
        blocks.append(Note((Text(_("Title and abstract are as they were.")),)))
    return Reply(Document(tuple(blocks)))


def _change(change: WordChange) -> tuple[Span, ...]:
    spans: list[Span] = [Text(f"… {change.left} ")] if change.left else []
    if change.removed:
        spans.append(Text(f"[− {change.removed}] "))
    if change.added:
        spans.append(Text(f"[+ {change.added}] ", bold=True))
    return (*spans, Text(f"{change.right} …" if change.right else ""))


def _more(changes: Sequence[WordChange]) -> list[Block]:
    left = len(changes) - MOST_CHANGES
    if left <= 0:
        return []
    words = ngettext("and {n} more change", "and {n} more changes", left).format(n=left)
    return [Note((Text(words),))]


def broadcast_plan(result: BroadcastPlan, _chat: ChatName) -> Reply:
    total = sum(result.chats.values())
    if not total:
        return one_line(_("No chat follows anything yet, so there is nobody to write to."))
    counts = ", ".join(f"{platform.capitalize()} {count}" for platform, count in sorted(result.chats.items()))
    question = ngettext(
        "This would go to {n} chat ({counts}). Nothing is sent yet:",
        "This would go to {n} chats ({counts}). Nothing is sent yet:",
        total,
    )
    label = ngettext("Send to {n} chat", "Send to {n} chats", total).format(n=total)
    lines = tuple(Line((Text(paragraph),)) for paragraph in result.paragraphs)
    buttons = ((Button(label, action=str(Action("tellall", result.key))),),)
    return Reply(Document((Line((Text(question.format(n=total, counts=counts), bold=True),)), *lines)), buttons)


def broadcast_too_long(result: BroadcastTooLong, _chat: ChatName) -> Reply:
    line = _("The message has {length} characters; at most {most} fit. Shorten it and send it again.")
    return one_line(line.format(length=result.length, most=result.most))


def broadcast_sent(result: BroadcastSent, _chat: ChatName) -> Reply:
    line = ngettext("On its way to {n} chat.", "On its way to {n} chats.", result.chats).format(n=result.chats)
    before = ngettext("{n} chat had it already.", "{n} chats had it already.", result.before).format(n=result.before)
    return one_line(line, note=before if result.before else None)
