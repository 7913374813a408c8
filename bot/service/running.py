"""The running service: its roles, its platforms and web pages, and how it stops."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.errors import BadSetting
from bot.model import Bot
from bot.ports import Clock
from bot.service import lease, memory, metrics, status, status_text, web
from bot.service.app import App, follow_default_topics, open_app
from bot.service.bots import bots_of
from bot.service.counting import CountingSender
from bot.service.guarded_sender import GuardedSender
from bot.service.lease import Lease
from bot.service.one_pass import delivery_worker
from bot.service.periodic_jobs import PeriodicJobs
from bot.service.platform_connections import Connected, PlatformWatch, connected, webhooks_of
from bot.service.polling_jobs import PollingJobs
from bot.service.roles import Role, Roles
from bot.service.web import Hook
from bot.settings import Settings
from bot.site.publishing import publish, site_dir

if TYPE_CHECKING:
    from bot.service.hand_over import HandOver

log = structlog.get_logger()


# A retry after a short rate limit waits no longer than this.
SEND_SECONDS = 3
# New summaries start this job at once; the interval only catches up on what was written in other ways.
SITE_SECONDS = 600
WATCH_SECONDS = 10
# How long a thread that computes may keep the others waiting. An answer takes dozens of turns of the event loop, and
# with Python's own 5 ms each of them could wait that long while a listing is summarized.
SWITCH_SECONDS = 0.0005
# How often free memory is given back to the system: a morning takes much more than the rest of the day.
TRIM_SECONDS = 900
# How often all objects are looked through, not only those since the last time: it takes some tenths of a second.
TRIM_ALL_SECONDS = 86_400


async def serve(settings: Settings, clock: Clock | None = None) -> None:
    """Run until SIGTERM or SIGINT, then stop within five seconds.

    Raises `BadSetting` and `TellUser` if it cannot start, `StoreUnavailable` also if it loses all its leases.
    """
    check_workers(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.enter_context(memory.collected_rarely())
        app = await stack.enter_async_context(open_app(settings, clock, wait_for_lease=True))
        # Before this point there is nothing to stop, and a signal may simply end the process.
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        service = Service(app)
        if settings.workers == "procrastinate":
            await stack.enter_async_context(service.handing_over())
        # Of two processes on one file the second has nothing to do; of two machines it waits for the first to end.
        may_stand_by = not settings.is_sqlite
        roles = Roles(app.store, app.clock, app.owner, service.roles(), may_stand_by=may_stand_by)
        service.jobs.start()
        stack.push_async_callback(service.jobs.stop)
        await stack.enter_async_context(roles)
        await roles.wait(roles.begun, stop)
        # Before the first page is served, so that /healthz does not report the state of the process before.
        await service.watch.report()
        await _listen(stack, app, service.hooks)
        service.jobs.every(WATCH_SECONDS, "watch", service.watch.report)
        service.jobs.every(TRIM_SECONDS, "memory", partial(asyncio.to_thread, memory.trim))
        service.jobs.every(
            TRIM_ALL_SECONDS, "all memory", partial(asyncio.to_thread, partial(memory.trim, everything=True))
        )
        _log_start(app, roles)
        await roles.wait(stop)
        log.info("stopping")


class Service:
    """The roles of a service with their jobs. Each method below `roles` is the work of one role."""

    def __init__(self, app: App) -> None:
        self.jobs = PeriodicJobs()
        self._app = app
        self._hand_over: HandOver | None = None
        self._connected: dict[Bot, Connected] = {}
        self._webhooks = webhooks_of(app)
        self.watch = PlatformWatch(app.store, app.clock, self._connected, bots_of(app.settings))
        app.send_now = self._send_now

    @asynccontextmanager
    async def handing_over(self) -> AsyncIterator[None]:
        """Let workers summarize and compose, and run the jobs that they wake, inside this context."""
        # Imported here: only a service with workers needs the package.
        from bot.service import task_queue
        from bot.service.hand_over import HandOver
        from bot.service.tasks import tasks

        async with task_queue.opened(self._app.settings.database, tasks) as queue:
            self._hand_over = HandOver(self._app, queue)
            async with queue.calling(self._woken):
                yield

    def _woken(self, job: str) -> None:
        if job == "send":
            self._send_now()
        elif job == "compose" and self._hand_over is not None:
            self._hand_over.compose_all_again()
        self.jobs.soon(job)

    def roles(self) -> list[Role]:
        """Return the roles that these settings give to a service. Raises `BadSetting` for a bad token."""
        sending = [Role(f"send {bot}", partial(self.sending, bot)) for bot in bots_of(self._app.settings)]
        return [Role(lease.POLL, self.polling), Role(lease.SITE, self.publishing), *sending]

    @asynccontextmanager
    async def polling(self, _lease: Lease) -> AsyncIterator[None]:
        """Ask arXiv, match, choose, and summarize and compose unless workers do that."""
        await follow_default_topics(self._app)
        async with PollingJobs(self._app, self.jobs, self._hand_over).running():
            yield

    @asynccontextmanager
    async def publishing(self, _lease: Lease) -> AsyncIterator[None]:
        """Write the pages of the archive."""

        order = self._app.order

        async def site() -> None:
            await publish(self._app.store, self._app.settings, order)

        async with self.jobs.removed_at_end("site"):
            self.jobs.every(SITE_SECONDS, "site", site)
            yield

    @asynccontextmanager
    async def sending(self, bot: Bot, held: Lease) -> AsyncIterator[None]:
        """Answer the commands of one bot, and send its messages."""
        app, name = self._app, f"send {bot}"
        async with connected(app, bot, self._webhooks.get(bot)) as platform:
            sender = GuardedSender(CountingSender(platform.sender, app.counts, bot), held)
            worker = delivery_worker(app, bot, sender, held.me)
            # Only this process sends for the bot: deliveries leased to any other are those of one that has ended.
            await app.store.expire_leases(held.me, app.clock.now(), bot)
            self._connected[bot] = platform
            try:
                async with self.jobs.removed_at_end(name):
                    # A job for each bot: a platform that hangs must not delay the others.
                    self.jobs.every(SEND_SECONDS, name, worker.deliver)
                    try:
                        yield
                    finally:
                        # Before its job is stopped, so that it takes no more deliveries meanwhile.
                        worker.stop()
            finally:
                del self._connected[bot]

    @property
    def hooks(self) -> dict[str, Hook]:
        """What takes the requests that platforms post to the web server, by path."""
        if self._app.settings.telegram_webhook_url is None:
            return {}
        return {webhook.path: webhook.receive for webhook in self._webhooks.values()}

    def _send_now(self) -> None:
        for bot in bots_of(self._app.settings):
            self.jobs.soon(f"send {bot}")


def check_workers(settings: Settings) -> None:
    """Raise `BadSetting` if the tasks of workers cannot be kept in this database."""
    if settings.workers == "procrastinate" and settings.is_sqlite:
        address = "DATABASE_URL=postgresql+psycopg://…"
        raise BadSetting("WORKERS", f"procrastinate needs PostgreSQL; set {address}, or leave WORKERS out.")


async def _listen(stack: AsyncExitStack, app: App, hooks: Mapping[str, Hook]) -> None:
    """Serve the archive with what platforms post, and the operations pages: on the same port, or on OPS_PORT if that
    is set."""
    settings, site = app.settings, site_dir(app.settings)
    # The first pages are written by a job, but requests may come before it.
    site.mkdir(parents=True, exist_ok=True)
    latest = status.CachedStatus(app.store, app.clock, bots_of(settings), app.loads, app.embedder_name)
    stack.push_async_callback(latest.stop)

    async def health() -> dict[str, object]:
        return status_text.health(await latest.get())

    async def prometheus() -> bytes:
        return metrics.render(await latest.get(), app.counts)

    operations, has_own_port = (health, prometheus), settings.ops_port is not None
    pages = web.build(site, None if has_own_port else operations, hooks)
    address = await web.serve_until_closed(stack, pages, "SITE", settings.site_host, settings.site_port)
    log.info("archive served", address=address)
    if settings.ops_port is not None:
        pages = web.build(None, operations)
        address = await web.serve_until_closed(stack, pages, "OPS", settings.ops_host, settings.ops_port)
        log.info("operations served", address=address)


def _log_start(app: App, roles: Roles) -> None:
    log.info("running", roles=sorted(roles.held))
    if not roles.held:
        log.info("other processes do all the work; this one takes over what one of them leaves")
    if not bots_of(app.settings) and not app.settings.default_topics:
        log.warning("nothing to do: set TELEGRAM_BOT_TOKEN, DISCORD_BOT_TOKEN or DEFAULT_TOPICS in .env")
