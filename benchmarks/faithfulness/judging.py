"""Runs trials through the whole path with judges that err in known ways, and says whether the goals are met."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Container, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import structlog

from benchmarks.faithfulness.outcomes import COLUMNS, LOST, REPLACED, SHOWN, Outcomes
from benchmarks.faithfulness.scripted import LabelledJudge, Maker
from benchmarks.faithfulness.servers import running, with_real_judge
from benchmarks.faithfulness.trials import Trial, reading_of
from bot.decisions import digest_content
from bot.decisions.model_requests import BATCH, in_groups, judged_together
from bot.model import Depth, Summary, SummaryKey, SummaryRequest
from bot.render.json import card_json
from bot.summaries.fallback import FallbackChain

WITHOUT_WARNINGS = 40
"""The level "error" of logs: a judge that fails causes a warning for each request, and is what is measured."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A judge, and the goals with it: the most false statements shown and true ones not shown, as shares."""

    name: str
    most_false: float
    most_lost: float | None = None
    error_rate: float = 0.0
    seeds: tuple[int, ...] = (0,)
    """All statements are judged once with each seed, and counted together."""
    says_yes: bool = False
    has_judge: bool = True
    model: str | None = None
    """A real model that judges."""

    def judge(self, trials: Sequence[Trial], seed: int) -> LabelledJudge | None:
        if not self.has_judge or self.model:
            return None
        return LabelledJudge(trials, self.error_rate, seed, self.says_yes)


def scenarios(seeds: int) -> list[Scenario]:
    """An honest judge, one that errs in a tenth of its answers (with several seeds), one that says yes, and none."""
    return [
        Scenario("a: honest", 0.01, most_lost=0.05),
        Scenario("b: errs in 10%", 0.05, error_rate=0.1, seeds=tuple(range(1, seeds + 1))),
        Scenario("c: says yes to all", 0.0, says_yes=True),
        Scenario("d: none", 0.0, has_judge=False),
    ]


async def run(trials: Sequence[Trial], scenario: Scenario, depth: Depth = Depth.BRIEF) -> Outcomes:
    """What became of every statement on the cards that the service would show."""
    began, outcomes = time.perf_counter(), Outcomes(scenario.name)
    for seed in scenario.seeds:
        judge = scenario.judge(trials, seed)
        maker = Maker(trials)
        async with with_real_judge(maker, scenario.model) if scenario.model else running(maker, judge) as chain:
            await _make_cards(chain, trials, depth, outcomes, maker.also_said)
        if judge is not None:
            outcomes.add_questions(trials, judge.asked)
    outcomes.seconds = time.perf_counter() - began
    return outcomes


async def _make_cards(
    chain: FallbackChain, trials: Sequence[Trial], depth: Depth, outcomes: Outcomes, also_said: Container[str]
) -> None:
    by_key = {SummaryKey(t.paper.id, t.paper.version, t.language, depth): t for t in trials}
    is_deep = depth is Depth.DEEP
    requests = [SummaryRequest(key, t.paper, reading_of(t) if is_deep else None) for key, t in by_key.items()]
    for group in in_groups(requests, judged_together(BATCH)):
        made = await chain.summarize_many(group, batch=BATCH)
        for request in group:
            found = made[request.key]
            summary = found if isinstance(found, Summary) else await chain.extractive_instead(request, str(found))
            card = digest_content.card(request.paper, summary=summary, reading=request.reading)
            outcomes.add(by_key[request.key], json.loads(json.dumps(card_json(card))), also_said)


def run_real(trials: Sequence[Trial], model: str, depth: Depth = Depth.BRIEF) -> bool:
    """Let a real model judge, and print its figures beside the goals of an honest one; whether these were met."""
    scenario = Scenario(f"judged by {model}", 0.01, most_lost=0.05, model=model)
    return report(asyncio.run(run(trials, scenario, depth)), scenario)


def run_all(trials: Sequence[Trial], depth: Depth = Depth.BRIEF, *, seeds: int = 10, processes: int = 2) -> bool:
    """Run every scenario and print its figures; whether all goals were met."""
    chosen, is_met = scenarios(seeds), True
    # A new interpreter for each: the SDKs' threads and loops do not survive a fork.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for scenario, outcomes in zip(chosen, pool.map(partial(_run_alone, trials, depth), chosen), strict=True):
            is_met = report(outcomes, scenario) and is_met
    return is_met


def _run_alone(trials: Sequence[Trial], depth: Depth, scenario: Scenario) -> Outcomes:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(WITHOUT_WARNINGS))
    return asyncio.run(run(trials, scenario, depth))


def report(outcomes: Outcomes, scenario: Scenario, say: Callable[[str], None] = print) -> bool:
    """Print what became of the statements, by kind and language, and whether the scenario's goals are met."""
    say(
        f"\n── {scenario.name}: {outcomes.cards} cards, judge believed on {outcomes.believed}, {outcomes.seconds:.0f} s"
    )
    say(f"  {'':5} {'kind':38} {'':7} {'number':>6} " + " ".join(f"{name:>20}" for name in COLUMNS))
    for (is_true, kind, language), counts in sorted(outcomes.counts.items()):
        number = sum(counts[name] for name in (SHOWN, REPLACED, LOST))
        figures = " ".join(f"{counts[name]:20}" for name in COLUMNS)
        say(f"  {'true' if is_true else 'false':5} {kind[:38]:38} {language:7} {number:6} {figures}")
    false, lost = outcomes.share(SHOWN, is_true=False), 1 - outcomes.share(SHOWN, is_true=True)
    met = [_goal("false statements shown as claims", false, scenario.most_false, say)]
    if scenario.most_lost is not None:
        met.append(_goal("true statements not shown in the maker's words", lost, scenario.most_lost, say))
    say(f"  {outcomes.share(LOST, is_true=True):7.2%} of the true statements lost without their sentence")
    for fault, number in outcomes.faults.items():
        if number:
            say(f"  {number:7} {fault}  <<<")
    return outcomes.cards > 0 and all(met) and not outcomes.faults.total()


def _goal(what: str, share: float, most: float, say: Callable[[str], None]) -> bool:
    is_met = share <= most
    say(f"  {share:7.2%} {what}; goal at most {most:.0%}: {'met' if is_met else 'NOT MET  <<<'}")
    return is_met
