"""What became of each statement of a trial, read off the card's JSON without the program's own checks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.faithfulness.counting import is_the_papers
from benchmarks.faithfulness.trials import Posed, Trial, compact

Key = tuple[bool, str, str]
"""Whether a statement is true, its kind and its language."""

SHOWN, REPLACED, LOST = "in the maker's words", "as its sentence", "lost"
ASKED_TWICE, NOT_ASKED = "judged twice", "not judged"
COLUMNS = (SHOWN, REPLACED, LOST, ASKED_TWICE, NOT_ASKED)


@dataclass
class Outcomes:
    """Counts of what became of the statements, by key and column; `faults` counts claims that no card may show."""

    name: str
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    cards: int = 0
    believed: int = 0
    """Cards whose judge was believed."""
    seconds: float = 0.0

    def add(self, trial: Trial, card: Mapping[str, Any], also_said: Container[str] = ()) -> None:
        """Count one card; `also_said` has what the maker said beside its statements, as compact text."""
        summary = card["summary"]
        claims = list(shown_claims(summary))
        self.cards += 1
        self.believed += summary["provenance"].get("judge") is not None
        self.faults += faults_of(claims, summary["provenance"], trial, also_said)
        for posed in trial.statements:
            key = (posed.is_true, posed.kind, trial.language)
            self.counts.setdefault(key, Counter())[outcome(posed, claims)] += 1

    def add_questions(self, trials: Iterable[Trial], asked: Mapping[str, int]) -> None:
        """Add how often a judge was asked about each statement, by its compact text."""
        for trial in trials:
            for posed in trial.statements:
                times = asked.get(compact(posed.text), 0)
                key = (posed.is_true, posed.kind, trial.language)
                self.counts.setdefault(key, Counter())[ASKED_TWICE] += times > 1
                self.counts[key][NOT_ASKED] += times == 0

    def total(self, *, is_true: bool) -> Counter[str]:
        return sum((counts for key, counts in self.counts.items() if key[0] is is_true), Counter())

    def share(self, column: str, *, is_true: bool) -> float:
        """The share of the true or false statements with this outcome; 0 if there are none."""
        total = self.total(is_true=is_true)
        statements = sum(total[name] for name in (SHOWN, REPLACED, LOST))
        return total[column] / statements if statements else 0.0


def shown_claims(summary: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every claim of a card, in the order of its parts."""
    for part in (*summary.values(), *(summary.get("conclusion") or {}).values()):
        for item in part if isinstance(part, list) else [part]:
            if isinstance(item, dict) and "text" in item and "quote" in item:
                yield item


def outcome(posed: Posed, claims: Sequence[Mapping[str, Any]]) -> str:
    """Whether the card shows a statement in the maker's words, the sentence that it names, or neither."""
    text, quote = _said(posed.text), compact(posed.quote)
    same = [claim for claim in claims if _said(claim["text"]) == text]
    # A sentence that was shortened may be what a true statement says, and is no less the paper's for that.
    if any(claim["support"] != "sentence" or not posed.is_true for claim in same):
        return SHOWN
    for claim in claims:
        whole = compact("".join(evidence["quote"] for evidence in claim["evidence"]))
        is_the_passage = bool(whole) and (whole[:40] in quote or quote[:40] in whole)
        if claim["support"] == "sentence" and is_the_passage:
            return REPLACED
    return LOST


def faults_of(
    claims: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any], trial: Trial, also_said: Container[str]
) -> Counter[str]:
    """What is wrong with the claims, whatever the statements: their words, their labels and their evidence."""
    paper = f"{trial.paper.title} {trial.paper.abstract}"
    source = compact(paper)
    made = {_said(posed.text) for posed in trial.statements}
    found: Counter[str] = Counter()
    for claim in claims:
        text, label = compact(claim["text"]), claim["support"]
        quotes = [compact(evidence["quote"]) for evidence in claim["evidence"]]
        is_the_makers = _said(claim["text"]) in made or text in also_said
        found["words of neither the maker nor the paper"] += not is_the_makers and not is_the_papers(
            claim["text"], paper
        )
        found["a sentence that is not the paper's"] += label == "sentence" and not is_the_papers(claim["text"], paper)
        found["the maker's words with no judge believed"] += label != "sentence" and not provenance.get("judge")
        found["evidence that is not in the paper"] += not quotes or any(q not in source or not q for q in quotes)
    return found


def _said(text: str) -> str:
    """The compact text without a number of a list, "2)", which a card leaves out."""
    return compact(re.sub(r"^\s*\(?\w{1,2}[.)]\s", "", text))
