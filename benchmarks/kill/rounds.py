"""The rounds of the kill test: days pass, digests become due, the service is killed; at the end papers are counted."""

from __future__ import annotations

import asyncio
import math
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self, cast

from benchmarks.kill.places import FlakyDiscord, FlakyTelegram, Places
from bot import topics as topic_language
from bot.arxiv import calendar
from bot.model import Chat, ChatRef, Delivery, DeliveryState, Platform
from bot.storage.store import SqlStore, open_store
from tests.fakes import discord as fake_discord
from tests.fakes import telegram as fake_telegram
from tests.fakes.arxiv import FakeArxiv, made_up

TOPICS = ("cs.CV", "math.NA", "quant-ph", "cs.CV OR math.NA")
CATEGORIES = ("cs.CV", "math.NA", "quant-ph")
PAPERS_A_DAY = 6
ROUNDS_A_DAY = 4
UNDER_WAY = (DeliveryState.LEASED, DeliveryState.LEASED_TO_VERIFY, DeliveryState.SENDING)
OPEN = (DeliveryState.WAITING, DeliveryState.VERIFY_FIRST, *UNDER_WAY)
ROOT = Path(__file__).parents[2]


@dataclass
class Report:
    """The counts of one run; the lists have a sentence for each paper that is wrong.

    `in_doubt` counts the deliveries whose outcome is unknown, and `unsettled` those that still wait at the end.
    """

    seed: int
    rounds: int
    seconds: float = 0.0
    days: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    faults: dict[str, Counter[str]] = field(default_factory=dict)
    expected: Counter[Platform] = field(default_factory=Counter)
    messages: Counter[Platform] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: dict[Platform, list[str]] = field(default_factory=lambda: {platform: [] for platform in Platform})
    unexpected: list[str] = field(default_factory=list)
    in_doubt: int = 0
    in_doubt_that_arrived: int = 0
    unaccounted: list[str] = field(default_factory=list)
    given_up: int = 0
    unsettled: int = 0

    @property
    def is_clean(self) -> bool:
        # Deliveries in doubt are not errors: they are listed for the operator, as the policy for Telegram says.
        wrong = (self.lost, self.twice[Platform.DISCORD], self.twice[Platform.TELEGRAM], self.unexpected)
        return not (any(wrong) or self.unaccounted or self.given_up or self.unsettled)


class Process:
    """The service process, which is started, killed and started again.

    A start is a fork of a process that has imported everything, which takes a moment; every `cold_every`-th one is a
    cold start of a new interpreter, as in reality.
    """

    def __init__(self, environment: dict[str, str], log: Path, *, cold_every: int = 0) -> None:
        self._environment, self._log, self._cold_every = environment, log, cold_every
        self._starts = 0
        self._pid: int | None = None
        self._cold: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._stderr = self._log.open("ab")
        self._forking = await self._run()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        with suppress(ProcessLookupError):
            self._forking.kill()
        await self._forking.wait()
        self._stderr.close()

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.kill.service",
            *arguments,
            env=keep | self._environment,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._stderr,
        )

    async def start(self, ahead: float) -> bool:
        """Start the service on a clock `ahead` seconds ahead; returns whether it was a cold start."""
        self._starts += 1
        if self._cold_every and self._starts % self._cold_every == 0:
            self._cold = await self._run("--cold", str(ahead))
            return True
        stdin, stdout = self._forking.stdin, self._forking.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"start {ahead}\n".encode())
        self._pid = int(await stdout.readline())
        return False

    async def kill(self) -> None:
        """Send SIGKILL and wait for the end. Raises RuntimeError if the process had ended by itself."""
        if self._cold is not None:
            if self._cold.returncode is not None:
                raise RuntimeError(f"the service ended by itself; see {self._log}")
            self._cold.kill()
            await self._cold.wait()
            self._cold = None
        if self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._pid = None
            assert self._forking.stdout is not None
            ended = (await self._forking.stdout.readline()).decode().split()
            if ended != ["gone", "-9"]:
                raise RuntimeError(f"the service ended by itself ({ended}); see {self._log}")


