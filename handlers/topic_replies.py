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
    Subscriptions,
    TooMany,
    TwoReadings,
    Unsubscribed,
)
from bot.decisions.matches import MOST_CLOSE
from bot.model import join_query, split_query, topic_label
from bot.render.nodes import Bullets, Button, Code, Document, Heading, Line, Note, Reply, Span, Text
from handlers import insight_replies
from handlers.button_actions import Action
from handlers.reply_parts import (
    about,
    command,
    count,
    digest_button,
    follows_nothing,
    help_button,
    one_line,
    rows,
    sentence,
    settings_button,
    shortened,
    topic_spans,
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
    instead = (Text(", instead of "), *topic_spans(result.replaced)) if result.replaced else ()
    offered = insight_replies.refinement_rows(result.instead, len(result.backtest.days))
    return Reply(
        Document(
            (
                Line((Text(who), *topic_spans(result.topic), *instead)),
                Line((Text(f"That is: {sentence(result.explained)}"),)),
                *insight_replies.backtest_blocks(result.backtest),
                Note((Text(f"First digest: {when(result.first_due)}. It begins with the latest listing."),)),
            )
        ),
        (
            *offered,
            (digest_button(), settings_button()),
            (topics_button(chat),),
        ),
    )


def already_subscribed(result: AlreadySubscribed, chat: ChatName) -> Reply:
    line = (Text(f"{chat.subject} follows "), *topic_spans(result.topic), Text(" already."))
    return Reply(Document((Line(line),)), ((topics_button(chat), digest_button()),))


def not_understood(result: NotUnderstood, chat: ChatName) -> Reply:
    # In an empty query there is no place to point at.
    shown = (Code(result.pointer),) if result.query.strip() else ()
    return Reply(Document((Line((Text(sentence(result.why)),)), *shown, *about(chat))), ((help_button(),),))


def two_readings(result: TwoReadings, chat: ChatName) -> Reply:
    exactly, about_this = "Exactly these words", "Papers about this"
    shown = Text(topic_label(join_query("", result.text)))
    interest = (
        Text(about_this, bold=True),
        Text(f": the closest, at most {MOST_CLOSE} a day, whatever their words{_last_week(result.interest_count)}."),
    )
    interest_button = Button(_counted(about_this, result.interest_count), action=str(Action("about", result.key)))
    if result.exact is None:
        line = Line((Text("As a query I do not understand "), shown, Text(f". {sentence(result.why)} I can look for:")))
        return with_note(Reply(Document((line, Bullets((interest,)))), ((interest_button,),)), chat)
    exact = (
        Text(exactly, bold=True),
        Text(f": papers whose title or abstract has all of them{_last_week(result.exact_count)}."),
    )
    line = Line((Text("What should I look for with "), shown, Text("?")))
    exact_button = Button(_counted(exactly, result.exact_count), action=str(Action("exact", result.key)))
    return with_note(Reply(Document((line, Bullets((exact, interest)))), ((exact_button,), (interest_button,))), chat)


def _last_week(number: int | None) -> str:
    return "" if number is None else f"; {number} in the last week"


def _counted(label: str, number: int | None) -> str:
    return label if number is None else f"{label} ({number})"


def offer_expired(_: OfferExpired, chat: ChatName) -> Reply:
    line = (
        Text("I asked that more than an hour ago and no longer have the words; send them once more with "),
        command("subscribe"),
        Text("."),
    )
    return with_note(Reply(Document((Line(line),)), ((topics_button(chat), help_button()),)), chat)


def too_many(result: TooMany, chat: ChatName) -> Reply:
    line = f"A chat can follow {result.limit} topics. Remove one first, or join several with OR."
    return with_note(one_line(line, buttons=((topics_button(chat),),)), chat)


def unsubscribed(result: Unsubscribed, chat: ChatName) -> Reply:
    who = f"Unsubscribed {chat} from " if chat.is_elsewhere else "Unsubscribed from "
    left = f"{count(result.following, 'topic')} left." if result.following else f"{chat.subject} follows nothing now."
    line = Line((Text(who), *topic_spans(result.topic), Text(f". {left}")))
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
    topics = Bullets(tuple(topic_spans(followed.topic) for followed in closest))
    return Reply(Document((Line(line), topics)), _removals(closest))


def subscriptions(result: Subscriptions, chat: ChatName) -> Reply:
    if not result.topics:
        return follows_nothing(chat)
    items: list[tuple[Span, ...]] = []
    for followed in result.topics:
        exact, _ = split_query(followed.topic)
        # A topic of an older grammar cannot be explained; its explanation is the topic itself.
        meaning = followed.explained if followed.explained != followed.topic else ""
        # The explanation of an interest has its text.
        items.append((Text(exact, code=True), Text(f" {meaning}" if meaning else "")) if exact else (Text(meaning),))
    heading = Heading((Text(f"{chat.subject} follows {count(len(items), 'topic')}", bold=True),))
    buttons = ((digest_button(), settings_button()), *_removals(result.topics[:MAX_REMOVE_BUTTONS]))
    return Reply(Document((heading, Bullets(tuple(items), numbered=True))), buttons)


def _removals(topics: Sequence[Followed]) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        Button(f"✕ {shortened(topic_label(followed.topic), 30)}", action=str(Action("drop", followed.key)))
        for followed in topics
    ]
    return rows(buttons, 2)
