"""Which sentences of a full text belong into which part of a deep summary, and how well. Pure.

Each function gives a sentence a score for one part, or None if it does not belong there. The weights were set by hand
against real papers; only their order of size matters.
"""

from __future__ import annotations

import re

from bot.summaries import deep_cues as cues
from bot.summaries.full_text_sentences import PaperSentence
from bot.summaries.own_names import mentions
from bot.summaries.sections import SectionPart
from bot.summaries.sentence_roles import SentenceRole, is_about_cited_work, is_about_this_paper, role_weights

Score = float | None

_FRONT = (SectionPart.INTRODUCTION, SectionPart.ABSTRACT)
_FRAME = (*_FRONT, SectionPart.CONCLUSION)
"""Where authors speak of their work as a whole."""


def background(sentence: PaperSentence) -> Score:
    """Why the question of the field matters: general statements at the beginning, not about this paper or its rivals."""
    text, place = sentence.text, sentence.place
    is_early = place.part is SectionPart.ABSTRACT and place.position < 0.35 and place.precedes_own_work
    is_opening = place.part is SectionPart.INTRODUCTION and place.precedes_own_work
    if not (is_early or is_opening) or sentence.speaks_of_paper or cues.RELEASE.search(text):
        return None
    if cues.ONE_WORK.match(text) or cues.REPORTED.search(text) or len(cues.GAP.findall(text)) > 1:
        return None
    score = 1.4 * bool(cues.IMPORTANCE.search(text)) + 2.0 * sentence.relevance + 1.2 * place.opens_paragraph
    score -= 1.0 * bool(cues.GAP.search(text)) + 0.8 * bool(cues.OTHERS.search(text)) + 2.5 * place.position
    return score + 0.6 * is_opening - _length_malus(text)


def prior_work(sentence: PaperSentence) -> Score:
    """What others did, and which gap is left."""
    text, place = sentence.text, sentence.place
    gaps, others = len(cues.GAP.findall(text)), bool(cues.OTHERS.search(text) or cues.REPORTED.search(text))
    if place.part in _FRONT:
        # Once the authors speak of their own work, a problem is one of theirs, unless it names others.
        is_there = (place.precedes_own_work and place.position < 0.7) or (gaps and others)
    else:
        is_there = place.part is SectionPart.RELATED or (place.part is SectionPart.METHOD and place.is_problem)
    if not is_there or not (gaps or others) or sentence.speaks_of_paper or cues.RELEASE.search(text):
        return None
    score = 1.5 * min(gaps, 2) + 1.3 * others + 2.0 * sentence.relevance
    score += 0.7 * (place.part is not SectionPart.METHOD) - 1.5 * bool(cues.ONE_WORK.match(text))
    return score - _length_malus(text)


def aim(sentence: PaperSentence) -> Score:
    """What this paper does as a whole: the sentence that introduces its work."""
    text, place = sentence.text, sentence.place
    if place.part not in _FRAME or place.is_limitation or not sentence.speaks_of_paper:
        return None
    weight = role_weights(text, place.position)[SentenceRole.AIM]
    if weight < 4 or is_about_cited_work(text) or cues.RELEASE.search(text) or cues.EVALUATES.search(text):
        return None
    if cues.OUTDOES.search(text) and cues.COMPARES.search(text):
        return None
    score = min(weight, 7.0) / 2 + 2.0 * sentence.relevance + 1.2 * bool(_IN_THIS_PAPER.match(sentence.evidence.quote))
    score += 0.8 * (mentions(text, sentence.names[:1]) is not None) - 0.6 * (place.part is SectionPart.CONCLUSION)
    return score - 1.5 * _continues(text) - _length_malus(text)


def mechanism(sentence: PaperSentence) -> Score:
    """How the paper's work does it, as a whole: "MapHopper consists of …"."""
    text, place = sentence.text, sentence.place
    if place.part not in (*_FRAME, SectionPart.METHOD) or place.is_limitation or place.is_setup:
        return None
    own, verb = mentions(text, sentence.names) or _OUR_SYSTEM.match(text), cues.STRUCTURE.search(text)
    if own is None or verb is None or not own.start() < verb.start() < own.end() + 40:
        return None
    if cues.RELEASE.search(text) or cues.CONSEQUENCE.search(text) or cues.LOSS.search(text) or cues.MADE.search(text):
        return None
    if cues.OUTDOES.search(text):
        return None
    score = 2.0 + 2.5 * sentence.relevance + 0.8 * (own.start() < 12) + 0.6 * (place.part in _FRAME)
    score += 1.0 * bool(re.match(r"consist|compris|is composed", verb.group(), re.I))
    return score - _length_malus(text)


