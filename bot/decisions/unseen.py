"""What a chat's topics match and the chat has not had, and how far a digest of that brings the chat. Pure.

A chat's position in a topic says which batches of the topic's matches it has had. What it has had otherwise are single
papers. A paper counts once, whatever announcement brings it and whatever topic matches it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.model import ChatPosition, TopicStep, Unseen


class LogEntry(NamedTuple):
    """An announcement that delivers a paper; entries are in order by day, then by sequence number."""

    day: date
    seq: int
    paper_id: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a chat is in a topic that it follows: it has had what the topic's batches up to `seen_match` name from the
    day `since` on. Nothing of that has a greater sequence number than `seen_seq`."""

    topic_id: int
    since: date
    seen_match: int
    seen_seq: int


@dataclass(frozen=True, slots=True)
class MatchBatch:
    """What a topic matches in one batch of announcements, in order. Ids grow from batch to batch."""

    id: int
    entries: tuple[LogEntry, ...]


Place = tuple[int, int]
"""The id of a topic, and a sequence number that it may match."""

_Found = dict[str, tuple[LogEntry, tuple[int, ...]]]
"""By paper: its first announcement, and the topics that match it."""


@dataclass(frozen=True, slots=True)
class LogSnapshot:
    """What was read for chats at one moment: the batches by topic, in order of their ids, from the least `seen_match`
    up to the id `last_match`; the greatest sequence number; and in `of_paper` all announcements that deliver those of
    their papers that were announced before the end of some chat's position (see `announced_before`)."""

    batches: Mapping[int, Sequence[MatchBatch]]
    of_paper: Mapping[str, Sequence[LogEntry]]
    last_match: int
    last_seq: int


def announced_before(
    positions: Iterable[Position], of_paper: Mapping[str, Sequence[LogEntry]]
) -> dict[str, Sequence[LogEntry]]:
    """Return those of the papers that were announced before the end of some position: chats may have had only these.

    There are few: in most mornings every paper is new, and was announced after all that the chats have seen.
    """
    last_seen = max((position.seen_seq for position in positions), default=0)
    return {paper_id: entries for paper_id, entries in of_paper.items() if entries and entries[0].seq <= last_seen}


def places_to_look_up(
    positions: Collection[Position], paper_ids: Iterable[str], of_paper: Mapping[str, Sequence[LogEntry]]
) -> set[Place]:
    """Return the places that decide whether a chat has had these papers by its positions."""
    before = announced_before(positions, of_paper)
    return {
        (position.topic_id, entry.seq)
        for paper_id in before.keys() & paper_ids
        for entry in of_paper[paper_id]
        for position in positions
        if entry.seq <= position.seen_seq and entry.day >= position.since
    }


def places_of(positions: Collection[Position], snapshot: LogSnapshot) -> set[Place]:
    """Return the places to look up for what the topics match after these positions."""
    if not snapshot.of_paper:
        return set()
    papers = {
        entry.paper_id
        for each in positions
        for batch in snapshot.batches.get(each.topic_id, ())
        for entry in batch.entries
    }
    return places_to_look_up(positions, papers, snapshot.of_paper)


def covered(
    positions: Collection[Position],
    paper_ids: Iterable[str],
    of_paper: Mapping[str, Sequence[LogEntry]],
    batch_at: Mapping[Place, int],
) -> set[str]:
    """Return those of the papers that a chat has had by its positions.

    `batch_at` is the id of the batch that has a place, for each of `places_to_look_up` that one has.
    """
    seen_match = {position.topic_id: position.seen_match for position in positions}
    return {
        paper_id
        for paper_id in announced_before(positions, of_paper).keys() & paper_ids
        if any(
            place in batch_at and batch_at[place] <= seen_match[place[0]]
            for place in places_to_look_up(positions, [paper_id], of_paper)
        )
    }


