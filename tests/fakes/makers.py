"""Makers of summaries for tests of the pipeline: the extractive summarizer, which can be told to be unavailable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.errors import PaperboyError
from bot.model import Allowance, Paper, Reading, Section, Source, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock
from bot.summaries.extractive import extract


@dataclass
class FakeMakers:
    """Makes real extractive summaries under the name of a model.

    `failures` are raised first, one per request; `down` is raised for every request while it is set. `asked` lists the
    papers that were asked for; `groups` those of each `summarize_many`, with the abstracts of a request.
    """

    clock: Clock
    name: str = "openai:test"
    failures: list[PaperboyError] = field(default_factory=list)
    down: PaperboyError | None = None
    asked: list[str] = field(default_factory=list)
    groups: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    budget: Allowance = field(default_factory=Allowance)
    batch: int = 4

    async def summarize(self, request: SummaryRequest) -> Summary:
        self.asked.append(request.paper.versioned_id)
        if self.down is not None:
            raise self.down
        if self.failures:
            raise self.failures.pop(0)
        summary = extract(request, self.clock)
        return replace(summary, provenance=replace(summary.provenance, model=self.name))

    async def summarize_many(
        self,
        requests: Sequence[SummaryRequest],
        *,
        batch: int,
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        self.groups.append((batch, tuple(request.paper.versioned_id for request in requests)))
        results: dict[SummaryKey, Summary | PaperboyError] = {}
        for request in requests:
            try:
                results[request.key] = await self.summarize(request)
            except PaperboyError as error:
                results[request.key] = error
        return results

    async def remaining(self) -> Allowance:
        return self.budget

    async def probe(self, name: str) -> str:
        if self.down is not None:
            raise self.down
        return "answers in 0.0 s"

    async def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        summary = extract(request, self.clock)
        if self.name == "extractive":
            return summary
        return replace(summary, provenance=replace(summary.provenance, instead_of=why))


class AbstractReader:
    """A reader that finds no full text anywhere."""

    async def kept(self, paper: Paper) -> Reading | None:
        return None

    async def read(self, paper: Paper) -> Reading:
        return Reading(
            paper.id, paper.version, Source.ABSTRACT, (Section("Abstract", ()),), problem="There is no full text."
        )
