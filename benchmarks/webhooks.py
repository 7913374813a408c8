"""Posts updates to the webhook of a real service, kills it in the middle, and counts what was answered.

    python -m benchmarks.webhooks [--rate 500] [--seconds 20] [--database sqlite|postgres]

The service, with the real python-telegram-bot, is a process of its own; the Bot API is a stand-in here, which posts as
Telegram does: at most 40 requests at once, and what gets no 200 again a little later. One post in a hundred has a wrong
secret, one in fifty comes a second time although it was acknowledged.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import aiohttp

from benchmarks.delivery.__main__ import run_module
from bot.model import JSON, Bot, ChatRef, Platform
from bot.storage.store import SqlStore, open_store
from handlers.telegram.webhook import MOST_AT_ONCE, SECRET_HEADER
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.stores import postgres, sqlite_url
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.telegram_world import Limits

PUBLIC = "https://bot.example.org"
FIRST_USER, FIRST_STRANGER = 1_000_000, 9_000_000
WRONG_EVERY, REPEATED_EVERY = 100, 50
CONNECTIONS = 40
REPEAT_SECONDS = 0.5
IDLE_UPDATES, IDLE_RATE = 40, 10
COMMANDS = ("/subscribe cs.CV", "/help", "/settings language es", "/subscribe quantum OR cs.LG", "/subscriptions")


@dataclass
class Figures:
    """The counts of one run; times in seconds. `lost` and `twice` are the users to whom it happened."""

    rate: int
    posted: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    killed: bool = False
    posting_seconds: float = 0.0
    handled_seconds: float = 0.0
    lost: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    unsubscribed: list[int] = field(default_factory=list)
    strangers_answered: int = 0
    pending: int = 0

    @property
    def is_clean(self) -> bool:
        # What was being answered when the process was killed is answered again: nobody can know how far it had come.
        most_twice = MOST_AT_ONCE if self.killed else 0
        wrong = self.lost or self.unsubscribed or self.strangers_answered or self.pending
        return not wrong and len(self.twice) <= most_twice and self.statuses[403] >= self.posted // WRONG_EVERY


class Poster:
    """Posts updates as Telegram does."""

    def __init__(self, telegram: FakeTelegram, session: aiohttp.ClientSession, figures: Figures) -> None:
        self._telegram, self._session, self._figures = telegram, session, figures
        self._number = 0

    async def at_rate(self, rate: float, count: int, times: list[float]) -> None:
        """Post so many updates, each when its time has come, however long the answers take."""
        began, posting = time.monotonic(), list[asyncio.Task[None]]()
        for n in range(count):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            self._number += 1
            posting.append(asyncio.create_task(self._deliver(self._number, times)))
            if self._number % WRONG_EVERY == 0:
                posting.append(asyncio.create_task(self._intrude(self._number)))
        await asyncio.gather(*posting)

    async def _deliver(self, number: int, times: list[float]) -> None:
        update = self._update(number, FIRST_USER + number, COMMANDS[number % len(COMMANDS)])
        began = time.monotonic()
        while await self._post(update) != 200:  # noqa: ASYNC110 - as Telegram does
            await asyncio.sleep(REPEAT_SECONDS * random.uniform(0.5, 1.5))
        times.append(time.monotonic() - began)
        self._figures.posted += 1
        if number % REPEATED_EVERY == 0:
            await self._post(update)

    async def _intrude(self, number: int) -> None:
        update = self._update(10_000_000 + number, FIRST_STRANGER + number, "/help")
        while await self._post(update, "guessed") == 0:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(REPEAT_SECONDS)

    async def _post(self, update: JSON, secret: str | None = None) -> int:
        """The status of the answer; 0 if there was none."""
        hook = self._telegram.world.hook
        assert hook is not None
        headers, url = {SECRET_HEADER: secret or hook.secret}, hook.url.replace(*self._telegram.reached)
        try:
            async with self._session.post(url, json=update, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            status = 0
        self._figures.statuses[status] += 1
        return status

    def _update(self, number: int, user: int, text: str) -> JSON:
        chat = self._telegram.world.user(user)
        return {"update_id": number, "message": self._telegram.world.posted_by(chat, user, text).as_json()}


async def measure(database: str, folder: Path, rate: int, seconds: float, *, kill: bool = True) -> Figures:
    """Post at this rate for so long, with a SIGKILL and a new start in the middle, and wait until all is handled."""
    figures, port = Figures(rate, killed=kill), _free_port()
    limits = Limits(0, 0, 0, paid_messages=sys.maxsize)
    async with (
        FakeTelegram(limits) as telegram,
        FakeArxiv({date(2026, 6, 2): []}) as arxiv,
        await open_store(database) as store,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session,
    ):
        telegram.reached = PUBLIC, f"http://127.0.0.1:{port}"
        environment = _environment(arxiv, telegram, database, folder, port)
        poster = Poster(telegram, session, figures)
        async with service(environment, folder, session, telegram):
            await poster.at_rate(IDLE_RATE, IDLE_UPDATES, figures.idle)
            began = time.monotonic()
            half = int(rate * seconds / 2) if kill else 0
            posting = asyncio.create_task(poster.at_rate(rate, int(rate * seconds), figures.busy))
            while figures.posted < IDLE_UPDATES + half:  # noqa: ASYNC110 - the answers of a process are counted
                await asyncio.sleep(0.01)
            if not kill:
                await _finish(figures, posting, began, store)
        if kill:
            async with service(environment, folder, session, telegram):
                await _finish(figures, posting, began, store)
        await count(figures, telegram, store)
    return figures


async def _finish(figures: Figures, posting: asyncio.Task[None], began: float, store: SqlStore) -> None:
    await posting
    figures.posting_seconds = time.monotonic() - began
    bot = Bot(Platform.TELEGRAM, TOKEN.partition(":")[0])
    deadline = time.monotonic() + 60 + 10 * figures.posting_seconds
    while await store.pending_updates(bot) and time.monotonic() < deadline:  # noqa: ASYNC110 - a process is watched
        await asyncio.sleep(0.2)
    figures.pending = await store.pending_updates(bot)
    figures.handled_seconds = time.monotonic() - began


@asynccontextmanager
async def service(
    environment: dict[str, str], folder: Path, session: aiohttp.ClientSession, telegram: FakeTelegram
) -> AsyncIterator[None]:
    """The service as a process; killed at the end."""
    log = folder / "service.log"
    async with run_module("benchmarks.kill.service", "--cold", "0", environment=environment, log=log) as process:
        await _until(lambda: _answers(session, telegram.reached[1]))
        yield
        process.kill()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - a process is watched
            await asyncio.sleep(0.05)


async def count(figures: Figures, telegram: FakeTelegram, store: SqlStore) -> None:
    """Count the answers to each person, and what their commands have done."""
    answers = Counter(message.chat.id for message in telegram.world.messages if message.by_bot)
    for number in range(1, figures.posted + 1):
        user = FIRST_USER + number
        if not answers[user]:
            figures.lost.append(user)
        elif answers[user] > 1:
            figures.twice.append(user)
    figures.strangers_answered = sum(chat >= FIRST_STRANGER for chat in answers)
    following = {subscription.chat for subscription in await store.subscriptions()}
    asked = [n for n in range(1, figures.posted + 1) if COMMANDS[n % len(COMMANDS)].startswith("/subscribe ")]
    places = {FIRST_USER + n: ChatRef(Platform.TELEGRAM, str(FIRST_USER + n)) for n in asked}
    figures.unsubscribed = [user for user, place in places.items() if place not in following]


def _environment(arxiv: FakeArxiv, telegram: FakeTelegram, database: str, folder: Path, port: int) -> dict[str, str]:
    found = {
        **arxiv.urls(),
        "data_dir": str(folder / "data"),
        "database_url": database,
        "arxiv_delay_seconds": "0",
        "site_port": str(port),
        "log_format": "json",
        "log_level": "warning",
        "model": "extractive",
        "telegram_bot_token": TOKEN,
        "telegram_api_url": telegram.url,
        "telegram_webhook_url": PUBLIC,
        "telegram_rate": "1000",
    }
    return {name.upper(): value for name, value in found.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def show(figures: Figures) -> None:
    idle = statistics.median(figures.idle)
    busy = sorted(figures.busy)
    planned = len(busy) / figures.rate
    rows: list[tuple[str, object]] = [
        ("updates posted a second", figures.rate),
        ("updates acknowledged", figures.posted),
        ("answers to posts, by status (0: none)", dict(sorted(figures.statuses.items()))),
        ("never answered", len(figures.lost)),
        ("answered twice (under way when the service was killed)", len(figures.twice)),
        ("subscriptions missing", len(figures.unsubscribed)),
        ("posts with a wrong secret that were answered", figures.strangers_answered),
        ("not handled at the end", figures.pending),
        ("acknowledged, median ÷ median while idle", f"{statistics.median(busy) / idle:.1f}"),
        ("acknowledged, 95 of 100 ÷ median while idle", f"{busy[int(0.95 * len(busy))] / idle:.1f}"),
        ("time until all is acknowledged ÷ time of posting", f"{figures.posting_seconds / planned:.2f}"),
        ("time until all is handled ÷ time of posting", f"{figures.handled_seconds / planned:.2f}"),
    ]
    for name, value in rows:
        print(f"{name:<60}{value}")
    print("clean" if figures.is_clean else "NOT CLEAN")


def main() -> None:
    parser = argparse.ArgumentParser(description="Post updates to the webhook of a service that is killed meanwhile.")
    parser.add_argument("--rate", type=int, default=500, help="updates a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--no-kill", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paperboy-webhooks-")))
        database = sqlite_url(folder / "webhooks.sqlite3") if options.database == "sqlite" else ""
        database = database or stack.enter_context(postgres())
        figures = asyncio.run(measure(database, folder, options.rate, options.seconds, kill=not options.no_kill))
    show(figures)
    sys.exit(0 if figures.is_clean else 1)


if __name__ == "__main__":
    main()
