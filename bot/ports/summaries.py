"""Makers of summaries as a port. Implemented by `bot.summaries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.errors import PaperboyError
from bot.model import Allowance, Summary, SummaryKey, SummaryRequest


class Summarizer(Protocol):
    """A maker of summaries. `name` is its provenance: "extractive", "google:NAME", "openai:NAME"."""

    @property
    def name(self) -> str: ...

    async def summarize(self, request: SummaryRequest) -> Summary:
        """Make the requested summary.

        Raises `ModelUnavailable` (ask the next model, or later), `ModelRefused` (this model does not summarize this
        paper) or `StoreUnavailable` (today's usage cannot be read; no model is at fault).
        """


class Makers(Summarizer, Protocol):
    """The configured models in their order, and the extractive summarizer, which always works."""

    @property
    def batch(self) -> int:
        """How many abstracts share a request, unless the budget is short."""

    async def summarize_many(
        self, requests: Sequence[SummaryRequest], *, batch: int
    ) -> Mapping[SummaryKey, Summary | PaperboyError]:
        """Make brief summaries of several papers; `batch` abstracts of one language share a request, and more of them
        the judge's.

        Every key gets its summary or its error, which is one of those that `summarize` raises.
        """

    async def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """Make the summary without a model. `why` is the reason, told where a model is configured. Never fails."""

    async def remaining(self) -> Allowance:
        """Return the rest of today's budget. Raises `StoreUnavailable`."""

    async def probe(self, name: str) -> str:
        """Make a tiny request to one model; returns a phrase such as "answers in 1.2 s".

        Raises `ModelUnavailable`, `ModelRefused`, `BadSetting`.
        """
