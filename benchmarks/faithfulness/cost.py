"""Requests and tokens that a summary costs, counted at the server: four characters are one token."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from benchmarks.faithfulness.servers import running
from bot.decisions.model_requests import BATCH, LARGEST_BATCH, in_groups, judged_together
from bot.errors import PaperboyError
from bot.model import Depth, Paper, Reading, SummaryKey, SummaryRequest
from bot.summaries.fallback import FallbackChain
from tests.fakes import judges
from tests.fakes.brains import Brain, well_behaved

_CHARACTERS_PER_TOKEN = 4

_OWN_WORDS = "Here, "
"""Before each claim: what repeats its sentence word for word is not judged, and a model seldom repeats one."""


_ASKS_FOR_NUMBERS = '"takeaways": ["'
"""Stands in the instructions where takeaways are numbers."""

_TAKEAWAYS = 3
"""As many as are asked for at least; the well-behaved model tells more."""


def in_own_words(system: str, user: str) -> str:
    """The reply of the well-behaved model, every claim in words that the paper does not have."""
    return re.sub(r'"text": "(?=[A-Z])', f'"text": "{_OWN_WORDS}', _in_number(system, user))


def as_asked(system: str, user: str) -> str:
    """The same, where takeaways are the numbers of sentences if these are asked for, as in English."""
    reply = json.loads(in_own_words(system, user))
    if _ASKS_FOR_NUMBERS in system:
        for paper in reply.get("papers", ()):
            paper["takeaways"] = [takeaway["sentences"][0] for takeaway in paper["takeaways"]]
            del paper["title"]
    return json.dumps(reply, ensure_ascii=False)


def _in_number(system: str, user: str) -> str:
    """The reply of the well-behaved model with as many takeaways as are asked for, and no title in English."""
    reply = json.loads(well_behaved(system, user))
    for paper in reply.get("papers", ()):
        paper["takeaways"] = paper["takeaways"][:_TAKEAWAYS]
        paper["title"] = paper["title"] if '"title": the title in' in system else ""
    return json.dumps(reply, ensure_ascii=False)


def is_repeated(asked: judges.Asked) -> bool:
    return judges.is_repeated(replace(asked, text=asked.text.removeprefix(_OWN_WORDS)))


@dataclass
class Cost:
    """What one role's requests cost: how many there were, and the tokens of prompts and replies."""

    requests: int = 0
    prompt: int = 0
    reply: int = 0

    def counted(self, brain: Brain) -> Brain:
        """The same brain; every request to it is added."""

        def counting(system: str, user: str) -> str:
            text = brain(system, user)
            self.requests += 1
            self.prompt += (len(system) + len(user)) // _CHARACTERS_PER_TOKEN
            self.reply += len(text) // _CHARACTERS_PER_TOKEN
            return text

        return counting

    def per(self, papers: int) -> str:
        return f"{self.requests / papers:9.3f} {self.prompt / papers:8.0f} {self.reply / papers:8.0f}"


Work = Callable[[FallbackChain], Awaitable[object]]


async def print_costs(papers: Sequence[Paper], readings: Sequence[tuple[Paper, Reading]]) -> None:
    """Print requests and tokens per paper, of the maker and of the judge, for each way in which summaries are made."""
    print(f"{'per paper':24} {'maker:':>6}{'requests':>10} {'prompt':>8} {'reply':>8}   judge: requests prompt reply")
    for language in ("en", "zh"):
        brief = [SummaryRequest(SummaryKey(paper.id, paper.version, language), paper) for paper in papers]
        for batch in (1, BATCH, LARGEST_BATCH):
            await _print_cost(f"brief {language}, {batch} a request", len(brief), _briefs(brief, batch))
        if language == "en":
            name = f"brief en, {BATCH}, own words"
            await _print_cost(name, len(brief), _briefs(brief, BATCH), in_own_words)
    for language in ("en", "zh"):
        deep = [
            SummaryRequest(SummaryKey(paper.id, paper.version, language, Depth.DEEP), paper, reading)
            for paper, reading in readings
        ]
        await _print_cost(f"deep {language}", len(deep), _deep(deep))


def _briefs(requests: Sequence[SummaryRequest], batch: int) -> Work:
    async def work(chain: FallbackChain) -> None:
        for group in in_groups(requests, judged_together(batch)):
            await chain.summarize_many(group, batch=batch)

    return work


def _deep(requests: Sequence[SummaryRequest]) -> Work:
    async def work(chain: FallbackChain) -> None:
        await asyncio.gather(*(attempt(chain, request) for request in requests))

    async def attempt(chain: FallbackChain, request: SummaryRequest) -> None:
        # A reading that cannot be shown has cost its requests all the same.
        with suppress(PaperboyError):
            await chain.summarize(request)

    return work


async def _print_cost(name: str, papers: int, work: Work, brain: Brain = as_asked) -> None:
    if not papers:
        return
    maker, judge = Cost(), Cost()
    async with running(maker.counted(brain), judge.counted(judges.with_opinion(is_repeated))) as chain:
        await work(chain)
    total = (maker.prompt + maker.reply + judge.prompt + judge.reply) / papers
    print(f"{name:24} {'':6} {maker.per(papers)}   {judge.per(papers)}   total {total:.0f}", flush=True)
