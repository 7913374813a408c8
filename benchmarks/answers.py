"""How quickly people are answered while nothing happens, while a listing comes in, and while a broadcast runs.

    python -m benchmarks.answers [--chats 2000] [--papers 715] [--every 0.2]

The service, with the real python-telegram-bot on SQLite, and the stand-in for Telegram, with Telegram's limits, are
processes of their own. The listing is read, matched with the topics of all chats, and summarized without a model. Also
printed: the longest pauses of the service's event loop in each phase.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select, update

from benchmarks.delivery.__main__ import StandIn, run_module
from benchmarks.kill.service import AheadClock
from benchmarks.scale.world import FIRST_DAY, listing, real_papers, settle_in
from bot.decisions.polling import PollState
from bot.model import Announced, Chat, ChatRef, DeliveryState, Platform
from bot.pipeline.poll import POLL_STATE
from bot.service import logs, running
from bot.settings import load
from bot.storage import tables
from bot.storage.store import SqlStore, open_store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.stores import sqlite_url
from tests.fakes.telegram import TOKEN

IDLE_SECONDS, START_SECONDS, DUE_SECONDS = 30, 50, 25
DAY_BEFORE = date(2026, 6, 1)
FOLLOWER, STRANGER, PRESSER, OPERATOR = 100_001, 5_000_000, 6_000_000, 7_000_000
"""The first user id of those who follow topics, of newcomers, and of those who have a digest; and the operator."""

PRESSERS = 300
OPENS = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=4)
"""When the listing is in arXiv's feed: at midnight in New York."""

NOTICE = "The bot moves to another machine tonight."
PAUSE_SECONDS = 0.1
"""Pauses from this length on are counted."""

KINDS = ("/help", "/subscriptions", "/settings", "words", "button")


@dataclass
class Phase:
    """What was asked in one phase: by kind, the seconds until each answer; `unanswered` are counted."""

    name: str
    began: float = 0.0
    ended: float = 0.0
    asked: list[tuple[str, int, float]] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    unanswered: int = 0
    pauses: list[float] = field(default_factory=list)


