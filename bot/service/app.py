"""The composition root: builds the adapters from the settings and connects them. Nothing else knows all parts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from bot import pipeline
from bot import topics as topic_language
from bot.arxiv import calendar
from bot.conversation import Conversation, Defaults, Operators
from bot.decisions import ledger, spreading
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.spreading import Load
from bot.errors import BadSetting, BadTopic, StoreUnavailable, TellUser
from bot.model import ARCHIVE, Bot, Card, ChatRef, Depth, Digest, NothingToSend, PaperRef, Platform, is_interest
from bot.pipeline import DayOrder, DigestBuilder, Embedding, Insight, Learning, Patience, Rankings, VectorMaking
from bot.pipeline.making import EXTRACTIVE
from bot.pipeline.named_papers import PaperFinder
from bot.pipeline.upkeep import Limits, UpkeepResult
from bot.ports import (
    CachedReadings,
    Clock,
    Embedder,
    Library,
    Makers,
    PaperSearch,
    Reader,
    Relevance,
    Renderer,
    Store,
)
from bot.service import lease, status, status_text
from bot.service.bots import bots_of
from bot.service.clock import SystemClock
from bot.service.counting import CountingUsage, Counts
from bot.service.owners import new_owner
from bot.settings import Settings


@dataclass(slots=True)
class App:
    """All parts of one process. `owner` is its name as the owner of leases and claims; `send_now` is called when a
    digest should go out at once."""

    settings: Settings
    clock: Clock
    store: Store
    source: PaperSearch
    reader: Reader
    makers: Makers
    renderers: Mapping[Platform, Renderer]
    cached_readings: CachedReadings
    relevance: Relevance
    rankings: Rankings
    counts: Counts = field(default_factory=Counts)
    owner: str = field(default_factory=new_owner)
    send_now: Callable[[], None] = field(default=lambda: None)
    embedder: Embedder | None = None
    embedding: Embedding | None = field(init=False)

    def __post_init__(self) -> None:
        # One for the whole process: it remembers since when interests wait for vectors.
        self.embedding = Embedding(self.store, self.embedder, self.clock) if self.embedder is not None else None

    @property
    def builder(self) -> DigestBuilder:
        return DigestBuilder(self.renderers, self.makers, self.reader, self.rankings)

    @property
    def order(self) -> DayOrder:
        """Return a new order of the archive's pages; whoever publishes again and again keeps it."""
        return DayOrder(self.store, self.relevance)

    @property
    def papers(self) -> PaperFinder:
        """Finds papers that people name."""
        return PaperFinder(self.store, self.source, self.clock)

    def library(self) -> Library:
        """The operator's Zotero library. Raises `BadSetting` without a key."""
        from bot.sources.zotero import ZoteroLibrary

        return ZoteroLibrary(self.settings)

    @property
    def learning(self) -> Learning:
        """Return what trains the models of chats."""
        return Learning(self.store, self.relevance, self.clock)

    @property
    def vector_making(self) -> VectorMaking:
        """Return what makes vectors of terms from the papers of the store."""
        return VectorMaking(self.store, self.relevance, self.clock)

    @property
    def embedder_name(self) -> str | None:
        return self.embedder.name if self.embedder is not None else None

    @property
    def has_model(self) -> bool:
        return self.makers.name != EXTRACTIVE

    @property
    def loads(self) -> dict[Platform, Load]:
        """What one bot of each platform can send, for the platforms that have a token. Raises `BadSetting`."""
        rates = spreading.RATES | {Platform.TELEGRAM: float(self.settings.telegram_rate)}
        senders = Counter(bot.platform for bot in bots_of(self.settings))
        return {platform: Load(rates[platform], senders=count) for platform, count in senders.items()}

    @property
    def options(self) -> SummaryOptions:
        """The operator's options for summaries, used where no chat has its own."""
        return SummaryOptions(self.settings.language)

    @property
    def defaults(self) -> Defaults:
        """What a new chat starts with."""
        return Defaults(self.settings.language, self.settings.timezone, self.settings.digest_time)

    def conversation(self, bot: Bot | None = None) -> Conversation:
        """Return the use cases behind the commands of chats, given to this bot or by the operator."""
        operators = Operators(frozenset(self.settings.admins), self.health)
        return Conversation(
            self.store,
            self.clock,
            self.read,
            self.digest,
            self.papers,
            Insight(self.store, self.relevance, self.rankings, self.clock, self.makers, self.reader, self.embedding),
            self.defaults,
            operators,
            bot,
            self.first_page,
        )

    async def health(self) -> list[str]:
        """Return the state of the service, one sentence per line."""
        bots, embedder = bots_of(self.settings), self.embedder_name
        return status_text.sentences(await status.gather(self.store, self.clock, bots, self.loads, embedder=embedder))

    async def upkeep(self) -> UpkeepResult:
        """Delete what is older than its limit."""
        limits = Limits(self.settings.history_days, self.settings.cache_mb * 1_000_000)
        return await pipeline.upkeep(self.store, self.cached_readings, self.clock, limits)

    async def upkeep_if_due(self) -> None:
        """Do the daily upkeep if its time has come."""
        if await pipeline.is_upkeep_due(self.store, self.clock.now()):
            await self.upkeep()

    async def read(self, ref: PaperRef, language: str, depth: Depth, patience: Patience | None = None) -> Card:
        """Read one paper now. Implements `bot.conversation.ReadPaper`."""
        return await pipeline.read_now(
            self.store, self.source, self.builder, self.clock, ref, language, depth, patience
        )

    async def first_page(self, content: bytes) -> str:
        """Read the first page of a PDF. Implements `bot.conversation.ReadFirstPage`."""
        from bot.reading.first_page import first_page_text

        return await first_page_text(content)

    async def digest(self, ref: ChatRef) -> Digest | NothingToSend:
        """Write a digest of the papers not delivered to a chat yet. Implements `bot.conversation.DigestNow`."""
        # Not left to the periodic job: a topic that was subscribed a moment ago may not be matched yet.
        await pipeline.match(self.store, self.relevance, self.embedding)
        chat = await self.store.chat(ref)
        if chat is None:
            return NothingToSend("This chat follows no topic yet.")
        digest = await pipeline.digest_now(self.store, self.builder, chat, self.clock)
        # The digest is in the outbox already; a one-shot command has no jobs, and this does nothing there.
        self.send_now()
        return digest or NothingToSend(await self._reason_for_nothing(ref))

    async def _reason_for_nothing(self, ref: ChatRef) -> str:
        now = self.clock.now()
        latest = await self.store.latest_day()
        if latest is None:
            return "arXiv is being asked for its latest listing; try again in a minute."
        if self.embedding is not None and await self.embedding.is_awaited():
            topics = [subscription.topic for subscription in await self.store.subscriptions(ref)]
            if any(map(is_interest, topics)):
                return "The newest papers are still being compared with your interests; try again in some minutes."
        today = calendar.listing_day(now)
        if latest < today:
            state = f"everything up to {latest:%A %d %B} has been sent"
            return f"The listing of {today:%A %d %B} is not available yet; {state}."
        return f"Everything up to the listing of {latest:%A %d %B} has been sent; the next one comes on a working day."


