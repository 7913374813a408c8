"""Replies about topics: subscribed, unsubscribed, listed, not understood."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import (
    AlreadySubscribed,
    Followed,
    NotSubscribed,
    NotUnderstood,
    OfferExpired,
    Subscribed,
    TooMany,
    Unsubscribed,
)
from bot.locales import _, formats, ngettext
from bot.model import topic_label
from bot.render.nodes import Bullets, Button, Code, Document, Line, Note, Reply, Text
from bot.render.plain import shortened
from handlers import insight_replies
from handlers.button_actions import Action
from handlers.reply_parts import (
    about,
    command,
    digest_button,
    follows_nothing,
    help_button,
    next_digest,
    one_line,
    rows,
    settings_button,
    spans,
    topic_spans,
    topics_button,
    undo_button,
    with_note,
)
from handlers.requests import ChatName
from handlers.topic_words import topic_meaning

MAX_SUGGESTIONS = 5
"""Topics that are offered where the one that was named is not followed."""


def subscribed(result: Subscribed, chat: ChatName) -> Reply:
    topic, where = topic_spans(result.topic), Text(str(chat), bold=True)
    template = _("{chat} now follows {topic}.") if chat.is_named else _("You now follow {topic}.")
    line = spans(template, chat=where, topic=topic)
    return Reply(
        Document(
            (
                Line(line),
                Line(topic_meaning(result.topic)),
                *insight_replies.backtest_blocks(result.backtest),
                Note((Text(next_digest(result.first_due)),)),
            )
        ),
        (
            (digest_button(), settings_button()),
            (topics_button(chat), *undo_button(result.undo)),
        ),
    )


def already_subscribed(result: AlreadySubscribed, chat: ChatName) -> Reply:
    template = _("{chat} follows {topic} already.") if chat.is_named else _("You follow {topic} already.")
    line = spans(template, chat=Text(str(chat), bold=True), topic=topic_spans(result.topic))
    return Reply(Document((Line(line),)), ((topics_button(chat), digest_button()),))


def not_understood(result: NotUnderstood, chat: ChatName) -> Reply:
    # In an empty query there is no place to point at.
    shown = (Code(result.pointer),) if result.query.strip() else ()
    return Reply(Document((Line((Text(result.why),)), *shown, *about(chat))), ((help_button(),),))


def offer_expired(_result: OfferExpired, chat: ChatName) -> Reply:
    template = _("That was more than an hour ago, and I no longer have the words. Send them once more after {command}.")
    line = spans(template, command=command("subscribe"))
    return with_note(Reply(Document((Line(line),)), ((topics_button(chat), help_button()),)), chat)


def too_many(result: TooMany, chat: ChatName) -> Reply:
    line = _("A chat can follow {n} topics. Remove one first, or join several with OR.")
    return with_note(one_line(line.format(n=formats.number(result.limit)), buttons=((topics_button(chat),),)), chat)


def unsubscribed(result: Unsubscribed, chat: ChatName) -> Reply:
    topic, where = topic_spans(result.topic), Text(str(chat), bold=True)
    template = _("{chat} no longer follows {topic}.") if chat.is_named else _("You no longer follow {topic}.")
    left = (
        ngettext("{n} topic is left.", "{n} topics are left.", result.following).format(
            n=formats.number(result.following)
        )
        if result.following
        else _("No topic is left.")
    )
    lines = (Line(spans(template, chat=where, topic=topic)), Note((Text(left),)))
    buttons = (*((topics_button(chat),) if result.following else ()), *undo_button(result.undo))
    return Reply(Document(lines), (buttons,) if buttons else ())


def not_subscribed(result: NotSubscribed, chat: ChatName) -> Reply:
    if not result.following:
        return follows_nothing(chat)
    asked = Text(shortened(result.asked, 200), code=True)
    template = (
        _("{chat} does not follow {topic}. Did you mean one of these?")
        if chat.is_named
        else _("You do not follow {topic}. Did you mean one of these?")
    )
    line = Line(spans(template, chat=Text(str(chat), bold=True), topic=asked))
    closest = result.following[:MAX_SUGGESTIONS]
    topics = Bullets(tuple(topic_spans(followed.topic) for followed in closest))
    return Reply(Document((line, topics)), _removals(closest))


def _removals(topics: Sequence[Followed]) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(f"✕ {shortened(topic_label(followed.topic), 30)}", action=str(Action("drop", followed.key)))
        for followed in topics
    ]
    return rows(buttons, 2)
