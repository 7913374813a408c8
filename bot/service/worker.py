"""A worker: a process that does the tasks of a service. Any number of them may run, on any number of machines."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from procrastinate import exceptions

from bot.errors import StoreUnavailable, TellUser
from bot.model import JSON
from bot.ports import Clock
from bot.service import metrics, web
from bot.service.app import App, open_app
from bot.service.lease import Lease
from bot.service.owners import WORKER_PREFIX
from bot.service.roles import Role, Roles
from bot.service.running import check_workers
from bot.service.task_queue import HEARTBEAT_SECONDS, RECONNECT_SECONDS, STALLED_SECONDS, TaskQueue, opened
from bot.service.task_schema import first_line
from bot.service.tasks import QUEUES, TaskContext, tasks
from bot.settings import Settings

log = structlog.get_logger()

GRACE_SECONDS = 3.0
"""How long tasks may go on after a worker was told to stop; then they are cancelled, and others do what is left."""

FETCH_SECONDS = 2.0
"""How often a worker looks for tasks if no notification of one arrives."""


async def work(settings: Settings, queues: Sequence[str] = QUEUES, clock: Clock | None = None) -> None:
    """Do tasks until SIGTERM or SIGINT, then stop within five seconds.

    Raises `TellUser` for settings without workers, and what opening the database raises.
    """
    check_workers(settings)
    if settings.workers == "embedded":
        raise TellUser("WORKERS is embedded: `paperboy run` does this work itself; set WORKERS=procrastinate for both.")
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, clock, wait_for_lease=True))
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        # One connection for each task, and some for fetching tasks and for heartbeats.
        connections = settings.worker_concurrency + 3
        queue = await stack.enter_async_context(opened(settings.database, tasks, connections))
        worker = Worker(app, queue, queues)
        if settings.ops_port is not None:
            pages = web.build(None, (worker.health, worker.metrics))
            await web.serve_until_closed(stack, pages, "OPS", settings.ops_host, settings.ops_port)
        # Its lease shows that it is alive, and keeps others from having the database alone meanwhile.
        role = Role(f"{WORKER_PREFIX}{app.owner}", worker.working)
        roles = await stack.enter_async_context(Roles(app.store, app.clock, app.owner, [role], may_stand_by=True))
        await roles.wait(roles.begun, stop)
        log.info("working", queues=list(queues), concurrency=settings.worker_concurrency)
        await _wake_tending(queue)
        await roles.wait(stop)
        log.info("stopping")


def parse_queues(text: str | None) -> tuple[str, ...]:
    """Return the queues of a comma-separated list; all for None. Raises `TellUser` for an unknown name."""
    if text is None:
        return QUEUES
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in QUEUES]
    if unknown or not names:
        which = f"“{unknown[0]}” is not a queue" if unknown else "No queue is named"
        raise TellUser(f"{which}; name some of {', '.join(QUEUES)}, separated by commas.")
    return names


class Worker:
    """Fetches tasks while it holds its lease."""

    def __init__(self, app: App, queue: TaskQueue, queues: Sequence[str]) -> None:
        self._app, self._queue, self._queues = app, queue, queues
        self._context = TaskContext(app, queue, app.learning, app.vector_making)
        self._is_working = False

    @asynccontextmanager
    async def working(self, _lease: Lease) -> AsyncIterator[None]:
        """Fetch tasks and do them inside this context; those under way at its end may go on for `GRACE_SECONDS`."""
        fetching = asyncio.create_task(self._keep_fetching(), name="tasks")
        try:
            yield
        finally:
            await _end(fetching)

    async def _keep_fetching(self) -> None:
        while True:
            try:
                self._is_working = True
                await self._fetch()
            except exceptions.ProcrastinateException as error:
                log.warning("no tasks can be fetched", reason=first_line(error.__cause__ or error))
            except Exception:  # an error in Paperboy or the package must not leave a worker that does nothing
                log.exception("no tasks can be fetched")
            finally:
                self._is_working = False
            # It ends by itself when it loses the database, or was taken for dead after a long pause.
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _fetch(self) -> None:
        await self._queue.app.run_worker_async(
            queues=list(self._queues),
            concurrency=self._app.settings.worker_concurrency,
            fetch_job_polling_interval=FETCH_SECONDS,
            shutdown_graceful_timeout=GRACE_SECONDS,
            # What a task has not done is still pending in the store, so that its row is of no use any more.
            delete_jobs="always",
            additional_context={"context": self._context},
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )

    async def health(self) -> JSON:
        """Return the JSON of /healthz and /ready: a worker is ready while it can fetch tasks."""
        at = self._context.last_done_at
        return {
            "ok": True,
            "ready": self._is_working,
            "queues": list(self._queues),
            "last_task_at": at.isoformat() if at else None,
        }

    async def metrics(self) -> bytes:
        """Return the counters of this process; the state of the store is among the metrics of the service."""
        return metrics.render_counts(self._app.counts)


async def _wake_tending(queue: TaskQueue) -> None:
    """Let the service look for workers that ended: this one may stand in for such a worker."""
    try:
        await queue.wake("tend")
    except StoreUnavailable as error:
        log.warning("the service is not told of this worker", reason=str(error))


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end."""
    # Again and again: on Python 3.11 a notification that arrives at the same moment may swallow a cancellation.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=GRACE_SECONDS + 0.5)
