"""One pass of every step, from polling to publishing, for cron and CI."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot import pipeline
from bot.model import Bot, DeliveryState, Platform
from bot.pipeline import DeliveryWorker, Patience
from bot.pipeline.deliver import AT_ONCE
from bot.ports import Clock, Sender
from bot.service import lease, memory
from bot.service.app import App, follow_default_topics, open_app
from bot.service.bots import bots_of
from bot.service.guarded_sender import GuardedSender
from bot.service.platform_connections import senders_only
from bot.settings import Settings
from bot.site.publishing import publish

COMMAND_WAITS_SECONDS = 600.0
"""How long a command waits for models that are paused, counted anew whenever a summary was made."""


EMBEDS_FOR = timedelta(minutes=10)
"""How long one pass embeds papers before it goes on without the vectors of the others."""

LEARNS_FOR = timedelta(minutes=2)
"""How long one pass trains models; the votes of the other chats count in the next one."""


@dataclass(slots=True)
class PassResult:
    """The counts of one pass. `waiting` are messages not sent yet; `failures` are sentences about arXiv."""

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
        """Return the result in words."""
        done = (
            f"{self.announcements} announcements, {self.matches} matches, {self.summaries} summaries, "
            f"{self.digests} digests, {self.sent} messages sent, {self.pages} pages written."
        )
        waiting = f" {self.waiting} messages wait: see `paperboy status`." if self.waiting else ""
        no_topics = "" if self.topics else " No chat follows a topic; set DEFAULT_TOPICS or subscribe a chat."
        return done + waiting + no_topics


async def once(
    settings: Settings, upto: date | None, clock: Clock | None = None, say: Callable[[str], None] = lambda _: None
) -> PassResult:
    """Run every step once. With `upto`, every chat gets its digest of the days up to that one, whatever the hour.

    `say` is called with a sentence before whatever may take long.
    Raises `TellUser` if another process works on the database.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(memory.collected_rarely())
        app = await stack.enter_async_context(open_app(settings, clock, say=say))
        held = await stack.enter_async_context(lease.alone(app.store, app.clock))
        # Nobody else sends now: deliveries that another process had leased are free.
        await app.store.expire_leases(held.me, app.clock.now())
        await follow_default_topics(app)
        if platforms := dict.fromkeys(bot.platform.capitalize() for bot in bots_of(app.settings)):
            say(f"Logging in to {' and '.join(platforms)} …")
        senders = await stack.enter_async_context(senders_only(app))
        guarded = {bot: GuardedSender(sender, held) for bot, sender in senders.items()}
        return await run_steps(app, guarded, held.me, upto, say)


async def run_steps(
    app: App,
    senders: Mapping[Bot, Sender],
    me: str,
    upto: date | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> PassResult:
    """Run the steps in the order of `bot.pipeline`, then publish the archive."""
    done = PassResult(topics=await app.store.followed_topics())
    if done.topics:
        say("Asking arXiv …")
    # `force`: the person or the cron job that runs this has decided that it is time.
    polled = await pipeline.poll(app.store, app.source, app.clock, upto=upto, force=True)
    if polled:
        done.announcements = polled.announcements
        done.failures = [str(failure) for failure in polled.failures]
    # From here on a failure of arXiv does not matter: the steps work on what is stored.
    if (embedding := app.embedding) is not None:
        say("Embedding new papers …")
        # First: they are matched and delivered in this pass, and no later one would rank them.
        await embedding.run(until=app.clock.now() + EMBEDS_FOR)
    done.matches = await pipeline.match(app.store, app.relevance)
    await app.learning.run(until=app.clock.now() + LEARNS_FOR)
    await pipeline.choose(app.store, app.clock.now(), app.rankings, has_model=app.has_model)
    # The digests of this pass are not written later: a model that asks for a minute gets it.
    done.summaries = await summarize(app, Patience(app.clock, COMMAND_WAITS_SECONDS, say))
    done.digests = await pipeline.compose(app.store, app.builder, app.clock, upto=upto)
    # At the same time, because each bot has limits of its own to wait for.
    workers = [delivery_worker(app, bot, sender, me) for bot, sender in senders.items()]
    done.sent = sum(await asyncio.gather(*(worker.deliver() for worker in workers)))
    await pipeline.index_papers(app.store)
    done.pages = len(await publish(app.store, app.settings, app.order))
    await app.upkeep_if_due()
    # Last: the models are trained anew afterwards, which the next pass does before it ranks.
    await app.vector_making.run()
    counts = await app.store.outbox_counts()
    done.waiting = sum(count for (_, state), count in counts.items() if state is DeliveryState.WAITING)
    return done


def delivery_worker(app: App, bot: Bot, sender: Sender, me: str) -> DeliveryWorker:
    """Return a worker that sends what is due for a bot in the name of the lease's owner `me`."""
    return DeliveryWorker(
        app.store,
        {bot.platform: sender},
        app.clock,
        me,
        bot=bot,
        # Twice the rate: a message may be under way for a second, and a chat with several waits between them.
        at_once=max(AT_ONCE, 2 * app.settings.telegram_rate) if bot.platform is Platform.TELEGRAM else AT_ONCE,
        resend_unknown=app.settings.telegram_resend_unknown,
    )


async def summarize(app: App, patience: Patience | None = None) -> int:
    """Make the wanted summaries; returns how many were made."""
    return await pipeline.summarize(
        app.store,
        app.makers,
        app.reader,
        app.clock,
        concurrency=app.settings.model_concurrency,
        owner=app.owner,
        patience=patience,
    )
