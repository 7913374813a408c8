"""Replies about topics: subscribed, unsubscribed, listed, not understood."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import (
    AlreadySubscribed,
    Followed,
    NotSubscribed,
    NotUnderstood,
    Subscribed,
    Subscriptions,
    TooMany,
    Unsubscribed,
)
from bot.render.nodes import Bullets, Button, Code, Document, Heading, Line, Note, Reply, Span, Text
from handlers.button_actions import Action
from handlers.reply_parts import (
    DIGEST,
    HELP,
    SETTINGS,
    about,
    count,
    follows_nothing,
    one_line,
    rows,
    sentence,
    shortened,
    topics_button,
    when,
    with_note,
)
from handlers.requests import ChatName

MAX_REMOVE_BUTTONS = 20
"""Remove buttons under a list; platforms take about 25 buttons in all."""

MAX_SUGGESTIONS = 5
"""Topics that are offered where the one that was named is not followed."""


def subscribed(result: Subscribed, chat: ChatName) -> Reply:
    who = f"Subscribed {chat} to " if chat.is_elsewhere else "Subscribed to "
    return Reply(
        Document(
            (
                Line((Text(who), Text(result.topic, code=True))),
                Line((Text(f"That is: {sentence(result.explained)}"),)),
                Note((Text(f"First digest: {when(result.first_due)}. It begins with the latest listing."),)),
            )
        ),
        ((DIGEST, SETTINGS), (topics_button(chat),)),
    )


def already_subscribed(result: AlreadySubscribed, chat: ChatName) -> Reply:
    line = (Text(f"{chat.subject} follows "), Text(result.topic, code=True), Text(" already."))
    return Reply(Document((Line(line),)), ((topics_button(chat), DIGEST),))


def not_understood(result: NotUnderstood, chat: ChatName) -> Reply:
    # In an empty query there is no place to point at.
    shown = (Code(result.pointer),) if result.query.strip() else ()
    return Reply(Document((Line((Text(sentence(result.why)),)), *shown, *about(chat))), ((HELP,),))


def too_many(result: TooMany, chat: ChatName) -> Reply:
    line = f"A chat can follow {result.limit} topics. Remove one first, or join several with OR."
    return with_note(one_line(line, buttons=((topics_button(chat),),)), chat)


def unsubscribed(result: Unsubscribed, chat: ChatName) -> Reply:
    who = f"Unsubscribed {chat} from " if chat.is_elsewhere else "Unsubscribed from "
    left = f"{count(result.following, 'topic')} left." if result.following else f"{chat.subject} follows nothing now."
    line = Line((Text(who), Text(result.topic, code=True), Text(f". {left}")))
    return Reply(Document((line,)), ((topics_button(chat),),) if result.following else ())


def not_subscribed(result: NotSubscribed, chat: ChatName) -> Reply:
    if not result.following:
        return follows_nothing(chat)
    line = (
        Text(f"{chat.subject} does not follow "),
        Text(result.asked, code=True),
        Text(". Did you mean one of these?"),
    )
    closest = result.following[:MAX_SUGGESTIONS]
    topics = Bullets(tuple((Text(followed.topic, code=True),) for followed in closest))
    return Reply(Document((Line(line), topics)), _removals(closest))


def subscriptions(result: Subscriptions, chat: ChatName) -> Reply:
    if not result.topics:
        return follows_nothing(chat)
    items: list[tuple[Span, ...]] = []
    for followed in result.topics:
        # A topic of an older grammar cannot be explained; its explanation is the topic itself.
        meaning = f" {followed.explained}" if followed.explained != followed.topic else ""
        items.append((Text(followed.topic, code=True), Text(meaning)))
    heading = Heading((Text(f"{chat.subject} follows {count(len(items), 'topic')}", bold=True),))
    buttons = ((DIGEST, SETTINGS), *_removals(result.topics[:MAX_REMOVE_BUTTONS]))
    return Reply(Document((heading, Bullets(tuple(items), numbered=True))), buttons)


def _removals(topics: Sequence[Followed]) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(f"✕ {shortened(followed.topic, 30)}", action=str(Action("drop", followed.key))) for followed in topics
    ]
    return rows(buttons, 2)
