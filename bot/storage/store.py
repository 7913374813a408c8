"""The Store: all its methods over one database, opened and migrated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from types import TracebackType
from typing import Self

from bot.storage.attempts import SqlAttempts
from bot.storage.chat_managers import SqlManagers
from bot.storage.chat_models import SqlChatModels
from bot.storage.chats import SqlChats
from bot.storage.due_chats import SqlDueChats
from bot.storage.engine import Database
from bot.storage.follow_ups import SqlFollowUps
from bot.storage.kept import SqlKept
from bot.storage.log_index import LogIndex
from bot.storage.migrations import ensure
from bot.storage.operations import SqlOperations
from bot.storage.outbox import SqlOutbox
from bot.storage.outbox_figures import SqlOutboxFigures
from bot.storage.outbox_history import SqlOutboxHistory
from bot.storage.papers import SqlPapers
from bot.storage.search import SqlSearch
from bot.storage.status_counts import SqlStatusCounts
from bot.storage.summaries import SqlSummaries
from bot.storage.terms import SqlTerms
from bot.storage.topics import SqlTopics
from bot.storage.unseen_rows import SqlUnseen
from bot.storage.updates import SqlUpdates
from bot.storage.upkeep import SqlUpkeep
from bot.storage.votes import SqlVotes


class SqlStore(
    SqlPapers,
    SqlTopics,
    SqlUnseen,
    SqlSummaries,
    SqlChats,
    SqlDueChats,
    SqlManagers,
    SqlOutbox,
    SqlAttempts,
    SqlOutboxFigures,
    SqlOutboxHistory,
    SqlUpdates,
    SqlKept,
    SqlFollowUps,
    SqlOperations,
    SqlStatusCounts,
    SqlVotes,
    SqlChatModels,
    SqlTerms,
    SqlSearch,
    SqlUpkeep,
):
    """`bot.ports.Store` on SQLite or PostgreSQL. Usable with `async with`, which closes it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.log_index = LogIndex()
        self.marked_sent = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def open_store(
    url: str, alone: Callable[[SqlStore], AbstractAsyncContextManager[object]] = nullcontext
) -> SqlStore:
    """Open the store at `sqlite+aiosqlite:///PATH` or `postgresql+psycopg://…`, and migrate it if it is new or older.

    An older one is migrated inside `alone(store)`, which keeps other processes from working on it meanwhile. Raises
    `StoreUnavailable` if the database does not serve, `StoreTooNew` if it is newer than this code, `BadSetting` if
    the URL is not one of these.
    """
    store = SqlStore(Database(url))
    try:
        await ensure(store.db, lambda: alone(store))
    except BaseException:
        await store.close()
        raise
    return store
