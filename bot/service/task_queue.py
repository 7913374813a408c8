"""The queue of tasks between a service and its workers: Procrastinate on the PostgreSQL of the store.

Tasks are hints: each says which pending rows of the store somebody should work on. A task that is lost is queued again,
and one that is done twice finds nothing to do the second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions
from procrastinate.jobs import Job, Status

from bot.errors import StoreUnavailable
from bot.model import JSON
from bot.service.task_schema import CONNECT_SECONDS, SCHEMA, address, ensure_schema, first_line

log = structlog.get_logger()

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0
"""A worker that has not been heard of for so long has ended, and others get its tasks. Sooner where it can be found out
that its process has ended."""

NAMESPACE = "paperboy"

WAKE_CHANNEL = "paperboy"
"""The channel on which workers tell the service which job has something to do."""

RECONNECT_SECONDS = 5.0

_NAME_WORKER = """
INSERT INTO paperboy_worker_owners (worker_id, owner) VALUES (%(worker_id)s, %(owner)s)
ON CONFLICT (worker_id) DO NOTHING
"""

_BUSY_WORKERS = """
SELECT worker_id, owner FROM paperboy_worker_owners AS worker
WHERE EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.worker_id = worker.worker_id AND job.status = 'doing')
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tasks of one queue: those that wait for a worker, and those that one is doing."""

    todo: int = 0
    doing: int = 0


class TaskQueue:
    """An open queue. Every method raises `StoreUnavailable` if the database does not answer."""

    def __init__(self, app: procrastinate.App, connector: procrastinate.PsycopgConnector, address: str) -> None:
        self.app = app
        self._connector, self._address = connector, address

    async def put(self, queue: str, arguments: JSON, *, lock: str, priority: int = 0, task: str | None = None) -> bool:
        """Queue a task unless one with the same lock waits already; returns whether it was queued. `task` is its name,
        unless it has that of its queue."""
        name = task or queue
        deferrer = self.app.configure_task(
            f"{NAMESPACE}:{name}", queue=queue, queueing_lock=f"{name} {lock}", priority=priority
        )
        with _translated():
            try:
                await deferrer.defer_async(**arguments)
            except exceptions.AlreadyEnqueued:
                return False
        return True

    async def waiting(self) -> Mapping[str, Waiting]:
        """How many tasks each queue has."""
        with _translated():
            rows = await self.app.job_manager.list_queues_async()
        return {row["name"]: Waiting(row["todo"], row["doing"]) for row in rows}

    async def arguments(self, *queues: str) -> list[JSON]:
        """The arguments of all tasks in these queues, waiting or being done."""
        found: list[JSON] = []
        with _translated():
            for queue in queues:
                for status in (Status.TODO, Status.DOING):
                    jobs = await self.app.job_manager.list_jobs_async(queue=queue, status=status.value)
                    found += [job.task_kwargs for job in jobs]
        return found

    async def name_worker(self, worker_id: int, owner: str) -> None:
        """Note which process a worker is, so that its tasks can be dropped as soon as that process has ended."""
        with _translated():
            await self._connector.execute_query_async(_NAME_WORKER, worker_id=worker_id, owner=owner)

    async def drop_of_ended(self, has_ended: Callable[[str], bool]) -> int:
        """Remove the tasks of workers that have ended; returns how many. Their work is pending in the store.

        A worker has ended if `has_ended` says so of its process, or if it was not heard of for `STALLED_SECONDS`.
        """
        manager = self.app.job_manager
        with _translated():
            jobs = {job.id: job for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)}
            for row in await self._connector.execute_query_all_async(_BUSY_WORKERS):
                if has_ended(row["owner"]):
                    found = await manager.list_jobs_async(worker_id=row["worker_id"], status=Status.DOING.value)
                    jobs |= {job.id: job for job in found}
            return sum([await self._drop(job) for job in jobs.values()])

    async def _drop(self, job: Job) -> bool:
        assert job.id is not None  # noqa: S101 - a job from the database has an id
        try:
            await self.app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        except exceptions.ConnectorException as error:
            if isinstance(error.__cause__, psycopg.errors.RaiseException):
                return False  # its worker has finished it meanwhile
            raise
        return True

    async def wake(self, *jobs: str) -> None:
        """Tell the service that these jobs have something to do."""
        with _translated():
            for job in jobs:
                await self._connector.execute_query_async(
                    "SELECT pg_notify(%(channel)s, %(job)s)", channel=WAKE_CHANNEL, job=job
                )

    @asynccontextmanager
    async def calling(self, on_wake: Callable[[str], None]) -> AsyncIterator[None]:
        """Call `on_wake` with the name of every job that a worker wakes, inside this context."""
        listening = asyncio.create_task(self._listen(on_wake), name="wake-ups")
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, on_wake: Callable[[str], None]) -> None:
        # Not by the package's own listener: on Python 3.11 a notification that arrives while it is cancelled keeps it
        # from ending.
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {WAKE_CHANNEL}")
                    async for notification in connection.notifies():
                        on_wake(notification.payload)
            except psycopg.Error as error:
                # Without wake-ups the jobs run at their intervals.
                log.warning("wake-ups not received", reason=first_line(error))
            await asyncio.sleep(RECONNECT_SECONDS)


@asynccontextmanager
async def opened(database_url: str, tasks: procrastinate.Blueprint, connections: int = 4) -> AsyncIterator[TaskQueue]:
    """Open the queue in the database, whose tables are made if need be.

    Raises `StoreUnavailable`, and what `ensure_schema` raises.
    """
    await ensure_schema(database_url)
    # The package logs every task with its arguments; what matters is logged by the tasks.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    conninfo = address(database_url)
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo,
        kwargs={"connect_timeout": CONNECT_SECONDS, "application_name": "paperboy tasks"},
        configure=_use_schema,
        min_size=1,
        max_size=connections,
    )
    app = procrastinate.App(connector=connector)
    app.add_tasks_from(tasks, namespace=NAMESPACE)
    with _translated():
        await app.open_async()
    try:
        yield TaskQueue(app, connector, conninfo)
    finally:
        await app.close_async()


async def _use_schema(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()


@contextmanager
def _translated() -> Iterator[None]:
    """Raise the package's errors as ours."""
    try:
        yield
    except exceptions.ConnectorException as error:
        raise StoreUnavailable(f"The task queue does not answer ({first_line(error.__cause__ or error)}).") from error