def methods(sentence: PaperSentence) -> Score:
    """One step of the method."""
    text, place = sentence.text, sentence.place
    if (
        place.part is not SectionPart.METHOD
        or place.is_problem
        or is_about_cited_work(text)
        or cues.RELEASE.search(text)
    ):
        return None
    is_step = bool(cues.STEP.search(text))
    is_system = _subject_is_own(sentence) and bool(cues.MECHANISM.search(text))
    is_component = bool(re.match(r"(?:The|Our|A|An) ", text) and cues.MECHANISM.search(text) or _WAS_DONE.search(text))
    if not (is_step or is_system or is_component) or cues.OUTLOOK.search(text) or _EVALUATING.search(text):
        return None
    if cues.FOUND.search(text) or _OUTCOME.search(text) or (cues.SUCCESS.search(text) and cues.AMOUNT.search(text)):
        return None
    score = 1.6 * is_step + 1.4 * is_system + 0.6 * is_component + 3.0 * sentence.relevance
    score += (
        0.6 * place.opens_paragraph
        - 1.5 * bool(cues.SETTING.search(text))
        - 1.0 * place.is_setup
        - 1.8 * place.is_application
    )
    score -= 1.2 * bool(cues.LOSS.search(text)) + 1.0 * _continues(text) + 2.0 * bool(cues.NEEDED.search(text))
    return score - 0.8 * bool(re.match(r"(?:If|When|Since|As|While) ", text)) - _length_malus(text)


def results(sentence: PaperSentence) -> Score:
    """What was measured or found about this paper's own work, the main numbers first."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.APPENDIX) or place.is_limitation or not is_own_success(sentence):
        return None
    amounts = len(cues.AMOUNT.findall(text))
    is_reported = bool(amounts or cues.FOUND.search(text) or cues.OUTDOES.search(text))
    if place.part not in (SectionPart.RESULTS, SectionPart.CONCLUSION) and not is_reported:
        return None
    if place.part is SectionPart.METHOD and not amounts:
        return None
    score = 1.0 + 1.0 * min(amounts, 2) + 2.0 * sentence.relevance
    score += 1.0 * bool(cues.SUCCESS.search(text) or cues.FOUND.search(text)) + 0.4 * bool(_NAMED_TASK.search(text))
    score += 0.8 * (place.part is SectionPart.RESULTS) - 1.8 * place.is_detail - 1.8 * bool(cues.ABLATION.search(text))
    score -= 1.0 * bool(cues.LOSS.search(text) and not amounts)
    score -= (
        1.0 * (place.part is SectionPart.METHOD or place.is_setup)
        + 0.8 * place.is_caption
        + 3.0 * bool(_IF_WE.match(text))
    )
    return score - _length_malus(text)


def performance(sentence: PaperSentence) -> Score:
    """How well the paper's own work does as a whole."""
    text, place = sentence.text, sentence.place
    if place.part not in _FRAME and not place.is_caption:
        return None
    if place.is_limitation or cues.ABLATION.search(text) or not is_own_success(sentence):
        return None
    if not (cues.SUCCESS.search(text) or cues.OUTDOES.search(text)):
        return None
    if not (cues.COMPARES.search(text) or cues.AMOUNT.search(text)) or not _is_about_system(sentence):
        return None
    score = 2.0 + 1.0 * bool(cues.AMOUNT.search(text)) + 1.5 * sentence.relevance
    score += (
        1.5 * (place.part is SectionPart.CONCLUSION)
        - 0.8 * place.is_caption
        - 0.8 * (place.part is SectionPart.ABSTRACT)
    )
    return score - _length_malus(text)


def significance(sentence: PaperSentence) -> Score:
    """What follows from the work: a conclusion beyond the numbers, a use, the next step."""
    text, place = sentence.text, sentence.place
    outlook, consequences = bool(cues.OUTLOOK.search(text)), len(cues.CONSEQUENCE.findall(text))
    is_end = place.part is SectionPart.CONCLUSION or (place.part is SectionPart.ABSTRACT and place.position >= 0.5)
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
    if is_about_cited_work(text) or cues.MADE.search(text) or not sentence.speaks_of_paper:
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
    score += 0.8 * (place.part in _FRONT) - 1.0 * bool(cues.AMOUNT.search(text)) - 0.8 * bool(cues.PLANNED.search(text))
    return score - 1.5 * bool(cues.STEP.search(text)) - _length_malus(text)


