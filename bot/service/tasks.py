"""The tasks that workers do, each a call of a step of the pipeline for a part of what is pending."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.jobs import Job

from bot import pipeline
from bot.decisions import polling
from bot.errors import RetryLater
from bot.model import JSON, ChatRef, Depth, SummaryKey
from bot.pipeline import Learning, VectorMaking
from bot.pipeline.poll import poll_state
from bot.service.app import App
from bot.service.counting import TASKS
from bot.service.task_queue import TaskQueue

log = structlog.get_logger()

READ, SUMMARIZE, COMPOSE, LEARN = "read", "summarize", "compose", "learn"
QUEUES = (READ, SUMMARIZE, COMPOSE, LEARN)

EMBED, VECTORS = "embed", "vectors"
"""Other tasks of the queue `LEARN`."""

# 2, 4, 8, 16 and 32 seconds; what then still is pending is queued again.
RETRY = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=[RetryLater])

FEW_TASKS = 8
"""When fewer wait in a queue, the service is asked for more."""

tasks = procrastinate.Blueprint()


@dataclass(slots=True)
class TaskContext:
    """What a worker's tasks work with."""

    app: App
    queue: TaskQueue
    learning: Learning
    making: VectorMaking
    last_done_at: datetime | None = None
    _worker_id: int | None = None

    @asynccontextmanager
    async def doing(self, job: Job) -> AsyncIterator[None]:
        """Count the task's outcome, and log what it fails with."""
        outcome, queue = "failed", job.queue
        try:
            await self._name_worker(job.worker_id)
            yield
            outcome = "done"
        except RetryLater as error:
            log.warning("task failed", queue=queue, reason=str(error))
            raise
        except Exception:  # an error in Paperboy; the package's own log would show the task's arguments
            log.exception("task failed", queue=queue)
            raise
        finally:
            self.app.counts.add(TASKS, queue, outcome)
            self.last_done_at = datetime.now(UTC)

    async def ask_for_more(self, queue: str, job: str) -> None:
        """Wake the job of the service that queues more if soon no task waits: workers must not be idle until its next
        round."""
        waiting = (await self.queue.waiting()).get(queue)
        if waiting is None or waiting.todo < FEW_TASKS:
            await self.queue.wake(job)

    async def _name_worker(self, worker_id: int | None) -> None:
        # At its first task: until then it holds none that others would have to be given. A worker that was taken for
        # dead, or has lost the database, goes on under another id.
        if worker_id is not None and worker_id != self._worker_id:
            await self.queue.name_worker(worker_id, self.app.owner)
            self._worker_id = worker_id


def _task_context(job_context: JobContext) -> TaskContext:
    context: TaskContext = job_context.additional_context["context"]
    return context


@tasks.task(name=READ, queue=READ, pass_context=True, retry=RETRY)
async def read(job_context: JobContext, keys: list[list[Any]], priority: int) -> None:
    """Read papers into the cache, then let their deep summaries be made."""
    context = _task_context(job_context)
    app = context.app
    async with context.doing(job_context.job):
        if done := await pipeline.read(app.store, app.reader, app.clock, keys_from(keys)):
            await context.queue.put(SUMMARIZE, keys_argument(done), lock=lock_of(done), priority=priority)


@tasks.task(name=SUMMARIZE, queue=SUMMARIZE, pass_context=True, retry=RETRY)
async def summarize(job_context: JobContext, keys: list[list[Any]]) -> None:
    """Make summaries, and wake the digests that wait for them."""
    context = _task_context(job_context)
    app = context.app
    async with context.doing(job_context.job):
        made = await pipeline.summarize(
            app.store,
            app.makers,
            app.reader,
            app.clock,
            concurrency=app.settings.model_concurrency,
            owner=app.owner,
            keys=keys_from(keys),
        )
        if made:
            await context.queue.wake("compose", "site")
        await context.ask_for_more(SUMMARIZE, "read")


@tasks.task(name=COMPOSE, queue=COMPOSE, pass_context=True, retry=RETRY)
async def compose(job_context: JobContext, chats: list[str], chosen: JSON | None = None) -> None:
    """Write the digests of chats, with the papers that were chosen for them, and wake their senders."""
    context = _task_context(job_context)
    app = context.app
    async with context.doing(job_context.job):
        is_missing = polling.is_listing_missing(await poll_state(app.store), app.clock.now())
        refs = [ChatRef.parse(chat) for chat in chats]
        app.rankings.take_over(chosen or {})
        if await pipeline.compose(app.store, app.builder, app.clock, listing_owed=is_missing, chats=refs):
            await context.queue.wake("send")


@tasks.task(name=LEARN, queue=LEARN, pass_context=True, retry=RETRY)
async def learn(job_context: JobContext, chats: list[str]) -> None:
    """Train the models of chats."""
    context = _task_context(job_context)
    async with context.doing(job_context.job):
        if await context.learning.these([ChatRef.parse(chat) for chat in chats]):
            await context.ask_for_more(LEARN, LEARN)


@tasks.task(name=EMBED, queue=LEARN, pass_context=True, retry=RETRY)
async def embed(job_context: JobContext, papers: list[list[Any]]) -> None:
    """Give vectors to papers."""
    context = _task_context(job_context)
    async with context.doing(job_context.job):
        if context.app.embedding is None:
            return  # EMBEDDINGS names no embedder here
        made = await context.app.embedding.these([(paper_id, version) for paper_id, version in papers])
        if made:
            await context.ask_for_more(LEARN, EMBED)


@tasks.task(name=VECTORS, queue=LEARN, pass_context=True, retry=RETRY)
async def vectors(job_context: JobContext) -> None:
    """Make the vectors of terms, unless another worker has made them meanwhile."""
    context = _task_context(job_context)
    async with context.doing(job_context.job):
        if await context.making.are_due():
            await context.making.make()


# ── arguments, which are JSON ──


def keys_argument(keys: Iterable[SummaryKey]) -> JSON:
    return {"keys": [[key.paper_id, key.version, key.language, str(key.depth)] for key in keys]}


def keys_from(value: Iterable[Sequence[Any]]) -> list[SummaryKey]:
    return [SummaryKey(paper_id, version, language, Depth(depth)) for paper_id, version, language, depth in value]


def lock_of(keys: Sequence[SummaryKey]) -> str:
    """Names a task by its first key: no two tasks have a key in common."""
    key = keys[0]
    return f"{key.paper_id}v{key.version} {key.language} {key.depth}"
