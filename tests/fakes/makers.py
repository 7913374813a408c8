"""Makers of summaries for the pipeline's tests: the extractive one, which may be told to be down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.errors import PaperboyError
from bot.model import Allowance, Paper, Reading, Section, Source, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock
from bot.summaries.extractive import extract


@dataclass
class FakeMakers:
    """Makes real extractive summaries under the name of a model. `failures` are raised first, in order."""

    clock: Clock
    name: str = "openai:test"
    failures: list[PaperboyError] = field(default_factory=list)
    down: PaperboyError | None = None
    asked: list[str] = field(default_factory=list)
    budget: Allowance = field(default_factory=Allowance)

    async def summarize(self, request: SummaryRequest) -> Summary:
        self.asked.append(request.paper.versioned_id)
        if self.down is not None:
            raise self.down
        if self.failures:
            raise self.failures.pop(0)
        made = extract(request, self.clock)
        return replace(made, provenance=replace(made.provenance, model=self.name))

    async def summarize_many(self, requests: Sequence[SummaryRequest]) -> dict[SummaryKey, Summary | PaperboyError]:
        made: dict[SummaryKey, Summary | PaperboyError] = {}
        for request in requests:
            try:
                made[request.key] = await self.summarize(request)
            except PaperboyError as error:
                made[request.key] = error
        return made

    async def remaining(self) -> Allowance:
        return self.budget

    async def probe(self, name: str) -> str:
        if self.down is not None:
            raise self.down
        return "answers in 0.0 s"

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        made = extract(request, self.clock)
        return replace(made, provenance=replace(made.provenance, instead_of=why))


class AbstractReader:
    """A reader that finds no full text anywhere."""

    async def kept(self, paper: Paper) -> Reading | None:
        return None

    async def read(self, paper: Paper) -> Reading:
        return Reading(
            paper.id, paper.version, Source.ABSTRACT, (Section("Abstract", ()),), problem="There is no full text."
        )
