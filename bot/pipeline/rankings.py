"""The rankings of chats' papers, kept from choosing to composing: what was chosen is what the digest shows."""

from __future__ import annotations

import asyncio
import hashlib
import marshal
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from bot.decisions.ranking import FRESH, Ranking
from bot.model import JSON, Candidate, Chat, ChatModel, ChatRef, Unseen
from bot.pipeline.announcement_log import AnnouncementLog
from bot.pipeline.explanations import Explanations
from bot.pipeline.measures import Measures
from bot.ports import Relevance, Store

MOST_RANKINGS = 100_000
"""About 70 MB. When there are more, the oldest ones are dropped."""

MOST_CANDIDATES = 20_000
"""Papers with the topics that match them, whose reasons are remembered for further chats."""

Name = TypeVar("Name", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Key:
    """The papers with the topics that match them (a hash), the size, and the day if some of the papers are old."""

    papers: bytes
    size: int
    day: date | None


@dataclass(frozen=True, slots=True)
class _Kept:
    key: _Key
    ranking: Ranking


class Rankings:
    """Rankings by the papers that they are of.

    Chats without a model that have equal papers, topics and size share one. A chat keeps its ranking until its papers
    or its size change: what is voted meanwhile counts in its next digest, and not in one whose summaries are made.
    """

    def __init__(self, relevance: Relevance | None = None, most: int = MOST_RANKINGS) -> None:
        self.relevance = relevance
        self._most = most
        self._shared: dict[_Key, _Kept] = {}
        self._chosen: dict[ChatRef, _Kept] = {}

    def chosen(self, ref: ChatRef, key: _Key, *, has_model: bool) -> Ranking | None:
        """The ranking that a chat has for these papers, or that it may share."""
        kept = self._chosen.get(ref)
        if kept is None or kept.key != key:
            kept = None if has_model else self._shared.get(key)
            if kept is not None:
                self._choose(ref, kept)
        return kept.ranking if kept else None

    def keep(self, ref: ChatRef, key: _Key, ranking: Ranking, *, has_model: bool) -> None:
        """Keep a chat's ranking; one that depends on no model for others, too."""
        kept = _Kept(key, ranking)
        if not has_model:
            _add(self._shared, key, kept, self._most)
        self._choose(ref, kept)

    def handed_over(self, refs: Iterable[ChatRef]) -> JSON:
        """The rankings of these chats as JSON, by chat, for another process that composes their digests."""
        return {str(ref): _as_json(kept) for ref in refs if (kept := self._chosen.get(ref))}

    def take_over(self, given: JSON) -> None:
        """Keep the rankings that another process has handed over."""
        for name, value in given.items():
            self._choose(ChatRef.parse(name), _from_json(value))

    def _choose(self, ref: ChatRef, kept: _Kept) -> None:
        _add(self._chosen, ref, kept, self._most)


class RankingRun:
    """The rankings of one round of a step: what several chats need is read and measured once."""

    def __init__(self, rankings: Rankings, store: Store, now: datetime) -> None:
        self._rankings, self._store, self._now = rankings, store, now
        self.log = AnnouncementLog(store)
        self._measures = Measures(store, rankings.relevance, self.log)
        self._explanations = Explanations(rankings.relevance, self.log, self._measures)
        self._models: Mapping[ChatRef, ChatModel] = {}
        self._candidates: dict[tuple[int, tuple[int, ...]], Candidate] = {}

    async def rank(self, unseen: Mapping[Chat, Unseen]) -> dict[ChatRef, Ranking]:
        """The rankings of the papers of these chats, at most as many as one statement may name. Raises
        `StoreUnavailable`."""
        await self.log.read(unseen.values())
        self._models = await self._store.models_of([chat.ref for chat in unseen])
        ranked: dict[ChatRef, Ranking] = {}
        missing: dict[Chat, _Key] = {}
        for chat, each in unseen.items():
            key = self._key(each, chat.size)
            known = (
                self._rankings.chosen(chat.ref, key, has_model=chat.ref in self._models) if each.found else Ranking()
            )
            if known is None:
                missing[chat] = key
            else:
                ranked[chat.ref] = known
        if missing:
            await self._read(missing, unseen)
        for chat, key in missing.items():
            ranked[chat.ref] = await self._rank(chat, unseen[chat], key)
            await asyncio.sleep(0)  # ranking never waits by itself: let answers and messages go between two chats
        return ranked

    async def _read(self, chats: Mapping[Chat, _Key], unseen: Mapping[Chat, Unseen]) -> None:
        seqs = {
            seq for found in {chats[chat].papers: unseen[chat].found for chat in chats}.values() for seq, _ in found
        }
        await self._measures.read(seqs, [self._models[chat.ref] for chat in chats if chat.ref in self._models])

    async def _rank(self, chat: Chat, unseen: Unseen, key: _Key) -> Ranking:
        model = self._models.get(chat.ref)
        # Another chat of the same batch may have had the same papers.
        known = self._rankings.chosen(chat.ref, key, has_model=model is not None)
        if known is not None:
            return known
        made = await self._measures.rank(unseen.found, chat.size, self._now, model, str(chat.ref))
        self._rankings.keep(chat.ref, key, made, has_model=model is not None)
        return made

    def _key(self, unseen: Unseen, size: int) -> _Key:
        # Oldest first; a ranking with an old paper may be another one tomorrow.
        first = self.log.announced(unseen.found[0][0]).announcement.day if unseen.found else self._now.date()
        today = self._now.date()
        return _Key(_fingerprint(unseen), size, today if first < today - FRESH else None)

    async def read_shown(self, ranked: Collection[Ranking]) -> None:
        """Read what `candidates` needs of these rankings of the chats that `rank` was called with last."""
        await self._explanations.read({seq for ranking in ranked for seq in ranking.shown}, self._models.values())

    def candidates(self, chat: Chat, unseen: Unseen, ranked: Ranking) -> list[Candidate]:
        """The papers that a chat's digest shows as cards, with why they match and the reasons for their places."""
        topic_ids, model = dict(unseen.found), self._models.get(chat.ref)
        return [self._candidate(seq, topic_ids[seq], model, is_guess=seq in ranked.guesses) for seq in ranked.shown]

    def _candidate(self, seq: int, topic_ids: tuple[int, ...], model: ChatModel | None, *, is_guess: bool) -> Candidate:
        # Without a model it is the same for all chats with these topics.
        key = (seq, topic_ids)
        if model is None and (known := self._candidates.get(key)):
            return known
        made = Candidate(
            self.log.announced(seq),
            tuple([self.log.match(topic_id, seq) for topic_id in topic_ids]),
            self._explanations.of(seq, topic_ids, model, is_guess=is_guess),
        )
        if model is None:
            _add(self._candidates, key, made, MOST_CANDIDATES)
        return made


def _add(kept: dict[Name, Value], name: Name, value: Value, most: int) -> None:
    if name not in kept and len(kept) >= most:
        del kept[next(iter(kept))]
    kept[name] = value


def _as_json(kept: _Kept) -> JSON:
    key, ranking = kept.key, kept.ranking
    days = (key.day, ranking.first_day, ranking.last_day)
    return {
        "papers": key.papers.hex(),
        "size": key.size,
        "days": [day.isoformat() if day else None for day in days],
        "count": ranking.count,
        "after": ranking.after.hex(),
        "lists": [ranking.shown, ranking.guesses, ranking.topics],
    }


def _from_json(value: JSON) -> _Kept:
    day, first, last = [date.fromisoformat(text) if text else None for text in value["days"]]
    shown, guesses, topics = value["lists"]
    counts = tuple([(topic_id, papers) for topic_id, papers in topics])
    ranking = Ranking(tuple(shown), bytes.fromhex(value["after"]), value["count"], counts, first, last, tuple(guesses))
    return _Kept(_Key(bytes.fromhex(value["papers"]), value["size"], day), ranking)


def _fingerprint(unseen: Unseen) -> bytes:
    # A hash, because the numbers themselves would take 10 kB a chat. Version 2 of marshal is the last one whose result
    # does not depend on which of the objects are the same.
    return hashlib.blake2b(marshal.dumps(unseen.found, 2), digest_size=16).digest()
