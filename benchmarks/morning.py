"""What subscribers get on the five listing days of the corpus: messages, characters, sounds, and taps to an abstract.

    python -m benchmarks.morning [--show TOPIC]     # --show prints the messages of the last day in list style

Every step is the real one, with the summarizer that needs no model. A topic is followed in each style on Telegram and
on Discord from the first day on; "absence" is a chat that gets everything of 22 listing days at once. Taps are counted
to the abstracts of the papers at places 1, 10, 25 and 50: a linked title is one tap, [Next 10] is one more; "–" where
no message of the bot leads there.
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
from itertools import product
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
Counted = tuple[float, float, float]
PLACES = (1, 10, 25, 50)
ABSENT_DAYS = 22
SITE = "https://papers.example/"

BEFORE: dict[tuple[str, str], tuple[Counted, Counted, Counted]] = {
    # messages, characters and sounds of the first day, of the other days on average, and of an absence
    ("cs.CV", "telegram"): ((4, 12183, 4), (4.0, 13198, 4.0), (4, 13373, 4)),
    ("cs.CL", "telegram"): ((4, 13723, 4), (4.0, 13192, 4.0), (4, 13192, 4)),
    ("diffusion", "telegram"): ((4, 12125, 4), (4.0, 12231, 4.0), (4, 12523, 4)),
    ('"test-time scaling"', "telegram"): ((1, 2404, 1), (1.0, 1794, 1.0), (4, 12502, 4)),
    ("cs.CV", "discord"): ((4, 11666, 4), (4.0, 12666, 4.0), (4, 12807, 4)),
    ("cs.CL", "discord"): ((5, 13192, 5), (4.0, 12703, 4.0), (5, 12670, 5)),
    ("diffusion", "discord"): ((4, 11658, 4), (4.0, 11744, 4.0), (4, 12005, 4)),
    ('"test-time scaling"', "discord"): ((1, 2311, 1), (1.0, 1730, 1.0), (4, 12008, 4)),
}
"""The figures of commit 2eb5a98, whose default was the style of cards, measured in the same way. Each message rang, and
none led to a paper beyond place 30."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one digest: `taps` to the abstracts at `PLACES`, None where there is none."""

    messages: int
    characters: int
    sounds: int
    taps: tuple[int | None, ...]

    def __str__(self) -> str:
        taps = "/".join("–" if each is None else str(each) for each in self.taps)
        return f"{_told((self.messages, self.characters, self.sounds))}   taps {taps}"


@dataclass(frozen=True, slots=True)
class Subscriber:
    topic: str
    platform: Platform
    style: Style
    ref: ChatRef

    def __str__(self) -> str:
        return f"{self.topic} · {self.platform} · {self.style}"


SUBSCRIBERS = [
    Subscriber(topic, platform, style, ChatRef(platform, str(number)))
    for number, (platform, style, topic) in enumerate(product((Platform.TELEGRAM, Platform.DISCORD), Style, TOPICS), 1)
]


def real_days() -> dict[date, list[Announced]]:
    files = sorted(SHARED.glob("*.jsonl.gz"))[: len(DAYS)]
    return {day: list(_announcements(file, day)) for day, file in zip(DAYS, files, strict=True)}


def absent_days(papers: Sequence[Announced]) -> dict[date, list[Announced]]:
    """A month of listing days, each with the papers of one of the real ones under ids of their own."""
    days = world.listing_days(ABSENT_DAYS)
    plain = [each.paper for each in papers]
    return {day: world.listing(plain[number % 3 * 500 :], day, number) for number, day in enumerate(days)}


async def mornings(days: dict[date, list[Announced]], *, is_absent: bool) -> dict[Subscriber, list[list[Delivery]]]:
    """The parts of every subscriber's digests; those of an absence come at once, on the last day."""
    async with memory_store() as store:
        clock = FakeClock(datetime.combine(min(days), time(5), UTC))
        makers = FakeMakers(clock, name="extractive")
        builder = DigestBuilder(renderers(SITE), makers, AbstractReader())
        await _follow(store, clock.now(), since=min(days), due=max(days) if is_absent else min(days))
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
        return {each: await _digests(store, each.ref) for each in SUBSCRIBERS}


async def _follow(store: SqlStore, now: datetime, *, since: date, due: date) -> None:
    for each in SUBSCRIBERS:
        due_at = datetime.combine(due, time(9), UTC)
        await store.add_chat(Chat(each.ref, style=each.style, next_due_at=due_at))
        await store.subscribe(each.ref, topic_language.parse(each.topic).query, since, now)


async def _digests(store: SqlStore, ref: ChatRef) -> list[list[Delivery]]:
    """The parts of each digest of a chat, both in order."""
    found: dict[str, list[Delivery]] = {}
    for delivery in reversed(await store.deliveries(chat=ref, limit=1_000)):
        found.setdefault(delivery.slot, []).append(delivery)
    return list(found.values())


# ── counting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def figures(parts: Sequence[Delivery]) -> Figures:
    sounds = sum(not delivery_policy.is_silent(part, part.next_attempt_at) for part in parts)
    payloads = [part.part.payload for part in parts]
    whole = json.dumps(payloads)
    linked = len(set(re.findall(r"arxiv\.org/abs/([0-9.]{10})", whole)))
    following = max([int(first) for first in re.findall(r"next:[\w-]+:(\d+)", whole)], default=None)
    characters = sum(utf16(text) for payload in payloads for text in texts(payload))
    return Figures(len(parts), characters, sounds, tuple([taps(place, linked, following) for place in PLACES]))


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


def _told(counted: Counted) -> str:
    messages, characters, sounds = counted
    return f"{messages:4} messages {characters:7} characters {sounds:4} sounds"


async def main(show: str | None) -> None:
    days = real_days()
    got = await mornings(days, is_absent=False)
    if show:
        for each in (each for each in got if (each.topic, each.style) == (show, Style.LIST)):
            print(f"\n── {each.platform} ──")
            for part in got[each][-1]:
                print("\n".join(texts(part.part.payload)))
        return
    papers = [each for announced in days.values() for each in announced]
    away = await mornings(absent_days(papers), is_absent=True)
    for each, digests in got.items():
        print(f"\n{each}")
        before = BEFORE.get((each.topic, each.platform.value))
        if each.style is Style.LIST and before:
            for name, counted in zip(("first day", "other days", "absence"), before, strict=True):
                print(f"  before, {name:11} {_told(counted)}")
        for name, parts in (("first day", digests[0]), *((str(part[0].day), part) for part in digests[1:])):
            print(f"  {name:19} {figures(parts)}")
        print(f"  {'absence':19} {figures(away[each][0])}")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", metavar="TOPIC")
    asyncio.run(main(parser.parse_args().show))
