"""The composition root: settings → adapters → a running app. The only place where the parts meet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot import pipeline
from bot import topics as topic_language
from bot.arxiv import calendar
from bot.conversation import Conversation, Defaults, Operators
from bot.decisions import ledger
from bot.decisions.digest_content import SummaryOptions
from bot.errors import BadSetting, BadTopic, StoreUnavailable, TellUser
from bot.model import ARCHIVE, Card, ChatRef, Depth, Digest, NothingToSend, PaperRef, Platform
from bot.pipeline import DigestBuilder
from bot.ports import Clock, Makers, PaperSource, Reader, Renderer, Store
from bot.service import lease, status, status_text
from bot.service.clock import SystemClock
from bot.service.counting import CountingUsage, Counts
from bot.settings import Settings


@dataclass(slots=True)
class App:
    """Everything that one process works with. `wake` is called when a digest was written that should go out at once."""

    settings: Settings
    clock: Clock
    store: Store
    source: PaperSource
    reader: Reader
    makers: Makers
    renderers: Mapping[Platform, Renderer]
    counts: Counts = field(default_factory=Counts)
    wake: Callable[[], None] = field(default=lambda: None)

    @property
    def builder(self) -> DigestBuilder:
        return DigestBuilder(self.renderers, self.makers, self.reader)

    @property
    def options(self) -> SummaryOptions:
        """How the operator wants papers told where no chat says otherwise."""
        return SummaryOptions(self.settings.language)

    @property
    def defaults(self) -> Defaults:
        """What a new chat starts with."""
        return Defaults(self.settings.language, self.settings.timezone, self.settings.digest_time)

    def conversation(self) -> Conversation:
        operators = Operators(frozenset(self.settings.admins), self.health)
        return Conversation(self.store, self.clock, self.read, self.digest, self.defaults, operators)

    async def health(self) -> list[str]:
        """How the service is, a sentence a line."""
        return status_text.sentences(await status.gather(self.store, self.clock))

    async def read(self, ref: PaperRef, language: str, depth: Depth) -> Card:
        """One paper, read now (`bot.conversation.ReadPaper`)."""
        return await pipeline.read_now(self.store, self.source, self.builder, self.clock, ref, language, depth)

    async def digest(self, ref: ChatRef) -> Digest | NothingToSend:
        """What a chat has not had, written into the outbox (`bot.conversation.DigestNow`)."""
        await pipeline.match(self.store)
        chat = await self.store.chat(ref)
        if chat is None:
            return NothingToSend("This chat follows no topic yet.")
        digest = await pipeline.digest_now(self.store, self.builder, chat, self.clock)
        self.wake()
        return digest or NothingToSend(await self._why_nothing())

    async def _why_nothing(self) -> str:
        now = self.clock.now()
        latest = await self.store.latest_day()
        if latest is None:
            return "arXiv is being asked for its latest listing; try again in a minute."
        today = calendar.listing_day(now)
        if latest < today:
            return f"The listing of {today:%A %d %B} is not here yet; everything up to {latest:%A %d %B} has been sent."
        return f"Everything up to the listing of {latest:%A %d %B} has been sent; the next one comes on a working day."


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Clock | None = None, *, patient: bool = False, hurried: bool = False
) -> AsyncIterator[App]:
    """The parts, wired; closed in reverse order. Raises `StoreUnavailable`, `BadSetting`, and `TellUser` where the
    database is older than this version and a service works on it; `patient` waits for one that may be dead.
    `hurried` is for a person who waits: where arXiv cannot be reached, it is not asked again."""
    from bot.reading.reader import ArxivReader
    from bot.sources.arxiv_source import ArxivSource
    from bot.sources.fetch import Fetcher
    from bot.sources.gate import Gate
    from bot.storage.store import open_store
    from bot.summaries.chain import build as build_makers

    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        make_data_dir(settings.data_dir)
        store = await stack.enter_async_context(await open_store(settings.database, partial(_alone, clock, patient)))
        gate = Gate(
            clock,
            settings.arxiv_delay_seconds,
            hurried=hurried,
            load=lambda: store.value("arxiv gate"),
            save=lambda state: store.remember_value("arxiv gate", state),
        )
        fetcher = await stack.enter_async_context(Fetcher(settings, gate))
        source = ArxivSource(settings, fetcher)
        reader = ArxivReader(fetcher, settings, license_of=source.license)
        counts = Counts()
        makers = await stack.enter_async_context(build_makers(settings, clock, CountingUsage(store, counts)))
        yield App(settings, clock, store, source, reader, makers, renderers(), counts)


@asynccontextmanager
async def _alone(clock: Clock, patient: bool, store: Store) -> AsyncIterator[None]:
    """While a database is changed for this version, nobody of the older one works on it."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(lease.held(store, clock, patient=patient))
        except TellUser as error:
            raise TellUser(f"The database is an older version's and would have to be changed first. {error}") from None
        yield


def make_data_dir(path: Path) -> None:
    """Raises `StoreUnavailable` with one sentence where the directory cannot be made or written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"DATA_DIR {path} cannot be made ({error.strerror}); choose another.") from None


def renderers() -> dict[Platform, Renderer]:
    """How each platform's digests are written."""
    from handlers.discord.cards import DiscordRenderer
    from handlers.telegram.cards import TelegramRenderer

    return {Platform.TELEGRAM: TelegramRenderer(), Platform.DISCORD: DiscordRenderer()}


def default_topics(settings: Settings) -> list[str]:
    """The topics of DEFAULT_TOPICS in their normal form. Raises `BadSetting` that names the one at fault."""
    found = []
    for text in settings.default_topics:
        try:
            found.append(topic_language.parse(text).query)
        except BadTopic as error:
            several = " Topics are separated by “;”." if "," in text else ""
            raise BadSetting("DEFAULT_TOPICS", f"“{text}” is no topic: {error}{several}") from None
    return found


async def follow_default_topics(app: App) -> None:
    """Let the archive follow DEFAULT_TOPICS, and nothing else that it followed before. Raises `BadSetting`."""
    wanted = default_topics(app.settings)
    if await app.store.chat(ARCHIVE) is None:
        await app.store.add_chat(app.defaults.new_chat(ARCHIVE, app.clock.now()))
    now = app.clock.now()
    since = ledger.since(await app.store.latest_day())
    followed = {subscription.topic for subscription in await app.store.subscriptions(ARCHIVE)}
    for topic in wanted:
        if topic not in followed:
            await app.store.subscribe(ARCHIVE, topic, since, now)
    if wanted:
        for topic in followed - set(wanted):
            await app.store.unsubscribe(ARCHIVE, topic)
