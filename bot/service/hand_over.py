"""Hands the summaries that are wanted and the chats that are due over to the workers, as tasks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog

from bot.decisions import digest_policy, task_batches
from bot.decisions.health import TaskCounts
from bot.model import Chat, ChatRef
from bot.pipeline import Embedding, Learning, VectorMaking
from bot.service.app import App
from bot.service.owners import has_ended, is_dead
from bot.service.status import TASK_COUNTS
from bot.service.task_queue import TaskQueue
from bot.service.tasks import COMPOSE, EMBED, LEARN, READ, SUMMARIZE, VECTORS, keys_argument, keys_from, lock_of

log = structlog.get_logger()

MOST_WANTED = 2_000
"""Wanted summaries that are looked at in one round; the tasks at once hold fewer."""

PAGE = 2_000
"""Due chats that are read in one query."""

DUE_AT_ONCE = task_batches.TASKS_AT_ONCE * task_batches.MOST_CHATS
"""Due chats that are handed over in one round; the others follow when these are done."""


class HandOver:
    """The side of the service. What is pending is in the store; the queue only tells the workers about it."""

    def __init__(self, app: App, queue: TaskQueue) -> None:
        self._app, self._queue = app, queue
        self._composed_at: dict[ChatRef, datetime] = {}

    async def summaries(self) -> int:
        """Queue the wanted summaries that no task has yet; returns how many tasks were added."""
        room, now = await self._room(READ, SUMMARIZE), self._app.clock.now()
        if not room:
            return 0
        wanted = await self._app.store.wanted(now, MOST_WANTED)
        if not wanted:
            return 0
        found = await self._queue.arguments(READ, SUMMARIZE)
        queued = {key for arguments in found for key in keys_from(arguments["keys"])}
        added = 0
        for task in task_batches.summary_tasks(wanted, queued, now, room, self._app.makers.batch):
            arguments, lock = keys_argument(task.keys), lock_of(task.keys)
            if task.needs_reading:
                added += await self._queue.put(
                    READ, arguments | {"priority": task.priority}, lock=lock, priority=task.priority
                )
            else:
                added += await self._queue.put(SUMMARIZE, arguments, lock=lock, priority=task.priority)
        return added

    async def embed(self, embedding: Embedding) -> int:
        """Queue papers that should get a vector and are in no task yet; returns how many tasks were added."""
        waiting = (await self._queue.waiting()).get(LEARN)
        if waiting is not None and waiting.todo >= task_batches.EMBEDDING_TASKS:
            return 0
        found = await self._queue.arguments(LEARN)
        queued = {(paper_id, version) for arguments in found for paper_id, version in arguments.get("papers", ())}
        papers = await embedding.pending(task_batches.EMBEDDED_AT_ONCE + len(queued))
        keys = [(paper.id, paper.version) for paper in papers if (paper.id, paper.version) not in queued]
        added = 0
        for batch in task_batches.embedding_batches(keys):
            (paper_id, version), arguments = batch[0], {"papers": [list(key) for key in batch]}
            added += await self._queue.put(
                LEARN, arguments, lock=f"{paper_id}v{version}", priority=task_batches.NOT_URGENT, task=EMBED
            )
        return added

    async def learn(self, learning: Learning) -> int:
        """Queue the chats that have new votes and are in no task yet; returns how many tasks were added."""
        room = await self._room(LEARN)
        if not room:
            return 0
        queued = {
            ChatRef.parse(chat) for found in await self._queue.arguments(LEARN) for chat in found.get("chats", ())
        }
        chats = await learning.pending(task_batches.TAUGHT_AT_ONCE + len(queued))
        added = 0
        for batch in task_batches.learning_batches([ref for ref in chats if ref not in queued], room):
            arguments = {"chats": [str(ref) for ref in batch]}
            added += await self._queue.put(LEARN, arguments, lock=str(batch[0]))
        return added

    async def vectors(self, making: VectorMaking) -> None:
        """Queue the making of vectors of terms if that should begin now and is no task yet."""
        if await making.should_begin():
            await self._queue.put(LEARN, {}, lock="all", priority=task_batches.NOT_URGENT, task=VECTORS)

    async def compose(self) -> int:
        """Queue the chats that are due and in no task yet; returns how many tasks were added."""
        room, now = await self._room(COMPOSE), self._app.clock.now()
        if not room:
            return 0
        queued = {ChatRef.parse(chat) for found in await self._queue.arguments(COMPOSE) for chat in found["chats"]}
        due = await self._due(now, queued | self._composed_lately(now))
        added = 0
        for chats in task_batches.chat_batches(due, room):
            # With what was chosen for them: votes since then would lead the worker to papers without summaries.
            chosen = self._app.rankings.handed_over(chats)
            arguments = {"chats": [str(chat) for chat in chats], "chosen": chosen}
            if await self._queue.put(COMPOSE, arguments, lock=str(chats[0])):
                added += 1
                self._composed_at |= dict.fromkeys(chats, now)
        return added

    async def _due(self, now: datetime, but: Collection[ChatRef]) -> list[Chat]:
        """The first chats that are due, of those to be composed now."""
        due: list[Chat] = []
        last: Chat | None = None
        while len(due) < DUE_AT_ONCE and (page := await self._app.store.due_chats(now, limit=PAGE, after=last)):
            last = page[-1]
            # The archive has no renderer: its pages are written from the store.
            due += [chat for chat in page if chat.ref.platform in self._app.renderers and chat.ref not in but]
        return due

    async def _room(self, *queues: str) -> int:
        """How many tasks may be added, so that not more than `TASKS_AT_ONCE` of each queue wait."""
        waiting = await self._queue.waiting()
        most = max((waiting[queue].todo for queue in queues if queue in waiting), default=0)
        return max(task_batches.TASKS_AT_ONCE - most, 0)

    def _composed_lately(self, now: datetime) -> set[ChatRef]:
        composed_at = self._composed_at.items()
        self._composed_at = {ref: at for ref, at in composed_at if digest_policy.was_composed_lately(at, now)}
        return set(self._composed_at)

    def compose_all_again(self) -> None:
        """Forget which chats were composed lately: summaries that they wait for may be there now."""
        self._composed_at.clear()

    async def tend(self) -> bool:
        """Free what workers that have ended were doing, and report how many tasks wait.

        Returns whether anything was freed, which is then to be queued again.
        """
        dropped = await self._queue.drop_of_ended(lambda owner: is_dead(owner, self._app.owner) is True)
        if dropped:
            log.warning("tasks of workers that ended are queued again", tasks=dropped)
            self.compose_all_again()
        freed = await self._end_claims_of_the_dead()
        now, waiting = self._app.clock.now(), await self._queue.waiting()
        queues = {name: (each.todo, each.doing) for name, each in waiting.items()}
        await self._app.store.remember_value(TASK_COUNTS, TaskCounts(now, queues).as_json())
        return bool(dropped or freed)

    async def _end_claims_of_the_dead(self) -> int:
        """Let others make at once what a killed process had begun; otherwise its claims expire some minutes later."""
        store, now, me = self._app.store, self._app.clock.now(), self._app.owner
        claimants = await store.claimants(now)
        living = set((await store.live_leases(now)).values())
        dead = {name for name in claimants if has_ended(name, living, me)}
        ended = await store.end_claims(dead) if dead else 0
        if ended:
            log.warning("claims of processes that ended are free", claims=ended)
        return ended
