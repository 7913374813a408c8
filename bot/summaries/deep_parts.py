"""Which sentences of a full text say what the field is about, what the paper does, and how. Pure.

Each function gives a sentence a score for one part of a deep summary, or None if it does not belong there. The weights
were set by hand against real papers; only their order of size matters.
"""

from __future__ import annotations

import re

from bot.summaries import deep_cues as cues
from bot.summaries.deep_results import FRAME, FRONT, Score, is_own_success, length_malus, subject_is_own
from bot.summaries.full_text_sentences import PaperSentence
from bot.summaries.own_names import mentions
from bot.summaries.sections import SectionPart
from bot.summaries.sentence_roles import SentenceRole, is_about_cited_work, is_about_this_paper, role_weights

_IN_THIS_PAPER = re.compile(
    r"(?:in|with) (?:this|our) (?:\w+ )?(?:paper|work|study|article)\b|here,? we\b", re.IGNORECASE
)
# Its main clause speaks of the authors, their paper, or a purpose: "For small robots, we …".
_AIM_START = re.compile(
    r"(?:(?:in|with|for|to|by|using|based|motivated|inspired|building|unlike|given|through|as|rather|instead|"
    r"since|while|"
    r"although|because)\b[^,]{0,140}, )?(?:here,? )?(?:we|i|this (?:\w+ )?(?:paper|work|study|article|survey|"
    r"report|review|"
    r"thesis|letter)|(?:our|the) (?:main |primary |key |central )?(?:goal|aim|objective|purpose|contributions?))\b",
    re.IGNORECASE,
)
_OUR_SYSTEM = re.compile(r"(?:our|the proposed) (?:\w+ )?(?:method|model|approach|system|framework)", re.IGNORECASE)
_BEGINNING = 0.3
"""The share of a conclusion that sums up what was made; the rest discusses it."""

_NEXT_WORDS = 30
"""Characters after "We propose" within which a name is that of what is proposed."""

_WAS_DONE = re.compile(
    r"\b(?:was|were|(?:has|have) been) (?:\w+ly |then )?(?:\w+ed|chosen|built|run|split|taken|made|set)\b"
)
_OUTCOME = re.compile(r"\b(?:correctly|successfully|noticed|turned out|as expected|interestingly)\b", re.IGNORECASE)
_EVALUATING = re.compile(
    r"\b(?:for|to) (?:evaluat|assess|test)\w*|^we (?:evaluat|measur|compar|report)\w*|\b(?:precision|recall|accuracy|"
    r"score) of \d",
    re.IGNORECASE,
)
# "We also …": it adds to what was said before.
_CONTINUES = re.compile(r"^(?:\w+ ){0,2}(?:also|further|additionally|again|another)\b")


def background(sentence: PaperSentence) -> Score:
    """Why the question of the field matters: general statements at the beginning, about no paper."""
    text, place = sentence.text, sentence.place
    is_early = place.part is SectionPart.ABSTRACT and place.position < 0.35 and place.precedes_own_work
    is_opening = place.part is SectionPart.INTRODUCTION and place.precedes_own_work
    if not (is_early or is_opening) or sentence.speaks_of_paper or cues.RELEASE.search(text):
        return None
    if cues.ONE_WORK.match(text) or cues.REPORTED.search(text) or len(cues.GAP.findall(text)) > 1:
        return None
    score = 1.4 * bool(cues.IMPORTANCE.search(text)) + 2.0 * sentence.relevance + 1.2 * place.opens_paragraph
    score -= 1.0 * bool(cues.GAP.search(text)) + 0.8 * bool(cues.OTHERS.search(text)) + 2.5 * place.position
    return score + 0.6 * is_opening - length_malus(text)


def prior_work(sentence: PaperSentence) -> Score:
    """What others did, and which gap is left."""
    text, place = sentence.text, sentence.place
    gaps, others = len(cues.GAP.findall(text)), bool(cues.OTHERS.search(text) or cues.REPORTED.search(text))
    if place.part in FRONT:
        # Once the authors speak of their own work, a problem is one of theirs, unless it names others.
        is_there = (place.precedes_own_work and place.position < 0.7) or (gaps and others)
    else:
        is_there = place.part is SectionPart.RELATED or (place.part is SectionPart.METHOD and place.is_problem)
    if not is_there or not (gaps or others) or sentence.speaks_of_paper or cues.RELEASE.search(text):
        return None
    score = 1.5 * min(gaps, 2) + 1.3 * others + 2.0 * sentence.relevance
    score += 0.7 * (place.part is not SectionPart.METHOD) - 1.5 * bool(cues.ONE_WORK.match(text))
    return score - length_malus(text)


