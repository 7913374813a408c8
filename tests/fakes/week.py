"""The surroundings of a simulated week: an arXiv and platforms in memory whose faults have given times.

`true` is the real time of that world; the service's own clock may say something else.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.arxiv import calendar
from bot.arxiv.categories import archive_of
from bot.errors import CannotTell, SourceUnavailable, StoreUnavailable
from bot.model import (
    Announced,
    Chat,
    ChatGone,
    ChatMoved,
    ChatRef,
    Digest,
    Kind,
    Listing,
    Malformed,
    NotSent,
    Outcome,
    Paper,
    PaperRef,
    Part,
    Platform,
    Priority,
    Sent,
    Unknown,
)

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` on, until `last`."""

    first: datetime
    last: datetime

    def __contains__(self, when: datetime) -> bool:
        return self.first <= when < self.last

    @classmethod
    def of(cls, first: datetime, **length: float) -> Span:
        return cls(first, first + timedelta(**length))


# ── arXiv ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class WeekArxiv:
    """`PaperSource` over `days`. `garbled` are papers whose feed entry cannot be read (the API has them whole)."""

    days: Mapping[date, tuple[Announced, ...]]
    true: Now
    down: list[Span] = field(default_factory=list)
    stale: list[Span] = field(default_factory=list)
    empty: list[Span] = field(default_factory=list)
    garbled: set[str] = field(default_factory=set)
    requests: int = 0
    _served: dict[date, datetime] = field(default_factory=dict)

    async def listing(self, archives: Collection[str]) -> Listing:
        now = self._ask()
        today = now.astimezone(calendar.NEW_YORK).date()
        if self._in(self.empty):
            return Listing(None)
        if self._in(self.stale):
            today = max(day for day in self.days if day < today)
        if today not in self.days:
            return Listing(None)
        entries = [entry for entry in self.days[today] if _of(entry.paper, archives)]
        bad = [entry for entry in entries if entry.paper.id in self.garbled]
        aside = tuple(Malformed("feed", f"<entry>{entry.paper.id}", "it has no title", today) for entry in bad)
        return Listing(today, tuple(entry for entry in entries if entry not in bad), aside)

    async def changed(self, first: date, last: date) -> Listing:
        """As OAI tells it: what has one version is new; replaced and cross-listed cannot be told apart."""
        now = self._ask()
        found = []
        for day, entries in self.days.items():
            if first <= day <= last and calendar.released_at(day) <= now:
                found += [replace(entry, announcement=_guessed(entry)) for entry in entries]
        return Listing(min(last, now.date()), tuple(found))

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        self._ask()
        return [
            paper
            for paper in self._known().values()
            if _of(paper, archives) and paper.published and first <= paper.published.date() <= last
        ]

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        self._ask()
        known = self._known()
        return {ref.id: known[ref.id] for ref in refs if ref.id in known}

    def take_malformed(self) -> Sequence[Malformed]:
        return ()

    async def license(self, paper_id: str) -> str | None:
        return None

    def served_from(self, day: date) -> datetime:
        """When the listing of `day` can be had first, given these faults."""
        if day not in self._served:
            self._served[day] = self._find_served(day)
        return self._served[day]

    def _find_served(self, day: date) -> datetime:
        when = calendar.feed_at(day)
        while (
            any(when in span for span in (*self.down, *self.stale))
            or (when < calendar.feed_at(day) + timedelta(hours=6) and any(when in span for span in self.empty))
        ):  # fmt: skip
            when += timedelta(minutes=5)
        return when

    def _ask(self) -> datetime:
        self.requests += 1
        if self._in(self.down):
            raise SourceUnavailable("arXiv answered with status 503.")
        return self.true()

    def _in(self, spans: Collection[Span]) -> bool:
        return any(self.true() in span for span in spans)

    def _known(self) -> dict[str, Paper]:
        now = self.true()
        out = [entries for day, entries in self.days.items() if calendar.released_at(day) <= now]
        return {entry.paper.id: entry.paper for entries in out for entry in entries}


def _of(paper: Paper, archives: Collection[str]) -> bool:
    return any(archive_of(category) in archives for category in paper.categories)


def _guessed(entry: Announced) -> Any:
    kind = Kind.NEW if entry.announcement.kind is Kind.NEW else Kind.REPLACE
    return replace(entry.announcement, kind=kind, inferred=True)


