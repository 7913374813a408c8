"""The whole store as a port: one Protocol for each subject, in modules of their own. Implemented by `bot.storage`.

Every method raises `StoreUnavailable` if the database does not answer; other errors are named with each method.
All times are UTC and aware.
"""

from __future__ import annotations

from typing import Protocol

from bot.ports.chats import Chats
from bot.ports.follow_ups import FollowUps
from bot.ports.inbox import Inbox
from bot.ports.kept import KeptValues
from bot.ports.operations import Operations
from bot.ports.outbox import Outbox
from bot.ports.papers import Papers
from bot.ports.search import TextSearch
from bot.ports.stored_summaries import Summaries
from bot.ports.topics import Topics
from bot.ports.upkeep import StatusCounts, Upkeep
from bot.ports.votes import Terms, Votes


class Store(
    Papers,
    Topics,
    Summaries,
    Chats,
    Outbox,
    Inbox,
    KeptValues,
    FollowUps,
    Operations,
    StatusCounts,
    Votes,
    Terms,
    TextSearch,
    Upkeep,
    Protocol,
):
    """The whole store."""
