"""The running service: its periodic jobs, its platforms and web pages, and how it stops."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

import structlog
from aiohttp.web import Application

from bot import pipeline
from bot.decisions import polling
from bot.errors import StoreUnavailable, TellUser
from bot.model import Platform
from bot.pipeline import DeliveryWorker, Rankings
from bot.pipeline.poll import NeededArchives, poll_state
from bot.ports import Clock, Sender, Store
from bot.service import lease, memory, metrics, status, status_text, web
from bot.service.app import App, follow_default_topics, open_app
from bot.service.counting import CountingSender
from bot.service.one_pass import delivery_worker, summarize
from bot.service.periodic_jobs import PeriodicJobs
from bot.service.platform_connections import PlatformWatch, connected
from bot.settings import Settings
from bot.site.publishing import publish, site_dir

log = structlog.get_logger()


POLL_SECONDS = 15
"""How often it is checked whether arXiv has to be asked; `bot.decisions.polling` decides that."""

READ_SECONDS = 10
# A retry after a short rate limit, and a digest whose time has come, wait no longer than this.
SEND_SECONDS = 3
SPREAD_SECONDS = 60
# New summaries start this job at once; the interval only catches up on what was written in other ways.
SITE_SECONDS = 600
WATCH_SECONDS = 10
# How often free memory is given back to the system: a morning takes much more than the rest of the day.
TRIM_SECONDS = 900
# How often it is checked whether the daily upkeep is due.
UPKEEP_SECONDS = 900

CHOOSE_EVERY = timedelta(minutes=10)
"""How long a chat's new language or size may have no effect on the wanted summaries if nothing is announced."""


async def serve(settings: Settings, clock: Clock | None = None) -> None:
    """Run until SIGTERM or SIGINT, then stop within five seconds.

    Raises `BadSetting` and `TellUser` if it cannot start, `StoreUnavailable` also if it loses the lease.
    """
    stop, lease_lost = asyncio.Event(), asyncio.Event()

    def on_lost() -> None:
        lease_lost.set()
        stop.set()

    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, clock, wait_for_lease=True))
        me = await stack.enter_async_context(lease.held(app.store, app.clock, on_lost, wait_for_lease=True))
        # Before this point there is nothing to stop, and a signal may simply end the process.
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        # Only one process sends, so that deliveries leased to any other are those of a process that has ended.
        await app.store.expire_leases(me, app.clock.now())
        await follow_default_topics(app)
        jobs = PeriodicJobs()
        platforms = await stack.enter_async_context(connected(app))
        watch = PlatformWatch(app.store, app.clock, platforms)
        # Before the first page is served, so that /healthz does not report the state of the process before.
        await watch.report()
        await _listen(stack, app)
        senders = {name: CountingSender(platform.sender, app.counts) for name, platform in platforms.items()}
        worker = delivery_worker(app, senders, me)
        app.send_now = _add_jobs(jobs, app, worker)
        jobs.every(WATCH_SECONDS, "watch", watch.report)
        jobs.start()
        # Callbacks run in reverse order: the worker stops taking deliveries before its jobs are stopped, and the jobs
        # before the platforms and the store that they use.
        stack.push_async_callback(jobs.stop)
        stack.callback(worker.stop)
        _log_start(app, senders)
        await stop.wait()
        log.info("stopping")
    if lease_lost.is_set():
        raise StoreUnavailable("Another process took over the work, or the lease could not be renewed; see the log.")


class MatchingJob:
    """Matches what was announced, and chooses the summaries that the next digests need."""

    def __init__(self, store: Store, clock: Clock, rankings: Rankings | None = None) -> None:
        self._store, self._clock = store, clock
        self._chooser = pipeline.Chooser(store, rankings or Rankings())
        self._chosen_at: datetime | None = None

    async def run(self) -> None:
        """Match, and choose if something matched or the last choice is old. Raises `StoreUnavailable`."""
        now = self._clock.now()
        # Forgotten until both steps have succeeded: matches are stored at once and would not be found a second time.
        chosen_at, self._chosen_at = self._chosen_at, None
        # What is chosen changes only with new matches or changed chats.
        if await pipeline.match(self._store) or chosen_at is None or abs(now - chosen_at) >= CHOOSE_EVERY:
            await self._chooser.run(now)
            chosen_at = now
        self._chosen_at = chosen_at


