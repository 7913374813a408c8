"""What became of a paper in a chat, from what is known of the paper, the chat's topics and its digests. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.decisions import matches
from bot.decisions.backtests import NARROWLY
from bot.model import (
    Announced,
    Lift,
    Nearest,
    Paper,
    PaperOutcome,
    PastDigest,
    Subscription,
    is_interest,
    split_query,
)
from bot.topics.lacking import lacking

MONTH = timedelta(days=31)
"""Papers announced longer ago are not explained: their matches may be deleted."""

FEW_VOTES = 5
"""With fewer papers voted on than this, votes are what changes the order most."""

WITHIN_REACH = 20
"""Places below a digest's size from which a larger size would lift a paper."""


def recent(entries: Iterable[Announced], today: date) -> list[Announced]:
    """The announcements of the last month that deliver."""
    return [entry for entry in entries if entry.announcement.kind.delivers and entry.announcement.day >= today - MONTH]


def why_never_delivered(entries: Sequence[Announced]) -> PaperOutcome:
    """Why a paper is delivered to nobody that has these announcements, none of which is `recent`."""
    if not entries:
        return PaperOutcome.NOT_ANNOUNCED
    delivers = any(entry.announcement.kind.delivers for entry in entries)
    return PaperOutcome.LONG_AGO if delivers else PaperOutcome.REPLACEMENT


def matches_exactly(query: str, paper: Paper) -> bool:
    """Whether a paper belongs to a stored topic with an exact query; False for an interest alone."""
    topic = matches.parsed(query)
    return topic is not None and not is_interest(query) and not lacking(topic, matches.indexed(paper))


def digest_with(digests: Iterable[PastDigest], paper_id: str) -> PastDigest | None:
    """The first digest that named a paper, of digests newest first."""
    return next((digest for digest in reversed([*digests]) if paper_id in digest.shown), None)


def digest_over(digests: Iterable[PastDigest], days: Collection[date]) -> PastDigest | None:
    """The first digest whose listing days have one of these days, of digests newest first."""
    return next(
        (
            digest
            for digest in reversed([*digests])
            if any(digest.window.first <= day <= digest.window.last for day in days)
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Missed:
    """A followed topic that a paper does not belong to: how close the paper is to what the topic is about (0 to 1), and
    whether that is close enough for an interest."""

    query: str
    closeness: float
    is_close_enough: bool = False


def nearest(missed: Iterable[Missed], paper: Paper) -> Nearest | None:
    """The topic that a paper comes closest to: by what it is about, else by the number of things that it lacks."""
    best: tuple[tuple[float, int, bool], Nearest] | None = None
    for each in missed:
        topic = matches.parsed(each.query)
        if topic is None:
            continue
        lacks = lacking(topic, matches.indexed(paper))
        # An interest that lacks nothing else lacks closeness, which says less than a lack that has a name.
        rank = (each.closeness if each.closeness >= NARROWLY else 0.0, -max(1, len(lacks)), bool(lacks))
        if best is None or rank > best[0]:
            best = rank, Nearest(each.query, lacks, each.is_close_enough and not lacks)
    return best[1] if best else None


def lifts(topics: Collection[str], votes: int, place: int, size: int) -> tuple[Lift, ...]:
    """What brings papers like one that these topics match further up, where it has a place below `size`."""
    found = []
    if votes < FEW_VOTES:
        found.append(Lift.VOTES)
    if topics and not any(split_query(topic)[1] for topic in topics):
        found.append(Lift.INTEREST)
    if place <= size + WITHIN_REACH:
        found.append(Lift.SIZE)
    return tuple(found)


def first_day_after(subscriptions: Iterable[Subscription], topics: Collection[str]) -> date | None:
    """The earliest listing day from which one of these topics is followed."""
    return min((each.since for each in subscriptions if each.topic in topics), default=None)