class KillTest:
    """One run. `database` is the address of an empty database."""

    def __init__(
        self, database: str, folder: Path, *, rounds: int, chats: int, seed: int, rate: float = 0.05, cold: int = 10
    ) -> None:
        self.database, self.folder, self.rounds, self.rate, self.cold = database, folder, rounds, rate, cold
        self.report = Report(seed, rounds)
        self._chats = chats
        self._follows: dict[ChatRef, str] = {}
        self._announced: dict[str, tuple[str, ...]] = {}
        self._day = date(2026, 1, 5)
        self._ahead = -math.inf
        random.seed(seed)

    async def run(self) -> Report:
        began = time.monotonic()
        async with FlakyTelegram() as telegram, FlakyDiscord() as discord, FakeArxiv({self._day: []}) as arxiv:
            self.places = Places(cast(FlakyTelegram, telegram), discord)
            self.arxiv = arxiv
            self.places.open(self._chats // 2, self._chats - self._chats // 2)
            async with await open_store(self.database) as store:
                self.store = store
                await self._subscribe()
                log = self.folder / "service.log"
                async with Process(self._environment(), log, cold_every=self.cold) as self.process:
                    await self._rounds()
                    await self._settle()
                await self._count(store)
        self.report.seconds = time.monotonic() - began
        return self.report

    def _environment(self) -> dict[str, str]:
        found = {
            **self.arxiv.urls(),
            "data_dir": str(self.folder / "data"),
            "database_url": self.database,
            "arxiv_delay_seconds": "0",
            "arxiv_contact": "kill-test@example.org",
            "site_port": "0",
            "log_format": "json",
            "model": "extractive",
            "telegram_bot_token": fake_telegram.TOKEN,
            "telegram_api_url": self.places.telegram.url,
            "discord_bot_token": fake_discord.TOKEN,
            "discord_api_url": self.places.discord.api_url,
            "discord_gateway_url": self.places.discord.gateway_url,
        }
        return {name.upper(): value for name, value in found.items()}

    async def _subscribe(self) -> None:
        due = datetime(self._day.year, self._day.month, self._day.day, 9, tzinfo=UTC)
        for number, ref in enumerate(self.places.chats):
            self._follows[ref] = TOPICS[number % len(TOPICS)]
            await self.store.add_chat(Chat(ref, next_due_at=due, created_at=due - timedelta(hours=1)))
            query = topic_language.parse(self._follows[ref]).query
            await self.store.subscribe(ref, query, self._day, due - timedelta(hours=1))

    # ── days and rounds ──

    async def _rounds(self) -> None:
        done = 0
        while done < self.rounds:
            self._next_day()
            for _ in range(min(ROUNDS_A_DAY, self.rounds - done)):
                await self._round()
                done += 1
                if done % 20 == 0:
                    print(f"  {done} rounds, {self.places.count()} messages", file=sys.stderr, flush=True)

    def _next_day(self) -> None:
        """The next listing day, at the hour of the digests, with new papers."""
        if self.report.days:
            self._day += timedelta(days=1)
            while not calendar.is_listing_day(self._day):
                self._day += timedelta(days=1)
        self.report.days += 1
        papers = []
        for number in range(PAPERS_A_DAY):
            ident = f"{self._day:%y%m}.{self._day.day:02}{number:03}"
            categories = tuple(random.sample(CATEGORIES, random.choice((1, 1, 2))))
            papers.append(made_up(ident, self._day, categories=categories))
            self._announced[ident] = categories
        self.arxiv.days[self._day] = papers
        self.arxiv.today = self._day
        self._go_to(datetime(self._day.year, self._day.month, self._day.day, 9, tzinfo=UTC))

    def _go_to(self, when: datetime) -> None:
        # The clock never goes back: what was due at a later time has been sent.
        self._ahead = max(self._ahead, (when - datetime.now(UTC)).total_seconds())

    async def _round(self) -> None:
        self.places.set_fault_rate(self.rate)
        before = self.places.count()
        self.report.killed["cold starts"] += await self.process.start(self._ahead)
        # A quarter of the kills at any moment after the start, also before anything is sent.
        if random.random() < 0.25:
            await asyncio.sleep(random.uniform(0, 1.0))
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(6):
                    while self.places.count() == before:  # noqa: ASYNC110 - a process is watched
                        await asyncio.sleep(0.01)
            # A little after the first message: most kills are then in the middle of sending.
            await asyncio.sleep(random.uniform(0, 0.6))
        await self.process.kill()
        sent = self.places.count() > before
        self.report.killed["while sending" if sent else "before anything was sent"] += 1

    async def _settle(self) -> None:
        """Let hours pass without another fault, until no delivery waits any more."""
        self.places.set_fault_rate(0.0)
        for _ in range(8):
            await self.process.start(self._ahead)
            with suppress(TimeoutError):
                async with asyncio.timeout(10 + self._chats / 8):
                    while await self._pending():  # noqa: ASYNC110 - likewise
                        await asyncio.sleep(0.5)
            await self.process.kill()
            if not await self._pending(later=True):
                return
            # What still waits has a retry time in the future: go there.
            self._ahead += 9 * 3600

    async def _pending(self, *, later: bool = False) -> bool:
        """Whether any delivery waits that may go now (or, with `later`, at any time)."""
        now = datetime.now(UTC) + timedelta(seconds=self._ahead)
        waiting = await self.store.deliveries(states=OPEN, limit=10_000)
        if any(later or delivery.state in UNDER_WAY or delivery.next_attempt_at <= now for delivery in waiting):
            return True
        return bool(await self.store.due_chats(now)) or (later and bool(await self.store.chats_with_candidates()))

    # ── counting ──

    async def _count(self, store: SqlStore) -> None:
        report, shown = self.report, self.places.shown()
        deliveries = await store.deliveries(limit=1_000_000)
        state_of = {
            (delivery.chat, paper): delivery.state for delivery in deliveries for paper in delivery.part.paper_ids
        }
        expected = {
            (ref, paper)
            for ref, topic in self._follows.items()
            for paper, categories in self._announced.items()
            if set(topic.split(" OR ")) & set(categories)
        }
        for ref, paper in expected:
            report.expected[ref.platform] += 1
            listed = state_of.get((ref, paper)) in (DeliveryState.IN_DOUBT, DeliveryState.GIVEN_UP)
            # Lost means: neither accepted by the platform nor listed for the operator.
            if not shown[ref, paper] and not listed:
                report.lost.append(f"{paper} for {ref}: {state_of.get((ref, paper))}")
            if shown[ref, paper] and state_of.get((ref, paper)) not in (DeliveryState.SENT, DeliveryState.IN_DOUBT):
                report.unaccounted.append(f"{paper} for {ref}: accepted, but {state_of.get((ref, paper))}")
        for (ref, paper), times in shown.items():
            if times > 1:
                report.twice[ref.platform].append(f"{paper} for {ref}: {times} times")
            if (ref, paper) not in expected:
                report.unexpected.append(f"{paper} for {ref}")
        self._count_states(deliveries, shown)

    def _count_states(self, deliveries: list[Delivery], shown: Counter[tuple[ChatRef, str]]) -> None:
        report = self.report
        for delivery in deliveries:
            report.unsettled += delivery.state in OPEN
            report.given_up += delivery.state is DeliveryState.GIVEN_UP
            if delivery.state is DeliveryState.IN_DOUBT:
                report.in_doubt += 1
                arrived = [shown[delivery.chat, paper] > 0 for paper in delivery.part.paper_ids]
                report.in_doubt_that_arrived += all(arrived)
        report.messages = Counter(
            {
                Platform.TELEGRAM: len(self.places.telegram.world.messages),
                Platform.DISCORD: len(self.places.discord.world.accepted),
            }
        )
        report.faults = {"Telegram": self.places.telegram.failed, "Discord": self.places.discord.failed}