def matched_papers(
    positions: Iterable[Position], batches: Mapping[int, Sequence[MatchBatch]], upto: date | None = None
) -> _Found:
    """Return the papers that batches after the positions name, in the windows of the subscriptions."""
    found: _Found = {}
    for position in sorted(positions, key=lambda position: position.topic_id):
        topic_id = position.topic_id
        alone = (topic_id,)
        for batch in batches.get(topic_id, ()):
            for entry in _after(batch, position, upto):
                paper_id = entry[2]
                known = found.get(paper_id)
                if known is None:
                    found[paper_id] = (entry, alone)
                elif known[1][-1] != topic_id:
                    found[paper_id] = (min(known[0], entry), (*known[1], topic_id))
                elif entry < known[0]:
                    found[paper_id] = (entry, known[1])
    return found


def unseen(
    version: int,
    positions: Collection[Position],
    snapshot: LogSnapshot,
    had: Set[str],
    batch_at: Mapping[Place, int],
    upto: date | None = None,
) -> Unseen:
    """Return what a chat has not had of what its topics match, up to a day, and the position of a digest of that.

    `had` are the single papers that it has had.
    """
    in_window = matched_papers(positions, snapshot.batches)
    known = set(had) | covered(positions, in_window, snapshot.of_paper, batch_at)
    found = in_window if upto is None else matched_papers(positions, snapshot.batches, upto)
    entries = sorted([each for each in found.values() if each[0].paper_id not in known] if known else found.values())
    papers = tuple([entry.paper_id for entry, _ in entries])
    reached: Set[str]
    if upto is None:
        steps, reached = _steps_to(snapshot.last_match, positions), in_window.keys()
    else:
        steps, reached = _steps_before_others(positions, snapshot, known.union(papers), upto)
    position = ChatPosition(
        version=version,
        papers=papers,
        steps=steps,
        last_seq=snapshot.last_seq,
        kept=() if upto is None else tuple([paper_id for paper_id in papers if paper_id not in reached]),
        dropped=tuple(sorted(had & reached)),
    )
    return Unseen(tuple([(entry.seq, topic_ids) for entry, topic_ids in entries]), position)


def _after(batch: MatchBatch, position: Position, upto: date | None = None) -> Sequence[LogEntry]:
    """The entries of a batch that a position does not cover, in the window of its subscription."""
    if batch.id <= position.seen_match:
        return ()
    entries = batch.entries
    start = 0 if not entries or entries[0].day >= position.since else bisect_left(entries, (position.since,))
    if upto is None or not entries or entries[-1].day <= upto:
        return entries[start:] if start else entries
    return [entry for entry in entries[start:] if entry.day <= upto]


def _steps_to(last_match: int, positions: Iterable[Position]) -> tuple[TopicStep, ...]:
    return tuple(
        TopicStep(each.topic_id, each.since, each.seen_match, max(last_match, each.seen_match)) for each in positions
    )


def _steps_before_others(
    positions: Iterable[Position], snapshot: LogSnapshot, known: Set[str], upto: date
) -> tuple[tuple[TopicStep, ...], set[str]]:
    """The steps to the batches before the first one that names a later paper, which is not `known`; and the papers that
    they cover."""
    steps, reached = [], set[str]()
    for position in positions:
        last_match = max(snapshot.last_match, position.seen_match)
        for batch in snapshot.batches.get(position.topic_id, ()):
            entries = _after(batch, position)
            if any(entry.day > upto and entry.paper_id not in known for entry in entries):
                last_match = batch.id - 1
                break
            reached.update(entry.paper_id for entry in entries)
        steps.append(TopicStep(position.topic_id, position.since, position.seen_match, last_match))
    return tuple(steps), reached


def is_current(position: ChatPosition, stored: Iterable[Position]) -> bool:
    """Whether a chat's subscriptions that a position was made of are still where they were then."""
    where = {each.topic_id: (each.since, each.seen_match) for each in stored}
    return all(where.get(step.topic_id) == (step.since, step.seen_match) for step in position.steps)


def in_one_place(batch_ids: Sequence[int], seen: Collection[int]) -> Iterator[list[int]]:
    """Split ascending ids of a topic's batches into runs that no chat's position (`seen_match`) divides.

    Joining a run into its last batch changes what no chat has had.
    """
    bounds = sorted(set(seen))
    runs: dict[int, list[int]] = {}
    for batch_id in batch_ids:
        runs.setdefault(bisect_left(bounds, batch_id), []).append(batch_id)
    yield from runs.values()
