"""Results, performance and significance in a full text: which sentences say what came out of it, and how well. Pure.

Each score is that of a sentence for one part, or None if it does not belong there. The weights were set by hand against
real papers; only their order of size matters.
"""

from __future__ import annotations

import re

from bot.summaries import deep_cues as cues
from bot.summaries.full_text_sentences import PaperSentence
from bot.summaries.own_names import mentions
from bot.summaries.sections import SectionPart
from bot.summaries.sentence_cleaning import says_what_findings_show
from bot.summaries.sentence_roles import is_about_cited_work

Score = float | None

FRONT = (SectionPart.INTRODUCTION, SectionPart.ABSTRACT)
FRAME = (*FRONT, SectionPart.CONCLUSION)
"""Where authors speak of their work as a whole."""

_OURS = re.compile(r"\b(?:our|we|this (?:work|paper|study|method|approach))\b", re.IGNORECASE)
_OUR_THING = re.compile(
    r"\bour (?:\w+ ){0,2}?(?:method|model|approach|system|framework|algorithm|network|architecture|pipeline|tool|agent|"
    r"implementation|technique)s?\b|\bthe proposed\b|\bwe (?:achieve|reach|improve|reduce)|\bmodels trained\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(r"[^,;]{0,60}\b(?:show|find|demonstrate|reveal|indicate)", re.IGNORECASE)
_POSSIBLE = re.compile(r"\b(?:could|might|would) (?:also )?be\b", re.IGNORECASE)
_QUALITY = re.compile(r"\b(?:performance|accuracy|precision|quality)\b", re.IGNORECASE)
# What would be under another condition.
_IF_WE = re.compile(r"(?:If|When) (?:we|one|the)\b")
_DETAILS = re.compile(
    r"(?:more )?(?:specifically|in particular|moreover|furthermore|additionally|also)\b", re.IGNORECASE
)


def results(sentence: PaperSentence) -> Score:
    """What was measured or found about this paper's own work, the main numbers first."""
    return None if _sums_up(sentence) else result_in_short(sentence)


def result_in_short(sentence: PaperSentence) -> Score:
    """As `results`, also for sentences that only sum up: for papers that say nothing more exact."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.APPENDIX) or place.is_limitation or not is_own_success(sentence):
        return None
    amounts = len(cues.AMOUNT.findall(text))
    is_reported = bool(amounts or cues.FOUND.search(text) or cues.OUTDOES.search(text))
    if place.part not in (SectionPart.RESULTS, SectionPart.CONCLUSION) and not is_reported:
        return None
    has_outcome = cues.SUCCESS.search(text) or cues.FOUND.search(text)
    if place.part is SectionPart.METHOD and not (amounts and has_outcome):
        return None
    # A caption with "we show" says what its figure shows.
    if _IF_WE.match(text) or (place.is_caption and not (amounts or cues.SUCCESS.search(text))):
        return None
    score = 1.0 + 1.3 * min(amounts, 2) + 2.0 * sentence.relevance
    score += 1.0 * bool(has_outcome) + 0.8 * sentence.names_data
    score += 0.8 * (place.part is SectionPart.RESULTS) - 1.4 * place.is_detail - 1.8 * bool(cues.ABLATION.search(text))
    # "Specifically, …", a number without its data: on which data, a sentence before says.
    score -= 1.6 * bool(amounts and place.follows_data and not sentence.names_data)
    score -= 1.0 * bool(cues.LOSS.search(text) and not amounts) + 0.6 * bool(_DETAILS.match(sentence.evidence.quote))
    score -= 1.0 * (place.part is SectionPart.METHOD or place.is_setup) + 0.8 * place.is_caption
    return score - length_malus(text)


def _sums_up(sentence: PaperSentence) -> bool:
    """Whether it compares the paper's work as a whole, in the end or without a number: it is about the performance."""
    part, text = sentence.place.part, sentence.text
    is_summary = part is SectionPart.CONCLUSION or (part in FRONT and not cues.AMOUNT.search(text))
    return bool(is_summary and sentence.names and cues.COMPARES.search(text) and _is_about_system(sentence))


def performance(sentence: PaperSentence) -> Score:
    """How well the paper's own work does as a whole."""
    text, place = sentence.text, sentence.place
    if place.part not in FRAME and not place.is_caption:
        return None
    if place.is_limitation or cues.ABLATION.search(text) or not is_own_success(sentence):
        return None
    if not (cues.SUCCESS.search(text) or _QUALITY.search(text)):
        return None
    if not (cues.COMPARES.search(text) or cues.AMOUNT.search(text)) or not _is_about_system(sentence):
        return None
    score = 2.0 + 0.4 * bool(cues.AMOUNT.search(text)) + 1.5 * sentence.relevance
    score += (
        1.5 * (place.part is SectionPart.CONCLUSION)
        - 0.8 * place.is_caption
        - 0.8 * (place.part is SectionPart.ABSTRACT)
    )
    return score - length_malus(text)


def significance(sentence: PaperSentence) -> Score:
    """What follows from the work: a conclusion beyond the numbers, a use, the next step."""
    text, place = sentence.text, sentence.place
    is_end = place.part is SectionPart.CONCLUSION or (place.part is SectionPart.ABSTRACT and place.position >= 0.5)
    is_summing_up = is_end and says_what_findings_show(sentence.evidence.quote)
    outlook, consequences = bool(cues.OUTLOOK.search(text) or is_summing_up), len(cues.CONSEQUENCE.findall(text))
    is_claimed = place.part is SectionPart.INTRODUCTION and not place.precedes_own_work
    is_found = (
        place.part in (SectionPart.RESULTS, SectionPart.METHOD)
        and (outlook or consequences > 0)
        and sentence.speaks_of_paper
    )
    if not (is_end or is_claimed or is_found) or place.is_limitation or place.is_caption or cues.RELEASE.search(text):
        return None
    if not (consequences or (outlook and is_end)) or cues.LOSS.search(cues.NO_LOSS.sub("", text)):
        return None
    if is_about_cited_work(text) or cues.MADE.search(text) or text.startswith("If "):
        return None
    if not (sentence.speaks_of_paper or is_summing_up):
        return None
    if cues.SUCCESS.search(text) and cues.COMPARES.search(text):
        return None
    score = (
        1.8 * outlook
        - 0.6 * (is_found and not outlook)
        + 1.6 * min(consequences, 2)
        + 1.2 * sentence.relevance
        + 1.4 * (place.part is SectionPart.CONCLUSION)
    )
    # "MapHopper enables …": what the work itself makes possible counts wherever it stands.
    score += 1.0 * (is_found and _opens_with_own_work(sentence))
    score += 0.8 * (place.part in FRONT) - 1.0 * bool(cues.AMOUNT.search(text)) - 0.8 * bool(cues.PLANNED.search(text))
    return score - 1.5 * bool(cues.STEP.search(text)) - length_malus(text)


def is_own_success(sentence: PaperSentence) -> bool:
    """Whether it reports a result of the paper's own work that is not a loss.

    A study that builds nothing reports what it found, good or bad: its sentences with an amount are results.
    """
    text = sentence.text
    if is_about_cited_work(text) or cues.MEASURING.search(text) or cues.RELEASE.search(text) or _POSSIBLE.search(text):
        return False
    is_measured = bool(cues.MEASURED.search(text) or cues.SUCCESS.search(text)) and bool(cues.AMOUNT.search(text))
    if not sentence.names:
        is_ours = sentence.place.part is SectionPart.RESULTS or sentence.speaks_of_paper
        is_ours = is_ours and not sentence.place.is_in_methods
        if cues.OTHERS.search(text) and not sentence.speaks_of_paper:
            return False
        return is_ours and bool((cues.FOUND.search(text) and sentence.speaks_of_paper) or cues.AMOUNT.search(text))
    if cues.LOSS.search(cues.NO_LOSS.sub("", text)) or not sentence.speaks_of_paper or not subject_is_own(sentence):
        return False
    compares = cues.COMPARES.search(text)
    does_better = (cues.SUCCESS.search(text) and (compares or cues.OUTDOES.search(text))) or (
        _QUALITY.search(text) and compares
    )
    return bool(does_better or cues.FOUND.search(text)) or is_measured


def subject_is_own(sentence: PaperSentence) -> bool:
    """Whether the paper's own work is what the main clause speaks of, as far as the order of words tells."""
    text = sentence.text
    own = [match.start() for match in (mentions(text, sentence.names), _OURS.search(text)) if match]
    if not own:
        return False
    verbs = [match.start() for cue in (cues.SUCCESS, cues.MECHANISM) if (match := cue.search(text))]
    return not verbs or min(own) < min(verbs) or bool(_REPORTING.match(text))


def _opens_with_own_work(sentence: PaperSentence) -> bool:
    own = mentions(sentence.text, sentence.names)
    return own is not None and own.start() < len("The final ")


def _is_about_system(sentence: PaperSentence) -> bool:
    """Whether it speaks of a thing of the authors, and not only of what they found in nature."""
    return mentions(sentence.text, sentence.names) is not None or bool(_OUR_THING.search(sentence.text))


def length_malus(text: str) -> float:
    """What a long sentence loses: it takes a phone's screen."""
    return 0.8 if len(text) > 300 else 0.3 if len(text) > 240 else 0.0