# ── platforms ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that a chat shows, and when it came."""

    at: datetime
    chat: ChatRef
    key: str
    papers: tuple[str, ...]
    unlisted: int = 0
    """Papers that the digest ending with this message only counted."""


@dataclass
class WeekPlatform:
    """Sender and renderer of one platform. Each list is one class of faults of platforms.

    `knows_keys`: a key that was accepted is not shown twice, and can be found (Discord). `dies_at`: the next send
    after one of these times hangs and sets `died`, as if the process were killed with the request under way.
    """

    platform: Platform
    true: Now
    knows_keys: bool = False
    down: list[Span] = field(default_factory=list)
    failing: list[Span] = field(default_factory=list)
    flooded: list[Span] = field(default_factory=list)
    gone: dict[ChatRef, Span] = field(default_factory=dict)
    moved: dict[ChatRef, tuple[datetime, ChatRef]] = field(default_factory=dict)
    dies_at: list[datetime] = field(default_factory=list)
    died: asyncio.Event = field(default_factory=asyncio.Event)
    accepted: list[Accepted] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    outcomes: dict[str, int] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def can_verify(self) -> bool:
        return self.knows_keys

    def notice(self, paragraphs: Sequence[str]) -> Part:
        return Part({"text": "\n".join(paragraphs)})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        ids = [card.paper.id for card in (*digest.cards, *digest.also)]
        groups = [tuple(ids[at : at + 12]) for at in range(0, len(ids), 12)]
        last = len(groups) - 1
        return [
            Part({"text": " ".join(group), "unlisted": digest.unlisted if number == last else 0}, group)
            for number, group in enumerate(groups)
        ]

    def forget(self) -> None: ...

    @asynccontextmanager
    async def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AsyncIterator[NotSent | None]:
        yield None

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        now = self.true()
        if self.dies_at and now >= self.dies_at[0]:
            del self.dies_at[0]
            self._show(chat, part, key)
            self.died.set()
            await asyncio.Event().wait()
        outcome = self._outcome(chat, now)
        if isinstance(outcome, Sent) or (isinstance(outcome, Unknown) and self.dice.random() < 0.5):
            self._show(chat, part, key)
        self.outcomes[type(outcome).__name__] = self.outcomes.get(type(outcome).__name__, 0) + 1
        return outcome

    async def warn(self, chat: ChatRef, text: str) -> None: ...

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        if not self.can_verify:
            raise CannotTell("nobody can look there")
        return "1" if key in self.keys else None

    def _outcome(self, chat: ChatRef, now: datetime) -> Outcome:
        since, to = self.moved.get(chat, (now, chat))
        if to != chat and now >= since:
            return ChatMoved(to)
        if chat in self.gone and now in self.gone[chat]:
            return ChatGone("blocked by the user")
        if any(now in span for span in self.down):
            return NotSent("no connection", whole_platform=True)
        if any(now in span for span in self.failing) and self.dice.random() < 0.3:
            return Unknown("answered with status 502")
        if any(now in span for span in self.flooded) and self.dice.random() < 0.7:
            return NotSent("too many requests", retry_after=self.dice.uniform(1, 300))
        return Sent(str(len(self.accepted) + 1))

    def _show(self, chat: ChatRef, part: Part, key: str) -> None:
        if not (self.knows_keys and key in self.keys):
            self.keys.add(key)
            self.accepted.append(Accepted(self.true(), chat, key, part.paper_ids, part.payload["unlisted"]))


# ── the database ──────────────────────────────────────────────────────────────────────────────────────────────────


class FailingStore:
    """A store that does not serve within `away`, and fails one call in `every` within `shaky`."""

    def __init__(self, store: Any, true: Now, away: Sequence[Span], shaky: Sequence[Span], every: int = 9) -> None:
        self._store, self._true, self._away, self._shaky, self._every = store, true, away, shaky, every
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._store, name)

        async def call(*args: Any, **options: Any) -> Any:
            now = self._true()
            self._calls += 1
            shaky = any(now in span for span in self._shaky) and self._calls % self._every == 0
            if shaky or any(now in span for span in self._away):
                raise StoreUnavailable("The database is locked by another process.")
            return await verb(*args, **options)

        return call
