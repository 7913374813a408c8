"""Trials: statements known to be true or false of a paper, arranged as the claims of one card."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bot.model import Paper, Paragraph, Reading, Section, Source
from bot.summaries.sentences import split

MOST_CLAIMS = 5
"""Statements of one card; with the sentences that are added to them, a headline and seven takeaways at most."""

_LEAST_PASSAGES = 4
"""A model is asked again if its claims rest on fewer sentences and are replaced by them, so that sentences are added to
a card that has fewer."""

_HEADLINE_CHARACTERS = range(24, 220)


@dataclass(frozen=True, slots=True)
class Posed:
    """A statement, the passage of the abstract that it names, and whether it is true. `kind` is how it was made."""

    kind: str
    text: str
    quote: str
    is_true: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One card: a model makes `statements` about a paper, the first one as the headline, and then `fillers`.

    `fillers` are sentences of the abstract as they are, so that the card has enough claims for one request.
    """

    paper: Paper
    language: str
    statements: tuple[Posed, ...]
    fillers: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[Posed, ...]:
        filling = tuple(Posed("", sentence, sentence, True) for sentence in self.fillers)
        if self.statements and len(self.statements[0].text) in _HEADLINE_CHARACTERS:
            return (*self.statements, *filling)
        return (*filling, *self.statements)


@lru_cache(maxsize=4096)
def compact(text: str) -> str:
    """Letters and digits alone: how two texts are compared that may differ in spaces, case and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def read_trials(folder: Path) -> list[Trial]:
    """The trials of `claims.jsonl` and `papers.jsonl`: every statement stands on exactly one card of its language."""
    papers = {row["id"]: row for row in _rows(folder / "papers.jsonl")}
    by_card: dict[tuple[str, str], list[Posed]] = defaultdict(list)
    for row in _rows(folder / "claims.jsonl"):
        posed = Posed(row["kind"], row["text"], row["quote"], bool(row["supported"]))
        by_card[row["paper"], row["language"]].append(posed)
    trials = []
    for (paper_id, language), found in by_card.items():
        row = papers[paper_id]
        paper = Paper(paper_id, 1, row["title"], tuple(row["authors"]), row["abstract"], tuple(row["categories"]))
        trials += [arranged(paper, language, group) for group in _groups(found)]
    return numbered(trials)


def arranged(paper: Paper, language: str, group: Sequence[Posed]) -> Trial:
    """A card of these statements. One that is fit for a headline comes first; sentences are added where few are."""
    headline = next((posed for posed in group if len(posed.text) in _HEADLINE_CHARACTERS), None)
    ordered = [posed for posed in group if posed is headline] + [posed for posed in group if posed is not headline]
    named = compact(" ".join(posed.quote for posed in group))
    fillers = [
        sentence for sentence in split(paper.abstract) if compact(sentence) not in named and "http" not in sentence
    ]
    # One that is fit for a headline first: it may have to be it.
    fillers.sort(key=lambda sentence: len(sentence) not in _HEADLINE_CHARACTERS)
    passages = len({compact(posed.quote) for posed in group})
    missing = max(_LEAST_PASSAGES - passages, 0 if headline else 1)
    return Trial(paper, language, tuple(ordered), tuple(fillers[:missing]))


def numbered(trials: Iterable[Trial]) -> list[Trial]:
    """The trials with an id for each card: several cards of one paper would otherwise share a summary."""
    return [
        replace(trial, paper=replace(trial.paper, id=f"{2001 + n // 90_000}.{10_001 + n % 90_000}"))
        for n, trial in enumerate(trials)
    ]


def _groups(posed: Sequence[Posed]) -> list[list[Posed]]:
    """Statements in groups that fit a card, true and false ones mixed; no passage is named twice in a group."""
    true = [statement for statement in posed if statement.is_true]
    false = [statement for statement in posed if not statement.is_true]
    # The shorter list is spread over the longer one, so that most cards have both.
    mixed = [s for pair in zip_longest(*sorted((true, false), key=len)) for s in pair if s is not None]
    groups: list[list[Posed]] = [[] for _ in range(-(-len(mixed) // MOST_CLAIMS))]
    for statement in mixed:
        free = [g for g in groups if len(g) < MOST_CLAIMS and all(s.quote != statement.quote for s in g)]
        if not free:
            free = [[]]
            groups += free
        min(free, key=len).append(statement)
    return groups


def reading_of(trial: Trial) -> Reading:
    """A full text that says what the abstract says, in two sections."""
    sentences = split(trial.paper.abstract)
    middle = (len(sentences) + 1) // 2
    parts = (("1", "Introduction", sentences[:middle]), ("2", "Results", sentences[middle:]))
    sections = tuple(Section(title, (Paragraph(" ".join(found)),), number) for number, title, found in parts if found)
    return Reading(trial.paper.id, trial.paper.version, Source.HTML, sections)


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
