"""What chats receive by themselves, written down: digests of made-up listing days, made by the real pipeline."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot import pipeline
from bot import topics as topic_language
from bot.decisions.due_times import next_due
from bot.model import Announced, Announcement, Chat, ChatRef, Kind, Part, Platform, Style
from bot.pipeline import DeliveryWorker, DigestBuilder, Learning, Rankings
from bot.relevance.measuring import PaperRelevance
from bot.service.app import renderers
from bot.storage.store import SqlStore
from tests.contracts import samples
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store
from tests.transcripts.recorder import FOLDER, recorded

METHODS = ("Diffusion", "Flow matching", "Gaussian splatting", "State space models", "Contrastive learning")
TASKS = ("talking heads", "lip sync", "face recognition", "scene reconstruction", "video editing", "sign language")

AUTHORS = ("Ada Example", "Jürgen Müller", "Wei Zhang", "Sofía Pérez", "Anna Ivanova", "Kenji Sato", "Mina Lee")


def listing(day: date, count: int) -> list[Announced]:
    """So many papers of a day, each of a method and a task."""
    papers = []
    for number in range(count):
        method = METHODS[(number + day.day) % len(METHODS)]
        task = TASKS[(number * 5 + day.day) % len(TASKS)]
        ident = f"{day:%y%m}.{day.day:02}{number:03}"
        paper = samples.paper(
            ident,
            authors=(AUTHORS[number % len(AUTHORS)], AUTHORS[(number * 7 + day.day) % len(AUTHORS)]),
            title=f"{method} for {task}, study {number + 1}",
            abstract=f"We study {task}. {method} halves the error on {task} and needs a tenth of the data.",
            comment="Accepted at ICML 2026" if number % 9 == 4 else None,
        )
        papers.append(Announced(paper, Announcement(ident, 1, day, Kind.NEW)))
    return papers


class Chronicle:
    """A chat, its days and what it gets, as lines of Markdown. `open_chronicle` makes one."""

    def __init__(self, title: str, store: SqlStore, clock: FakeClock, relevance: PaperRelevance) -> None:
        self.store, self.clock, self.relevance = store, clock, relevance
        self.lines = [f"# {title}"]
        self.platform = FakePlatform(Platform.TELEGRAM)
        self._makers, self._rankings = FakeMakers(clock), Rankings(relevance)
        self._worker = DeliveryWorker(store, {Platform.TELEGRAM: self.platform}, clock, "host/1/a")
        self._renderers = renderers("https://papers.example/")
        self._written = 0

    def tell(self, text: str) -> None:
        self.lines += ["", f"_{text}_"]

    async def follow(self, ref: ChatRef, query: str, style: Style = Style.LIST) -> Chat:
        """A chat that follows a topic and gets its digest at 8:00 in Berlin."""
        chat = Chat(ref, "Ann", style=style, timezone="Europe/Berlin", digest_time=time(8))
        chat = await self.store.add_chat(replace(chat, next_due_at=next_due(chat, self.clock.now())))
        topic = topic_language.parse(query).query
        await self.store.subscribe(ref, topic, self.clock.now().date(), self.clock.now())
        return chat

    async def announce(self, day: date, count: int) -> None:
        """arXiv announces so many papers in the night before."""
        self.clock.set(max(self.clock.now(), datetime.combine(day, time(1), UTC)))
        await self.store.ingest(listing(day, count), self.clock.now())

    async def morning(self, day: date) -> Sequence[Part]:
        """What comes at 8:00 of a day."""
        self.clock.set(datetime.combine(day, time(6), UTC) + timedelta(minutes=1))
        await pipeline.match(self.store, self.relevance)
        await pipeline.choose(self.store, self.clock.now(), self._rankings)
        await pipeline.summarize(self.store, self._makers, AbstractReader(), self.clock)
        builder = DigestBuilder(self._renderers, self._makers, AbstractReader(), self._rankings)
        await pipeline.compose(self.store, builder, self.clock)
        await self._worker.deliver()
        parts = [part for _, _, part in self.platform.accepted[self._written :]]
        self._written = len(self.platform.accepted)
        self.lines += ["", f"*{day:%A} {day.day} {day:%B} {day.year}, 8:00 in Berlin: {_counted(len(parts))}*"]
        for part in parts:
            self.lines += ["", *(f"> {line}  " for line in message_lines(part))]
        return parts

    async def learn(self) -> None:
        await Learning(self.store, self.relevance, self.clock).run()

    def is_recorded(self, name: str) -> None:
        recorded(FOLDER / f"{name}.md", "\n".join([*self.lines, ""]))


@asynccontextmanager
async def open_chronicle(title: str, start: date) -> AsyncIterator[Chronicle]:
    async with memory_store() as store:
        relevance = PaperRelevance(store)
        try:
            yield Chronicle(title, store, FakeClock(datetime.combine(start, time(0, 30), UTC)), relevance)
        finally:
            await relevance.close_parts()


def weekdays(first: date, count: int) -> list[date]:
    """So many days from Monday to Friday."""
    days = (first + timedelta(days=number) for number in range(2 * count + 2))
    return [day for day in days if day.weekday() < 5][:count]


def message_lines(part: Part) -> list[str]:
    """A message of Telegram as people see it, without its markup; buttons one row on each line."""
    payload = part.payload
    text = re.sub(r"</?(?!b>|/b>)[^>]*>", "", str(payload["html"])).replace("<b>", "**").replace("</b>", "**")
    rows = [" ".join(f"[{button['text']}]" for button in row) for row in payload["buttons"]]
    return [*(["(silent)"] if payload.get("silent") else []), *html.unescape(text).split("\n"), *rows]


def _counted(messages: int) -> str:
    return "1 message" if messages == 1 else f"{messages or 'no'} messages"
