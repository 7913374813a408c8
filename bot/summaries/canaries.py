"""Canaries: statements with a known answer, made by rules from the sentences of a batch, to test the judge with. Pure.

False ones say the opposite of their sentence or another number than it; true ones repeat it as somebody else tells it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import PaperStatements, Statement

EACH = 4
"""Canaries of each kind, true and false. A judge that errs at random in one of ten answers is believed in 43% of its
batches (0.9 to the power of eight), and then passes one false statement in ten: 4.3% in all."""

_SHORT = 200
"""Characters of a sentence that any judge can keep in view; longer ones are taken where there are too few of these."""

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
        for falsify in _FALSEHOODS:
            for index, place in enumerate(places):
                if index not in made and (text := falsify(place[1].text, _words_around(place))):
                    made[index] = _canary(place, _as_told_by_another(text), is_true=False)
                    break
            if len(made) == EACH:
                return list(made.values())
    return list(made.values())


def _true_ones(places: Iterable[_Place], others: Iterable[Canary]) -> list[Canary]:
    """True canaries from these sentences; those of the other canaries come last, as each would give the other away."""
    taken = {(canary.paper_id, sentence) for canary in others for sentence in canary.statement.named}
    fresh_first = sorted(places, key=lambda place: place[:2] in taken)
    return [_canary(place, _retold(place[1].text), is_true=True) for place in fresh_first]


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
    return sorted(places.values(), key=lambda place: (len(place[1].text) > _SHORT, _hash(place[1].text)))


def _is_plain(text: str) -> bool:
    """Whether a sentence is prose that a rule can turn round: complete, of middle length, no question, no formula."""
    text = _one_line(text)
    is_whole = 40 <= len(text) <= 320 and re.match(r"[A-Z]", text) is not None and text.endswith(".")
    return is_whole and not re.search(r"https?:|[?$\\@]|\b(?:if|whether|not only|ignore|instructions?)\b", text, re.I)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _words_around(place: _Place) -> str:
    return "\n".join(sentence.text for sentence in place[2])


# ── falsehoods ────────────────────────────────────────────────────────────────────────────────────────────────────
# Each is a function of a sentence and the text around it: the false statement, or None if it does not apply.

_OPPOSITES = (
    ("improves", "worsens"),
    ("increases", "decreases"),
    ("reduces", "increases"),
    ("enhances", "weakens"),
    ("strengthens", "weakens"),
    ("boosts", "lowers"),
    ("lowers", "raises"),
    ("degrades", "improves"),
    ("accelerates", "slows down"),
    ("improve", "worsen"),
    ("reduce", "increase"),
    ("enhance", "weaken"),
    ("higher", "lower"),
    ("better", "worse"),
    ("faster", "slower"),
    ("fewer", "more"),
    ("larger", "smaller"),
    ("smaller", "larger"),
    ("fails to", "manages to"),
    ("fail to", "manage to"),
)
_SIDES = (
    (r"(\w+ly )?outperforms", r"is \1outperformed by"),
    (r"(\w+ly )?surpasses", r"is \1surpassed by"),
    (r"(\w+ly )?exceeds", r"is \1exceeded by"),
    (r"(\w+ly )?outperform", r"are \1outperformed by"),
    (r"(\w+ly )?surpass", r"are \1surpassed by"),
    (r"(\w+ly )?exceed", r"are \1exceeded by"),
)
_NOT_AFTER = r"(?<!\bno )(?<!\bnot )(?<!\ba )(?<!\bthe )(?<!\bto )"
_MAKES = (
    r"propose|present|introduce|develop|study|investigate|analyze|analyse|evaluate|describe|provide|report|use|train"
)
_QUANTITY_ANYWHERE = re.compile(r"(?<![\w.,$^_{}\\/@-])(\d{1,3}(?:[.,]\d{1,2})?)(?=\s?[%％])")
_QUANTITY = re.compile(r"(?<![\w.,$^_{}\\/@-])(\d{1,4}(?:\.\d+)?)(?=\s?%|\s?x\b|\s?×|\s(?:points|times|percent)\b)")


def _renumbered(papers: Sequence[PaperStatements]) -> list[Canary]:
    """One of the statements, with a number of its sentences changed into one that stands nowhere around it."""
    statements = [(paper.paper_id, statement) for paper in papers for statement in paper.statements]
    for paper_id, statement in sorted(statements, key=lambda item: _hash(item[1].text)):
        around = "\n".join([statement.text, *(sentence.text for sentence in statement.context)])
        said = " ".join(sentence.text for sentence in statement.named)
        match = _QUANTITY_ANYWHERE.search(statement.text)
        if match is None or not _stands_in(_with_point(match[1]), said):
            continue
        if other := _unused_number(match[1], around):
            text = statement.text[: match.start()] + other + statement.text[match.end() :]
            return [Canary(paper_id, replace(statement, key="canary number", text=text, suspicions=()), False)]
    return []


def _opposite(text: str, _: str) -> str | None:
    return _first_replaced(text, _OPPOSITES, _NOT_AFTER, r"(?![-\w]| or\b| bound| order)")


def _sides_swapped(text: str, _: str) -> str | None:
    return _first_replaced(
        text, _SIDES, r"(?<!\bcan )(?<!\bto )(?<!\bnot )(?<!\bcould )(?<!\bmay )", r"\b(?! and| or|,)"
    )


def _negated(text: str, _: str) -> str | None:
    """With "not" where there was none, or without it."""
    text = _one_line(text)
    for pattern, replacement in (
        (rf"^(We|This paper|This work) ({_MAKES})(s?)\b", None),
        (r"\b(is|are|was|were|can|does|do) ?not (?!only|just|merely|necessarily)", r"\1 "),
        (r"^([^,;:]{3,60}?) (is|are|was|were) (?=(?:a|an|the|highly|very|\w+ed|\w+al|\w+ing)\b)", r"\1 \2 not "),
    ):
        if match := re.search(pattern, text):
            said = match.expand(replacement) if replacement else _denied(match)
            return text[: match.start()] + said + text[match.end() :]
    return None


def _denied(match: re.Match[str]) -> str:
    return f"{match[1]} {'does' if match[3] else 'do'} not {match[2]}"


def _other_number(text: str, around: str) -> str | None:
    """With another number for a quantity, one that stands nowhere around it."""
    text = _one_line(text)
    match = _QUANTITY.search(text)
    other = _unused_number(match[1], around) if match else None
    return text[: match.start()] + other + text[match.end() :] if match and other else None


def _unused_number(number: str, around: str) -> str | None:
    """A number far from this one, written like it, that does not stand in the text around it."""
    decimals = len(_with_point(number).partition(".")[2])
    for candidate in _far_from(float(_with_point(number))):
        changed = f"{candidate:.{decimals}f}"
        if not _stands_in(changed, _with_point(around)):
            return changed.replace(".", ",") if "," in number else changed
    return None


def _stands_in(number: str, text: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", text) is not None


def _with_point(text: str) -> str:
    """With points for the decimal commas of some languages."""
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def _far_from(number: float) -> Iterator[float]:
    """Numbers that nobody takes for a rounded one; those up to 100 stay there, as percentages have to."""
    limit = 100.0 if number <= 100 else 10_000.0
    for step in range(1, 20):
        candidate = number + step * max(number * 0.7, 3.7)
        yield candidate if candidate < limit else number / (1.6 + 0.3 * step)


_FALSEHOODS: tuple[Callable[[str, str], str | None], ...] = (_sides_swapped, _opposite, _other_number, _negated)


def _first_replaced(text: str, pairs: Iterable[tuple[str, str]], before: str, after: str) -> str | None:
    text = _one_line(text)
    for word, other in pairs:
        match = re.search(rf"{before}\b{word}{after}", text)
        # In a side clause a change is easily overlooked, and a canary must be certain for every careful reader.
        if match and not re.search(r"\b(?:when|where|which|while|until|as|than)\b", text[: match.start()]):
            said = re.sub(word, other, match[0], count=1)
            return text[: match.start()] + said + text[match.end() :]
    return None


# ── what is true ──────────────────────────────────────────────────────────────────────────────────────────────────

_OPENING = re.compile(
    r"^(?:However|Moreover|Furthermore|Additionally|In addition|Specifically|In particular|Notably|To this end"
    r"|In this (?:paper|work)|Finally|Here|Overall),? (?=\w)"
)
_TAIL = re.compile(
    r", (?:achieving|yielding|enabling|outperforming|demonstrating|highlighting|suggesting|leading to|resulting in)"
    r" [^,;:()]+\.$"
)


def _retold(text: str) -> str:
    """The sentence, or a main clause of it that stands alone, as somebody else tells it."""
    text = _OPENING.sub("", _one_line(text))
    text = _TAIL.sub(".", text)
    return _as_told_by_another(text[:1].upper() + text[1:])


def _as_told_by_another(text: str) -> str:
    for own, others in (("we", "the authors"), ("our", "their"), ("us", "them")):
        text = re.sub(rf"\b{own}\b", others, text)
        text = re.sub(rf"\b{own.capitalize()}\b", others[:1].upper() + others[1:], text)
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
