"""What chats have had, the plain way: a row for every matched announcement and for every paper of every chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.model import ChatRef, Kind


@dataclass
class Entry:
    seq: int
    paper: str
    day: date
    kind: Kind


@dataclass
class Topic:
    from_seq: int
    matched_seq: int
    rows: set[int] = field(default_factory=set)


@dataclass
class Place:
    """A chat: its subscriptions with their first days, the papers it has had, and how often that changed."""

    follows: dict[str, date] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    version: int = 1


class Reference:
    """Every change in a few lines, without regard to cost."""

    def __init__(self) -> None:
        self.log: list[Entry] = []
        self.words: dict[str, frozenset[str]] = {}
        self.topics: dict[str, Topic] = {}
        self.chats: dict[ChatRef, Place] = {}

    def announce(self, paper: str, day: date, kind: Kind, words: frozenset[str]) -> None:
        if kind is Kind.REPLACE or paper not in self.words:
            self.words[paper] = words
        if all((entry.paper, entry.day, entry.kind) != (paper, day, kind) for entry in self.log):
            self.log.append(Entry(len(self.log) + 1, paper, day, kind))

    def match(self) -> None:
        for query, topic in self.topics.items():
            if self._followers(query):
                topic.rows |= {
                    entry.seq
                    for entry in self.log[topic.matched_seq :]
                    if entry.kind.delivers and query in self.words[entry.paper]
                }
                topic.matched_seq = len(self.log)

    def subscribe(self, chat: ChatRef, query: str, since: date) -> None:
        place = self.chats[chat]
        if query in place.follows:
            return
        start = self._before(since)
        topic = self.topics.setdefault(query, Topic(start, start))
        if start < topic.from_seq or (start > topic.matched_seq and not self._followers(query)):
            topic.from_seq = topic.matched_seq = start
        place.follows[query] = since

    def unsubscribe(self, chat: ChatRef, query: str) -> None:
        self.chats[chat].follows.pop(query, None)

    def begin_by(self, day: date) -> None:
        start = self._before(day)
        for place in self.chats.values():
            for query, since in place.follows.items():
                if since > day:
                    place.follows[query] = day
                    if self.topics[query].from_seq > start:
                        self.topics[query].from_seq = self.topics[query].matched_seq = start

    def move(self, old: ChatRef, new: ChatRef) -> None:
        if old == new or old not in self.chats:
            return
        source, target = self.chats.pop(old), self.chats.get(new)
        if target is None:
            self.chats[new] = source
            return
        target.taken |= source.taken
        target.version += 1
        for query, since in source.follows.items():
            target.follows[query] = min(since, target.follows.get(query, since))

    def forget(self, chat: ChatRef) -> None:
        for query in self.chats.pop(chat).follows:
            if not self._followers(query):
                del self.topics[query]

    def tidy(self) -> None:
        for query, topic in self.topics.items():
            if not self._followers(query):
                topic.rows.clear()
                topic.from_seq = topic.matched_seq

    def unseen(self, chat: ChatRef, upto: date | None = None) -> list[tuple[int, set[str]]]:
        """The papers a chat has not had: (sequence number of the first announcement, topics), oldest first."""
        place = self.chats.get(chat, Place())
        first: dict[str, Entry] = {}
        topics: dict[str, set[str]] = {}
        for entry in sorted(self.log, key=lambda entry: (entry.day, entry.seq)):
            for query, since in place.follows.items():
                is_in_window = since <= entry.day and (upto is None or entry.day <= upto)
                if is_in_window and entry.paper not in place.taken and entry.seq in self.topics[query].rows:
                    first.setdefault(entry.paper, entry)
                    topics.setdefault(entry.paper, set()).add(query)
        return [(entry.seq, topics[paper]) for paper, entry in first.items()]

    def _followers(self, query: str) -> int:
        return sum(query in place.follows for place in self.chats.values())

    def _before(self, since: date) -> int:
        return min((entry.seq - 1 for entry in self.log if entry.day >= since), default=len(self.log))
