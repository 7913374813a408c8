"""What a service hands over to its workers: batches of summaries, of papers to read or embed, and of chats. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.decisions.model_requests import BATCH, judged_together
from bot.model import Chat, ChatRef, Depth, SummaryKey, WantedSummary

FEWEST_CHATS, MOST_CHATS = 20, 500
"""Chats that a task composes for: a task for many chats shares more work between them, many tasks share it better
between the workers."""

TASKS_AT_ONCE = 32
"""Tasks of one queue that wait at the same time; more are added when these are done, by what is urgent then."""

EMBEDDING_TASKS, PAPERS_A_TASK = 8, 64
"""Tasks that wait for vectors at the same time, and papers in each: half a minute of a model on one core."""

EMBEDDED_AT_ONCE = EMBEDDING_TASKS * PAPERS_A_TASK

TAUGHT_AT_ONCE, CHATS_A_LESSON = 320, 10
"""Chats whose models wait to be trained at the same time, and chats of one task: some seconds."""

NOT_URGENT = -1
"""The priority of tasks that nobody waits for."""

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SummaryTask:
    """Summaries to make in one task: brief ones of one language, or all of one paper version at depth `deep`.

    The greater `priority` is done first.
    """

    keys: tuple[SummaryKey, ...]
    priority: int

    @property
    def needs_reading(self) -> bool:
        return self.keys[0].depth is Depth.DEEP


def summary_tasks(
    wanted: Iterable[WantedSummary], queued: Collection[SummaryKey], now: datetime, room: int, batch: int = BATCH
) -> list[SummaryTask]:
    """Return at most `room` tasks for the wanted summaries that are not in a task yet, in the order of `wanted`.

    A task for brief summaries has as many as share the judge's request if `batch` of them share one of the maker: with
    fewer the judge would be paid more, and with more a worker that ends would take more unfinished work with it.
    """
    size = judged_together(batch)
    groups: dict[tuple[str, ...], list[WantedSummary]] = {}
    tasks: list[SummaryTask] = []
    for summary in (each for each in wanted if each.key not in queued):
        group = groups.setdefault(_group_of(summary.key), [])
        group.append(summary)
        if summary.key.depth is Depth.BRIEF and len(group) == size:
            tasks.append(_summary_task(groups.pop(_group_of(summary.key)), now))
    tasks += [_summary_task(group, now) for group in groups.values()]
    # Stable: among equals the order of `wanted` stays.
    return sorted(tasks, key=lambda task: -task.priority)[:room]


def _group_of(key: SummaryKey) -> tuple[str, ...]:
    # The languages of one deep summary share the reading, and are translated from one of them.
    return (key.depth, key.language) if key.depth is Depth.BRIEF else (key.depth, key.paper_id, str(key.version))


def _summary_task(group: Sequence[WantedSummary], now: datetime) -> SummaryTask:
    due_at = min(summary.due_at for summary in group)
    return SummaryTask(tuple(summary.key for summary in group), _priority(due_at, now))


def _priority(due_at: datetime, now: datetime) -> int:
    """2 where a digest is due already, 1 where one is due soon, else 0."""
    return 2 if due_at <= now else 1 if due_at <= now + SOON else 0


def chat_batches(due: Sequence[Chat], room: int) -> list[tuple[ChatRef, ...]]:
    """Return at most `room` batches of chats, those with the same settings together: they may share a digest."""
    in_order = sorted(due, key=lambda chat: (chat.language, chat.depth, chat.style, chat.size, chat.ref.platform))
    size = min(max(len(in_order) // TASKS_AT_ONCE, FEWEST_CHATS), MOST_CHATS)
    refs = [chat.ref for chat in in_order]
    return [tuple(refs[at : at + size]) for at in range(0, len(refs), size)][:room]


def embedding_batches(papers: Sequence[tuple[str, int]]) -> list[Sequence[tuple[str, int]]]:
    """Return batches of papers (id, version) in their order, one for each task."""
    return [papers[at : at + PAPERS_A_TASK] for at in range(0, min(len(papers), EMBEDDED_AT_ONCE), PAPERS_A_TASK)]


def learning_batches(chats: Sequence[ChatRef], room: int) -> list[Sequence[ChatRef]]:
    """Return at most `room` batches of chats whose models are trained, in their order, one for each task."""
    chats = chats[:TAUGHT_AT_ONCE]
    return [chats[at : at + CHATS_A_LESSON] for at in range(0, len(chats), CHATS_A_LESSON)][:room]
