"""How faithful summaries are, counted on the cards that readers see.

    python -m benchmarks.faithfulness --papers days/*.jsonl.gz --number 40   # every misbehaving model
    python -m benchmarks.faithfulness --papers … --model openai:NAME --language es   # a real one (settings)
    python -m benchmarks.faithfulness --fulltext DIR   # deep readings
    python -m benchmarks.faithfulness --links topics.jsonl.gz   # code links alone
    python -m benchmarks.faithfulness --claims FOLDER   # statements known to be false
    python -m benchmarks.faithfulness --falsehoods --papers days/*.jsonl.gz   # statements made false by rule
    python -m benchmarks.faithfulness --cost --papers … --fulltext DIR   # requests and tokens

Without `--model` the papers are summarized by scripted models, one for each way in which models misbehave (over HTTP,
through the real SDK). Every line of errors must then be zero. `--claims` and `--falsehoods` let a scripted maker tell
true and false statements, which four judges judge: an honest one, one that errs at random, one that says yes to all,
and none; what is shown of them has goals. Exits with 1 if one is not met.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from benchmarks.codelinks import named_repositories, rows
from benchmarks.faithfulness.cost import print_costs
from benchmarks.faithfulness.counting import ERRORS, LINES, count
from benchmarks.faithfulness.falsehoods import made_trials
from benchmarks.faithfulness.judging import WITHOUT_WARNINGS, run_all, run_real
from benchmarks.faithfulness.texts import full_text, papers, readings
from benchmarks.faithfulness.trials import read_trials
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

Drawn = Sequence[tuple[Paper, Reading | None]]


async def shown(chain: FallbackChain, drawn: Drawn, language: str) -> Counter[str]:
    """Make each paper's card as the service would, deep where there is a full text, and count."""

    async def count_card(paper: Paper, reading: Reading | None) -> Counter[str]:
        key = SummaryKey(paper.id, paper.version, language, Depth.DEEP if reading else Depth.BRIEF)
        request = SummaryRequest(key, paper, reading)
        try:
            summary = await chain.summarize(request)
        except PaperboyError as error:
            summary = await chain.extractive_instead(request, str(error))
        card = digest_content.card(paper, summary=summary, reading=reading)
        found = count(json.loads(json.dumps(card_json(card))), paper, language, full_text(reading) if reading else "")
        return found + Counter(f"not shown: {_reason(dropped.why)}" for dropped in summary.provenance.dropped)

    found = sum(await asyncio.gather(*(count_card(paper, reading) for paper, reading in drawn)), Counter[str]())
    found["papers without a card"] += len(drawn) - found["papers"]  # `count` counts a paper for each card
    return found


def _reason(why: str) -> str:
    """A reason without the words that it quotes, so that equal ones are counted together."""
    return re.sub(r"\d+", "N", re.split(r"[:“\"]", why)[0].strip())


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
    # Everything: also the lines that are zero, and the reasons for what is not shown.
    reasons = sorted(found.keys() - set(LINES)) if everything else ()
    for line in (*LINES, *reasons):
        if found[line] or everything:
            print(f"  {found[line]:6}  {line}{'  <<<' if line in ERRORS and found[line] else ''}", flush=True)


async def real(model: str, drawn: Drawn, language: str) -> dict[str, Counter[str]]:
    async with build(load(model=(model,)), SystemClock()) as chain:
        found = await shown(chain, drawn, language)
    print_counts(model, found, everything=True)
    return {model: found}


def main() -> int:
    options = _options()
    # Misbehaving models and failing judges cause a warning for each request.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(WITHOUT_WARNINGS))
    if options.links:
        links(options.links)
    if options.claims or options.falsehoods:
        return 0 if _judged(options) else 1
    number = options.number or 40
    abstracts = papers(options.papers, number, options.seed)
    texts = readings(options.fulltext)[:number] if options.fulltext else []
    if options.cost:
        asyncio.run(print_costs(abstracts, texts))
    elif abstracts or texts:
        errors([*((paper, None) for paper in abstracts), *texts], options.model, options.language)
    return 0


def _judged(options: argparse.Namespace) -> bool:
    """Run the statements that the options name, by the real judge or all scripted ones; whether the goals are met."""
    if options.claims:
        trials, seeds = read_trials(options.claims)[: options.number], options.seeds
    else:
        # So many statements that one seed is enough.
        trials, seeds = made_trials(papers(options.papers, options.number, options.seed)), 1
    depth = Depth.DEEP if options.deep else Depth.BRIEF
    return run_real(trials, options.judge, depth) if options.judge else run_all(trials, depth, seeds=seeds)


def errors(drawn: Drawn, model: str | None, language: str) -> None:
    """Count and print the errors of a real model, or of every scripted one."""
    began = time.perf_counter()
    counts = asyncio.run(real(model, drawn, language) if model else scripted(drawn, language))
    total = sum(counts.values(), Counter())
    print(f"\nall: {total['papers']} cards in {time.perf_counter() - began:.1f} s")
    for line in LINES:
        print(f"  {total[line]:6}  {line}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="+", type=Path, default=(), help="brief summaries of a sample of these")
    parser.add_argument("--fulltext", type=Path, help="deep readings of ID.pdf and html/ID/index.html in this folder")
    parser.add_argument("--links", type=Path, help="code links named in these papers' abstracts")
    parser.add_argument("--claims", type=Path, help="a folder with claims.jsonl and papers.jsonl")
    parser.add_argument(
        "--falsehoods", action="store_true", help="statements made by rule from --papers (default: all)"
    )
    parser.add_argument("--deep", action="store_true", help="--claims or --falsehoods as parts of deep readings")
    parser.add_argument("--cost", action="store_true", help="requests and tokens per paper instead of errors")
    parser.add_argument("--number", type=int, help="papers or cards of the sample (default: 40, or all)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seeds", type=int, default=10, help="of the judge that errs at random, with --claims")
    parser.add_argument("--model", help="a real model (with its settings) as the maker, instead of scripted ones")
    parser.add_argument("--judge", help="a real model as the judge of --claims or --falsehoods")
    parser.add_argument("--language", default="en")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