def aim(sentence: PaperSentence) -> Score:
    """What this paper does as a whole: the sentence that introduces its work."""
    text, place = sentence.text, sentence.place
    if place.part not in FRAME or place.is_limitation or not sentence.speaks_of_paper:
        return None
    weight = role_weights(text, place.position)[SentenceRole.AIM]
    if (
        weight < 4
        or not _AIM_START.match(text)
        or is_about_cited_work(text)
        or cues.RELEASE.search(text)
        or cues.EVALUATES.search(text)
    ):
        return None
    if cues.OUTDOES.search(text) and cues.COMPARES.search(text):
        return None
    score = min(weight, 7.0) / 2 + 2.0 * sentence.relevance + 1.2 * bool(_IN_THIS_PAPER.match(sentence.evidence.quote))
    score += 0.8 * (mentions(text, sentence.names[:1]) is not None) - 0.6 * (place.part is SectionPart.CONCLUSION)
    return score - 1.5 * bool(_CONTINUES.search(text)) - length_malus(text)


def mechanism(sentence: PaperSentence) -> Score:
    """How the paper's work does it, as a whole: "MapHopper consists of …"."""
    text, place = sentence.text, sentence.place
    if place.part not in (*FRAME, SectionPart.METHOD) or place.is_limitation or place.is_setup:
        return None
    own, verb = mentions(text, sentence.names) or _OUR_SYSTEM.match(text), cues.STRUCTURE.search(text)
    if own is None or verb is None or text.startswith("We ") or not own.start() < verb.start() < own.end() + 40:
        return None
    if cues.RELEASE.search(text) or cues.CONSEQUENCE.search(text) or cues.LOSS.search(text) or cues.MADE.search(text):
        return None
    if cues.OUTDOES.search(text):
        return None
    score = 2.0 + 2.5 * sentence.relevance + 0.8 * (own.start() < 12) + 0.6 * (place.part in FRAME)
    score += 1.0 * bool(re.match(r"consist|compris|is composed", verb.group(), re.I))
    return score - length_malus(text)


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
    is_system = subject_is_own(sentence) and bool(cues.MECHANISM.search(text))
    is_component = bool(cues.MECHANISM.search(text)) and text.startswith(("The ", "Our ", "A ", "An "))
    is_component = is_component or bool(_WAS_DONE.search(text) and not cues.OTHERS.search(text))
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
    score -= (
        1.2 * bool(cues.LOSS.search(text)) + 1.0 * bool(_CONTINUES.search(text)) + 2.0 * bool(cues.NEEDED.search(text))
    )
    return score - 0.8 * bool(re.match(r"(?:If|When|Since|As|While|After|Before|Once) ", text)) - length_malus(text)


def innovation(sentence: PaperSentence) -> Score:
    """What is new: a contribution, or what tells the work from earlier ones."""
    text, place = sentence.text, sentence.place
    if place.part not in (*FRAME, SectionPart.RELATED) or place.is_limitation or not sentence.speaks_of_paper:
        return None
    newness, made = len(cues.NEWNESS.findall(text)), bool(cues.MADE.search(text))
    is_contribution = place.part is SectionPart.INTRODUCTION or (
        place.part is SectionPart.CONCLUSION and place.position <= _BEGINNING
    )
    if not newness and not (made and is_contribution):
        return None
    if cues.LOSS.search(text) or is_about_cited_work(text) or cues.RELEASE.search(text) or cues.EVALUATES.search(text):
        return None
    if (cues.OUTDOES.search(text) and cues.COMPARES.search(text)) or cues.AMOUNT.search(text):
        return None
    score = 1.6 * min(newness, 2) + 1.2 * made + 1.6 * sentence.relevance + 0.8 * (place.part in FRAME)
    return (
        score
        + 0.6 * (mentions(text, sentence.names) is not None)
        - 1.5 * bool(_CONTINUES.search(text))
        - length_malus(text)
    )


def workload(sentence: PaperSentence) -> Score:
    """How much was built, trained, run or compared."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.ABSTRACT) or place.is_caption or place.is_limitation:
        return None
    if place.part is SectionPart.INTRODUCTION and place.precedes_own_work:
        return None
    # "Mistral 7B models" is a name and no amount.
    amounts = [match for match in cues.EFFORT.finditer(text) if not re.search(r"[A-Z]\w*\W$", text[: match.start()])]
    is_much = len(amounts) > 1 or cues.COMPUTE.search(text) or any(cues.MUCH.search(match.group()) for match in amounts)
    is_ours = sentence.speaks_of_paper or place.is_setup
    if not amounts or not is_much or not is_ours or not cues.WORKED.search(text):
        return None
    if is_about_cited_work(text) or is_own_success(sentence):
        return None
    score = 1.0 * min(len(amounts), 3) + 1.2 * bool(cues.COMPUTE.search(text)) + 1.0 * is_about_this_paper(text)
    score += sentence.relevance - 0.8 * bool(cues.ABLATION.search(text)) - 0.6 * place.is_detail
    return score - length_malus(text)


def introduced_name(text: str, names: tuple[str, ...]) -> str | None:
    """Which of `names` "We propose NAME, …" gives; None for other sentences, and if it says that it is the first."""
    made = cues.MADE.search(text)
    name = mentions(text[made.end() :], names) if made else None
    is_given = name is not None and name.start() < _NEXT_WORDS and not cues.FIRST.search(text)
    return name.group().lower() if name is not None and is_given else None
