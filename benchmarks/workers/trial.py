"""One trial: chats whose summaries are made, then chats whose digests are composed, with the counts of both."""

from __future__ import annotations

import asyncio
import re
import resource
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks.scale import world
from benchmarks.workers.crew import Crew
from bot import pipeline
from bot.storage import tables
from bot.storage.store import SqlStore, open_store
from tests.fakes import judges, models
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.models import ModelServer, user_prompt

ASKED_FOR = re.compile(r"^=== data \w+ begins: paper (\S+) ===$", re.MULTILINE)
"""The lines of a prompt that name its papers: an abstract may name other papers of the same day."""
DUE_LATER = timedelta(hours=12)


CORRECTION = "You answered this before"


@dataclass(frozen=True)
class Conditions:
    """What a trial runs under. The model answers after `delay` seconds, and a worker sends it at most
    `requests_at_once` for the `tasks_at_once` that it does. With `kill_every` seconds, a random worker is killed again
    and again."""

    workers: int
    delay: float
    requests_at_once: int = 4
    tasks_at_once: int = 2
    kill_every: float | None = None


@dataclass
class Result:
    """The figures of one trial. `lost` papers are in no digest, `twice` counts papers shown again to the same chat.

    `cpu_seconds` are those of the service and of its workers, without the database and the stand-in of the model.
    """

    conditions: Conditions
    kills: int = 0
    summaries: int = 0
    timed_summaries: int = 0
    summary_seconds: float = 0.0
    requests: int = 0
    most_for_one_key: int = 0
    digests: int = 0
    digest_seconds: float = 0.0
    lost: int = 0
    twice: int = 0
    cpu_seconds: float = 0.0

    @property
    def summaries_a_second(self) -> float:
        return self.timed_summaries / self.summary_seconds

    @property
    def digests_a_second(self) -> float:
        return self.digests / self.digest_seconds

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.twice and self.most_for_one_key <= 1 + self.kills


async def trial(database: str, folder: Path, conditions: Conditions, chats: int, papers: int) -> Result:
    """Run one trial in an empty database."""
    result, before = Result(conditions), resource.getrusage(resource.RUSAGE_CHILDREN)
    async with (
        ModelServer(delay=conditions.delay) as server,
        FakeArxiv({world.FIRST_DAY: []}) as arxiv,
        await open_store(database) as store,
    ):
        await _settle_in(store, chats, papers)
        environment = {name.upper(): value for name, value in arxiv.urls().items()} | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": database,
            "WORKERS": "procrastinate",
            "SITE_PORT": "0",
            "MODEL": "openai:stand-in",
            "OPENAI_API_KEY": models.KEY,
            "OPENAI_BASE_URL": server.openai,
            "MODEL_CONCURRENCY": str(conditions.requests_at_once),
            "WORKER_CONCURRENCY": str(conditions.tasks_at_once),
            "LOG_FORMAT": "json",
        }
        async with Crew(environment, folder, conditions.workers, conditions.kill_every) as crew:
            await _summarize(crew, store, result)
            await _compose(crew, store, result)
            result.kills = crew.kills
        result.lost = sum(len(found) for found in (await _unseen(store)).values())
        result.twice = await _shown_twice(store)
        asked = Counter(paper for body in server.asked for paper in _papers_asked_for(user_prompt(body)))
        result.requests, result.most_for_one_key = len(server.asked), max(asked.values(), default=0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result.cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result


async def _summarize(crew: Crew, store: SqlStore, result: Result) -> None:
    # Matching and starting are not measured: the clock runs from the first summary on.
    await _until(crew, lambda: _count(store, tables.summaries), at_least=1)
    began, first = time.perf_counter(), await _count(store, tables.summaries)
    await _until(crew, lambda: _missing(store), at_most=0)
    result.summary_seconds = time.perf_counter() - began
    result.summaries = await _count(store, tables.summaries)
    result.timed_summaries = result.summaries - first
    assert result.timed_summaries, "too few papers to measure anything"


async def _compose(crew: Crew, store: SqlStore, result: Result) -> None:
    waiting = await _unseen(store)
    await _let_all_be_due(store)
    began = time.perf_counter()
    await _until(crew, lambda: _count(store, tables.digests), at_least=len(waiting))
    result.digest_seconds = time.perf_counter() - began
    result.digests = await _count(store, tables.digests)


async def _settle_in(store: SqlStore, chats: int, papers: int) -> None:
    found = world.real_papers()
    await world.settle_in(store, found, chats)
    await store.ingest(world.listing(found, world.FIRST_DAY, 0)[:papers], datetime.now(UTC))
    # One language, so that a paper is one key.
    later = update(tables.chats).values(next_due_at=datetime.now(UTC) + DUE_LATER, language="en")
    async with store.db.write() as connection:
        await connection.execute(later)
    await pipeline.match(store)


def _papers_asked_for(prompt: str) -> set[str]:
    """The papers whose summaries this prompt asks for. One that has an answer corrected is no second attempt."""
    if judges.is_for_judge(prompt) or CORRECTION in prompt:
        return set()
    found = set(ASKED_FOR.findall(prompt))
    assert found, "the prompt does not name its papers any more"
    return found


async def _until(
    crew: Crew, number: object, *, at_least: int | None = None, at_most: int | None = None, seconds: float = 1_800
) -> None:
    async with asyncio.timeout(seconds):
        while True:
            crew.check()
            found = await number()  # type: ignore[operator]
            if (at_least is not None and found >= at_least) or (at_most is not None and found <= at_most):
                return
            await asyncio.sleep(0.1)


async def _count(store: SqlStore, table: object) -> int:
    async with store.db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


async def _missing(store: SqlStore) -> int:
    """How many wanted summaries are not made."""
    async with store.db.read() as connection:
        wanted = await connection.execute(select(tables.wanted.c.paper_id))
        made = set(await connection.scalars(select(tables.summaries.c.paper_id)))
        return sum(row.paper_id not in made for row in wanted)


async def _unseen(store: SqlStore) -> dict[object, list[object]]:
    """The papers that each chat has not had, of those that have any."""
    refs = [chat.ref for chat in await store.chats()]
    found: dict[object, list[object]] = {}
    for at in range(0, len(refs), 200):
        unseen = await store.unseen_of(refs[at : at + 200])
        found |= {ref: list(each.found) for ref, each in unseen.items() if each.found}
    return found


async def _let_all_be_due(store: SqlStore) -> None:
    async with store.db.write() as connection:
        await connection.execute(update(tables.chats).values(next_due_at=datetime.now(UTC) - timedelta(seconds=1)))


async def _shown_twice(store: SqlStore) -> int:
    """Papers that are in more than one digest of a chat, and digests of a chat after its first."""
    shown: Counter[tuple[int, str]] = Counter()
    async with store.db.read() as connection:
        table = tables.deliveries
        for row in await connection.execute(select(table.c.chat_id, table.c.paper_ids)):
            shown.update((row.chat_id, paper) for paper in row.paper_ids)
        slots = select(tables.digests.c.chat_id, func.count().label("n")).group_by(tables.digests.c.chat_id)
        more = sum(int(row.n) - 1 for row in await connection.execute(slots))
    return more + sum(count - 1 for count in shown.values())
