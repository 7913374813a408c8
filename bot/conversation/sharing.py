"""Links with which others follow a topic in one tap."""

from __future__ import annotations

from datetime import timedelta

from bot import topics
from bot.conversation.beginning_results import LinkDamaged, Shared
from bot.conversation.following import Following
from bot.conversation.results import NotAllowed, Requester
from bot.conversation.topic_results import AlreadySubscribed, Subscribed, TooMany, topic_key
from bot.errors import BadTopic
from bot.model import ChatRef, Kept, Platform
from bot.ports import Clock, Store

LASTS = timedelta(days=400)
"""How long a link works whose topic is too long for it; sharing the topic again begins this time anew."""

_KIND = "shared topic"


class Sharing:
    """A link says a short topic itself. Of a longer one it has the `topic_key`, under which the text is kept."""

    def __init__(self, store: Store, clock: Clock, following: Following) -> None:
        self._store, self._clock, self._following = store, clock, following

    async def share(self, ref: ChatRef, bot_name: str) -> Shared:
        """The topics of a chat with their keys. `bot_name` is the bot's @name where links to it exist, else ""."""
        followed = [each.topic for each in await self._store.subscriptions(ref)]
        now = self._clock.now()
        for topic in followed if bot_name else ():
            key = topic_key(topic)
            await self._store.keep(Kept(_shelf(key), _KIND, key, {"topic": topic}, now + LASTS), now)
        return Shared(tuple((topic, topic_key(topic)) for topic in followed), bot_name)

    async def topic_of(self, key: str) -> str | None:
        """The topic that was shared with this key; None if it is not kept (any more)."""
        kept = await self._store.kept(_shelf(key), _KIND, key, self._clock.now())
        return str(kept.value["topic"]) if kept else None

    async def follow(
        self, requester: Requester, ref: ChatRef, text: str, title: str = ""
    ) -> Subscribed | AlreadySubscribed | TooMany | NotAllowed | LinkDamaged:
        """Follow the topic of a link, as it was written there: whoever holds a link may have changed it."""
        if not requester.is_admin:
            return NotAllowed()
        try:
            topic = topics.parse(text)
        except BadTopic:
            return LinkDamaged()
        return await self._following.follow(ref, topic, title)


def _shelf(key: str) -> ChatRef:
    # A shared topic belongs to no chat: it lasts when the chat that shared it is forgotten. Only so many values of a
    # kind are kept of one chat, so each has its own.
    return ChatRef(Platform.SITE, key)