def _add_jobs(jobs: PeriodicJobs, app: App, worker: DeliveryWorker) -> Callable[[], None]:
    """Add the jobs of the pipeline; returns a function that runs the jobs that send now."""

    def send() -> None:
        for platform in worker.senders:
            jobs.soon(f"send {platform}")

    # Each step starts the next one at once, so that a paper does not wait for the interval of every job.
    needed = NeededArchives(app.store, app.clock)

    async def poll() -> None:
        if await pipeline.poll(app.store, app.source, app.clock, needed):
            jobs.soon("read")

    matching = MatchingJob(app.store, app.clock, app.rankings)

    async def read() -> None:
        await matching.run()
        if await summarize(app):
            jobs.soon("site")

    async def compose() -> None:
        is_missing = polling.is_listing_missing(await poll_state(app.store), app.clock.now())
        if await pipeline.compose(app.store, app.builder, app.clock, listing_owed=is_missing):
            send()

    async def spread() -> None:
        await pipeline.spread(app.store, app.loads, app.clock)

    async def site() -> None:
        await publish(app.store, app.settings)

    jobs.every(POLL_SECONDS, "poll", poll)
    jobs.every(READ_SECONDS, "read", read)
    jobs.every(SPREAD_SECONDS, "spread", spread)
    jobs.every(SEND_SECONDS, "compose", compose)
    for platform in worker.senders:  # one job each: a platform that hangs must not delay the others
        jobs.every(SEND_SECONDS, f"send {platform}", partial(worker.deliver, [platform]))
    jobs.every(SITE_SECONDS, "site", site)
    jobs.every(UPKEEP_SECONDS, "upkeep", app.upkeep_if_due)
    jobs.every(TRIM_SECONDS, "memory", partial(asyncio.to_thread, memory.trim))
    return send


async def _listen(stack: AsyncExitStack, app: App) -> None:
    """Serve the archive, and the operations pages: on the same port, or on OPS_PORT if that is set."""
    settings, site = app.settings, site_dir(app.settings)
    # The first pages are written by a job, but requests may come before it.
    site.mkdir(parents=True, exist_ok=True)
    latest = status.CachedStatus(app.store, app.clock)
    stack.push_async_callback(latest.stop)

    async def health() -> dict[str, object]:
        return status_text.health(await latest.get())

    async def prometheus() -> bytes:
        return metrics.render(await latest.get(), app.counts)

    operations, has_own_port = (health, prometheus), settings.ops_port is not None
    address = await _serve(
        stack, web.build(site, None if has_own_port else operations), "SITE", settings.site_host, settings.site_port
    )
    log.info("archive served", address=address)
    if settings.ops_port is not None:
        address = await _serve(stack, web.build(None, operations), "OPS", settings.ops_host, settings.ops_port)
        log.info("operations served", address=address)


async def _serve(stack: AsyncExitStack, pages: Application, setting: str, host: str, port: int) -> str:
    """Serve these pages until the stack is closed; returns their address. Raises `TellUser` that names the setting."""
    try:
        runner, port = await web.serve(pages, host, port)
    except OSError as error:
        raise TellUser(f"{setting}_PORT {port} on {host} cannot be used ({error.strerror}); choose another.") from None
    stack.push_async_callback(runner.cleanup)
    return f"http://{host}:{port}/"


def _log_start(app: App, senders: Mapping[Platform, Sender]) -> None:
    log.info("running", platforms=[str(platform) for platform in senders] or ["the archive alone"])
    if not senders and not app.settings.default_topics:
        log.warning("nothing to do: set TELEGRAM_BOT_TOKEN, DISCORD_BOT_TOKEN or DEFAULT_TOPICS in .env")