class People:
    """Let one person after another ask something, each only once."""

    def __init__(self, bot: StandIn, lists: dict[int, int], every: float) -> None:
        self._bot, self._lists, self._every = bot, lists, every
        self._number = itertools.count()

    @asynccontextmanager
    async def asking(self, phase: Phase) -> AsyncIterator[None]:
        stop = asyncio.Event()
        phase.began = time.time()
        asking = asyncio.create_task(self._ask(phase, stop))
        try:
            yield
        finally:
            stop.set()
            await asking
            phase.ended = time.time()
            await asyncio.sleep(3)  # for the answers to the last people who asked

    async def _ask(self, phase: Phase, stop: asyncio.Event) -> None:
        while not stop.is_set():
            number = next(self._number)
            kind = KINDS[number % len(KINDS)]
            await self._say(phase, kind, number // len(KINDS))
            await asyncio.sleep(self._every)

    async def _say(self, phase: Phase, kind: str, number: int) -> None:
        if kind == "button":
            user, message = [*self._lists.items()][number % len(self._lists)]
            phase.asked.append((kind, user, time.time()))
            button = {"message_id": message, "button": str(1 + number // len(self._lists) % 5)}
            await self._bot.post("/_press", chat_id=user, user_id=user, **button)
            return
        # Who follows topics has some to be shown.
        first = FOLLOWER if kind in ("/subscriptions", "/settings") else STRANGER
        user = first + len(KINDS) * number + KINDS.index(kind)
        phase.asked.append((kind, user, time.time()))
        await self._bot.post(
            "/_say", chat_id=user, user_id=user, text="talking head generation" if kind == "words" else kind
        )


async def prepare(store: SqlStore, bot: StandIn, chats: int) -> None:
    """Write chats with topics that a listing and a broadcast reach, and others whose digest is due at once."""
    papers = real_papers()
    await settle_in(store, papers, chats)
    async with store.db.write() as connection:
        await connection.execute(update(tables.chats).values(platform=Platform.TELEGRAM.value, bot=bot.bot))
    for number in range(chats):
        await bot.post("/_chat", id=FOLLOWER + number, type="private")
    now = OPENS - timedelta(seconds=START_SECONDS + IDLE_SECONDS)
    await store.ingest(listing(papers[-100:], DAY_BEFORE, 1), now)
    # Not before the service has matched these papers.
    due = now + timedelta(seconds=DUE_SECONDS)
    for number in range(PRESSERS):
        ref = ChatRef(Platform.TELEGRAM, str(PRESSER + number))
        await bot.post("/_chat", id=PRESSER + number, type="private")
        await store.add_chat(Chat(ref, next_due_at=due, created_at=now - timedelta(days=2), bot=bot.bot))
        await store.subscribe(ref, "cat:cs.CV", DAY_BEFORE, now - timedelta(days=1))


async def lists_of(bot: StandIn) -> dict[int, int]:
    """The message with the digest in each chat that got one before anything else."""
    return {
        message["chat_id"]: message["message_id"]
        for message in await bot.get("/_messages")
        if message["chat_id"] >= PRESSER and message["buttons"]
    }


async def measure(chats: int, papers: int, every: float, folder: Path) -> list[Phase]:
    """Run all phases; returns them with the answers' seconds."""
    database, log = sqlite_url(folder / "answers.sqlite3"), folder / "service.log"
    entries = listing(real_papers(), FIRST_DAY, 2)[:papers]
    phases = [Phase("idle"), Phase("listing"), Phase("broadcast")]
    idle, busy, broadcast = phases
    async with (
        FakeArxiv({DAY_BEFORE: []}) as arxiv,
        run_module("tests.fakes.telegram", environment={}, log=log) as fake,
        aiohttp.ClientSession() as session,
        await open_store(database) as store,
    ):
        assert fake.stdout is not None
        bot = StandIn((await fake.stdout.readline()).decode().strip(), session, TOKEN)
        await prepare(store, bot, chats)
        ahead = (OPENS - datetime.now(UTC)).total_seconds() - START_SECONDS - IDLE_SECONDS
        environment = _environment(arxiv, bot, database, folder)
        async with run_module("benchmarks.answers", "--service", str(ahead), environment=environment, log=log):
            listed = time.time() + START_SECONDS + IDLE_SECONDS
            await _until_listed(bot)
            people = People(bot, await lists_of(bot), every)
            async with people.asking(idle):
                await asyncio.sleep(max(5.0, listed - time.time() - 5))
            arxiv.days[FIRST_DAY], arxiv.today = entries, FIRST_DAY
            # The service has asked in vain, and would do so again only after twenty minutes.
            await store.remember_value(POLL_STATE, PollState(DAY_BEFORE).as_json())
            async with people.asking(busy):
                await _until_summarized(store, entries)
            async with people.asking(broadcast):
                await _broadcast(store, bot, chats)
        await _count(phases, bot)
    _read_pauses(phases, folder)
    return phases


async def _until_listed(bot: StandIn) -> None:
    async with asyncio.timeout(START_SECONDS + IDLE_SECONDS):
        while len(await lists_of(bot)) < PRESSERS:  # noqa: ASYNC110 - a process is watched
            await asyncio.sleep(0.5)


async def _until_summarized(store: SqlStore, entries: Sequence[Announced]) -> None:
    """Wait until the listing is stored, and nothing new has been summarized for a while."""
    known, since = -1, time.monotonic()
    wanted = [entry.announcement.paper_id for entry in entries]
    async with asyncio.timeout(300):
        while known <= 0 or time.monotonic() - since < 10:
            async with store.db.read() as connection:
                rows = select(func.count()).select_from(tables.summaries)
                count = await connection.scalar(rows.where(tables.summaries.c.paper_id.in_(wanted[:500]))) or 0
            if count != known:
                known, since = count, time.monotonic()
            await asyncio.sleep(1)


async def _broadcast(store: SqlStore, bot: StandIn, chats: int) -> None:
    await bot.post("/_say", chat_id=OPERATOR, user_id=OPERATOR, text=f"/broadcast {NOTICE}")
    async with asyncio.timeout(60 + chats / 10):
        while not (plans := [each for each in await _messages(bot, OPERATOR) if each["buttons"]]):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        before = await _sent(store)
        send = plans[-1]["buttons"][0][0]["text"]
        await bot.post("/_press", chat_id=OPERATOR, message_id=plans[-1]["message_id"], button=send, user_id=OPERATOR)
        while await _sent(store) < before + chats:  # noqa: ASYNC110 - a process is watched
            await asyncio.sleep(1)


async def _sent(store: SqlStore) -> int:
    return (await store.outbox_counts()).get((Platform.TELEGRAM, DeliveryState.SENT), 0)


async def _messages(bot: StandIn, chat: int) -> list[dict[str, Any]]:
    return [each for each in await bot.get("/_messages") if each["chat_id"] == chat]


async def _count(phases: Sequence[Phase], bot: StandIn) -> None:
    """Find the answer to everything that was asked: the first message after it that is no part of the broadcast."""
    answers: dict[int, list[float]] = {}
    for message in await bot.get("/_messages"):
        if not message["text"].startswith(NOTICE):
            answers.setdefault(message["chat_id"], []).append(message["at"])
    for phase in phases:
        for kind, user, at in phase.asked:
            later = [answered - at for answered in answers.get(user, ()) if answered > at]
            if later:
                phase.seconds.setdefault(kind, []).append(min(later))
            else:
                phase.unanswered += 1


def _environment(arxiv: FakeArxiv, bot: StandIn, database: str, folder: Path) -> dict[str, str]:
    found = {
        **arxiv.urls(),
        "data_dir": str(folder),
        "database_url": database,
        "arxiv_delay_seconds": "0",
        "site_port": "0",
        "log_format": "json",
        "model": "extractive",
        "telegram_bot_token": bot.token,
        "telegram_api_url": bot.url,
        "admins": f"telegram:{OPERATOR}",
    }
    return {name.upper(): value for name, value in found.items()}


# ── the service's process ─────────────────────────────────────────────────────────────────────────────────────────────


async def serve_watched(ahead: float) -> None:
    settings = load()
    logs.configure(settings)
    watching = asyncio.create_task(watch_loop(settings.data_dir), name="watch the loop")
    await running.serve(settings, AheadClock(ahead))
    watching.cancel()


async def watch_loop(folder: Path) -> None:
    """Write down every pause of the event loop."""
    with (folder / "pauses.txt").open("w") as pauses:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.02)
            if (pause := time.monotonic() - began - 0.02) > PAUSE_SECONDS:
                print(time.time(), pause, file=pauses, flush=True)


def _read_pauses(phases: Sequence[Phase], folder: Path) -> None:
    for line in (folder / "pauses.txt").read_text().splitlines():
        at, pause = map(float, line.split())
        for phase in phases:
            if phase.began <= at <= phase.ended:
                phase.pauses.append(pause)


# ── what is printed ───────────────────────────────────────────────────────────────────────────────────────────────────


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(phases: Sequence[Phase]) -> None:
    idle = phases[0]
    print(f"{'answers (ms; × the same while idle)':<40}{'asked':>6}{'p50':>14}{'p95':>14}")
    for phase in phases:
        every = [seconds for kind in phase.seconds.values() for seconds in kind]
        base = [seconds for kind in idle.seconds.values() for seconds in kind]
        _line(f"{phase.name}: all", every, base)
        for kind in KINDS:
            if kind in phase.seconds and kind in idle.seconds:
                _line(f"  {kind}", phase.seconds[kind], idle.seconds[kind])
        longest = sorted(phase.pauses, reverse=True)[:3]
        shown = ", ".join(f"{1000 * pause:.0f}" for pause in longest) or "none"
        took = phase.ended - phase.began
        print(f"  {took:.0f} s, not answered: {phase.unanswered}, longest pauses over 100 ms: {shown}")


def _line(name: str, seconds: Sequence[float], base: Sequence[float]) -> None:
    middle, most = statistics.median(seconds), percentile(seconds, 0.95)
    ratios = middle / statistics.median(base), most / percentile(base, 0.95)
    cells = [f"{1000 * value:.0f} ({ratio:.1f}×)" for value, ratio in zip((middle, most), ratios, strict=True)]
    print(f"{name:<40}{len(seconds):>6}{cells[0]:>14}{cells[1]:>14}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how quickly people are answered.")
    parser.add_argument("--chats", type=int, default=2000)
    parser.add_argument("--papers", type=int, default=715)
    parser.add_argument("--every", type=float, default=0.2, help="seconds between two people who ask")
    parser.add_argument("--keep", type=Path, help="a folder for the database and the logs, which stay")
    parser.add_argument("--service", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.service is not None:
        asyncio.run(serve_watched(options.service))
        return
    with tempfile.TemporaryDirectory(prefix="paperboy-answers-") as folder:
        kept = options.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        show(asyncio.run(measure(options.chats, options.papers, options.every, kept)))


if __name__ == "__main__":
    main()
