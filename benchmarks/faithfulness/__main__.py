"""How faithful summaries are, counted on the cards that readers see.

    python -m benchmarks.faithfulness --papers days/*.jsonl.gz --number 40                   # every misbehaving model
    python -m benchmarks.faithfulness --papers … --model openai:NAME --language es           # a real one (settings)
    python -m benchmarks.faithfulness --fulltext DIR                                         # deep readings
    python -m benchmarks.faithfulness --links topics.jsonl.gz                                   # code links alone

Without `--model` the papers are summarized by scripted models, one for each way in which models misbehave (over HTTP,
through the real SDK). Every line of errors must then be zero.
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

from benchmarks.codelinks import named_repositories, rows
from benchmarks.faithfulness.counting import ERRORS, LINES, count
from benchmarks.faithfulness.texts import full_text, readings
from bot.decisions import digest_content
from bot.errors import PaperboyError
from bot.model import Depth, Paper, Reading, SummaryKey, SummaryRequest
from bot.render.json import card_json
from bot.service.clock import SystemClock
from bot.settings import load
from bot.summaries.fallback import FallbackChain
from bot.summaries.providers import build
from tests.fakes.brains import MISBEHAVIOURS, partly, well_behaved
from tests.fakes.models import KEY, ModelServer


def papers(files: Sequence[Path], number: int, seed: int) -> list[Paper]:
    """A random sample of real papers."""
    rows = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    # Seeded, so that two models are compared on the same papers.
    drawn = random.Random(seed).sample(rows, min(number, len(rows)))
    return [
        Paper(
            r["id"], 1, r["title"], tuple(r["authors"]), r["abstract"], tuple(r.get("categories", ())), r.get("comment")
        )
        for r in drawn
    ]


Drawn = Sequence[tuple[Paper, Reading | None]]


async def shown(chain: FallbackChain, drawn: Drawn, language: str) -> Counter[str]:
    """Make each paper's card as the service would, deep where there is a full text, and count."""

    async def count_card(paper: Paper, reading: Reading | None) -> Counter[str]:
        key = SummaryKey(paper.id, paper.version, language, Depth.DEEP if reading else Depth.BRIEF)
        request = SummaryRequest(key, paper, reading)
        try:
            summary = await chain.summarize(request)
        except PaperboyError as error:
            summary = chain.extractive_instead(request, str(error))
        card = digest_content.card(paper, summary=summary, reading=reading)
        return count(json.loads(json.dumps(card_json(card))), paper, language, full_text(reading) if reading else "")

    found = sum(await asyncio.gather(*(count_card(paper, reading) for paper, reading in drawn)), Counter[str]())
    found["papers without a card"] += len(drawn) - found["papers"]  # `count` counts a paper for each card
    return found


def links(topics: Path) -> None:
    """How many of the repositories that abstracts name are on the cards, and whether any others are."""
    papers = named = found = unexpected = 0
    for row in rows(topics):
        truth = {f"https://github.com/{name}".lower() for name in named_repositories(row["abstract"])}
        paper = Paper(row["id"], 1, row["title"], (), row["abstract"], ())
        shown = {url.lower() for url in card_json(digest_content.card(paper))["urls"]["code"]}
        shown = {url for url in shown if url.startswith("https://github.com/")}
        papers += "github.com" in row["abstract"].lower()
        named, found = named + len(truth), found + len(truth & shown)
        unexpected += len(shown - truth)
    print(f"\n  {papers:6}  papers whose abstract names a GitHub repository")
    print(f"  {found:6}  of {named} repositories found on their cards")
    print(f"  {unexpected:6}  invented or changed{'  <<<' if unexpected or found < named else ''}")


async def scripted(drawn: Drawn, language: str) -> dict[str, Counter[str]]:
    """The counts for the well-behaved model and for each misbehaving one, printed as they come."""
    found = {}
    partial = {f"{name}, every second claim": partly(brain) for name, brain in MISBEHAVIOURS.items()}
    for name, brain in {"well-behaved": well_behaved, **MISBEHAVIOURS, **partial}.items():
        async with ModelServer(brain) as server:
            settings = load(
                _env_file=None, model=("openai:scripted",), openai_api_key=KEY, openai_base_url=server.openai
            )
            async with build(settings, SystemClock()) as chain:
                found[name] = await shown(chain, drawn, language)
        print_counts(name, found[name])
    return found


def print_counts(name: str, found: Counter[str], *, everything: bool = False) -> None:
    """Print the lines that are not zero, errors marked."""
    wrong = sum(found[line] for line in ERRORS)
    print(f"\n{name}: {found['claims']} claims, {wrong} errors", flush=True)
    for line in LINES:
        if found[line] or everything:
            print(f"  {found[line]:6}  {line}{'  <<<' if line in ERRORS and found[line] else ''}", flush=True)


async def real(model: str, drawn: Drawn, language: str) -> dict[str, Counter[str]]:
    async with build(load(model=(model,)), SystemClock()) as chain:
        found = await shown(chain, drawn, language)
    print_counts(model, found, everything=True)
    return {model: found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="+", type=Path, default=(), help="brief summaries of a sample of these")
    parser.add_argument("--fulltext", type=Path, help="deep readings of ID.pdf and html/ID/index.html in this folder")
    parser.add_argument("--links", type=Path, help="code links named in these papers' abstracts")
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--model")
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    # 40 is the level "error": misbehaving models cause a warning for each request.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    if options.links:
        links(options.links)
    drawn: Drawn = [(paper, None) for paper in papers(options.papers, options.number, options.seed)]
    if options.fulltext:
        drawn = [*drawn, *readings(options.fulltext)[: options.number]]
    if not drawn:
        return
    began = time.perf_counter()
    counts = asyncio.run(
        real(options.model, drawn, options.language) if options.model else scripted(drawn, options.language)
    )
    total = sum(counts.values(), Counter())
    print(f"\nall: {total['papers']} cards in {time.perf_counter() - began:.1f} s")
    for line in LINES:
        print(f"  {total[line]:6}  {line}")


if __name__ == "__main__":
    main()
