"""`paperboy demo`: the whole pipeline on the bundled sample, with the real store and archive.

Only the two ends are replaced: the sample stands for arXiv, and the terminal for a chat.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from bot import pipeline, sample
from bot import topics as topic_language
from bot.model import (
    ARCHIVE,
    Chat,
    ChatRef,
    Digest,
    Outcome,
    Paper,
    Part,
    Platform,
    Priority,
    Reading,
    Section,
    Sent,
    Source,
)
from bot.pipeline import DayOrder, DeliveryWorker, DigestBuilder
from bot.relevance.measuring import PaperRelevance
from bot.render.terminal import print_document, terminal_digest
from bot.service.clock import SystemClock
from bot.settings import Settings
from bot.site.publishing import publish, site_dir
from bot.storage.store import SqlStore, open_store
from bot.summaries.fallback import FallbackChain
from bot.summaries.providers import build

# On the archive's platform, because the other platforms need tokens.
READER = ChatRef(Platform.SITE, "terminal")
TOPICS = ('video OR "3D"', '"language model" OR "retrieval-augmented"', "cs.IT")
DIGEST_SIZE = 6
"""Papers shown in full; the others of the sample follow as title lines."""


class SampleClock(SystemClock):
    """A clock that stands at noon (UTC) of a listing day, so that the sample is new."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)


@dataclass
class Terminal:
    """A platform whose only chat is the terminal: renders a digest as one part and prints it when it is sent."""

    console: Console
    platform: Platform = Platform.SITE
    can_verify: bool = False
    digest: Digest | None = None

    def notice(self, paragraphs: Sequence[str]) -> Part:
        return Part({"text": "\n\n".join(paragraphs)})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:  # noqa: ARG002 - there is one chat only
        self.digest = digest
        return [Part({"kind": "digest"}, tuple(card.paper.id for card in (*digest.cards, *digest.also)))]

    def forget(self) -> None: ...

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:  # noqa: ARG002 - there is one part only
        if self.digest is not None:
            self.console.print()
            if self.digest.also:
                note = (
                    f"The first {len(self.digest.cards)} papers are shown in full, to keep this short; a chat gets ten."
                )
                self.console.print(note, style="dim")
            print_document(terminal_digest(self.digest), self.console)
        return Sent("1")

    def turn(
        self,
        chat: ChatRef,  # noqa: ARG002 - a terminal has no rate limit
        part: Part,  # noqa: ARG002
        priority: Priority = Priority.DIGEST,  # noqa: ARG002
    ) -> nullcontext[None]:
        return nullcontext()

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:  # noqa: ARG002
        return None  # not called: no outcome is unknown

    async def warn(self, chat: ChatRef, text: str) -> None: ...


class NoReader:
    """A reader for the sample, which has no full texts."""

    async def kept(self, paper: Paper) -> None: ...

    async def read(self, paper: Paper) -> Reading:
        problem = "the sample has no full texts"
        return Reading(paper.id, paper.version, Source.ABSTRACT, (Section("Abstract"),), problem=problem)


@dataclass
class Demo:
    """The parts of the demonstration."""

    store: SqlStore
    clock: SampleClock
    source: sample.SampleSource
    makers: FallbackChain
    relevance: PaperRelevance
    terminal: Terminal
    settings: Settings


async def run(settings: Settings) -> None:
    """Run the demonstration. It writes to DATA_DIR/demo, which is emptied first."""
    # In a folder of its own and without a model, so that it leaves the real data alone and costs nothing.
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo", "model": ("extractive",)})
    console = Console(highlight=False, emoji=False)
    # Emptied, so that a second run shows the same: delivered papers would not be delivered again.
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    settings.data_dir.mkdir(parents=True)
    async with _open_demo(settings, console) as demo:
        await _run_pipeline(demo)
        await DeliveryWorker(demo.store, {Platform.SITE: demo.terminal}, demo.clock, "demo/0/0").deliver()
    _print_end(settings, console)


@asynccontextmanager
async def _open_demo(settings: Settings, console: Console) -> AsyncIterator[Demo]:
    first = min(sample.days())  # the clock then goes from day to day, as in the service
    clock = SampleClock(first)
    url = f"sqlite+aiosqlite:///{settings.data_dir / 'paperboy.sqlite3'}"
    async with await open_store(url) as store, build(settings, clock) as makers:
        yield Demo(store, clock, sample.SampleSource(first), makers, PaperRelevance(store), Terminal(console), settings)


async def _run_pipeline(demo: Demo) -> None:
    """Poll and match day by day, then write one digest of all days, and the archive."""
    await _subscribe(demo)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=demo.terminal.console, transient=True) as progress:
        task = progress.add_task("", total=2 * len(sample.days()) + 2)
        for day in sample.days():
            demo.clock.day = demo.source.today = day
            progress.update(task, description=f"The listing of {day:%d %B %Y}")
            # Forced, so that the demo does not depend on the rules for when a poll is due.
            await pipeline.poll(demo.store, demo.source, demo.clock, upto=day, force=True)
            progress.advance(task)
            await pipeline.match(demo.store, demo.relevance)
            progress.advance(task)
        progress.update(task, description="Summaries")
        rankings = pipeline.Rankings(demo.relevance)
        await pipeline.choose(demo.store, demo.clock.now(), rankings)
        await pipeline.summarize(demo.store, demo.makers, NoReader(), demo.clock)
        progress.advance(task)
        progress.update(task, description="Digest and archive")
        builder = DigestBuilder({Platform.SITE: demo.terminal}, demo.makers, NoReader(), rankings)
        await pipeline.compose(demo.store, builder, demo.clock, upto=demo.clock.day)
        await publish(demo.store, demo.settings, DayOrder(demo.store, demo.relevance))
        progress.advance(task)


async def _subscribe(demo: Demo) -> None:
    now = demo.clock.now()
    for ref in (READER, ARCHIVE):
        await demo.store.add_chat(Chat(ref, size=DIGEST_SIZE, next_due_at=now, created_at=now))
        for query in TOPICS:
            await demo.store.subscribe(ref, topic_language.parse(query).query, demo.clock.day, now)


def _print_end(settings: Settings, console: Console) -> None:
    index = (site_dir(settings) / "index.html").resolve()
    console.print()
    console.print("[bold]That was the whole pipeline, without network, token or key.[/bold]")
    console.print("The archive pages:", style="dim", end=" ")
    console.print(str(index), soft_wrap=True)
    console.print("Next: cp .env.example .env, put a Telegram or Discord token into it, then", soft_wrap=True)
    console.print("      .venv/bin/paperboy doctor && .venv/bin/paperboy run", soft_wrap=True)
    console.print("Or:   .venv/bin/paperboy summarize 1706.03762", soft_wrap=True)
