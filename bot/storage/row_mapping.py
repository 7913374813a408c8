"""Converts rows to the values of `bot.model`, and values to rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, select

from bot.model import (
    JSON,
    Announced,
    Announcement,
    Chat,
    ChatKind,
    ChatRef,
    Delivery,
    DeliveryState,
    Depth,
    Kind,
    OpensIn,
    Paper,
    Part,
    Platform,
    Priority,
    Style,
    Subscription,
    Summary,
    SummaryKey,
    Support,
    WantedSummary,
)
from bot.storage import tables

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from sqlalchemy import Row

    AnyRow = Row[*tuple[Any, ...]]

Value = TypeVar("Value", int, str, bytes, SummaryKey)

ANNOUNCED = (
    *tables.papers.c,
    tables.announcements.c.seq,
    tables.announcements.c.version.label("announced_version"),
    tables.announcements.c.day,
    tables.announcements.c.kind,
    tables.announcements.c.inferred,
)
"""The columns that `announced` reads, of a join of papers and announcements."""

DELIVERY = (
    *tables.deliveries.c,
    tables.digests.c.slot,
    tables.digests.c.day,
    tables.digests.c.created_at,
    tables.chats.c.ident,
    tables.chats.c.quiet,
    tables.chats.c.timezone,
    tables.payloads.c.body,
)
"""The columns that `delivery` reads, of a join of deliveries, digests, chats and payloads."""

DELIVERING = tuple(kind.value for kind in Kind if kind.delivers)
"""The kinds of announcements that bring a paper to chats, as they are stored."""


def paper(row: AnyRow) -> Paper:
    return Paper(
        id=row.id,
        version=row.version,
        title=row.title,
        authors=tuple(row.authors),
        abstract=row.abstract,
        categories=tuple(row.categories),
        comment=row.comment,
        published=row.published,
        updated=row.updated,
        license=row.license,
        doi=row.doi,
        journal_ref=row.journal_ref,
        withdrawn=row.withdrawn,
        sample=row.sample,
    )


def paper_row(value: Paper, completed_version: int | None, seen_at: datetime) -> dict[str, Any]:
    return {
        "id": value.id,
        "version": value.version,
        "title": value.title,
        "authors": list(value.authors),
        "abstract": value.abstract,
        "categories": list(value.categories),
        "comment": value.comment,
        "published": value.published,
        "updated": value.updated,
        "license": value.license,
        "doi": value.doi,
        "journal_ref": value.journal_ref,
        "withdrawn": value.withdrawn,
        "sample": value.sample,
        "completed_version": completed_version,
        "seen_at": seen_at,
    }


def announced(row: AnyRow) -> Announced:
    return Announced(
        paper(row),
        Announcement(
            paper_id=row.id,
            version=row.announced_version,
            day=row.day,
            kind=Kind(row.kind),
            inferred=row.inferred,
        ),
        row.seq,
    )


def ref(row: AnyRow) -> ChatRef:
    return ChatRef(Platform(row.platform), row.ident)


def chat(row: AnyRow) -> Chat:
    return Chat(
        ref=ref(row),
        title=row.title,
        language=row.language,
        timezone=row.timezone,
        digest_time=row.digest_time,
        size=row.size,
        style=Style(row.style),
        depth=Depth(row.depth),
        next_due_at=row.next_due_at,
        suspended=row.suspended,
        created_at=row.created_at,
        bot=row.bot,
        kind=ChatKind(row.kind),
        days=frozenset(map(int, row.days)),
        paused_until=row.paused_until,
        quiet=_hours(row.quiet),
        opens_in=OpensIn(row.opens_in),
        has_own_language=row.has_own_language,
    )


def _hours(text: str | None) -> tuple[time, time] | None:
    """ "22:00-07:00" as two local times."""
    begin, _, end = (text or "").partition("-")
    return (time.fromisoformat(begin), time.fromisoformat(end)) if end else None


def chat_row(value: Chat) -> dict[str, Any]:
    return {
        "platform": value.ref.platform.value,
        "ident": value.ref.id,
        "title": value.title,
        "language": value.language,
        "timezone": value.timezone,
        "digest_time": value.digest_time,
        "size": value.size,
        "style": value.style.value,
        "depth": value.depth.value,
        "next_due_at": value.next_due_at,
        "suspended": value.suspended,
        "created_at": value.created_at,
        "bot": value.bot,
        "kind": value.kind.value,
        "days": "".join(map(str, sorted(value.days))),
        "paused_until": value.paused_until,
        "quiet": "-".join(hour.isoformat("minutes") for hour in value.quiet) if value.quiet else None,
        "opens_in": value.opens_in.value,
        "has_own_language": value.has_own_language,
    }


def subscription(row: AnyRow) -> Subscription:
    return Subscription(ref(row), row.query, row.since, row.created_at)


def deliveries() -> Select[Any]:
    """The query of the rows that `delivery` reads."""
    return (
        select(*DELIVERY)
        .select_from(tables.deliveries)
        .join(tables.digests, tables.digests.c.id == tables.deliveries.c.digest_id)
        .join(tables.chats, tables.chats.c.id == tables.deliveries.c.chat_id)
        .join(tables.payloads, tables.payloads.c.id == tables.deliveries.c.payload_id, isouter=True)
    )


def delivery(row: AnyRow) -> Delivery:
    return Delivery(
        id=row.id,
        chat=ref(row),
        slot=row.slot,
        day=row.day,
        number=row.number,
        of=row.of,
        # The payload of a part that was sent long ago is deleted.
        part=Part(row.body or {}, tuple(row.paper_ids)),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        message_id=row.message_id,
        why=row.why,
        written_at=row.created_at,
        failures=row.failures,
        priority=Priority(row.priority),
        forced=row.forced,
        quiet=_hours(row.quiet),
        timezone=row.timezone,
    )


def key(row: AnyRow) -> SummaryKey:
    return SummaryKey(row.paper_id, row.version, row.language, Depth(row.depth))


def key_row(value: SummaryKey) -> dict[str, Any]:
    return {
        "paper_id": value.paper_id,
        "version": value.version,
        "language": value.language,
        "depth": value.depth.value,
    }


def wanted(row: AnyRow) -> WantedSummary:
    return WantedSummary(key(row), row.chats, row.due_at, row.attempts, row.why, row.not_before)


@cache
def _summaries() -> TypeAdapter[Summary]:
    # Imported when first needed: pydantic is slow to import, and most commands read no summary.
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)


def summary_json(value: Summary) -> JSON:
    body: JSON = _summaries().dump_python(value, mode="json")
    return body


def summary(body: Any) -> Summary:
    # Not strict: JSON has lists and strings where a summary has tuples, enums and times.
    return _summaries().validate_python(_with_evidence(body, body["provenance"]["prompt"] is not None), strict=False)


def _with_evidence(value: Any, by_model: bool) -> Any:
    """The JSON of a summary in today's shape: before there was a judge, a claim had one quote with its place."""
    if isinstance(value, list):
        return [_with_evidence(item, by_model) for item in value]
    if not isinstance(value, dict):
        return value
    if "text" not in value or "quote" not in value:
        return {name: _with_evidence(item, by_model) for name, item in value.items()}
    evidence = {name: value.get(name) for name in ("quote", "section", "page")}
    support = Support.QUOTED if by_model else Support.SENTENCE
    return {"text": value["text"], "evidence": [evidence] if value["quote"] else [], "support": support}


def in_chunks(values: Iterable[Value], size: int = 5_000) -> Iterable[list[Value]]:
    """Distinct values in chunks that fit one statement's parameters (SQLite allows 32,766)."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
