"""`Conversation`: what each chat command does, on any platform. Expected outcomes are values; faults are raised."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot import topics
from bot.conversation import answer_languages, followed_topics
from bot.conversation.beginning import Beginning
from bot.conversation.broadcasts import Broadcasts
from bot.conversation.cards import Cards
from bot.conversation.chat_choices import ChatChoices
from bot.conversation.chat_records import ChatRecords
from bot.conversation.chat_settings import ChatSettings
from bot.conversation.dependencies import (
    Defaults,
    DigestNow,
    FindPapers,
    Insight,
    Operators,
    ReadFirstPage,
    ReadPaper,
    no_first_page,
)
from bot.conversation.digest_requests import DigestRequests
from bot.conversation.exports import Exports
from bot.conversation.following import Following
from bot.conversation.insights import Insights
from bot.conversation.library import Library
from bot.conversation.likes import Likes
from bot.conversation.offers import Offers
from bot.conversation.pages import Pages
from bot.conversation.paper_news import PaperFollowUps
from bot.conversation.paper_requests import PaperRequests
from bot.conversation.paper_votes import PaperVotes
from bot.conversation.questions import Questions
from bot.conversation.reading_limits import ReadingLimits
from bot.conversation.results import (
    Health,
    Help,
    Incomplete,
    NotAllowed,
    NotOperator,
    Privacy,
    Requester,
    Result,
    Stale,
    Suggestion,
)
from bot.conversation.schedule import Schedule
from bot.conversation.setting_results import Changed
from bot.conversation.sharing import Sharing
from bot.conversation.stopping import Stopping
from bot.conversation.topic_results import (
    AlreadySubscribed,
    NotSubscribed,
    NotUnderstood,
    OtherChat,
    Subscribed,
    Subscriptions,
    TooMany,
    Unsubscribed,
    topic_key,
)
from bot.conversation.understanding import Routes, Understanding
from bot.conversation.understanding_results import NoSubject, TopicOffer, UnsubscribedSeveral
from bot.conversation.undo import Undo
from bot.errors import BadTopic, StoreUnavailable
from bot.model import Bot, ChatRef, Platform
from bot.ports import Clock, Renderer, Store
from bot.topics.typed import Talk

log = structlog.get_logger()


class Conversation:
    """The use cases. `ref` is always the chat that a command is about, which need not be the one it was typed in.

    What topics a chat follows is done here; everything else by the use cases of its subject, which are attributes.
    Every method, and theirs, may raise `StoreUnavailable`.

    `bot` is the bot that people talk to; None for the operator. `has_model`: a language model makes summaries.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        read: ReadPaper,
        digest: DigestNow,
        find: FindPapers,
        insight: Insight,
        defaults: Defaults,
        operators: Operators | None = None,
        bot: Bot | None = None,
        first_page: ReadFirstPage = no_first_page,
        *,
        renderers: Mapping[Platform, Renderer] | None = None,
        readings_per_hour: int = 0,
        has_model: bool = True,
    ) -> None:
        self._store = store
        self._defaults = defaults
        self._operators = operators
        # What the others rest on.
        self.chats = ChatRecords(store, clock, defaults, bot)
        self.papers = PaperRequests(store, read, self.chats, ReadingLimits(clock, readings_per_hour), operators)
        self.votes = PaperVotes(store, clock)
        self.questions = Questions(store, clock)
        self.undo = Undo(store, clock, self.chats, self.votes)
        offers = Offers(store, clock)
        # Topics.
        self._following = Following(store, clock, insight, self.undo, self.chats)
        self.sharing = Sharing(store, clock, self._following)
        self.beginning = Beginning(
            store, clock, insight, defaults, self._following, self.questions, self.undo, self.chats
        )
        routes = Routes(self.unsubscribe, self.beginning.answer, self._asked_in_words, self._setting_in_words)
        self.understanding = Understanding(
            store,
            clock,
            insight,
            find,
            offers,
            self.questions,
            self._following,
            self.papers,
            self.chats,
            routes,
            first_page,
        )
        # Papers and digests.
        self.cards = Cards(store, clock, insight, self.papers, self.votes, self.chats)
        self.pages = Pages(self.chats, insight)
        self.likes = Likes(store, clock, find, self.votes, self.undo, self.chats)
        self.library = Library(store, clock, find, self.votes)
        self.follow_ups = PaperFollowUps(store)
        self.digests = DigestRequests(store, clock, digest, self.chats)
        self.insights = Insights(store, clock, insight, self.chats)
        # The chat as a whole.
        self.chat_settings = ChatSettings(store, clock, self.undo, self.chats, has_model=has_model)
        self.schedule = Schedule(self.chat_settings)
        self.chat_choices = ChatChoices(store, clock)
        self.exports = Exports(store, clock, self.votes, self.chats)
        self.stopping = Stopping(store, clock)
        # For operators.
        self.broadcasts = Broadcasts(store, clock, operators, renderers or {})

    async def answer_language(self, ref: ChatRef, requester: Requester) -> str:
        """The language of an answer that is shown in a chat, one of the interface's. Raises nothing."""
        try:
            chat = await self._store.chat(ref)
        except StoreUnavailable:  # the answer will say so, at least in the person's language
            chat = None
        return answer_languages.choose(chat, requester.language, self._defaults.language)

    # ── help ──

    async def help(self) -> Help:
        return Help()

    async def privacy(self) -> Privacy:
        return Privacy()

    async def health(self, requester: Requester, ref: ChatRef) -> Health | NotOperator:
        """The state of the service, for its operators.

        It names other chats, so it is not shown in a Telegram group, where every member reads the answer.
        """
        if (
            self._operators is None
            or ref.is_group
            or f"{ref.platform}:{requester.user_id}" not in self._operators.user_ids
        ):
            return NotOperator()
        return Health(tuple(await self._operators.health()))

    # ── topics ──

    async def subscribe(
        self, requester: Requester, ref: ChatRef, query: str, title: str = "", *, may_ask: bool = True
    ) -> Subscribed | AlreadySubscribed | TopicOffer | NoSubject | NotUnderstood | TooMany | NotAllowed | Incomplete:
        """Subscribe the chat to a topic, from the latest listing on.

        With `may_ask`, what may mean several things, or brings too much or nothing, is offered before it is followed;
        else it is taken as a query.
        """
        if not requester.is_admin:
            return NotAllowed()
        if not query.strip():
            return Incomplete("subscribe")
        if may_ask:
            return await self.understanding.subscribe(ref, query, title)
        try:
            return await self._following.follow(ref, topics.parse(query), title)
        except BadTopic as error:
            return NotUnderstood.of(error)

    async def unsubscribe(
        self, requester: Requester, ref: ChatRef, named: str
    ) -> Unsubscribed | UnsubscribedSeveral | NotSubscribed | NotAllowed | Incomplete:
        """Unsubscribe the chat. `named` is a topic as typed, its number in the chat's list, or its `topic_key`; or
        several of them: "all", "1 2 3", "1-3", "cs.CV, cs.CL"."""
        if not requester.is_admin:
            return NotAllowed()
        await self.chats.known(ref, manages=True)
        following = await self._store.subscriptions(ref)
        # A chat without topics is told so at once, rather than asked which topic it means.
        if not named.strip() and following:
            return Incomplete("unsubscribe")
        subscription = followed_topics.find(following, named.strip())
        if subscription is None and (several := followed_topics.find_several(following, named)) is not None:
            return await self._following.unfollow_several(ref, several, len(following))
        done = await self._following.unfollow(ref, subscription, len(following)) if subscription else None
        return done or NotSubscribed(named.strip(), followed_topics.closest_first(following, named))

    async def unsubscribe_key(self, requester: Requester, ref: ChatRef, key: str) -> Unsubscribed | NotAllowed | Stale:
        """Unsubscribe the chat from the topic with this `topic_key`, for buttons."""
        # Only keys: `unsubscribe` would also take the data of a button for a number in the list.
        following = await self._store.subscriptions(ref)
        if not any(topic_key(subscription.topic) == key for subscription in following):
            return Stale()
        result = await self.unsubscribe(requester, ref, key)
        return result if isinstance(result, Unsubscribed | NotAllowed) else Stale()

    async def _asked_in_words(self, requester: Requester, ref: ChatRef, talk: Talk) -> Result:
        """What a word such as "settings" asks for, as the command of that name."""
        match talk:
            case Talk.STOP:
                return await self.stopping.ask(requester, ref)
            case Talk.TOPICS | Talk.UNSUBSCRIBE:
                return await self.subscriptions(ref, person=requester.user_id)
            case Talk.SETTINGS:
                return await self.chat_settings.view(ref)
            case Talk.DIGEST:
                return await self.insights.preview(ref)
        return await self.help()

    async def _setting_in_words(self, requester: Requester, ref: ChatRef, text: str) -> Changed | NotAllowed | None:
        return await self.chat_settings.in_words(requester, ref, text)

    async def subscriptions(self, ref: ChatRef, page: int = 0, person: str = "") -> Subscriptions:
        """The chat's topics; a chat that is not known yet follows none, and is not created.

        With the chats that `person` (the platform's id of the one who asks) manages, if `ref` is their private chat.
        """
        chat = await self.chats.known_or_new(ref)
        followed = tuple(map(followed_topics.followed, await self._store.subscriptions(ref)))
        return Subscriptions(chat, followed, page, await self._others(ref, person))

    async def _others(self, ref: ChatRef, person: str) -> tuple[OtherChat, ...]:
        # A chat of Telegram with its person's id is private; elsewhere others would read what the person manages.
        if person != ref.id:
            return ()
        managed = await self._store.managed_chats(ref.platform, person)
        following = {each: len(await self._store.subscriptions(each)) for each in managed}
        return tuple(OtherChat(each, title, following[each]) for each, title in managed.items())

    async def suggest(self, ref: ChatRef, prefix: str) -> list[Suggestion]:
        """The chat's own topics that hold `prefix`, for /unsubscribe."""
        return followed_topics.completions(await self._store.subscriptions(ref), prefix)

    async def suggest_categories(self, prefix: str, limit: int = 25) -> list[Suggestion]:
        """arXiv categories whose code or name holds `prefix`, for /subscribe."""
        return followed_topics.category_completions(prefix, limit)
