"""Broadcast to a Telegram that enforces its limits.

    python -m benchmarks.delivery [--chats 3000] [--limit 30] [--tokens 3] [--rush]

The service and the stand-in for Telegram are separate processes. `--limit 15` is a Telegram that allows half of the
rate that we assume, to each bot. With `--tokens 3` three bots share the chats. With `--rush` all chats are due at the
same moment, and their digests are composed while the first ones are sent; without it they are in the outbox when the
service starts.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.kill.service import AheadClock
from bot.model import Chat, ChatRef, DeliveryState, Platform
from bot.service import logs, one_pass
from bot.service.app import open_app
from bot.settings import load
from bot.storage.store import SqlStore, open_store
from tests.fakes import telegram
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.fakes.stores import sqlite_url

ROOT = Path(__file__).parents[2]
DAY = date(2026, 6, 2)
NINE = datetime(2026, 6, 2, 9, tzinfo=UTC)
FIRST_ASKER = 9_000_000
"""The user id of the first person who asks for a paper; far from the ids of the chats."""
ASK_SECONDS = 0.7
"""Average time between two people who ask."""


@dataclass
class Figures:
    """The measured numbers. Times are in seconds; `answers` are the waiting times of people who asked, sorted."""

    chats: int
    limit: int
    tokens: int = 1
    delivered: int = 0
    messages: int = 0
    ratios: list[float] = field(default_factory=list)
    refused: int = 0
    answers: list[float] = field(default_factory=list)
    unanswered: int = 0
    rush: bool = False
    composing_seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The share of the messages that Telegram would have accepted from all bots, each between its first digest and
        its last."""
        return sum(self.ratios) / len(self.ratios) if self.ratios else 0.0


class StandIn:
    """Controls one bot of the stand-in for the Bot API, which runs in another process."""

    def __init__(self, url: str, session: aiohttp.ClientSession, token: str) -> None:
        self.url, self._session, self.token = url, session, token

    @property
    def bot(self) -> str:
        """The bot's id."""
        return self.token.partition(":")[0]

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self.url}{path}", params={"token": self.token}) as answer:
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(f"{self.url}{path}", json=body | {"token": self.token}) as answer:
            return await answer.json()


