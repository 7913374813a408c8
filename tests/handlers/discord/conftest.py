"""A Discord of our own on a local port, and what connects to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import discord
import pytest
import yarl

from bot.conversation import Conversation
from bot.settings import load
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp, build
from handlers.discord.client import PaperboyClient
from handlers.discord.http_trace import DiscordClock, InvalidRequests, RequestInterval, trace_config
from handlers.discord.sender import DiscordSender
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.discord import FakeDiscord
from tests.fakes.pipeline import FakePipeline, made_up_digest
from tests.handlers.discord.bench import Bench
from tests.handlers.discord.samples import ADMIN, chat

Make = Callable[[], DiscordApp]


class SteadyClock(FakeClock):
    """A clock whose monotonic seconds follow its wall clock."""

    def monotonic(self) -> float:
        return self.now().timestamp()


@pytest.fixture
async def dc(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        # discord.py keeps its addresses in classes: put them back for whoever comes next.
        monkeypatch.setattr(discord.http.Route, "BASE", fake.api_url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))
        yield fake


@pytest.fixture
def clock() -> SteadyClock:
    return SteadyClock()


@pytest.fixture
async def sender(dc: FakeDiscord, clock: SteadyClock, tmp_path: Path) -> AsyncIterator[DiscordSender]:
    """A sender over a client that is logged in, without a gateway. Its clock is Discord's, too."""
    dc.world.clock = clock.now
    invalid, discord_clock = InvalidRequests(clock.now, limit=5, monotonic=clock.monotonic), DiscordClock(clock.now)
    trace = trace_config(invalid, RequestInterval(per_second=1_000), discord_clock)
    client = discord.Client(
        intents=discord.Intents.none(), http_trace=trace, max_ratelimit_timeout=30.0, max_messages=None
    )
    await client.login(dc.token)
    yield DiscordSender(client, invalid, tmp_path, discord_clock=discord_clock, monotonic=clock.monotonic)
    await client.close()


@pytest.fixture
def pipeline() -> FakePipeline:
    return FakePipeline(made_up_digest())


@pytest.fixture
def conversation(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> Conversation:
    return conversation_of(store, clock, pipeline)


@pytest.fixture
async def client(
    conversation: Conversation, store: SqlStore, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[PaperboyClient]:
    """Our client, not connected to anything yet."""
    made = PaperboyClient(conversation, InvalidRequests(clock.now), tmp_path, store)
    yield made
    if not made.is_closed():
        await made.close()


@pytest.fixture
def make(dc: FakeDiscord, conversation: Conversation, clock: FakeClock, store: SqlStore, tmp_path: Path) -> Make:
    def made() -> DiscordApp:
        settings = load(
            _env_file=None,
            data_dir=tmp_path,
            discord_bot_token=dc.token,
            discord_api_url=dc.api_url,
            discord_gateway_url=dc.gateway_url,
        )
        return build(settings, conversation, store, clock)

    return made


@pytest.fixture
def channel(dc: FakeDiscord) -> int:
    return dc.world.add_channel(dc.world.add_guild())


@pytest.fixture
async def app(make: Make, channel: int) -> AsyncIterator[DiscordApp]:
    started = make()
    await started.start()
    await started.ready()
    yield started
    await started.stop()


@pytest.fixture
async def bench(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: SqlStore, clock: FakeClock, conversation: Conversation
) -> Bench:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    return Bench(app, dc, store, clock)
