"""Summaries in the store and the usage of models as ports. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.model import (
    Budget,
    MinuteIsFull,
    ModelPause,
    OverBudget,
    Reservation,
    Summary,
    SummaryKey,
    Usage,
    WantedSummary,
)


class UsageStore(Protocol):
    """The usage of models by UTC day, their budget and their pauses, shared by all processes."""

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        """Count a request that is about to be sent, and its estimated tokens, as used on the day of `now`.

        Whoever reserves next sees it, so that all processes together stay inside the budget. Nothing is counted unless
        it fits."""

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        """Put what was used in the place of a reservation; 0 requests if nothing was sent."""

    async def usage(self, day: date) -> list[Usage]: ...

    async def pause_model(self, pause: ModelPause) -> ModelPause:
        """Write a pause. Of two pauses of a model, the one that ends later stays and is returned."""

    async def end_pause(self, model: str, until: datetime) -> None:
        """Forget the pause of a model that ended at `until`. A pause that ends later stays."""

    async def model_pause(self, model: str) -> ModelPause | None:
        """The latest pause of a model, over or not, unless the model has answered since."""


class Summaries(UsageStore, Protocol):
    """Summaries that exist, those that are wanted, and those that somebody makes now."""

    async def want(self, wanted: Sequence[WantedSummary]) -> None:
        """Replace the set of wanted summaries; keys that stay keep their attempts and waiting times, and keys that
        are claimed stay."""

    async def wanted(
        self, now: datetime, limit: int, keys: Collection[SummaryKey] | None = None
    ) -> list[WantedSummary]:
        """Wanted summaries that are neither made nor postponed nor claimed, by due time, then by number of chats, most
        first; with `keys`, only those of them."""

    async def postponed(self, now: datetime) -> list[WantedSummary]:
        """Wanted summaries that are not made, and postponed to a later time."""

    async def postpone(self, key: SummaryKey, until: datetime, why: str) -> None:
        """Count an attempt, and do not return the key from `wanted` before `until`."""

    async def claim(
        self,
        keys: Collection[SummaryKey],
        owner: str,
        now: datetime,
        until: datetime,
        *,
        even_postponed: bool = False,
    ) -> set[SummaryKey]:
        """Claim summaries for `owner` until a time; returns the keys that are the owner's now.

        Not among them are those that are made, those that another owner has claimed until after `now`, and unless
        `even_postponed` those that are postponed. Claiming again renews."""

    async def unclaim(self, keys: Collection[SummaryKey], owner: str) -> None:
        """End the owner's claims of these keys."""

    async def claimants(self, now: datetime) -> set[str]:
        """The owners of claims that have not expired."""

    async def end_claims(self, owners: Collection[str]) -> int:
        """End all claims of these owners, which have ended themselves; returns how many there were."""

    async def save_summary(self, summary: Summary) -> Summary:
        """Write a summary; if one with its key is stored already, that one is kept and returned."""

    async def save_summaries(self, summaries: Sequence[Summary]) -> list[Summary]:
        """Write several summaries like `save_summary`; returns the stored ones in the same order."""

    async def forget_extractive(self, keys: Collection[SummaryKey] | None = None) -> int:
        """Remove those of these summaries (None: of the wanted ones) that were made while no model was configured, so
        that a model makes them; returns how many there were. What every model refused stays."""

    async def summary(self, key: SummaryKey) -> Summary | None: ...

    async def summaries(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]: ...

    async def stored(self, keys: Collection[SummaryKey]) -> set[SummaryKey]:
        """Those of these summaries that exist; they are not read."""
