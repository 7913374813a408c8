"""A made-up full text, and what the summary without a model shows of it."""

from __future__ import annotations

from pathlib import Path

from bot.model import (
    Claim,
    Depth,
    Paper,
    Paragraph,
    Reading,
    Section,
    SectionKind,
    Source,
    Summary,
    SummaryKey,
    SummaryNote,
    SummaryRequest,
)
from bot.summaries.extractive import extract
from tests.fakes.clock import FakeClock

FULL_TEXTS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "fulltext"

ABSTRACT = (
    "Small robots ride lifts in tall houses. We propose LiftHopper, a planner for small robots in lifts. "
    "The planner reads doors and queues."
)
INTRODUCTION = (
    "Lifts are an important part of tall houses. Existing planners assume an empty lift and fail at noon. "
    "In this paper, we introduce LiftHopper, a planner that reads the queue at every door. "
    "LiftHopper consists of a reader for doors and a search over queues."
)
METHOD = (
    "We encode every door of the house with a small network. We search the queue with a beam of 8 paths. "
    "We train LiftHopper on 1,500 houses for 40 hours on 8 GPUs."
)
RESULTS = (
    "LiftHopper reaches the goal in 93.4% of the rides, 8.1 points above the best existing planner. "
    "On TowerBench, LiftHopper outperforms all planners with 47x less memory."
)
CONCLUSION = (
    "We presented LiftHopper, the first planner for robots in crowded lifts. "
    "Our results suggest that queues are a useful source of maps for small robots. "
    "LiftHopper is 3.2 times faster than the best existing planner in tall houses."
)


def a_section(title: str, text: str, kind: SectionKind = SectionKind.BODY) -> Section:
    return Section(title, tuple(Paragraph(paragraph, 4, "S1.p1") for paragraph in text.split("\n\n")), kind=kind)


def a_reading(**changed: str) -> Reading:
    """A paper with the usual sections; `changed` replaces the text of one ("results") or adds another."""
    texts = {
        "introduction": INTRODUCTION,
        "related_work": "",
        "method": METHOD,
        "experimental_setup": "",
        "results": RESULTS,
        "ablation_study": "",
        "conclusion": CONCLUSION,
        **changed,
    }
    sections = tuple(a_section(name.replace("_", " ").title(), text) for name, text in texts.items() if text)
    return Reading("2606.00042", 1, Source.PDF, sections)


def deep(reading: Reading, abstract: str = ABSTRACT, title: str = "Robots in lifts") -> Summary:
    paper = Paper("2606.00042", 1, title, ("Ada",), abstract, ("cs.RO",))
    key = SummaryKey(paper.id, 1, "en", Depth.DEEP)
    return extract(SummaryRequest(key, paper, reading), FakeClock())


def texts(claims: tuple[Claim, ...]) -> str:
    return " ".join(claim.text for claim in claims)


def every_claim(summary: Summary) -> tuple[Claim, ...]:
    end = summary.conclusion
    parts = (summary.background, summary.prior_work, summary.method, summary.methods, summary.results)
    return tuple(c for part in (*parts, end.significance, end.innovation, end.performance, end.workload) for c in part)


def missing_parts(summary: Summary) -> list[str]:
    return [part for note in summary.provenance.notes if isinstance(note, SummaryNote) for part in note.parts]
