"""Canaries: statements with a known answer, made by rules from the sentences of a batch, to test the judge with. Pure.

False ones say the opposite of their sentence or another number than it, in words that are else the same; true ones
repeat it word for word. A careful judge may doubt what is told in other words, but neither of these.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.summaries.altered_sentences import FALSEHOODS, has_number, one_line, repeated, unused_number, with_point
from bot.summaries.number_support import is_bound
from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import PaperStatements, Statement

EACH = 4
"""Canaries of each kind, true and false. A judge that errs at random in one of ten answers is believed in 43% of its
batches (0.9 to the power of eight), and then passes one false statement in ten: 4.3% in all."""

_STEP = 60
"""Sentences are taken by their length in so many characters, the shortest first: any judge can keep these in view, and
they cost the fewest tokens."""

_PERCENTAGE = re.compile(r"(?<![\w.,$^_{}\\/@-])(\d{1,3}(?:[.,]\d{1,2})?)(?=\s?[%％])")
"""Written alike in most languages."""

OWN_TEXT = "canaries"
"""The paper id of canaries that rest on sentences of our own."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A statement with its answer; `paper_id` is the paper that its sentence is from, or `OWN_TEXT`."""

    paper_id: str
    statement: Statement
    is_true: bool


def canaries_for(papers: Sequence[PaperStatements]) -> tuple[Canary, ...]:
    """Four false and four true canaries, from the sentences of these papers as far as these are fit for it."""
    own = tuple((OWN_TEXT, sentence, _OWN_SENTENCES) for sentence in _OWN_SENTENCES)
    # One is in the words and the language of the statements, of which the rules for sentences know nothing.
    found = _renumbered(papers)
    for places in (_usable(papers), own):
        taken = {(canary.paper_id, sentence) for canary in found for sentence in canary.statement.named}
        false = _false_ones([place for place in places if place[:2] not in taken])
        found += false[: EACH - sum(not canary.is_true for canary in found)]
    for places in (_usable(papers), own):
        true = _true_ones(places, found)
        found += true[: EACH - sum(canary.is_true for canary in found)]
    return tuple(found)


_Place = tuple[str, SourceSentence, tuple[SourceSentence, ...]]
"""Paper id, sentence and the sentences around it."""


def _false_ones(places: Sequence[_Place]) -> list[Canary]:
    """False canaries from different sentences, of as many kinds of falsehood as possible."""
    made: dict[int, Canary] = {}
    for _ in range(EACH):
        for falsify in FALSEHOODS:
            for index, place in enumerate(places):
                if index not in made and (text := falsify(place[1].text, _words_around(place))):
                    made[index] = _canary(place, text, is_true=False)
                    break
            if len(made) == EACH:
                return list(made.values())
    return list(made.values())


def _true_ones(places: Iterable[_Place], others: Iterable[Canary]) -> list[Canary]:
    """True canaries from these sentences; those of the other canaries come last, as each would give the other away."""
    taken = {(canary.paper_id, sentence) for canary in others for sentence in canary.statement.named}
    fresh_first = sorted(places, key=lambda place: place[:2] in taken)
    return [_canary(place, repeated(place[1].text), is_true=True) for place in fresh_first]


def _canary(place: _Place, text: str, *, is_true: bool) -> Canary:
    paper_id, sentence, around = place
    key = f"canary {sentence.id} {is_true}"
    return Canary(paper_id, Statement(key, text, (sentence,), around), is_true)


def _usable(papers: Sequence[PaperStatements]) -> list[_Place]:
    """The sentences that the judge sees and that read well by themselves: short ones first, else ordered by a hash."""
    places: dict[tuple[str, str], _Place] = {}
    for paper in papers:
        for statement in paper.statements:
            for sentence in statement.context:
                if _is_plain(sentence.text):
                    places.setdefault((paper.paper_id, sentence.id), (paper.paper_id, sentence, statement.context))
    return sorted(places.values(), key=lambda place: (len(place[1].text) // _STEP, _hash(place[1].text)))


def _is_plain(text: str) -> bool:
    """Whether a sentence is prose that a rule can turn round: complete, of middle length, no question, no formula."""
    text = one_line(text)
    is_whole = 40 <= len(text) <= 320 and re.match(r"[A-Z]", text) is not None and text.endswith(".")
    return is_whole and not re.search(r"https?:|[?$\\@]|\b(?:if|whether|not only|ignore|instructions?)\b", text, re.I)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _words_around(place: _Place) -> str:
    return "\n".join(sentence.text for sentence in place[2])


def _renumbered(papers: Sequence[PaperStatements]) -> list[Canary]:
    """One of the statements, with a number of its sentences changed into one that stands nowhere around it."""
    statements = [(paper.paper_id, statement) for paper in papers for statement in paper.statements]
    for paper_id, statement in sorted(statements, key=lambda item: _hash(item[1].text)):
        around = "\n".join([statement.text, *(sentence.text for sentence in statement.context)])
        said = " ".join(sentence.text for sentence in statement.named)
        match = _PERCENTAGE.search(statement.text)
        if match is None or is_bound(statement.text, *match.span()) or not has_number(with_point(match[1]), said):
            continue
        if other := unused_number(match[1], around):
            text = statement.text[: match.start()] + other + statement.text[match.end() :]
            return [Canary(paper_id, replace(statement, key="canary number", text=text, suspicions=()), False)]
    return []


_OWN_SENTENCES = tuple(
    SourceSentence(str(number), text)
    for number, text in enumerate(
        (
            "We propose TideGraph, a forecaster that predicts the water level of harbours from wind and pressure.",
            "Its graph is smaller than those of earlier forecasters, because harbours without a gauge are left out.",
            "TideGraph outperforms the tables that harbour masters use on all nine coasts.",
            "The mean error of the forecast falls by 18% on days with storms.",
            "A longer record of the wind improves the forecast for harbours that lie behind an island.",
            "The forecaster is trained on the gauges of forty harbours in the north.",
            "Training takes an evening on a single computer without a graphics card.",
            "The data and the code of TideGraph are published with the forecasts of one year.",
            "Harbour masters in two towns tested the forecasts through one winter.",
        ),
        1,
    )
)
