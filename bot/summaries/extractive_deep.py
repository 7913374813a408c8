"""The deep half of the extractive summarizer: sentences of a full text that stand alone, each with its place. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.model import Claim, Conclusion, NoteKind, Paper, Reading, Summary, SummaryNote
from bot.summaries import deep_parts, deep_results
from bot.summaries.deep_results import Score
from bot.summaries.full_text_sentences import PaperSentence, full_text_sentences
from bot.summaries.language_check import language_of
from bot.summaries.repetition import Told, is_new, told
from bot.summaries.sections import choose, reading_notes

_PICKS: tuple[tuple[str, Callable[[PaperSentence], Score], int, float], ...] = (
    ("method", deep_parts.aim, 1, 3.0),
    ("method", deep_parts.mechanism, 1, 3.0),
    ("innovation", deep_parts.innovation, 1, 3.0),
    ("significance", deep_results.significance, 2, 2.2),
    ("results", deep_results.results, 4, 2.2),
    ("performance", deep_results.performance, 1, 2.4),
    ("results", deep_results.result_in_short, 1, 2.2),
    ("background", deep_parts.background, 2, 0.4),
    ("prior_work", deep_parts.prior_work, 3, 2.4),
    ("workload", deep_parts.workload, 1, 2.0),
    ("methods", deep_parts.methods, 5, 1.8),
)
"""For each part of a summary: the score of a sentence, how many at most, and the least score that counts. A sentence is
used once: the order decides which part gets it."""

_ORDER = ("background", "prior_work", "method", "methods", "results", "significance", "innovation", "performance",
          "workload")  # fmt: skip

_FROM_ONE_SECTION = 2
"""Steps of the method from one section, so that all of its sections have their say."""


def with_deep_parts(summary: Summary, paper: Paper, reading: Reading) -> Summary:
    """`summary`, made from the abstract, with the parts that the sections of `reading` give.

    A part for which no sentence stands alone, or none adds to the rest of the card, stays empty, and a note says so.
    """
    above = (summary.headline, *summary.takeaways)
    sentences = full_text_sentences(paper, reading, "\n".join(claim.text for claim in above))
    names = sentences[0].names if sentences else ()
    # Headline and takeaways, as shown and as quoted, are not shown again below.
    picked = _pick_all(sentences, [told(text, names) for claim in above for text in (claim.text, claim.quote)])
    claims = {name: tuple(_claim(sentence) for sentence in picked[name]) for name in _ORDER}
    missing = [name.replace("_", " ") for name in _ORDER if not claims[name]]
    notes = (_note_on(missing),) if missing else ()
    provenance = replace(
        summary.provenance,
        source=reading.source,
        read=choose(reading, 10**9).extent,  # without a limit: the rules read everything
        notes=(*summary.provenance.notes, *notes, *reading_notes(reading)),
    )
    return replace(
        summary,
        provenance=provenance,
        affiliations=reading.affiliations,
        background=claims["background"],
        prior_work=claims["prior_work"],
        method=claims["method"],
        methods=claims["methods"],
        results=claims["results"],
        conclusion=Conclusion(claims["significance"], claims["innovation"], claims["performance"], claims["workload"]),
    )


def _pick_all(sentences: list[PaperSentence], above: list[Told]) -> dict[str, list[PaperSentence]]:
    taken: list[Told] = []
    picked: dict[str, list[PaperSentence]] = {name: [] for name in _ORDER}
    for name, score, most, least in _PICKS:
        scored = [(value, s) for s in sentences if (value := score(s)) is not None and value >= least]
        chosen: list[PaperSentence] = []
        for _, sentence in sorted(scored, key=lambda pair: (-pair[0], pair[1].order)):
            if len(chosen) == most or (picked[name] and score is deep_results.result_in_short):
                break
            if is_new(sentence, name, taken, above) and _leaves_room(name, sentence, chosen):
                chosen.append(sentence)
                taken.append(told(sentence.text, sentence.names))
        picked[name] = sorted((*picked[name], *chosen), key=lambda sentence: sentence.order)
    return picked


def _leaves_room(name: str, sentence: PaperSentence, chosen: list[PaperSentence]) -> bool:
    if name != "methods":
        return True
    return sum(other.evidence.section == sentence.evidence.section for other in chosen) < _FROM_ONE_SECTION


def _claim(sentence: PaperSentence) -> Claim:
    return Claim(sentence.text, (sentence.evidence,), language=language_of(sentence.text))


def _note_on(missing: list[str]) -> SummaryNote:
    """What is said on a card about the parts without a sentence."""
    if len(missing) == len(_ORDER):
        return SummaryNote(NoteKind.NO_SENTENCE)
    return SummaryNote(NoteKind.NO_FURTHER_SENTENCE, parts=tuple(missing))
