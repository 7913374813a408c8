"""How faithful summaries are, counted on the cards as they are shown.

    python -m benchmarks.faithfulness --papers days/*.jsonl.gz --number 40                      # every spoiled model
    python -m benchmarks.faithfulness --papers … --model openai:NAME --language es              # a real one (settings)

Without `--model` the papers go, for each way in which models misbehave, through a scripted model that misbehaves so
(over HTTP, through the real SDK); every line of errors must then be zero.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from benchmarks.faithfulness.counting import ERRORS, LINES, count
from bot.clock import SystemClock
from bot.codelinks import find_links
from bot.errors import PaperboyError
from bot.model import Card, Paper, SummaryKey
from bot.ports import SummaryRequest
from bot.render.json import card_json
from bot.settings import load
from bot.summaries.chain import Chain, build
from tests.fakes.brains import MISBEHAVIOURS, partly, well_behaved
from tests.fakes.models import KEY, ModelServer


def papers(files: Sequence[Path], number: int, seed: int) -> list[Paper]:
    """A draw of real papers."""
    rows = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    drawn = random.Random(seed).sample(rows, min(number, len(rows)))
    return [
        Paper(r["id"], 1, r["title"], tuple(r["authors"]), r["abstract"], tuple(r["categories"]), r.get("comment"))
        for r in drawn
    ]


async def shown(chain: Chain, drawn: Sequence[Paper], language: str) -> Counter[str]:
    """Make each paper's card as the service would, and count."""

    async def one(paper: Paper) -> Counter[str]:
        request = SummaryRequest(SummaryKey(paper.id, paper.version, language), paper)
        try:
            summary = await chain.summarize(request)
        except PaperboyError as error:
            summary = chain.extractive_instead(request, str(error))
        card = Card(paper, summary=summary, links=find_links(paper.abstract, paper.comment or ""))
        return count(json.loads(json.dumps(card_json(card))), paper, language)

    return sum(await asyncio.gather(*(one(paper) for paper in drawn)), Counter())


async def scripted(drawn: Sequence[Paper], language: str) -> dict[str, Counter[str]]:
    """The counts for the well-behaved model and for each that misbehaves."""
    found = {}
    partial = {f"{name}, every second claim": partly(brain) for name, brain in MISBEHAVIOURS.items()}
    for name, brain in {"well-behaved": well_behaved, **MISBEHAVIOURS, **partial}.items():
        async with ModelServer(brain) as server:
            settings = load(
                _env_file=None, model=("openai:scripted",), openai_api_key=KEY, openai_base_url=server.openai
            )
            async with build(settings, SystemClock()) as chain:
                found[name] = await shown(chain, drawn, language)
    return found


async def real(model: str, drawn: Sequence[Paper], language: str) -> dict[str, Counter[str]]:
    async with build(load(model=(model,)), SystemClock()) as chain:
        return {model: await shown(chain, drawn, language)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--model")
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    drawn = papers(given.papers, given.number, given.seed)
    began = time.perf_counter()
    counts = asyncio.run(real(given.model, drawn, given.language) if given.model else scripted(drawn, given.language))
    for name, found in counts.items():
        wrong = sum(found[line] for line in ERRORS)
        print(f"\n{name}: {found['claims']} claims, {wrong} errors")
        for line in LINES:
            if found[line] or len(counts) == 1:
                print(f"  {found[line]:6}  {line}{'  <<<' if line in ERRORS and found[line] else ''}")
    total = sum(counts.values(), Counter())
    print(f"\nall: {total['papers']} cards in {time.perf_counter() - began:.1f} s")
    for line in LINES:
        print(f"  {total[line]:6}  {line}")


if __name__ == "__main__":
    main()
