"""What subscribers get on the five listing days of the corpus: messages, characters, sounds, and taps to an abstract.

    python -m benchmarks.morning [--show TOPIC]     # --show prints the messages of the last day in list style

Every step is the real one, with the summarizer that needs no model. A topic is followed in each style on Telegram and
on Discord from the first day on; "absence" is a chat that gets everything of 22 listing days at once. Taps are counted
to the abstracts of the papers at places 1, 10, 25 and 50: a linked title is one tap, [Next 10] is one more; "–" where no
message of the bot leads there.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import structlog

from benchmarks.matching import SHARED
from benchmarks.scale import world
from benchmarks.week import _announcements
from bot import pipeline
from bot import topics as topic_language
from bot.decisions import delivery_policy
from bot.model import Announced, Chat, ChatRef, Delivery, Platform, Style
from bot.pipeline import DigestBuilder
from bot.render.plain import utf16
from bot.service.app import renderers
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.stores import memory_store

DAYS = [date(2026, 6, day) for day in range(1, 6)]
TOPICS = ("cs.CV", "cs.CL", "diffusion", '"test-time scaling"')
PLACES = (1, 10, 25, 50)
ABSENT_DAYS = 22
SITE = "https://papers.example/"

BEFORE = {
    # topic: (messages, characters, sounds) of the first day, of the mean of the others, and of an absence
}
"""The figures of commit 2eb5a98 in its style of cards, measured in the same way."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one digest: `taps` to the abstracts at `PLACES`, None where there is none."""

    messages: int
    characters: int
    sounds: int
    matched: int
    taps: tuple[int | None, ...]

    def __str__(self) -> str:
        taps = "/".join("–" if each is None else str(each) for each in self.taps)
        return f"{self.messages:3} messages {self.characters:6} characters {self.sounds:3} sounds   taps {taps}"


def real_days() -> dict[date, list[Announced]]:
    files = sorted(SHARED.glob("*.jsonl.gz"))[: len(DAYS)]
    return {day: list(_announcements(file, day)) for day, file in zip(DAYS, files, strict=True)}


def absent_days(papers: Sequence[Announced]) -> dict[date, list[Announced]]:
    """A month of listing days, each with the papers of one of the real ones under ids of their own."""
    days = world.listing_days(ABSENT_DAYS)
    plain = [each.paper for each in papers]
    return {day: world.listing(plain[number % 3 * 500 :], day, number) for number, day in enumerate(days)}


async def mornings(days: dict[date, list[Announced]], *, is_absent: bool) -> dict[ChatRef, list[list[Delivery]]]:
    """The deliveries of every chat for each morning; those of an absence come at once, on the last day."""
    async with memory_store() as store:
        clock = FakeClock(datetime.combine(min(days), time(5), UTC))
        makers = FakeMakers(clock, name="extractive")
        builder = DigestBuilder(renderers(SITE), makers, AbstractReader())
        chats = [chat async for chat in _follow(store, clock, min(days), max(days) if is_absent else min(days))]
        for day, announced in days.items():
            clock.set(datetime.combine(day, time(5), UTC))
            await store.ingest(announced, clock.now())
            await pipeline.match(store)
            if is_absent and day != max(days):
                continue
            await pipeline.choose(store, clock.now(), builder.rankings)
            await pipeline.summarize(store, makers, AbstractReader(), clock)
            clock.set(datetime.combine(day, time(9), UTC))
            await pipeline.compose(store, builder, clock)
        return {chat.ref: await _by_digest(store, chat.ref) for chat in chats}


async def _follow(store: SqlStore, clock: FakeClock, since: date, due: date) -> Any:
    number = 0
    for platform in (Platform.TELEGRAM, Platform.DISCORD):
        for style in Style:
            for topic in TOPICS:
                number += 1
                ref = ChatRef(platform, str(1_000 + number))
                chat = Chat(ref, topic, style=style, next_due_at=datetime.combine(due, time(9), UTC))
                await store.add_chat(chat)
                await store.subscribe(ref, topic_language.parse(topic).query, since, clock.now())
                yield chat
                CHATS[ref] = (topic, style)


CHATS: dict[ChatRef, tuple[str, Style]] = {}


async def _by_digest(store: SqlStore, ref: ChatRef) -> list[list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for delivery in sorted(await store.deliveries(chat=ref, limit=1_000), key=lambda each: each.id):
        found.setdefault(delivery.slot, []).append(delivery)
    return list(found.values())


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def figures(parts: Sequence[Delivery]) -> Figures:
    shown = [text for part in parts for text in texts(part.part.payload)]
    silent = sum(delivery_policy.is_silent(part, part.next_attempt_at) for part in parts)
    whole = json.dumps([part.part.payload for part in parts])
    linked = len(set(re.findall(r"arxiv\.org/abs/([\w./-]+?)[\\\")v]", whole)))
    following = max([int(first) for first in re.findall(r"next:[\w-]+:(\d+)", whole)], default=None)
    return Figures(
        len(parts), sum(map(utf16, shown)), len(parts) - silent, linked, tuple(taps(each, linked, following) for each in PLACES)
    )


def taps(place: int, linked: int, following: int | None) -> int | None:
    """Taps to the abstract of the paper at `place`, where `linked` titles are links and [Next 10] begins after
    `following` papers."""
    if place <= linked:
        return 1
    return None if following is None else 1 + -(-(place - following) // 10)


def texts(payload: Any) -> Iterator[str]:
    """What a reader sees of a message: Telegram's HTML, or the texts of Discord's components."""
    if "html" in payload:
        yield html.unescape(re.sub(r"<[^>]+>", "", payload["html"]))
        return
    yield from _contents(payload["components"])


def _contents(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _contents(each)
    elif isinstance(node, dict):
        if isinstance(text := node.get("content"), str):
            yield re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
        yield from _contents([value for key, value in node.items() if key != "content"])


async def main(show: str | None) -> None:
    days = real_days()
    got = await mornings(days, is_absent=False)
    if show:
        for ref, digests in got.items():
            if CHATS[ref] == (show, Style.LIST):
                print(f"── {ref.platform} ──")
                for part in digests[-1]:
                    print("\n".join(texts(part.part.payload)))
                    print(json.dumps(part.part.payload.get("buttons", ""), ensure_ascii=False))
        return
    month = absent_days([each for announced in days.values() for each in announced])
    away = await mornings(month, is_absent=True)
    for ref, digests in got.items():
        topic, style = CHATS[ref]
        print(f"\n{topic} · {ref.platform} · {style}")
        if style is Style.CARDS and (before := BEFORE.get((topic, ref.platform.value))):
            print(f"  before     {before}")
        for name, parts in (("first day", digests[0]), *((str(part[0].day), part) for part in digests[1:])):
            print(f"  {name:10} {figures(parts)}")
        print(f"  {'absence':10} {figures(next(iter(away[ref]), []))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", metavar="TOPIC")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(parser.parse_args().show))