@asynccontextmanager
async def run_module(
    *arguments: str, environment: dict[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    # Nothing else of our environment: a setting in it would change what is measured.
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("ab") as stderr:
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            env=keep | environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
        try:
            yield running
        finally:
            if running.returncode is None:
                running.terminate()
            await running.wait()


async def subscribe(store: SqlStore, bots: Sequence[StandIn], chats: int) -> dict[int, StandIn]:
    """Create this number of chats that follow cs.CV and are due at nine; returns their ids, each with its bot. One in
    ten is a group."""
    places = {(-1_000_000_000_000 - n if n % 10 == 0 else 1_000 + n): bots[n // 10 % len(bots)] for n in range(chats)}
    for ident, bot in places.items():
        await bot.post("/_chat", id=ident, type="supergroup" if ident < 0 else "private")
        ref = ChatRef(Platform.TELEGRAM, str(ident))
        await store.add_chat(Chat(ref, next_due_at=NINE, created_at=NINE - timedelta(days=1), bot=bot.bot))
        await store.subscribe(ref, "cat:cs.CV", DAY, NINE - timedelta(hours=1))
    return places


async def ask(bots: Sequence[StandIn], asked: dict[int, float], stop: asyncio.Event) -> None:
    """Let one person after another ask a bot for a paper, until `stop` is set; `asked` gets the time of each by user
    id."""
    for number in itertools.count():
        if stop.is_set():
            return
        user = FIRST_ASKER + number
        asked[user] = time.time()
        await bots[number % len(bots)].post("/_say", chat_id=user, user_id=user, text="/summarize 2606.02001")
        await asyncio.sleep(random.uniform(0.5, 1.5) * ASK_SECONDS)


async def broadcast(figures: Figures, folder: Path) -> None:
    papers = [made_up(f"2606.0200{n}", DAY, title=f"Kites that see, part {n}") for n in range(3)]
    log = folder / "service.log"
    tokens = [telegram.TOKEN, *(f"{number}:another-bot-of-the-benchmark" for number in range(1, figures.tokens))]
    limits = ["--overall", str(figures.limit), "--per-chat", "1", "--per-group", "20"]
    others = [word for token in tokens[1:] for word in ("--token", token)]
    async with (
        FakeArxiv({DAY: papers}) as arxiv,
        run_module("tests.fakes.telegram", *limits, *others, environment={}, log=log) as fake,
        aiohttp.ClientSession() as session,
        await open_store(sqlite_url(folder / "delivery.sqlite3")) as store,
    ):
        assert fake.stdout is not None
        url = (await fake.stdout.readline()).decode().strip()
        bots = [StandIn(url, session, token) for token in tokens]
        places = await subscribe(store, bots, figures.chats)
        environment = {
            **arxiv.urls(),
            "data_dir": str(folder),
            "database_url": sqlite_url(folder / "delivery.sqlite3"),
            "arxiv_delay_seconds": "0",
            "site_port": "0",
            "log_format": "json",
            "model": "extractive",
            "telegram_bot_token": ",".join(tokens),
            "telegram_api_url": url,
        }
        environment = {name.upper(): value for name, value in environment.items()}
        ahead = (NINE - datetime.now(UTC)).total_seconds()
        if not figures.rush:
            figures.composing_seconds = await compose(environment, ahead)
        async with run_module("benchmarks.kill.service", "--cold", str(ahead), environment=environment, log=log):
            asked, stop = dict[int, float](), asyncio.Event()
            asking = asyncio.create_task(ask(bots, asked, stop))
            await wait_until_delivered(store, figures)
            stop.set()
            await asking
            await asyncio.sleep(3)  # for the answers to the last people who asked
        await measure(figures, places, asked)


async def compose(environment: dict[str, str], ahead: float) -> float:
    """Write every digest into the outbox, as the service does in the minutes around nine; returns the seconds taken."""
    settings = load(**{name.lower(): value for name, value in environment.items()})
    logs.configure(settings.model_copy(update={"log_level": "error"}))
    async with open_app(settings, AheadClock(ahead)) as app:
        began = time.monotonic()
        await one_pass.run_steps(app, {}, "benchmark/0/0")
    return time.monotonic() - began


async def wait_until_delivered(store: SqlStore, figures: Figures) -> None:
    # Two and a half times as long as at the full rate, and a minute for the start.
    deadline = time.monotonic() + 60 + 2.5 * figures.chats / figures.limit / figures.tokens
    while time.monotonic() < deadline:
        await asyncio.sleep(1)
        counts = await store.outbox_counts()
        figures.states = {str(state): count for (_, state), count in counts.items()}
        sent = counts.get((Platform.TELEGRAM, DeliveryState.SENT), 0)
        if sent >= figures.chats:
            return


async def measure(figures: Figures, places: Mapping[int, StandIn], asked: dict[int, float]) -> None:
    first_message: dict[int, float] = {}
    digests: list[float] = []
    for bot in dict.fromkeys(places.values()):
        messages, stats = await bot.get("/_messages"), await bot.get("/_stats")
        own = [message["at"] for message in messages if places.get(message["chat_id"]) is bot]
        meanwhile = sum(own[0] <= message["at"] <= own[-1] for message in messages)
        figures.messages += meanwhile
        figures.ratios.append((meanwhile - 1) / (own[-1] - own[0]) / figures.limit)
        figures.refused += stats["refused_429"]
        for message in messages:
            first_message.setdefault(message["chat_id"], message["at"])
        digests += own
    figures.delivered = len(digests)
    # Before and after the broadcast the answers had the whole rate for themselves.
    during = {user: at for user, at in asked.items() if min(digests) < at < max(digests)}
    figures.answers = sorted(first_message[user] - at for user, at in during.items() if user in first_message)
    figures.unanswered = len(during) - len(figures.answers)


def show(figures: Figures) -> None:
    answers = figures.answers
    worst = answers[min(len(answers) - 1, int(0.99 * len(answers)))] if answers else float("nan")
    for name, value in (
        ("chats", figures.chats),
        ("bots", figures.tokens),
        ("limit of the stand-in for each (messages a second)", figures.limit),
        (
            "digests written beforehand, a second",
            "–" if figures.rush else f"{figures.chats / figures.composing_seconds:.0f}",
        ),
        ("digests delivered", figures.delivered),
        ("states of deliveries", json.dumps(figures.states)),
        ("messages between the first digest and the last", figures.messages),
        ("of the rate that Telegram allows", f"{figures.ratio:.1%}"),
        ("requests refused with 429", figures.refused),
        ("/summarize asked meanwhile", len(answers) + figures.unanswered),
        ("  never answered", figures.unanswered),
        ("  answered within (median)", f"{answers[len(answers) // 2]:.2f} s" if answers else "–"),
        ("  answered within (99 of 100)", f"{worst:.2f} s"),
        ("  answered within (all)", f"{answers[-1]:.2f} s" if answers else "–"),
    ):
        print(f"{name:<52}{value}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Broadcast to a Telegram that enforces its limits.")
    parser.add_argument("--chats", type=int, default=3000)
    parser.add_argument("--limit", type=int, default=30, help="messages a second that the stand-in takes")
    parser.add_argument("--tokens", type=int, default=1, help="bots that share the chats")
    parser.add_argument("--rush", action="store_true", help="digests are made while they are sent")
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log, which stay")
    options = parser.parse_args()
    figures = Figures(options.chats, options.limit, options.tokens, rush=options.rush)
    with tempfile.TemporaryDirectory(prefix="paperboy-delivery-") as folder:
        kept_folder = options.keep or Path(folder)
        kept_folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(broadcast(figures, kept_folder))
    show(figures)


if __name__ == "__main__":
    main()
