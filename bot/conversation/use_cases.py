"""`Conversation`: what each chat command does, on any platform. Expected outcomes are values; faults are raised."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot import topics
from bot.arxiv import ids
from bot.conversation import answer_languages, followed_topics
from bot.conversation.awaited_digests import AwaitedDigests
from bot.conversation.beginning import Beginning
from bot.conversation.broadcasts import Broadcasts
from bot.conversation.cards import Cards
from bot.conversation.chat_choices import ChatChoices
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
from bot.conversation.put_off import why_put_off
from bot.conversation.questions import Questions
from bot.conversation.reading_limits import ReadingLimits
from bot.conversation.results import (
    AlreadySubscribed,
    Busy,
    DigestComing,
    Forgotten,
    Health,
    Help,
    Incomplete,
    NoEvidence,
    NotALink,
    NotAllowed,
    NothingNow,
    NotOperator,
    NotSubscribed,
    NotUnderstood,
    OfferExpired,
    PaperCard,
    PaperEvidence,
    Privacy,
    Requester,
    Resent,
    Result,
    Stale,
    Subscribed,
    Subscriptions,
    Suggestion,
    TooMany,
    UnknownPaper,
    Unreadable,
    Unsubscribed,
    Withdrawn,
    topic_key,
)
from bot.conversation.schedule import Schedule
from bot.conversation.service_results import DigestPromised, TooManyReadings
from bot.conversation.sharing import Sharing
from bot.conversation.stopping import Stopping
from bot.conversation.understanding import Routes, Understanding
from bot.conversation.understanding_results import NoSubject, TopicOffer, UnsubscribedSeveral
from bot.conversation.undo import Undo
from bot.decisions.due_times import next_due
from bot.errors import BadTopic, RetryLater, StoreUnavailable
from bot.locales import language_of_new_chats
from bot.model import Bot, Card, Chat, ChatRef, DeliveryState, Depth, NothingToSend, Platform, SummaryKey
from bot.model.languages import language_code
from bot.ports import Clock, Renderer, Store
from bot.topics.typed import Talk

log = structlog.get_logger()


class Conversation:
    """The use cases. `ref` is always the chat that a command is about, which need not be the one it was typed in.

    Every method may raise `StoreUnavailable`. A command about a suspended chat resumes it: somebody is there again, and
    if the platform still refuses to deliver, it is suspended again.

    `bot` is the bot that people talk to; None for the operator. A chat is served by the bot that it was set up with,
    or that its admins have used last; what only another of our bots sees there changes nothing. `has_model`: a language
    model makes summaries.
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
        self._clock = clock
        self._papers = PaperRequests(read)
        self._limits = ReadingLimits(clock, readings_per_hour)
        self.broadcasts = Broadcasts(store, clock, operators, renderers or {})
        self.follow_ups = PaperFollowUps(store)
        self._awaited = AwaitedDigests(store, clock)
        self.votes = PaperVotes(store, clock)
        self._digest = digest
        self.cards = Cards(store, clock, insight, self._papers, self.votes, self._new_chat)
        self.pages = Pages(store, insight, self._new_chat)
        self.exports = Exports(store, clock, self.votes, self._new_chat)
        self.library = Library(store, clock, find, self.votes)
        self._defaults = defaults
        self._operators = operators
        self._bot = bot
        self._offers = Offers(store, clock)
        self.questions = Questions(store, clock)
        self.undo = Undo(store, clock, self._due_locally)
        self.likes = Likes(store, clock, find, self.undo, self._ensure)
        self.chat_settings = ChatSettings(
            store, clock, self.undo, self._known_or_new, self._ensure, self._due_locally, has_model=has_model
        )
        self.schedule = Schedule(self.chat_settings)
        self._following = Following(store, clock, insight, self._offers, self.undo, self._ensure, self._due_locally)
        self.beginning = Beginning(
            store,
            clock,
            insight,
            defaults,
            self._following,
            self.questions,
            self.undo,
            lambda ref, title, manages: self._known(ref, title, manages=manages),
            self._ensure,
            self._due_locally,
        )
        self.chat_choices = ChatChoices(store, clock)
        self.sharing = Sharing(store, clock, self._following)
        self.understanding = Understanding(
            store,
            clock,
            insight,
            find,
            self._offers,
            self.questions,
            self._following,
            Routes(self.summarize, self.unsubscribe, self.beginning.answer, self._asked_in_words, self._known_or_new),
            first_page,
        )
        self.insights = Insights(store, clock, insight, self._known_or_new, self._due_locally)
        self.stopping = Stopping(store, clock)
        self._resending = asyncio.Lock()

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

    async def subscribe_instead(
        self, requester: Requester, ref: ChatRef, key: str, title: str = ""
    ) -> Subscribed | AlreadySubscribed | TooMany | NotAllowed | OfferExpired:
        """Subscribe the chat to one of the topics that `Subscribed.instead` offers, in place of the one before."""
        if not requester.is_admin:
            return NotAllowed()
        return await self._following.follow_instead(ref, key, title)

    async def unsubscribe(
        self, requester: Requester, ref: ChatRef, named: str
    ) -> Unsubscribed | UnsubscribedSeveral | NotSubscribed | NotAllowed | Incomplete:
        """Unsubscribe the chat. `named` is a topic as typed, its number in the chat's list, or its `topic_key`; or
        several of them: "all", "1 2 3", "1-3", "cs.CV, cs.CL"."""
        if not requester.is_admin:
            return NotAllowed()
        await self._known(ref, manages=True)
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
                return await self.subscriptions(ref)
            case Talk.SETTINGS:
                return await self.chat_settings.view(ref)
            case Talk.DIGEST:
                return await self.insights.preview(ref)
        return await self.help()

    async def subscriptions(self, ref: ChatRef, page: int = 0) -> Subscriptions:
        """The chat's topics; a chat that is not known yet follows none, and is not created."""
        chat = await self._known_or_new(ref)
        followed = tuple(map(followed_topics.followed, await self._store.subscriptions(ref)))
        return Subscriptions(chat, followed, page)

    async def suggest(self, ref: ChatRef, prefix: str) -> list[Suggestion]:
        """The chat's own topics that hold `prefix`, for /unsubscribe."""
        return followed_topics.completions(await self._store.subscriptions(ref), prefix)

    async def suggest_categories(self, prefix: str, limit: int = 25) -> list[Suggestion]:
        """arXiv categories whose code or name holds `prefix`, for /subscribe."""
        return followed_topics.category_completions(prefix, limit)

    # ── papers ──

    async def summarize(
        self, ref: ChatRef, link: str, depth: Depth | None = None, person: str = ""
    ) -> PaperCard | NotALink | UnknownPaper | Withdrawn | Unreadable | Busy | Incomplete | TooManyReadings:
        """Read one paper in the chat's language, at the chat's depth if none is given.

        `person` is the platform's id of the one who asks, whose readings are counted; "" for nobody in particular.
        """
        if not link.strip():
            return Incomplete("summarize")
        target = ids.resolve(link.strip())
        if isinstance(target, ids.NotAPaperLink):
            return NotALink(link.strip(), target.why)
        # Not stored: who only asks for papers follows nothing, and nothing need be kept of that chat.
        chat = await self._known_or_new(ref)
        depth = depth or chat.depth
        if not self._is_operator(ref, person) and (refused := self._limits.take(ref.platform, person, depth)):
            return refused
        return await self._papers.read(ref, target, chat.language, depth)

    def _is_operator(self, ref: ChatRef, person: str) -> bool:
        return self._operators is not None and f"{ref.platform}:{person}" in self._operators.user_ids

    async def evidence(self, key: SummaryKey, fingerprint: str) -> PaperEvidence | NoEvidence:
        """What the summary on a card rests on, of that version and with that `Summary.fingerprint`."""
        summary, paper = await self._store.summary(key), await self._store.paper(key.paper_id)
        # A digest that waited for no model shows a summary that is not stored; a model's may be stored by now.
        if summary is None or paper is None or summary.fingerprint != fingerprint:
            return NoEvidence(f"{key.paper_id}v{key.version}")
        # The links lead to the version that was summarized, even if the paper has a newer one.
        return PaperEvidence(Card(replace(paper, version=key.version), summary=summary), key.language)

    async def digest_now(
        self, requester: Requester, ref: ChatRef
    ) -> DigestComing | DigestPromised | NothingNow | Busy | NotAllowed:
        """Write a digest of the papers that are new to the chat; they count as delivered, and the delivery sends it.

        Where something is still missing that will bring papers, the digest is promised, and sent when it is there.
        """
        if not requester.is_admin:
            return NotAllowed()
        await self._known(ref, manages=True)
        # Checked first: without a topic, "nothing is new" would be a misleading answer.
        following = len(await self._store.subscriptions(ref))
        if not following:
            return NothingNow("", 0)
        try:
            digest = await self._digest(ref)
        except RetryLater as error:
            log.warning("digest not composed", chat=str(ref), why=str(error))
            return Busy(why_put_off(error), error.retry_after)
        if isinstance(digest, NothingToSend) and digest.awaited is not None:
            return await self._awaited.promise(ref, digest.awaited)
        if isinstance(digest, NothingToSend):
            return NothingNow(digest.why, following)
        return DigestComing(len(digest.cards), len(digest.also))

    async def resend(self, requester: Requester, ref: ChatRef, number: str) -> Resent | NotAllowed | Stale:
        """Send again a message that may not have arrived. It must be one of this chat, and is sent only once more."""
        if not requester.is_admin:
            return NotAllowed()
        async with self._resending:  # otherwise two presses at once could both find it in doubt
            # 18 digits fit the database's integer; more would raise there.
            is_number = number.isascii() and number.isdecimal() and len(number) <= 18
            delivery = await self._store.delivery(int(number)) if is_number else None
            if delivery is None or delivery.chat != ref or delivery.state is not DeliveryState.IN_DOUBT:
                return Stale()
            if not await self._store.reopen(delivery.id, self._clock.now(), "asked for again"):
                return Stale()
        log.info("delivery asked for again", delivery=delivery.id, chat=str(ref))
        return Resent()

    # ── forgetting, suspending, moving ──

    async def forget(self, requester: Requester, ref: ChatRef) -> Forgotten | NotAllowed:
        """Delete the chat with its topics, settings, deliveries, votes and what was learned from them."""
        if not requester.is_admin:
            return NotAllowed()
        await self._store.forget(ref)
        log.info("chat forgotten", chat=str(ref))
        return Forgotten()

    async def suspend(self, ref: ChatRef, why: str) -> None:
        """Send nothing to a chat, and a group's forum topics, until it is resumed: the platform refuses the bot."""
        for chat in await self._served_at(ref):
            await self._store.suspend(chat.ref, why, self._clock.now())
            log.info("chat suspended", chat=str(chat.ref), why=why)

    async def receives(self, ref: ChatRef) -> bool:
        """Whether digests go to a chat or to one of a group's forum topics: it has topics and is not suspended."""
        return any(
            [not chat.suspended and await self._store.subscriptions(chat.ref) for chat in await self._served_at(ref)]
        )

    async def resume(self, ref: ChatRef) -> None:
        """Send to a chat again, and to a group's forum topics: the platform says that it can be reached."""
        # `_known` resumes: a topic of a group can be reached again when the group can.
        for chat in await self._store.chats_at(ref):
            await self._known(chat.ref, manages=not chat.bot)

    async def _served_at(self, ref: ChatRef) -> list[Chat]:
        return [chat for chat in await self._store.chats_at(ref) if self._bot is None or chat.bot in self._bot.served]

    async def move(self, old: ChatRef, new: ChatRef) -> None:
        """Give a chat its new id, with everything that is kept of it."""
        await self._store.move_chat(old, new, self._clock.now())
        log.info("chat moved", chat=str(old), to=str(new))

    # ── the chat itself ──

    async def _known(self, ref: ChatRef, title: str = "", *, manages: bool = False) -> Chat | None:
        """The chat, resumed and with its present title; None if it is not known.

        `manages`: somebody who manages the chat uses this bot there, which serves it from now on. A suspended chat is
        served by whichever bot is used: the one before cannot reach it.
        """
        chat = await self._store.chat(ref)
        if chat is None:
            return None
        if self._bot is not None and chat.bot != self._bot.id and (manages or chat.suspended):
            await self._store.bind_bot(ref, self._bot.id)
            log.info("chat bound", chat=str(ref), bot=self._bot.id)
            chat = replace(chat, bot=self._bot.id)
        if chat.suspended:
            # From now on: the digests that fell due meanwhile are not sent one after the other.
            now = self._clock.now()
            due = next_due(chat, now)
            await self._store.resume(ref, due, now)
            log.info("chat resumed", chat=str(ref))
            chat = replace(chat, suspended=None, next_due_at=due)
        # People may have renamed the chat since it was stored.
        if title and title != chat.title:
            chat = await self._store.change_chat(ref, self._clock.now(), title=title)
        return chat

    async def _known_or_new(self, ref: ChatRef) -> Chat:
        return await self._known(ref) or self._new_chat(ref)

    async def _ensure(self, ref: ChatRef, title: str, manages: bool) -> Chat:
        return await self._known(ref, title, manages=manages) or await self._create(ref, title)

    def _new_chat(self, ref: ChatRef, title: str = "") -> Chat:
        chat = self._defaults.new_chat(ref, self._clock.now(), title)
        # The person's own language where the platform tells it: a group has no person's.
        language = "" if ref.is_group else language_code(language_of_new_chats())
        chat = replace(chat, language=language or chat.language)
        return replace(chat, bot=self._bot.id) if self._bot is not None else chat

    async def _create(self, ref: ChatRef, title: str) -> Chat:
        chat = await self._store.add_chat(self._new_chat(ref, title))
        log.info("chat created", chat=str(ref))
        return chat

    def _due_locally(self, chat: Chat) -> datetime | None:
        """When the next digest is due, in the chat's own time zone; None while it is paused until told."""
        # A due time in the past is that of a digest about to be written; people ask for the next one.
        now = self._clock.now()
        due = chat.next_due_at if chat.next_due_at and chat.next_due_at > now else next_due(chat, now)
        return due.astimezone(ZoneInfo(chat.timezone)) if due else None
