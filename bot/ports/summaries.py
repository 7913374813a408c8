"""What is needed of makers of summaries. Implemented by `bot.summaries`."""

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
        """The summary asked for.

        Raises `ModelUnavailable` (ask the next model, or later), `ModelRefused` (this model does not summarize this
        paper) or `StoreUnavailable` (what models were asked today cannot be read; no model is at fault).
        """


class Makers(Summarizer, Protocol):
    """The configured models in their order, and the extractive summarizer, which always works."""

    async def summarize_many(self, requests: Sequence[SummaryRequest]) -> Mapping[SummaryKey, Summary | PaperboyError]:
        """Brief summaries of several papers with few requests; what could not be made is there as its error, which is
        one of those of `summarize`."""

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """The summary without a model, with the reason. Never fails."""

    async def remaining(self) -> Allowance:
        """What may still be asked of the models today. Raises `StoreUnavailable`."""

    async def probe(self, name: str) -> str:
        """A tiny request to one model: "answers in 1.2 s". Raises `ModelUnavailable`, `ModelRefused`, `BadSetting`."""
