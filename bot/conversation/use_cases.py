"""`Conversation`: what each chat command does, on any platform. Expected outcomes are values; surprises are raised."""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot import topics
from bot.arxiv import categories, ids
from bot.conversation import setting_values
from bot.conversation.results import (
    AlreadySubscribed,
    Busy,
    Changed,
    Choices,
    ConfirmForget,
    DigestComing,
    Followed,
    Forgotten,
    Health,
    Help,
    Incomplete,
    NotAccepted,
    NotALink,
    NotAllowed,
    NothingNow,
    NotOperator,
    NotSubscribed,
    NotUnderstood,
    PaperCard,
    Privacy,
    Requester,
    Resent,
    SettingsView,
    Stale,
    Subscribed,
    Subscriptions,
    Suggestion,
    TooMany,
    UnknownPaper,
    Unreadable,
    Unsubscribed,
    Welcome,
    Withdrawn,
    topic_key,
)
from bot.decisions import ledger
from bot.decisions.due_times import next_due
from bot.errors import BadTopic, GiveUp, NoSuchPaper, RetryLater
from bot.model import (
    Card,
    Chat,
    ChatRef,
    DeliveryState,
    Depth,
    Digest,
    NothingToSend,
    PaperRef,
    SubscribeResult,
    Subscription,
)
from bot.ports import Clock, Store

log = structlog.get_logger()

MOST_SUBSCRIPTIONS = 50
"""Topics that one chat may follow."""

READINGS_AT_ONCE = 3
"""/summarize requests of one chat that may be under way together."""

LONGEST_CHOICE = 100
"""Characters that a platform's autocompletion takes."""


class ReadPaper(Protocol):
    """Reads one paper now. Raises `NoSuchPaper`, `RetryLater` or `GiveUp`; a withdrawn paper comes back as its card."""

    async def __call__(self, ref: PaperRef, language: str, depth: Depth) -> Card: ...


