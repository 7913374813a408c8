"""The papers that each chat will see next → the summaries that are wanted, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.decisions import due_times
from bot.decisions.digest_content import SummaryOptions
from bot.decisions.ranking import Ranking
from bot.decisions.wanted_summaries import ChosenPapers, Demand, PaperKey
from bot.model import ARCHIVE, Candidate, Chat, ChatRef, SummaryKey, WantedSummary
from bot.pipeline.rankings import RankingRun, Rankings
from bot.ports import Store

ARCHIVE_DAYS = 7
"""Summaries for the archive are wanted for papers of this many past days."""

ARCHIVE_DUE_AFTER = timedelta(hours=24)
"""The archive has no digest time: the summaries that chats wait for are made first."""

OVERDUE_FOR = timedelta(days=2)
"""How long after its due time a summary that no model could make is still wanted."""

MOST_WANTED = 10_000
"""Wanted summaries that are read back; far more than a day's budget of any model."""

BATCH = 200
"""Chats whose papers are read in one query."""

LOOK_BACK = due_times.SKEW + timedelta(minutes=15)
"""Changes of chats are read again for this long: another process's clock may be behind, and what a new topic matches
is written a moment after the subscription."""


async def choose(store: Store, now: datetime, rankings: Rankings | None = None, *, has_model: bool = False) -> int:
    """Replace the set of wanted summaries by those that the next digests need; returns its size.

    `has_model`: what was made while no model was configured is made anew.
    """
    return await Chooser(store, rankings or Rankings(), has_model=has_model).run(now)


class Chooser:
    """Chooses like `choose`, and remembers what it chose: after the first run it reads only chats that may want others.

    Those are the chats with new matches, with changed settings or topics, and those whose digest time has passed.
    Once a day, and after a run that failed, all chats are read again.
    """

    def __init__(self, store: Store, rankings: Rankings, *, has_model: bool = False) -> None:
        self._store, self._rankings, self._has_model = store, rankings, has_model
        self._demand = Demand()
        self._last_run: datetime | None = None
        self._last_match = 0

    async def run(self, now: datetime) -> int:
        """Choose for the chats that may have changed; returns how many summaries are wanted. Raises
        `StoreUnavailable`."""
        # Forgotten until the end: a run that fails half-way is followed by one over all chats.
        last, self._last_run = self._last_run, None
        # Before the chats are read, so that what is matched meanwhile counts as new in the next run.
        last_match = await self._store.last_match()
        if last is None or last.date() != now.date():
            self._demand = Demand()
            refs = await self._store.chats_with_candidates()
        else:
            refs = await self._changed(last, now)
        await self._choose(refs, now)
        wanted = await self._wanted(now)
        await self._store.want(wanted)
        if self._has_model:
            await self._store.forget_extractive()
        self._last_run, self._last_match = now, last_match
        return len(wanted)

    async def _changed(self, last: datetime, now: datetime) -> list[ChatRef]:
        """The chats that may want other summaries than at the last run."""
        matched = await self._store.chats_matched(self._last_match)
        changed = await self._store.chats_changed(min(last, now) - LOOK_BACK)
        # Its digest is written by now, or was put off.
        return [*dict.fromkeys([*matched, *changed, *self._demand.due_chats(now)])]

    async def _choose(self, refs: Sequence[ChatRef], now: datetime) -> None:
        run = RankingRun(self._rankings, self._store, now)
        for some in (refs[at : at + BATCH] for at in range(0, len(refs), BATCH)):
            # The archive's papers are those of the last days, whether a digest has taken them or not.
            chats = await self._store.chats_of([ref for ref in some if ref != ARCHIVE])
            # A chat may have been suspended or forgotten, or have got another id.
            served = {ref: chat for ref, chat in chats.items() if chat.suspended is None}
            unseen = await self._store.unseen_of(list(served))
            ranked = await run.rank({chat: unseen[ref] for ref, chat in served.items()})
            for ref in some:
                chat = served.get(ref)
                self._demand.replace(ref, self._chosen(chat, ranked[ref], run, now) if chat else None)

    def _chosen(self, chat: Chat, ranking: Ranking, run: RankingRun, now: datetime) -> ChosenPapers | None:
        """The papers whose summaries a chat needs soon: title lines need none."""
        if not due_times.is_soon(chat, now):
            return None
        papers = [PaperKey(run.log.announced(seq).paper.id, chat.language, chat.depth) for seq in ranking.shown]
        return ChosenPapers(tuple(papers), chat.next_due_at or now) if papers else None

    async def _wanted(self, now: datetime) -> list[WantedSummary]:
        papers = await self._store.papers(self._demand.paper_ids())
        wanted = {entry.key: entry for entry in self._demand.wanted(papers)}
        await self._add_archive(wanted, now)
        # Last, so that a key that a chat still waits for keeps its due time and its number of chats.
        for overdue in await self._overdue(now):
            wanted.setdefault(overdue.key, overdue)
        return list(wanted.values())

    async def _add_archive(self, wanted: dict[SummaryKey, WantedSummary], now: datetime) -> None:
        candidates = await self._archive_candidates()
        archive = await self._store.chat(ARCHIVE) if candidates else None
        if archive is None:
            return
        options, due_at = SummaryOptions(archive.language, archive.depth), now + ARCHIVE_DUE_AFTER
        for candidate in candidates:
            key = options.key(candidate.announced.paper)
            known = wanted.get(key)
            chats = 1 + (known.chats if known else 0)
            wanted[key] = WantedSummary(key, chats, min(due_at, known.due_at) if known else due_at)

    async def _overdue(self, now: datetime) -> list[WantedSummary]:
        """Summaries whose digest went out without them. They are still made later, for the archive and for requests."""
        # Only a summary that was postponed has a reason. The others are wanted by no digest any more.
        known = (*await self._store.wanted(now, MOST_WANTED), *await self._store.postponed(now))
        return [wanted for wanted in known if wanted.why is not None and wanted.due_at > now - OVERDUE_FOR]

    async def _archive_candidates(self) -> list[Candidate]:
        last = await self._store.latest_day()
        if last is None:
            return []
        first: date = last - timedelta(days=ARCHIVE_DAYS)
        by_paper: dict[str, Candidate] = {}
        for topic in await self._store.archived_topics():
            for candidate in await self._store.matched(topic, first, last):
                by_paper.setdefault(candidate.announced.paper.id, candidate)
        return list(by_paper.values())
