"""The first minute of a chat: what its people work on, three papers that would have come, and where they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from bot import topics
from bot.conversation import areas, time_zones
from bot.conversation.beginning_results import AreaOffer, AskPlace, AskTopic, GroupWelcome, Settled
from bot.conversation.chat_records import ChatRecords
from bot.conversation.clock_words import time_of_day
from bot.conversation.dependencies import Defaults, Insight
from bot.conversation.following import Following
from bot.conversation.likely_zones import likely_zones
from bot.conversation.questions import Question, Questions
from bot.conversation.results import NotAllowed, Requester, Result, Stale, Welcome
from bot.conversation.setting_results import NotAccepted
from bot.conversation.setting_values import Change, read
from bot.conversation.topic_results import AlreadySubscribed, Subscribed, TooMany
from bot.conversation.undo import Undo
from bot.decisions.spreading import DEFAULT_TIME
from bot.locales import current_language
from bot.model import FOREVER, Card, Chat, ChatKind, ChatRef, Depth, Kept, Paper, SummaryKey
from bot.ports import Clock, Store

FIRST_TIME = time(8, 0)
"""When digests come that nobody chose a time for, once the time zone is known."""

PLACE = "timezone"
"""`Question.asked` of the question where somebody is."""

GREETED_FOR = timedelta(days=1)
"""A group that the bot is added to again within this time is not greeted again."""

_KIND, _PLACE_ANSWERED, _GREETED = "beginning", "place", "greeted"


class Beginning:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        insight: Insight,
        defaults: Defaults,
        following: Following,
        questions: Questions,
        undo: Undo,
        chats: ChatRecords,
    ) -> None:
        self._store, self._clock, self._insight, self._defaults = store, clock, insight, defaults
        self._following, self._questions, self._undo = following, questions, undo
        self._chats = chats

    async def note_kind(self, ref: ChatRef, kind: ChatKind) -> None:
        """Store what kind of place a chat is, if it is stored itself."""
        if kind is ChatKind.UNKNOWN:
            return
        chat = await self._store.chat(ref)
        if chat is not None and chat.kind is not kind:
            await self._store.change_chat(ref, self._clock.now(), kind=kind)

    async def added(self, ref: ChatRef, title: str, kind: ChatKind) -> GroupWelcome | None:
        """What to say in a group that the bot was added to; None if it was said there within a day."""
        now = self._clock.now()
        if await self._store.kept(ref, _KIND, _GREETED, now) is not None:
            return None
        await self._store.keep(Kept(ref, _KIND, _GREETED, {}, now + GREETED_FOR), now)
        chat = await self._store.chat(ref) or self._chats.new(ref, title)
        return GroupWelcome(replace(chat, kind=kind), len(await self._store.subscriptions(ref)))

    # ── what somebody works on ──

    async def has_begun(self, ref: ChatRef) -> bool:
        """Whether a chat is stored: somebody has set it up, or said /start there."""
        return await self._store.chat(ref) is not None

    async def start(
        self, requester: Requester, ref: ChatRef, kind: ChatKind, title: str = ""
    ) -> AskTopic | GroupWelcome | Welcome:
        """Create the chat if it is new; ask what its people work on, unless it follows something already."""
        chat = await self._chats.ensure(ref, title, manages=requester.is_admin)
        if number := len(await self._store.subscriptions(ref)):
            return Welcome(chat, number)
        if kind in (ChatKind.PRIVATE, ChatKind.UNKNOWN):
            return AskTopic(chat, kind is ChatKind.PRIVATE)
        return GroupWelcome(chat, 0)

    async def ask_topic(
        self, requester: Requester, ref: ChatRef, title: str = "", *, may_type: bool = False
    ) -> AskTopic | NotAllowed:
        """Ask what the chat's people work on, for a button."""
        if not requester.is_admin:
            return NotAllowed()
        chat = await self._chats.known_or_new(ref, title, manages=True)
        return AskTopic(chat, may_type)

    async def area(
        self, requester: Requester, ref: ChatRef, key: str, *, may_type: bool = False
    ) -> AreaOffer | NotAllowed | Stale:
        """What an area, or a category, would have brought last week, before anything is followed."""
        if not requester.is_admin:
            return NotAllowed()
        found = areas.area(key)
        if found is None:
            return Stale()
        tested = await self._insight.backtest(found.query)
        chat = await self._store.chat(ref)
        language = chat.language if chat else self._defaults.language
        return AreaOffer(found, tested, await self._cards(tested.shown, language), may_type)

    async def pick(
        self, requester: Requester, ref: ChatRef, asked_in: ChatRef, kind: ChatKind, key: str, title: str = ""
    ) -> Subscribed | AskPlace | AlreadySubscribed | TooMany | NotAllowed | Stale:
        """Follow an area or a category, whose papers have just been shown."""
        if not requester.is_admin:
            return NotAllowed()
        found = areas.area(key)
        if found is None:
            return Stale()
        done = await self._following.follow(ref, topics.parse(found.query), title)
        if not isinstance(done, Subscribed):
            return done
        asked = await self.after_first_topic(requester, asked_in, kind, done)
        return replace(asked, backtest=None) if isinstance(asked, AskPlace) else asked

    async def _cards(self, papers: tuple[Paper, ...], language: str) -> tuple[Card, ...]:
        keys = [SummaryKey(paper.id, paper.version, language, Depth.BRIEF) for paper in papers]
        stored = await self._store.summaries(keys)
        return tuple(Card(paper, summary=stored.get(key)) for paper, key in zip(papers, keys, strict=True))

    # ── where they are ──

    async def after_first_topic(
        self, requester: Requester, asked_in: ChatRef, kind: ChatKind, followed: Subscribed
    ) -> Subscribed | AskPlace:
        """Ask where the chat's people are once they follow their first topic, unless that is known or was answered
        before."""
        # The chat may have been created a moment ago, when its kind was not stored yet.
        chat = replace(followed.chat, kind=kind)
        if followed.following != 1 or chat.timezone != self._defaults.timezone:
            return followed
        if await self._store.kept(chat.ref, _KIND, _PLACE_ANSWERED, self._clock.now()) is not None:
            return followed
        may_type = await self._take_next_message(requester, asked_in, kind, chat.ref)
        zones, at = self._zones(requester, chat), self._time(chat)
        return AskPlace(chat, followed.topic, zones, at, may_type, followed.backtest, followed.undo)

    async def at(
        self, requester: Requester, ref: ChatRef, asked_in: ChatRef, kind: ChatKind, hour: str
    ) -> AskPlace | AskTopic | NotAllowed | Stale:
        """Choose the hour of digests ("8"), and ask for the place again."""
        if not requester.is_admin:
            return NotAllowed()
        if not (hour.isascii() and hour.isdecimal() and int(hour) < 24):
            return Stale()
        return await self._at(requester, ref, asked_in, kind, time(int(hour)))

    async def _at(
        self, requester: Requester, ref: ChatRef, asked_in: ChatRef, kind: ChatKind, at: time
    ) -> AskPlace | AskTopic:
        before = await self._chats.ensure(ref, manages=True)
        changed = await self._store.change_chat(ref, self._clock.now(), digest_time=at)
        chat = changed or before  # a chat forgotten meanwhile stays forgotten
        may_type = await self._take_next_message(requester, asked_in, kind, ref)
        followed = await self._store.subscriptions(ref)
        if not followed:  # taken back meanwhile
            return AskTopic(chat, may_type)
        zones, undo = self._zones(requester, chat), await self._undo.offer_restoring(before, chat)
        return AskPlace(chat, followed[-1].topic, zones, self._time(chat), may_type, undo=undo)

    async def zone(self, requester: Requester, ref: ChatRef, name: str) -> Settled | NotAccepted | NotAllowed:
        """Choose the time zone by any name, or keep the present one with "". The first digest comes at `FIRST_TIME`
        there if nobody chose another time."""
        if not requester.is_admin:
            return NotAllowed()
        chat, now, undo = await self._chats.ensure(ref, manages=True), self._clock.now(), ""
        if name:
            change = await self._read_zone(name, chat)
            if isinstance(change, NotAccepted):
                return change
            place, at = change.fields["timezone"], self._time(chat)
            before, chat = chat, await self._store.change_chat(ref, now, timezone=place, digest_time=at) or chat
            undo = await self._undo.offer_restoring(before, chat)
        await self._store.keep(Kept(ref, _KIND, _PLACE_ANSWERED, {}, FOREVER), now)
        here = now.astimezone(ZoneInfo(chat.timezone))
        return Settled(chat, self._chats.due_locally(chat) or here, here, undo)

    async def answer(self, requester: Requester, question: Question, text: str) -> Result | None:
        """The result of a message that may answer a question of this module; None if it answers none."""
        if question.asked != PLACE:
            return None
        chat = await self._chats.as_stored(question.about)
        change = await self._read_zone(text, chat)
        if not isinstance(change, NotAccepted):
            return await self.zone(requester, question.about, text)
        if requester.is_admin and (at := time_of_day(text)) is not None:
            # Only a private chat's next message is taken as an answer. The place is still to be told.
            return await self._at(requester, question.about, question.about, ChatKind.PRIVATE, at)
        if not await asyncio.to_thread(time_zones.resembles_one, text):
            # Something else than a place was written, which is answered as if nothing had been asked.
            return None
        await self._questions.ask(question.about, requester.user_id, question)
        return change

    async def _read_zone(self, given: str, chat: Chat) -> Change | NotAccepted:
        # In a thread: the names of all languages are compared.
        return await asyncio.to_thread(read, "timezone", given, chat, self._clock.now())

    def _zones(self, requester: Requester, chat: Chat) -> tuple[str, ...]:
        return likely_zones(requester.language or current_language(), chat.timezone)

    def _time(self, chat: Chat) -> time:
        """The digest time, `FIRST_TIME` while nobody has chosen one: neither the operator nor the chat's people."""
        untouched = self._defaults.new_chat(chat.ref, self._clock.now()).digest_time
        is_chosen = self._defaults.digest_time != DEFAULT_TIME or chat.digest_time != untouched
        return chat.digest_time if is_chosen else FIRST_TIME

    async def _take_next_message(self, requester: Requester, asked_in: ChatRef, kind: ChatKind, about: ChatRef) -> bool:
        """Take the person's next message as the place; only in their private chat, about itself."""
        if kind is not ChatKind.PRIVATE or asked_in != about:
            return False
        await self._questions.ask(asked_in, requester.user_id, Question(PLACE, about, {}))
        return True