class DigestNow(Protocol):
    """Writes a digest of what the chat has not had into the outbox and returns it, or why there is none.

    Raises `RetryLater`.
    """

    async def __call__(self, ref: ChatRef) -> Digest | NothingToSend: ...


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new chat starts with."""

    language: str = "en"
    timezone: str = "UTC"
    digest_time: time = time(9, 0)


@dataclass(frozen=True, slots=True)
class Operators:
    """Who runs this Paperboy (`telegram:ID`, `discord:ID`), and what tells them how it is."""

    who: frozenset[str]
    health: Callable[[], Awaitable[Sequence[str]]]


class Conversation:
    """The use cases. `ref` is always the chat that a command is about, which need not be the one it was typed in.

    Every method may raise `StoreUnavailable`. Whoever speaks in a suspended chat resumes it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        read: ReadPaper,
        digest: DigestNow,
        defaults: Defaults,
        operators: Operators | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._read = read
        self._digest = digest
        self._defaults = defaults
        self._operators = operators
        self._reading: Counter[ChatRef] = Counter()
        self._resending = asyncio.Lock()

    # ── beginning and help ──

    async def start(self, ref: ChatRef, title: str = "") -> Welcome:
        known = await self._known(ref, title)
        chat = known or await self._create(ref, title)
        return Welcome(chat, known is None, len(await self._store.subscriptions(ref)))

    async def help(self) -> Help:
        return Help()

    async def privacy(self) -> Privacy:
        return Privacy()

    async def health(self, asker: Requester, ref: ChatRef) -> Health | NotOperator:
        """How the service is. It names other chats, so a Telegram group, where everybody reads along, is not told."""
        if self._operators is None or ref.is_group or f"{ref.platform}:{asker.user_id}" not in self._operators.who:
            return NotOperator()
        return Health(tuple(await self._operators.health()))

    # ── topics ──

    async def subscribe(
        self, asker: Requester, ref: ChatRef, query: str, title: str = ""
    ) -> Subscribed | AlreadySubscribed | NotUnderstood | TooMany | NotAllowed | Incomplete:
        """Let the chat follow a topic, beginning with the latest listing."""
        if not asker.is_admin:
            return NotAllowed("change what it follows")
        if not query.strip():
            return Incomplete("subscribe")
        try:
            topic = topics.parse(query)
        except BadTopic as error:
            return NotUnderstood(error.query, str(error), error.position, topics.pointer(error))
        explained = topics.explain(topic)
        chat = await self._known(ref, title) or await self._create(ref, title)
        following = await self._store.subscriptions(ref)
        now = self._clock.now()
        since = ledger.since(await self._store.latest_day())
        match await self._store.subscribe(ref, topic.query, since, now, limit=MOST_SUBSCRIPTIONS):
            case SubscribeResult.ALREADY_SUBSCRIBED:
                return AlreadySubscribed(topic.query, explained)
            case SubscribeResult.TOO_MANY:
                return TooMany(MOST_SUBSCRIPTIONS)
        return Subscribed(chat, topic.query, explained, since, self._due_locally(chat), len(following) + 1)

    async def unsubscribe(
        self, asker: Requester, ref: ChatRef, what: str
    ) -> Unsubscribed | NotSubscribed | NotAllowed | Incomplete:
        """`what` is a topic as typed, its number in the chat's list, or its `topic_key`."""
        if not asker.is_admin:
            return NotAllowed("change what it follows")
        await self._known(ref)
        following = await self._store.subscriptions(ref)
        if not what.strip() and following:
            return Incomplete("unsubscribe")
        found = _find(following, what.strip())
        if found is None or not await self._store.unsubscribe(ref, found.topic):
            return NotSubscribed(what.strip(), _closest_first(following, what))
        return Unsubscribed(found.topic, len(following) - 1)

    async def unsubscribe_key(self, asker: Requester, ref: ChatRef, key: str) -> Unsubscribed | NotAllowed | Stale:
        """As `unsubscribe`, for a button that names the topic by its `topic_key`."""
        following = await self._store.subscriptions(ref)
        found = next((each.topic for each in following if topic_key(each.topic) == key), None)
        if found is None:
            return Stale()
        result = await self.unsubscribe(asker, ref, key)
        return Stale() if isinstance(result, NotSubscribed | Incomplete) else result

    async def subscriptions(self, ref: ChatRef) -> Subscriptions:
        chat = await self._known(ref) or self._new_chat(ref)
        return Subscriptions(chat, tuple(_followed(each) for each in await self._store.subscriptions(ref)))

    async def suggest(self, ref: ChatRef, prefix: str) -> list[Suggestion]:
        """The chat's own topics that hold `prefix`, for /unsubscribe; `value` is what `unsubscribe` takes."""
        wanted = prefix.strip().casefold()
        found = [each.topic for each in await self._store.subscriptions(ref) if wanted in each.topic.casefold()]
        return [
            Suggestion(topic if len(topic) <= LONGEST_CHOICE else topic_key(topic), _shortened(topic))
            for topic in found
        ]

    async def suggest_categories(self, prefix: str, limit: int = 25) -> list[Suggestion]:
        """arXiv categories whose code or name holds `prefix`, for /subscribe; codes that begin with it come first."""
        found = categories.search(prefix.strip().removeprefix("cat:"), limit)
        return [Suggestion(f"cat:{code}", _shortened(f"{code} – {categories.CATEGORIES[code]}")) for code in found]

    # ── papers ──

    async def summarize(
        self, ref: ChatRef, link: str, depth: Depth | None = None
    ) -> PaperCard | NotALink | UnknownPaper | Withdrawn | Unreadable | Busy | Incomplete:
        """Read one paper in the chat's language, at the chat's depth where none is given."""
        if not link.strip():
            return Incomplete("summarize")
        target = ids.resolve(link.strip())
        if isinstance(target, ids.NotAPaperLink):
            return NotALink(link.strip(), target.why)
        if self._reading[ref] >= READINGS_AT_ONCE:
            return Busy(f"I am already reading {READINGS_AT_ONCE} papers for this chat; ask again when they are here.")
        chat = await self._known(ref) or self._new_chat(ref)
        self._reading[ref] += 1
        try:
            return await self._read_now(chat, target, depth or chat.depth)
        finally:
            self._reading[ref] -= 1
            if not self._reading[ref]:
                del self._reading[ref]

    async def _read_now(
        self, chat: Chat, target: PaperRef, depth: Depth
    ) -> PaperCard | UnknownPaper | Withdrawn | Unreadable | Busy:
        try:
            card = await self._read(target, chat.language, depth)
        except NoSuchPaper as error:
            return UnknownPaper(str(target), str(error))
        except RetryLater as error:
            log.info("paper not read", paper=str(target), why=str(error))
            return Busy(str(error), error.retry_after)
        except GiveUp as error:
            log.warning("paper cannot be read", paper=str(target), why=str(error))
            return Unreadable(str(target), str(error))
        if card.paper.withdrawn:
            return Withdrawn(card)
        return PaperCard(card, chat.language, depth)

    async def digest_now(self, asker: Requester, ref: ChatRef) -> DigestComing | NothingNow | Busy | NotAllowed:
        """Write a digest of what is new for the chat; its papers are taken, and delivery sends it."""
        if not asker.is_admin:
            return NotAllowed("call for a digest now")
        await self._known(ref)
        following = len(await self._store.subscriptions(ref))
        if not following:
            return NothingNow("This chat follows no topic yet.", 0)
        try:
            digest = await self._digest(ref)
        except RetryLater as error:
            log.warning("digest not composed", chat=str(ref), why=str(error))
            return Busy(str(error), error.retry_after)
        if isinstance(digest, NothingToSend):
            return NothingNow(digest.why, following)
        return DigestComing(len(digest.cards), len(digest.also))

    async def resend(self, asker: Requester, ref: ChatRef, number: str) -> Resent | NotAllowed | Stale:
        """Send a message of unknown fate again; only this chat's own, and once however often the button is pressed."""
        if not asker.is_admin:
            return NotAllowed("have a message sent again")
        async with self._resending:
            known = number.isascii() and number.isdecimal() and len(number) <= 18
            delivery = await self._store.delivery(int(number)) if known else None
            if delivery is None or delivery.chat != ref or delivery.state is not DeliveryState.IN_DOUBT:
                return Stale()
            if not await self._store.reopen(delivery.id, self._clock.now(), "asked for again"):
                return Stale()
        log.info("delivery asked for again", delivery=delivery.id, chat=str(ref))
        return Resent()

    # ── settings ──

    async def settings(self, ref: ChatRef) -> SettingsView:
        chat = await self._known(ref) or self._new_chat(ref)
        return SettingsView(chat, self._due_locally(chat))

    async def choices(self, ref: ChatRef, name: str) -> Choices | NotAccepted:
        """Common values of one setting, for buttons."""
        chat = await self._known(ref) or self._new_chat(ref)
        return setting_values.choices(chat, name)

    async def suggest_values(self, ref: ChatRef, name: str, prefix: str) -> list[Suggestion]:
        """Common values of one setting that hold `prefix`; unlike `choices`, this resumes nothing."""
        offered = setting_values.choices(await self._store.chat(ref) or self._new_chat(ref), name)
        options = offered.options if isinstance(offered, Choices) else ()
        wanted = prefix.strip().casefold()
        return [Suggestion(value, label) for value, label in options if wanted in label.casefold()]

    async def change(
        self, asker: Requester, ref: ChatRef, name: str, value: str, title: str = ""
    ) -> Changed | NotAccepted | NotAllowed:
        """Change one setting (`values.NAMES`). A new time or time zone sets the next digest anew."""
        if not asker.is_admin:
            return NotAllowed("change its settings")
        change = setting_values.read(name, value, self._clock.now())
        if isinstance(change, NotAccepted):
            return change
        chat = await self._known(ref, title) or await self._create(ref, title)
        stored = await self._store.change_chat(ref, self._clock.now(), **change.fields)
        changed = stored or change.apply(chat)  # a chat forgotten meanwhile stays forgotten
        return Changed(changed, change.name, change.shown, self._due_locally(changed))

    # ── coming and going ──

    async def ask_forget(self, asker: Requester, ref: ChatRef) -> ConfirmForget | NotAllowed:
        """The question before `forget`."""
        if not asker.is_admin:
            return NotAllowed("make me forget it")
        return ConfirmForget(len(await self._store.subscriptions(ref)))

    async def forget(self, asker: Requester, ref: ChatRef) -> Forgotten | NotAllowed:
        """Unsubscribe from everything and delete what is known of the chat."""
        if not asker.is_admin:
            return NotAllowed("make me forget it")
        await self._store.forget(ref)
        log.info("chat forgotten", chat=str(ref))
        return Forgotten()

    async def suspend(self, ref: ChatRef, why: str) -> None:
        """The platform says that nothing can be sent there any more; a group's forum topics go with it."""
        for chat in await self._at(ref):
            await self._store.suspend(chat.ref, why)
            log.info("chat suspended", chat=str(chat.ref), why=why)

    async def receives(self, ref: ChatRef) -> bool:
        """Whether digests go there, or to one of a group's forum topics, until it is suspended."""
        return any([not chat.suspended and await self._store.subscriptions(chat.ref) for chat in await self._at(ref)])

    async def resume(self, ref: ChatRef) -> None:
        """The platform says that it can be reached again, and a group's forum topics with it."""
        topics = await self._at(ref) if ref.is_group else []
        for each in {ref, *(chat.ref for chat in topics)}:
            await self._known(each)

    async def _at(self, ref: ChatRef) -> list[Chat]:
        """A chat and, of a group, its forum topics; those that are known."""
        place = (ref.platform, ref.id)
        return [
            chat
            for chat in await self._store.chats()
            if chat.ref == ref or (chat.ref.platform, chat.ref.place) == place
        ]

    async def move(self, old: ChatRef, new: ChatRef) -> None:
        await self._store.move_chat(old, new)
        log.info("chat moved", chat=str(old), to=str(new))

    # ── the chat itself ──

    async def _known(self, ref: ChatRef, title: str = "") -> Chat | None:
        chat = await self._store.chat(ref)
        if chat is None:
            return None
        if chat.suspended:
            due = next_due(chat, self._clock.now())
            await self._store.resume(ref, due)
            log.info("chat resumed", chat=str(ref))
            chat = replace(chat, suspended=None, next_due_at=due)
        if title and title != chat.title:
            chat = await self._store.change_chat(ref, self._clock.now(), title=title)
        return chat

    def _new_chat(self, ref: ChatRef, title: str = "") -> Chat:
        now = self._clock.now()
        chat = Chat(
            ref,
            title,
            language=self._defaults.language,
            timezone=self._defaults.timezone,
            digest_time=self._defaults.digest_time,
            created_at=now,
        )
        return replace(chat, next_due_at=next_due(chat, now))

    async def _create(self, ref: ChatRef, title: str) -> Chat:
        chat = await self._store.add_chat(self._new_chat(ref, title))
        log.info("chat created", chat=str(ref))
        return chat

    def _due_locally(self, chat: Chat) -> datetime:
        now = self._clock.now()
        due = chat.next_due_at if chat.next_due_at and chat.next_due_at > now else next_due(chat, now)
        return due.astimezone(ZoneInfo(chat.timezone))


def _followed(subscription: Subscription) -> Followed:
    topic = subscription.topic
    try:
        explained = topics.explain(topics.parse(topic))
    except BadTopic:  # written by an older grammar: still listed, so that it can be removed
        explained = topic
    return Followed(topic, explained, topic_key(topic), subscription.since)


def _find(following: Sequence[Subscription], what: str) -> Subscription | None:
    number = what.removeprefix("#")
    if number.isdecimal() and len(number) <= 3:
        return following[int(number) - 1] if 1 <= int(number) <= len(following) else None
    try:
        query = topics.parse(what).query
    except BadTopic:
        query = what
    wanted = {what, query}
    return next((each for each in following if each.topic in wanted or topic_key(each.topic) == what), None)


def _closest_first(following: Sequence[Subscription], what: str) -> tuple[Followed, ...]:
    def likeness(each: Subscription) -> float:
        return difflib.SequenceMatcher(None, what.casefold(), each.topic.casefold()).ratio()

    return tuple(_followed(each) for each in sorted(following, key=likeness, reverse=True))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_CHOICE else text[: LONGEST_CHOICE - 1] + "…"
