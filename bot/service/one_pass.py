"""One pass of every step, from polling to publishing: for cron, for CI and for the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot import pipeline
from bot.model import Platform
from bot.pipeline import DeliveryWorker
from bot.ports import Clock, Sender
from bot.service import lease
from bot.service.app import App, follow_default_topics, open_app
from bot.service.platforms import senders_only
from bot.settings import Settings
from bot.site.publishing import publish


@dataclass(slots=True)
class PassResult:
    """What one pass of every step did, and for how many topics; `failures` are sentences."""

    announcements: int = 0
    matches: int = 0
    summaries: int = 0
    digests: int = 0
    sent: int = 0
    pages: int = 0
    waiting: int = 0
    topics: int = 0
    failures: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        done = (
            f"{self.announcements} announcements, {self.matches} matches, {self.summaries} summaries, "
            f"{self.digests} digests, {self.sent} messages sent, {self.pages} pages written."
        )
        waits = f" {self.waiting} messages wait: see `paperboy status`." if self.waiting else ""
        nobody = "" if self.topics else " Nobody follows anything; set DEFAULT_TOPICS or subscribe a chat."
        return done + waits + nobody


async def once(settings: Settings, upto: date | None, clock: Clock | None = None) -> PassResult:
    """Every step once. With `upto`, every chat's digest of the days up to that one goes out, whatever the hour.

    Raises `TellUser` where a running service holds the lease.
    """
    async with open_app(settings, clock) as app, lease.held(app.store, app.clock) as me:
        # The holder alone polls, answers and sends, so that the limits of platforms need not be shared.
        await app.store.expire_leases(me, app.clock.now())
        await follow_default_topics(app)
        async with senders_only(app) as senders:
            return await steps(app, senders, me, upto)


async def steps(app: App, senders: Mapping[Platform, Sender], me: str, upto: date | None = None) -> PassResult:
    """poll → match → choose → summarize → compose → deliver → publish, once."""
    done = PassResult(topics=len(await app.store.topics()))
    polled = await pipeline.poll(app.store, app.source, app.clock, upto=upto, force=True)
    if polled:
        done.announcements = polled.announcements
        done.failures = [str(failure) for failure in polled.failures]
    done.matches = await pipeline.match(app.store)
    await pipeline.choose(app.store, app.clock.now())
    done.summaries = await summarize(app)
    done.digests = await pipeline.compose(app.store, app.builder, app.clock, upto=upto)
    done.sent = await courier_for(app, senders, me).deliver()
    done.pages = len(await publish(app.store, app.settings))
    counts = await app.store.outbox_counts()
    done.waiting = sum(count for (_, state), count in counts.items() if state == "waiting")
    return done


def courier_for(app: App, senders: Mapping[Platform, Sender], me: str) -> DeliveryWorker:
    return DeliveryWorker(app.store, senders, app.clock, me, resend_unknown=app.settings.telegram_resend_unknown)


async def summarize(app: App) -> int:
    return await pipeline.summarize(
        app.store, app.makers, app.reader, app.clock, concurrency=app.settings.model_concurrency
    )
