"""Lets a chat follow a topic, tests the topic on the last listings, and offers what may be meant instead."""

from __future__ import annotations

from dataclasses import replace

from bot import topics
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import Insight
from bot.conversation.followed_topics import Several
from bot.conversation.offers import Offers
from bot.conversation.topic_results import (
    MAX_SUBSCRIPTIONS,
    AlreadySubscribed,
    OfferExpired,
    Subscribed,
    TooMany,
    Unsubscribed,
)
from bot.conversation.understanding_results import UnsubscribedSeveral
from bot.conversation.undo import FollowAgain, Undo, Unfollow
from bot.decisions import ledger
from bot.errors import BadTopic
from bot.model import Backtest, ChatRef, SubscribeResult, Subscription
from bot.ports import Clock, Store
from bot.topics import Topic

_BETWEEN = "\n"
"""Between a followed topic and the one that is offered instead, in the text of an offer. No topic has a line break."""


class Following:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        insight: Insight,
        offers: Offers,
        undo: Undo,
        chats: ChatRecords,
    ) -> None:
        self._store, self._clock, self._insight, self._offers = store, clock, insight, offers
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
        instead = [
            (refinement, await self._offers.keep(ref, f"{topic.query}{_BETWEEN}{refinement.query}"))
            for refinement in tested.refinements
        ]
        undo = await self._undo.offer(ref, Unfollow(topic.query))
        due = self._chats.due_locally(chat)
        return Subscribed(
            chat, topic.query, explained, since, due, len(following) + 1, tested, tuple(instead), undo=undo
        )

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

    async def follow_instead(
        self, ref: ChatRef, key: str, title: str
    ) -> Subscribed | AlreadySubscribed | TooMany | OfferExpired:
        """Subscribe the chat to a topic that was offered with this key, and unsubscribe it from the one before."""
        before, _, query = (await self._offers.text(ref, key) or "").partition(_BETWEEN)
        try:
            topic = topics.parse(query)
        except BadTopic:  # nothing is kept, or it is no offer of this kind
            return OfferExpired()
        result = await self.follow(ref, topic, title)
        following = await self._store.subscriptions(ref)
        replaced = next((each for each in following if each.topic == before), None)
        if isinstance(result, TooMany) or replaced is None:
            return result
        if not await self._store.unsubscribe(ref, before, self._clock.now()):
            return result
        again = FollowAgain.of(replaced)
        if isinstance(result, AlreadySubscribed):
            return replace(result, undo=await self._undo.offer(ref, again))
        undo = await self._undo.offer(ref, Unfollow(topic.query), again)
        return replace(result, following=len(following) - 1, replaced=before, undo=undo)
