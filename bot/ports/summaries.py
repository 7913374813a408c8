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

    async def summarize_many(
        self, requests: Sequence[SummaryRequest], *, together: bool = True
    ) -> Mapping[SummaryKey, Summary | PaperboyError]:
        """Make brief summaries of several papers; those of up to eight papers of one language are judged in one
        request.

        `together` puts their abstracts into one request as well, which costs a model some care; else each abstract has
        a request of its own. Every key gets its summary or its error, which is one of those that `summarize` raises.
        """

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """Make the summary without a model; `why` is the reason. Never fails."""

    async def remaining(self) -> Allowance:
        """Return the rest of today's budget. Raises `StoreUnavailable`."""

    async def probe(self, name: str) -> str:
        """Make a tiny request to one model; returns a phrase such as "answers in 1.2 s".

        Raises `ModelUnavailable`, `ModelRefused`, `BadSetting`.
        """
