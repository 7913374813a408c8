"""`paperboy demo`: the whole way of a paper on the bundled sample, with the real pipeline, store and archive.

Only the ends are others: the sample instead of arXiv, and the terminal instead of a chat.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
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
from bot.pipeline import DeliveryWorker, DigestBuilder
from bot.render.terminal import print_document, terminal_digest
from bot.service.clock import SystemClock
from bot.settings import Settings
from bot.site.publishing import publish, site_dir
from bot.storage.store import SqlStore, open_store
from bot.summaries.chain import Chain, build

READER = ChatRef(Platform.SITE, "terminal")
TOPICS = ('video OR "3D"', '"language model" OR "retrieval-augmented"', "cs.IT")
SHOWN = 6


class SampleClock(SystemClock):
    """Noon UTC of a listing day, so that the sample is today's news."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)


@dataclass
class Terminal:
    """A chat platform whose only chat is the terminal: renders a digest as one part, and prints what it is sent."""

    console: Console
    platform: Platform = Platform.SITE
    can_verify: bool = False
    digest: Digest | None = None

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:  # noqa: ARG002 - one chat, one style
        self.digest = digest
        return [Part({"kind": "digest"}, tuple(card.paper.id for card in (*digest.cards, *digest.also)))]

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:  # noqa: ARG002 - one chat, one part
        if self.digest is not None:
            self.console.print()
            if self.digest.also:
                said = (
                    f"The first {len(self.digest.cards)} papers are shown in full, to keep this short; a chat gets ten."
                )
                self.console.print(said, style="dim")
            print_document(terminal_digest(self.digest), self.console)
        return Sent("1")

    def turn(
        self,
        chat: ChatRef,  # noqa: ARG002 - a terminal has no limits
        part: Part,  # noqa: ARG002
        priority: Priority = Priority.DIGEST,  # noqa: ARG002
    ) -> nullcontext[None]:
        return nullcontext()

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:  # noqa: ARG002
        return None  # nothing is ever unknown

    async def warn(self, chat: ChatRef, text: str) -> None: ...


class NoReader:
    """The sample has no full texts."""

    async def kept(self, paper: Paper) -> None: ...

    async def read(self, paper: Paper) -> Reading:
        problem = "the sample has no full texts"
        return Reading(paper.id, paper.version, Source.ABSTRACT, (Section("Abstract"),), problem=problem)


@dataclass
class Stage:
    """The parts of the demonstration."""

    store: SqlStore
    clock: SampleClock
    source: sample.SampleSource
    makers: Chain
    terminal: Terminal
    settings: Settings


async def run(settings: Settings) -> None:
    """Run it and end. Writes below DATA_DIR/demo, anew each time."""
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo", "model": ("extractive",)})
    console = Console(highlight=False)
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    settings.data_dir.mkdir(parents=True)
    async with _stage(settings, console) as stage:
        await _work(stage)
        await DeliveryWorker(stage.store, {Platform.SITE: stage.terminal}, stage.clock, "demo/0/0").deliver()
    _farewell(settings, console)


@asynccontextmanager
async def _stage(settings: Settings, console: Console) -> AsyncIterator[Stage]:
    first = min(sample.days())
    clock = SampleClock(first)
    url = f"sqlite+aiosqlite:///{settings.data_dir / 'paperboy.sqlite3'}"
    async with await open_store(url) as store, build(settings, clock, store) as makers:
        yield Stage(store, clock, sample.SampleSource(first), makers, Terminal(console), settings)


async def _work(stage: Stage) -> None:
    """Three listing days pass; then the digest of all three is written, and the archive."""
    await _subscribe(stage)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=stage.terminal.console, transient=True) as progress:
        task = progress.add_task("", total=2 * len(sample.days()) + 2)
        for day in sample.days():
            stage.clock.day = stage.source.today = day
            progress.update(task, description=f"The listing of {day:%d %B %Y}")
            await pipeline.poll(stage.store, stage.source, stage.clock, upto=day, force=True)
            progress.advance(task)
            await pipeline.match(stage.store)
            progress.advance(task)
        progress.update(task, description="Summaries")
        await pipeline.choose(stage.store, stage.clock.now())
        await pipeline.summarize(stage.store, stage.makers, NoReader(), stage.clock)
        progress.advance(task)
        progress.update(task, description="Digest and archive")
        builder = DigestBuilder({Platform.SITE: stage.terminal}, stage.makers, NoReader())
        await pipeline.compose(stage.store, builder, stage.clock, upto=stage.clock.day)
        await publish(stage.store, stage.settings)
        progress.advance(task)


async def _subscribe(stage: Stage) -> None:
    now = stage.clock.now()
    for ref in (READER, ARCHIVE):
        await stage.store.add_chat(Chat(ref, size=SHOWN, next_due_at=now, created_at=now))
        for query in TOPICS:
            await stage.store.subscribe(ref, topic_language.parse(query).query, stage.clock.day, now)


def _farewell(settings: Settings, console: Console) -> None:
    index = (site_dir(settings) / "index.html").resolve()
    console.print()
    console.print("[bold]That was the whole way of a paper, without network, token or key.[/bold]")
    console.print("The archive pages:", style="dim", end=" ")
    console.print(str(index), soft_wrap=True)
    console.print("Next: cp .env.example .env, put a Telegram or Discord token into it, then", soft_wrap=True)
    console.print("      .venv/bin/paperboy doctor && .venv/bin/paperboy run", soft_wrap=True)
    console.print("Or:   .venv/bin/paperboy summarize 1706.03762", soft_wrap=True)