def innovation(sentence: PaperSentence) -> Score:
    """What is new: a contribution, or what tells the work from earlier ones."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RESULTS, SectionPart.APPENDIX) or place.is_limitation or not sentence.speaks_of_paper:
        return None
    newness, made = len(cues.NEWNESS.findall(text)), bool(cues.MADE.search(text))
    if not newness and not (made and place.part in (SectionPart.CONCLUSION, SectionPart.INTRODUCTION)):
        return None
    if cues.LOSS.search(text) or is_about_cited_work(text) or cues.RELEASE.search(text) or cues.EVALUATES.search(text):
        return None
    if cues.OUTDOES.search(text) and cues.COMPARES.search(text) or cues.AMOUNT.search(text):
        return None
    score = 1.6 * min(newness, 2) + 1.2 * made + 1.6 * sentence.relevance + 0.8 * (place.part in _FRAME)
    return score + 0.6 * (mentions(text, sentence.names) is not None) - 1.5 * _continues(text) - _length_malus(text)


def workload(sentence: PaperSentence) -> Score:
    """How much was built, trained, run or compared."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.ABSTRACT) or place.is_caption or place.is_limitation:
        return None
    # "Mistral 7B models" is a name and no amount.
    amounts = [match for match in cues.EFFORT.finditer(text) if not re.search(r"[A-Z]\w*\W$", text[: match.start()])]
    is_much = len(amounts) > 1 or cues.COMPUTE.search(text) or any(cues.MUCH.search(match.group()) for match in amounts)
    if not amounts or not is_much or not cues.WORKED.search(text) or not (sentence.speaks_of_paper or place.is_setup):
        return None
    if (
        place.precedes_own_work
        and place.part is SectionPart.INTRODUCTION
        or is_about_cited_work(text)
        or is_own_success(sentence)
    ):
        return None
    score = (
        1.0 * min(len(amounts), 3)
        + 1.2 * bool(cues.COMPUTE.search(text))
        + 1.0 * is_about_this_paper(text)
        + sentence.relevance
    )
    return score - 0.8 * bool(cues.ABLATION.search(text)) - 0.6 * place.is_detail - _length_malus(text)


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
        return is_ours and bool(cues.FOUND.search(text) and sentence.speaks_of_paper or cues.AMOUNT.search(text))
    if cues.LOSS.search(cues.NO_LOSS.sub("", text)) or not sentence.speaks_of_paper or not _subject_is_own(sentence):
        return False
    does_better = cues.SUCCESS.search(text) and (cues.COMPARES.search(text) or cues.OUTDOES.search(text))
    return bool(does_better or cues.FOUND.search(text)) or is_measured


def introduced_name(sentence: PaperSentence) -> str | None:
    """The name that "We propose NAME, …" gives; None if it is no such sentence."""
    made = cues.MADE.search(sentence.text)
    name = mentions(sentence.text[made.end() :], sentence.names) if made else None
    return name.group().lower() if name and name.start() < 30 else None


def _subject_is_own(sentence: PaperSentence) -> bool:
    """Whether the paper's own work is what the main clause speaks of, as far as the order of words tells."""
    text = sentence.text
    own = [match.start() for match in (mentions(text, sentence.names), _OURS.search(text)) if match]
    if not own:
        return False
    verbs = [match.start() for cue in (cues.SUCCESS, cues.MECHANISM) if (match := cue.search(text))]
    return not verbs or min(own) < min(verbs) or bool(_REPORTING.match(text))


# What would be under another condition.
_IF_WE = re.compile(r"(?:If|When) (?:we|one|the)\b")
_EVALUATING = re.compile(
    r"\b(?:for|to) (?:evaluat|assess|test)\w*|^we (?:evaluat|measur|compar|report)\w*|\b(?:precision|recall|accuracy|score) of \d",
    re.IGNORECASE,
)
_WAS_DONE = re.compile(r"\b(?:was|were) (?:\w+ly |then )?(?:\w+ed|chosen|built|run|split|taken|made|set)\b")
_POSSIBLE = re.compile(r"\b(?:could|might|would) (?:also )?be\b", re.IGNORECASE)
_OUTCOME = re.compile(r"\b(?:correctly|successfully|noticed|turned out|as expected|interestingly)\b", re.IGNORECASE)
_NAMED_TASK = re.compile(r"\b(?:on|for|across) (?:the )?[A-Z]")
_IN_THIS_PAPER = re.compile(
    r"(?:in|with) (?:this|our) (?:\w+ )?(?:paper|work|study|article)\b|here,? we\b", re.IGNORECASE
)
_OUR_SYSTEM = re.compile(r"(?:our|the proposed) (?:\w+ )?(?:method|model|approach|system|framework)", re.IGNORECASE)
_OURS = re.compile(r"\b(?:our|we|this (?:work|paper|study|method|approach))\b", re.IGNORECASE)
_REPORTING = re.compile(r"[^,;]{0,60}\b(?:show|find|demonstrate|reveal|indicate)", re.IGNORECASE)


def _is_about_system(sentence: PaperSentence) -> bool:
    """Whether it speaks of a thing of the authors, and not only of what they found in nature."""
    return mentions(sentence.text, sentence.names) is not None or bool(
        re.search(r"\bour\b|\bthe proposed\b|\bwe (?:achieve|reach|improve|reduce)|models trained", sentence.text, re.I)
    )


def _continues(text: str) -> bool:
    """Whether it adds to what was said before: "We also …"."""
    return bool(re.search(r"^(?:\w+ ){0,2}(?:also|further|additionally|again|another)\b", text))


def _length_malus(text: str) -> float:
    return 0.8 if len(text) > 300 else 0.3 if len(text) > 240 else 0.0
