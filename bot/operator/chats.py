"""Commands of the operator about chats: subscribe, unsubscribe, and tables of chats and subscriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.conversation import (
    AlreadySubscribed,
    NotSubscribed,
    NotUnderstood,
    Requester,
    Result,
    Subscribed,
    Unsubscribed,
)
from bot.decisions import due_times, ledger
from bot.errors import TellUser
from bot.model import Chat, ChatRef, Subscription, topic_label
from bot.operator.arguments import parse_chat
from bot.operator.console import ALL_WORDS, print_table, say
from bot.render.nodes import Bullets, Document, Line, Text
from bot.render.terminal import document_text
from bot.service.app import open_app
from bot.settings import Settings
from bot.topics import is_plain_text
from handlers.insight_replies import backtest_blocks
from handlers.replies import reply
from handlers.requests import ChatName

OPERATOR = Requester("operator", is_admin=True)
"""The operator has access to the whole database, so the rights in a chat do not matter."""


async def subscribe(settings: Settings, chat: str, query: str) -> tuple[str, str]:
    """Let a chat follow a topic, as if its admin had asked there. Returns the sentence to print, and what the topic
    would have brought, "" if no listing is stored.

    Raises `TellUser` if the topic is not understood or the chat follows as many as it can.
    """
    ref = parse_chat(chat)
    if is_plain_text(query):
        say(ALL_WORDS)
    async with open_app(settings) as app:
        result = await app.conversation().subscribe(OPERATOR, ref, query, may_ask=False)
    # The usual results are sentences of their own, for one line in a terminal; the others are those of chats.
    match result:
        case Subscribed():
            return f"{ref} now follows {topic_label(result.topic)}: {result.explained}.", _backtest_text(result)
        case AlreadySubscribed():
            return f"{ref} follows {topic_label(result.topic)} already: {result.explained}.", ""
        case NotUnderstood():
            raise TellUser(f"{result.why}\n{result.pointer}")
    raise TellUser(as_text(result, ref))


def _backtest_text(result: Subscribed) -> str:
    """What chats read of a backtest, as plain text, with other topics that may be meant as queries to copy."""
    blocks = backtest_blocks(result.backtest)
    if others := result.backtest.refinements:
        blocks += [Line((Text("Did you mean this?"),)), Bullets(tuple((Text(each.query),) for each in others))]
    return document_text(Document(tuple(blocks))).strip() if blocks else ""


async def unsubscribe(settings: Settings, chat: str, query: str) -> str:
    """Let a chat follow a topic no more; returns the sentence to print.

    Raises `TellUser` if it does not follow the topic, with those that it follows, the closest first.
    """
    ref = parse_chat(chat)
    async with open_app(settings) as app:
        result = await app.conversation().unsubscribe(OPERATOR, ref, query)
    match result:
        case Unsubscribed():
            return f"{ref} follows {topic_label(result.topic)} no more."
        case NotSubscribed():
            listed = "; ".join(topic_label(followed.topic) for followed in result.following) or "nothing"
            raise TellUser(f"{ref} does not follow “{query}”; it follows {listed}.")
    raise TellUser(as_text(result, ref))


def as_text(result: Result, ref: ChatRef) -> str:
    """The reply that the chat itself would get, as plain text."""
    return document_text(reply(result, ChatName(str(ref), is_elsewhere=True)).document).strip()


async def chats(settings: Settings) -> list[Chat]:
    """All known chats."""
    async with open_app(settings) as app:
        return await app.store.chats()


async def subscriptions(settings: Settings, chat: str | None) -> list[Subscription]:
    """The subscriptions of a chat (`PLATFORM:ID`), or of all. Raises `TellUser` for what is no chat."""
    ref = parse_chat(chat) if chat else None
    async with open_app(settings) as app:
        return await app.store.subscriptions(ref)


def show_chats(known: Sequence[Chat], now: datetime) -> None:
    """Print a table of chats with their settings."""
    print_table(
        ("chat", "title", "language", "digest", "size", "style", "state"),
        [
            (
                str(chat.ref),
                chat.title,
                chat.language,
                f"{chat.digest_time:%H:%M} {chat.timezone}",
                str(chat.size),
                str(chat.style),
                chat.suspended or _state(chat, now),
            )
            for chat in known
        ],
        "No chat yet: somebody has to speak to the bot, or use `paperboy subscribe --chat PLATFORM:ID QUERY`.",
    )


def _state(chat: Chat, now: datetime) -> str:
    if not due_times.is_paused(chat, now):
        return "active"
    return "paused" if chat.next_due_at is None else f"paused until {due_times.local_date(chat, chat.next_due_at)}"


def show_subscriptions(shown: Sequence[Subscription], chat: str | None = None) -> None:
    """Print a table of subscriptions, each with its number in its chat's list, which `unsubscribe` takes."""
    rows, counts = [], Counter[ChatRef]()
    # Numbered within each chat: the store returns each chat's topics in the order of its list.
    for subscription in shown:
        counts[subscription.chat] += 1
        number = counts[subscription.chat]
        # A chat that subscribed before any listing was stored has the date on which arXiv began.
        since = "its first listing" if subscription.since <= ledger.ARXIV_BEGAN else subscription.since.isoformat()
        rows.append((str(subscription.chat), str(number), topic_label(subscription.topic), since))
    print_table(
        ("chat", "no.", "topic", "since"), rows, f"{chat} follows nothing." if chat else "Nobody follows anything yet."
    )
