"""The operator's view of what chat commands do: chats, their subscriptions, and how they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import topics as topic_language
from bot.decisions import ledger
from bot.errors import TellUser
from bot.model import (
    Chat,
    ChatRef,
    SubscribeResult,
    Subscription,
)
from bot.service.app import open_app
from bot.settings import Settings

if TYPE_CHECKING:
    pass
from bot.operator.console import print_table
from bot.operator.papers import parse_topic


def _ref(text: str) -> ChatRef:
    try:
        return ChatRef.parse(text)
    except ValueError as error:
        raise TellUser(str(error)) from None


async def subscribe(settings: Settings, chat: str, query: str) -> str:
    ref, topic = _ref(chat), parse_topic(query)
    async with open_app(settings) as app:
        if await app.store.chat(ref) is None:
            await app.store.add_chat(app.new_chat(ref))
        now = app.clock.now()
        since = ledger.since(await app.store.latest_day())
        result = await app.store.subscribe(ref, topic.query, since, now)
    words = topic_language.explain(topic)
    if result is SubscribeResult.ALREADY_SUBSCRIBED:
        return f"{ref} follows {topic.query} already: {words}."
    return f"{ref} now follows {topic.query}: {words}."


async def unsubscribe(settings: Settings, chat: str, query: str) -> str:
    ref = _ref(chat)
    async with open_app(settings) as app:
        followed = [subscription.topic for subscription in await app.store.subscriptions(ref)]
        topic = _followed(query, followed)
        if topic is None or not await app.store.unsubscribe(ref, topic):
            listed = "; ".join(followed) or "nothing"
            raise TellUser(f"{ref} does not follow “{query}”; it follows {listed}.")
    return f"{ref} follows {topic} no more."


def _followed(query: str, followed: Sequence[str]) -> str | None:
    if query.isdigit() and 0 < int(query) <= len(followed):
        return followed[int(query) - 1]
    if query in followed:
        return query
    topic = parse_topic(query).query
    return topic if topic in followed else None


async def chats(settings: Settings) -> list[Chat]:
    async with open_app(settings) as app:
        return await app.store.chats()


async def subscriptions(settings: Settings, chat: str | None) -> list[Subscription]:
    ref = _ref(chat) if chat else None
    async with open_app(settings) as app:
        return await app.store.subscriptions(ref)


def show_chats(found: Sequence[Chat]) -> None:
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
                chat.suspended or "active",
            )
            for chat in found
        ],
        "No chat yet: somebody has to speak to the bot, or use `paperboy subscribe --chat PLATFORM:ID QUERY`.",
    )


def show_subscriptions(found: Sequence[Subscription], chat: str | None = None) -> None:
    rows, number = [], dict[ChatRef, int]()
    for subscription in found:
        number[subscription.chat] = number.get(subscription.chat, 0) + 1
        n = number[subscription.chat]
        since = "its first listing" if subscription.since <= ledger.ARXIV_BEGAN else subscription.since.isoformat()
        rows.append((str(subscription.chat), str(n), subscription.topic, since))
    print_table(
        ("chat", "no.", "topic", "since"), rows, f"{chat} follows nothing." if chat else "Nobody follows anything yet."
    )
