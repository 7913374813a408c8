"""The running service: what runs when, on which platforms, and how it stops."""

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
from bot.arxiv import calendar
from bot.errors import StoreUnavailable, TellUser
from bot.model import Platform
from bot.pipeline import DeliveryWorker
from bot.pipeline.poll import poll_state
from bot.ports import Clock, Sender
from bot.service import lease, metrics, status, status_text, web
from bot.service.app import App, follow_default_topics, open_app
from bot.service.counting import CountingSender
from bot.service.one_pass import courier_for, summarize
from bot.service.periodic_jobs import PeriodicJobs
from bot.service.platforms import PlatformWatch, connected
from bot.settings import Settings
from bot.site.publishing import publish, site_dir

log = structlog.get_logger()


POLL_SECONDS = 15


READ_SECONDS = 10


SEND_SECONDS = 3


SITE_SECONDS = 600


WATCH_SECONDS = 10


CHOOSE_AGAIN = timedelta(minutes=10)
"""How soon a chat's changed language or size shows in what is wanted, while nothing new was announced."""


async def serve(settings: Settings, clock: Clock | None = None) -> None:
    """Run until SIGTERM or SIGINT; stops within five seconds. Raises `BadSetting`, `StoreUnavailable`, `TellUser`."""
    stop, replaced = asyncio.Event(), asyncio.Event()

    def lost() -> None:
        replaced.set()
        stop.set()

    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, clock, patient=True))
        me = await stack.enter_async_context(lease.held(app.store, app.clock, lost, patient=True))
        # Until here there was nothing to bring to an end.
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await app.store.expire_leases(me, app.clock.now())
        await follow_default_topics(app)
        ticks = PeriodicJobs()
        platforms = await stack.enter_async_context(connected(app))
        watch = PlatformWatch(app.store, app.clock, platforms)
        await watch.look()
        await _listen(stack, app)
        senders = {platform: CountingSender(each.sender, app.counts) for platform, each in platforms.items()}
        courier = courier_for(app, senders, me)
        app.wake = _schedule(ticks, app, courier)
        ticks.every(WATCH_SECONDS, "watch", watch.look)
        ticks.start()
        stack.push_async_callback(ticks.stop)
        stack.callback(courier.stop)
        await _announce(app, senders)
        await stop.wait()
        log.info("stopping")
    if replaced.is_set():
        raise StoreUnavailable("The lease that lets one process alone do the work was lost; the log says why.")


def _schedule(ticks: PeriodicJobs, app: App, courier: DeliveryWorker) -> Callable[[], None]:
    """Set the jobs; what is returned has everything sent that waits, at once."""

    def send() -> None:
        for platform in courier.senders:
            ticks.soon(f"send {platform}")

    async def poll() -> None:
        if await pipeline.poll(app.store, app.source, app.clock):
            ticks.soon("read")

    chosen_at: datetime | None = None

    async def read() -> None:
        nonlocal chosen_at
        now = app.clock.now()
        # Going over what every chat has coming is dear, and only new matches and changed chats give it a new answer.
        if await pipeline.match(app.store) or chosen_at is None or abs(now - chosen_at) >= CHOOSE_AGAIN:
            await pipeline.choose(app.store, now)
            chosen_at = now
        if await summarize(app):
            ticks.soon("site")

    async def compose() -> None:
        if await pipeline.compose(app.store, app.builder, app.clock, listing_owed=await _listing_owed(app)):
            send()

    async def site() -> None:
        await publish(app.store, app.settings)

    ticks.every(POLL_SECONDS, "poll", poll)
    ticks.every(READ_SECONDS, "read", read)
    ticks.every(SEND_SECONDS, "compose", compose)
    for platform in courier.senders:  # each by itself: one that hangs must not keep the others waiting
        ticks.every(SEND_SECONDS, f"send {platform}", partial(courier.deliver, [platform]))
    ticks.every(SITE_SECONDS, "site", site)
    return send


async def _listing_owed(app: App) -> bool:
    state = await poll_state(app.store)
    return state.day is None or state.day < calendar.fed_day(app.clock.now())


async def _listen(stack: AsyncExitStack, app: App) -> None:
    """Serve the archive, and the operations pages: beside it, or on OPS_PORT where that is set."""
    settings, site = app.settings, site_dir(app.settings)
    site.mkdir(parents=True, exist_ok=True)
    latest = status.CachedStatus(app.store, app.clock)
    stack.push_async_callback(latest.stop)

    async def health() -> dict[str, object]:
        return status_text.health(await latest.get())

    async def scrape() -> bytes:
        return metrics.render(await latest.get(), app.counts)

    operations, apart = (health, scrape), settings.ops_port is not None
    address = await _serve(
        stack, web.build(site, None if apart else operations), "SITE", settings.site_host, settings.site_port
    )
    log.info("archive served", address=address)
    if settings.ops_port is not None:
        address = await _serve(stack, web.build(None, operations), "OPS", settings.ops_host, settings.ops_port)
        log.info("operations served", address=address)


async def _serve(stack: AsyncExitStack, pages: Application, setting: str, host: str, port: int) -> str:
    """Serve these pages until the stack is closed; their address. Raises `TellUser` naming the setting."""
    try:
        runner, port = await web.serve(pages, host, port)
    except OSError as error:
        raise TellUser(f"{setting}_PORT {port} on {host} cannot be used ({error.strerror}); choose another.") from None
    stack.push_async_callback(runner.cleanup)
    return f"http://{host}:{port}/"


async def _announce(app: App, senders: Mapping[Platform, Sender]) -> None:
    log.info("running", platforms=[str(platform) for platform in senders] or ["the archive alone"])
    if not senders and not app.settings.default_topics:
        log.warning("nothing to do: set TELEGRAM_BOT_TOKEN, DISCORD_BOT_TOKEN or DEFAULT_TOPICS in .env")
