"""Leases, small values, the ledger and the database itself as ports. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from bot.model import JSON, Bot, LedgerLine


class ValueStore(Protocol):
    """Small JSON values by name that outlive the process: when arXiv was last asked, counts, hashes."""

    async def value(self, name: str) -> JSON | None:
        """The value kept under this name; None if there is none. Raises `StoreUnavailable`."""

    async def remember_value(self, name: str, value: JSON) -> None:
        """Keep a value under this name, in place of an earlier one. Raises `StoreUnavailable`."""


class Operations(ValueStore, Protocol):
    """The store for operating a service."""

    async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or extend a named lease; False while another owner holds it."""

    async def release(self, name: str, owner: str) -> None: ...

    async def holder(self, name: str) -> str | None:
        """The owner of a named lease, or its last owner."""

    async def live_leases(self, now: datetime) -> Mapping[str, str]:
        """The owners of the leases that have not expired, by the leases' names."""

    async def expire_leases(self, owner: str, now: datetime, bot: Bot | None = None) -> int:
        """End the delivery leases of every other owner now; returns how many. With `bot`, only those of chats that this
        bot serves. Only for the process that alone sends for it, or for all bots."""

    async def ledger(self, since: date, *, by_category: bool = False) -> list[LedgerLine]:
        """Listing days from `since` on, oldest first. `announced` is what the listings name, read or unread; without a
        listing, what was ingested. Every number counts a paper once a day.

        `ingested` counts all kinds; the rest only new papers and cross-lists: matched by a topic, shown by a digest,
        summarized in that version, and shown by a part of a digest that is sent.

        `by_category` gives a line for each day and primary category, by name. Entries that could not be read have the
        `category` "unread", so that a day's lines add up to its total.
        """

    async def backup(self, path: Path) -> None:
        """Copy the database to a new file while it is in use (SQLite). Raises `TellUser` if that is impossible."""

    async def check_writable(self, now: datetime, within: float) -> None:
        """Make a small write. Raises `StoreUnavailable` if the database does not accept it within `within` seconds.

        A longer write of this process that is in its way is no fault."""

    async def ping(self) -> None:
        """Raises `StoreUnavailable` unless the database answers a query."""

    async def close(self) -> None: ...
