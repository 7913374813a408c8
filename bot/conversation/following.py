"""Lets a chat follow topics, each tested on the last listings, and follow them no more."""

from __future__ import annotations

from bot import topics
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import Insight
from bot.conversation.followed_topics import Several
from bot.conversation.topic_results import (
    MAX_SUBSCRIPTIONS,
    AlreadySubscribed,
    Subscribed,
    TooMany,
    Unsubscribed,
)
from bot.conversation.understanding_results import UnsubscribedSeveral
from bot.conversation.undo import FollowAgain, Undo, Unfollow
from bot.decisions import ledger
from bot.model import Backtest, ChatRef, SubscribeResult, Subscription
from bot.ports import Clock, Store
from bot.topics import Topic


class Following:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        insight: Insight,
        undo: Undo,
        chats: ChatRecords,
    ) -> None:
        self._store, self._clock, self._insight = store, clock, insight
        self._undo, self._chats = undo, chats

    async def follow(
        self, ref: ChatRef, topic: Topic, title: str, tested: Backtest | None = None
    ) -> Subscribed | AlreadySubscribed | TooMany:
        """Subscribe the chat to a topic, from the latest listing on. `tested` is what it would have brought, if that
        is known already."""
        explained = topics.explain(topic)
        chat = await self._chats.ensure(ref, title, manages=True)
        following = await self._store.subscriptions(ref)
        now = self._clock.now()
        # From the latest listing on, so that the first digest is not empty.
        since = ledger.since(await self._store.latest_day())
        # The store checks the limit in its transaction: two requests at once cannot both take the last place.
        match await self._store.subscribe(ref, topic.query, since, now, limit=MAX_SUBSCRIPTIONS):
            case SubscribeResult.ALREADY_SUBSCRIBED:
                return AlreadySubscribed(topic.query, explained)
            case SubscribeResult.TOO_MANY:
                return TooMany(MAX_SUBSCRIPTIONS)
        tested = tested or await self._insight.backtest(topic.query)
        undo = await self._undo.offer(ref, Unfollow(topic.query))
        due = self._chats.due_locally(chat)
        return Subscribed(chat, topic.query, explained, since, due, len(following) + 1, tested, undo)

    async def unfollow(self, ref: ChatRef, subscription: Subscription, following: int) -> Unsubscribed | None:
        """Unsubscribe the chat from one of the `following` topics; None if another request did so meanwhile."""
        if not await self._store.unsubscribe(ref, subscription.topic, self._clock.now()):
            return None
        undo = await self._undo.offer(ref, FollowAgain.of(subscription))
        return Unsubscribed(subscription.topic, following - 1, undo)

    async def unfollow_several(self, ref: ChatRef, wanted: Several, following: int) -> UnsubscribedSeveral:
        """Unsubscribe the chat from several of the `following` topics; one button takes all of it back."""
        now = self._clock.now()
        gone = [each for each in wanted.found if await self._store.unsubscribe(ref, each.topic, now)]
        undo = await self._undo.offer(ref, *map(FollowAgain.of, gone)) if gone else ""
        topics_gone = tuple(each.topic for each in gone)
        return UnsubscribedSeveral(topics_gone, following - len(gone), undo, wanted.missing)