@asynccontextmanager
async def open_app(
    settings: Settings,
    clock: Clock | None = None,
    *,
    wait_for_lease: bool = False,
    interactive: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[App]:
    """Build an app and close its parts in reverse order afterwards.

    With `wait_for_lease`, a migration waits for a process that may be dead. `interactive` is for commands that a person
    waits for: if arXiv cannot be reached, the request is not retried. `say` is told of long waits for arXiv.

    Raises `StoreUnavailable`, `BadSetting`, and `TellUser` if the database has to be migrated while a service uses it.
    """
    # Imported here because they are heavy, and commands that fail early should do so at once.
    from bot.providers.budget import Meter
    from bot.reading.reader import ArxivReader
    from bot.relevance.embeddings.providers import build as build_embedder
    from bot.relevance.measuring import PaperRelevance
    from bot.sources.arxiv_source import ArxivSource
    from bot.sources.fetch import Fetcher
    from bot.sources.gate import Gate
    from bot.storage.store import open_store
    from bot.summaries.providers import build as build_makers

    clock, owner = clock or SystemClock(), new_owner()
    async with AsyncExitStack() as stack:
        # The store comes first: the gate keeps its state in it, and the makers their usage.
        make_folders(settings)
        store = await stack.enter_async_context(
            await open_store(settings.database, partial(_migration_lease, clock, wait_for_lease))
        )
        gate = Gate(
            clock,
            settings.arxiv_delay_seconds,
            interactive=interactive,
            say=say,
            load=lambda: store.value("arxiv gate"),
            save=lambda state: store.remember_value("arxiv gate", state),
            turn=partial(lease.turn, store, clock, owner),
        )
        fetcher = await stack.enter_async_context(Fetcher(settings, gate))
        source = ArxivSource(settings, fetcher)
        reader = ArxivReader(fetcher, settings, license_of=source.license)
        counts = Counts()
        # One meter, because the operator sets one budget for all models.
        usage = CountingUsage(store, counts)
        meter = Meter(settings.model_budget, clock, usage, concurrency=settings.model_concurrency)
        makers = await stack.enter_async_context(build_makers(settings, clock, meter, store))
        embedder = build_embedder(settings, clock, meter, store)
        if embedder is not None:
            stack.push_async_callback(embedder.close)
        relevance = PaperRelevance(store, embedder)
        stack.push_async_callback(relevance.close_parts)
        yield App(
            settings,
            clock,
            store,
            source,
            reader,
            makers,
            renderers(settings.site_url),
            reader,
            relevance,
            Rankings(relevance),
            counts,
            owner,
            embedder=embedder,
        )


@asynccontextmanager
async def _migration_lease(clock: Clock, wait_for_lease: bool, store: Store) -> AsyncIterator[None]:
    """Have the database alone during a migration, so that no process of an older version uses it."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(lease.alone(store, clock, wait_for_lease=wait_for_lease))
        except TellUser as error:
            raise TellUser(f"The database was made by an older version and has to be migrated first. {error}") from None
        # Outside of `try`: an error of the migration itself is another one.
        yield


def make_folders(settings: Settings) -> None:
    """Create DATA_DIR. Raises `StoreUnavailable` if that is not possible, and `TellUser` for a misspelt DATABASE_URL.

    The folder of a SQLite database in DATABASE_URL is not created: most often its address is misspelt.
    """
    from bot.storage.engine import sqlite_file

    path = settings.data_dir
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"DATA_DIR {path} cannot be created ({error.strerror}); choose another.") from None
    file = sqlite_file(settings.database)
    if file is not None and not os.path.lexists(file.parent):
        raise TellUser(f"The folder {file.parent} of DATABASE_URL does not exist; create it or correct the address.")


def renderers(archive_url: str | None = None) -> dict[Platform, Renderer]:
    """Return what renders digests for each platform; `archive_url` is the public address of the archive, if any."""
    from handlers.discord.cards import DiscordRenderer
    from handlers.telegram.cards import TelegramRenderer

    return {Platform.TELEGRAM: TelegramRenderer(archive_url), Platform.DISCORD: DiscordRenderer(archive_url)}


def default_topics(settings: Settings) -> list[str]:
    """Return the topics of DEFAULT_TOPICS, normalized. Raises `BadSetting` that names the invalid one."""
    topics = []
    for text in _with_exclusions(settings.default_topics):
        try:
            topics.append(topic_language.parse(text).query)
        except BadTopic as error:
            # A comma is valid in a phrase, so that only a failure shows that it was meant as the separator.
            hint = " Topics are separated by “;”." if "," in text else ""
            raise BadSetting("DEFAULT_TOPICS", f"“{text}” is not a topic: {error}{hint}") from None
    return topics


def _with_exclusions(texts: Sequence[str]) -> list[str]:
    """The topics, where a semicolon inside of an interest divides none: "about: lip sync; not faces" is one."""
    joined: list[str] = []
    for text in texts:
        only_excludes = not topic_language.interest_parts(text).wanted
        if only_excludes and joined and "about:" in joined[-1].casefold():
            joined[-1] += f"; {text}"
        else:
            joined.append(text)
    return joined


async def follow_default_topics(app: App) -> None:
    """Make the archive follow exactly the topics of DEFAULT_TOPICS. Raises `BadSetting`.

    Without DEFAULT_TOPICS its subscriptions stay: they were made with `paperboy subscribe --chat site:archive`.
    """
    # First, so that an invalid topic stops the start before anything is written.
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
            await app.store.unsubscribe(ARCHIVE, topic, now)
