"""The headline of an abstract: a self-contained sentence with the authors' aim, else with their main result. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from bot.summaries.abstract_sentences import Sentence, content_words, is_of_unknown
from bot.summaries.headline_shortening import LONGEST_HEADLINE, says_more_than_a_name, shortened
from bot.summaries.patterns import PAPER, verbose
from bot.summaries.self_contained import is_self_contained
from bot.summaries.sentence_roles import SentenceRole

_LEAST_AIM = 3.2
"""Less than the weight of "we study"; "we show" and "we use" are said of steps as well."""
_LEAST_RESULT = 3.0
_CLEAR_AIM = 6.0
_ONLY_AN_ADDRESS = 5.0
"""The weight as a resource of a sentence with a web address that does not say what is found there."""
_SHORTEST = 40  # characters; in fewer there is hardly an aim or a result
_LONG_TITLE = 6
"""Words that say something; a sentence about such a title shares three of them, else two."""
# A sentence that adds to the aim or is one step of it: the aim itself is the better headline.
_ADDS = re.compile(
    r"\bwe (?:also|then|further|additionally|finally|next|subsequently|conclude|close|end|discuss|hope|"
    r"believe|release)\b|"
    r"\bwe (?:(?:show|report) (?:our |the )?results|detail (?:the|our)|(?:move|turn) (?:on )?to)\b|"
    r"^(?:for each|(?:for|in|on) our(?! (?:paper|work|study|article)\b)|"
    r"second|third|finally|moreover|furthermore|additionally|in addition|"
    r"lastly|next|then|subsequently|to (?:"
    r"evaluate|validate|assess|ensure|facilitate|support|demonstrate|verify)|beyond|as (?:a )?by-?products?)\b|"
    r"\b(?:is|are|was|were) also\b|"
    # What they made before is tried: "We evaluate our planner on nine floors."
    r"\bwe (?:\w+ly )?(?:evaluate|validate|test|verify|assess|benchmark|demonstrate)d? "
    r"(?:it|them|(?:(?:the )?\w+ of )?(?:our|its|their|the proposed))\b",
    re.I,
)
_IS_A_STEP = re.compile(
    r"^first\b|\bwe first\b|\b(?:therefore|thus|hence)\b|"
    r"^(?:(?:more )?specifically|concretely|in particular)\b|"
    r"\b(?:of|for|by|with|in|on) our (?!knowledge|work|paper|study|article)",
    re.I,
)
_REPORTS = re.compile(
    r"\b(?:experiments?|results?|evaluations?)\b.{0,60}\b(?:show|demonstrate|indicate|confirm|reveal)|"
    r"\bwe (?:\w+ly )?(?:evaluate|validate|benchmark|test|compare|conduct|perform|release|discuss|conclude|apply)\b",
    re.I,
)

# What the authors do, whichever verb they use.
_DONE = re.compile(
    r"^(?!(?:as(?! (?:opposed|an?)\b)|since|because|when|if|while) )(?:[^,;:]{2,100}, )?"
    r"we (?!observ|note|notic)[a-z]{3,}",
    re.I,
)
_PAPER_DOES = verbose(rf"\bthis\ (?:[\w-]+\ )?{PAPER}\ (?:\w+ly\ )?\w+s\b(?!\ that)")
_EMPTY = re.compile(
    r"\b(?:experiment\w*|evaluations?|outperform\w*|effectiveness|superior\w*|state-of-the-art|significant|"
    r"promising|insights?|potential)\b",
    re.I,
)
# "We propose the Hinge Finder (HF)"
_MAKES_NAMED = re.compile(
    r"\bwe (?:\w+ly )?(?:propose|introduce|present|develop|design) [^,;:().]{3,90}"
    r"\((?=\w*[A-Z]\w*[A-Z])([\w-]{2,12})\)",
    re.I,
)
_THIS_PAPER = verbose(rf"(?:in\ )?(?:this|the\ present)\ (?:[\w-]+\ ){{0,2}}{PAPER}\b")
# Only the name of what is studied: "This paper addresses the task of finding doors."
_NAMES_TASK = re.compile(
    r"^(?:we|this [\w-]+) (?:address|consider|stud(?:y|ies)|tackle|investigate)\w* the (?:[\w-]+ )?"
    r"(?:task|problem)s? of [^,;:]{3,80}$",
    re.I,
)
# A step with a purpose of its own, one for a part of the work, a hypothesis.
_IS_PARTIAL = re.compile(
    r"^to [a-z]+ |^(?:for|in|at|during|on|within) [^,;:]{3,60}, we\b|\bwe propose that\b",
    re.I,
)
# "We consider the planner of Hill et al.": theirs, until it is said what was done with it.
_OF_OTHERS = re.compile(r"^we (?:consider|stud|revisit|examin|analy)\w* [^;:]{3,100}\bet al\b", re.I)
_BUILDS_ON = re.compile(r"(?:based|building) on (?:this|these)\b", re.I)


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline's text and the sentence that it comes from."""

    text: str
    sentence: Sentence


def choose_headline(title: str, sentences: list[Sentence]) -> Headline | None:
    """The headline; None if no sentence can be shown alone and says what the paper does or found."""
    name = own_name(title)
    candidates = [Headline(shortened(s.on_one_line), s) for s in sentences]
    aims = sorted((c for c in candidates if _is_aim(c, name)), key=lambda c: -_aim_score(c, name))
    if aims and _is_usable(aims[0]):
        return aims[0]
    # Another sentence than the one with the aim may be about a part of the work; then it shares few words with the
    # title. Without an aim, what was done is all that there is.
    others = [c for c in candidates if _is_usable(c) and (not aims or _is_about_title(c, title))]
    if aims:
        others = [c for c in others if not _names_a_part(c.text, title) and not _IS_PARTIAL.search(c.text)]
    done = [c for c in others if _says_what_is_done(c, name) and not (aims and _IS_A_STEP.search(c.sentence.text))]
    results = [c for c in others if _says_a_result(c) and not is_of_unknown(c.text, title)]
    for group, score in (
        ([c for c in others if c in aims and not _REPORTS.search(c.text)], partial(_aim_score, name=name)),
        (done, _plain_score),
        (results, _result_score),
    ):
        if group:
            return max(group, key=lambda c: (score(c), -c.sentence.index))
    return None


def _says_what_is_done(candidate: Headline, name: str) -> bool:
    """Whether it says what the authors do, or what the work does that they gave a name: "MyoSem aligns …"."""
    is_named = (
        bool(name)
        and re.match(rf"{re.escape(name)} (?!is |was |has |does )(?:\w+ly )?[a-z]+s\b", candidate.text) is not None
    )
    is_done = _DONE.match(candidate.text) is not None or (is_named and not _says_a_result(candidate))
    return is_done and not _REPORTS.search(candidate.text)


def _names_a_part(text: str, title: str) -> bool:
    """Whether it gives a name of its own to something, where the title names the work: "the Hinge Finder (HF)"."""
    made, name = _MAKES_NAMED.search(text), own_name(title)
    return made is not None and bool(name) and name not in text and made.group(1).casefold() not in title.casefold()


def _is_about_title(candidate: Headline, title: str) -> bool:
    name = own_name(title)
    has_name = bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?![\w-])", candidate.text) is not None
    if has_name or _PAPER_DOES.search(candidate.text):
        return True
    topic, said = (content_words(text.replace("-", " ")) for text in (title, candidate.text))
    return len(topic & said) >= min(2 if len(topic) < _LONG_TITLE else 3, len(topic))


def own_name(title: str) -> str:
    """The authors' name for their work, from a title like "MyoSem: Aligning …"; empty if there is none."""
    name, colon, _ = re.sub(r"\s(?:---?|–|—)\s", ": ", title).partition(":")
    name = re.sub(r"\\[a-zA-Z]+|[{}$]", "", name).strip()
    # Longer beginnings are half of a title: "Learning to rank: a survey".
    return name if colon and len(name.split()) <= 2 else ""


def _is_usable(candidate: Headline) -> bool:
    return (
        not _is_about_files(candidate.sentence)
        and not _ADDS.search(candidate.sentence.text)
        and len(candidate.text) >= _SHORTEST
        and says_more_than_a_name(candidate.text)
        and is_self_contained(candidate.text)
    )


def _is_about_files(sentence: Sentence) -> bool:
    """Whether it says where code or data are; an aim that is made available is one all the same."""
    resource, aim = sentence.roles[SentenceRole.RESOURCE], sentence.roles[SentenceRole.AIM]
    if resource == _ONLY_AN_ADDRESS:
        return aim < _CLEAR_AIM
    return resource > _ONLY_AN_ADDRESS or (resource > 0 and aim < 4)


def _is_aim(candidate: Headline, name: str) -> bool:
    """Whether it states the aim, and not something that was done besides."""
    text = candidate.sentence.text
    is_aim = candidate.sentence.roles[SentenceRole.AIM] >= _LEAST_AIM or _defines(candidate.text, name)
    return (is_aim or _PAPER_DOES.search(text) is not None) and not _ADDS.search(text)


def _says_a_result(candidate: Headline) -> bool:
    """Whether it is a result with more to say than that the experiments went well."""
    roles = candidate.sentence.roles
    is_empty = _EMPTY.search(candidate.text) is not None and re.search(r"(?<![\w.-])\d", candidate.text) is None
    is_of_others = roles.role in (SentenceRole.PROBLEM, SentenceRole.BACKGROUND) or candidate.sentence.index == 0
    return roles[SentenceRole.RESULT] >= _LEAST_RESULT and not is_empty and not is_of_others


def _defines(text: str, name: str) -> bool:
    """Whether the text says what the authors' named work is: "MyoSem is a model that …"."""
    return bool(
        name and re.match(rf"(?:\\\w+\{{)?{re.escape(name)}\b[^.]{{0,12}} (?:is|are) (?:an?|the|our|one)\b", text)
    )


def _aim_score(candidate: Headline, name: str) -> float:
    # The weights here were set by hand against real abstracts; only their order of size matters.
    sentence, text = candidate.sentence, candidate.sentence.text
    aim = sentence.roles[SentenceRole.AIM]
    score = aim + 0.8 * sentence.centrality
    # "To close this gap, we propose …" names a problem and is a good headline all the same.
    score -= 0.5 * sentence.roles[SentenceRole.PROBLEM] if aim < 4 else 0
    if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        score += 2.0 if aim >= 3 else 0.8
        score += 1.0 * _defines(text, name)
    score -= 2.0 * bool(_IS_A_STEP.search(text))
    score -= 1.0 * bool(_REPORTS.search(text)) + 2.0 * bool(_NAMES_TASK.match(candidate.text))
    score -= 1.0 * bool(_IS_PARTIAL.search(candidate.text) or _BUILDS_ON.match(text))
    score -= 3.0 * bool(_OF_OTHERS.match(candidate.text))
    score += 2.0 * bool(_THIS_PAPER.match(sentence.text))
    # An earlier sentence is better, but many abstracts open with background: only a clear aim may open.
    score -= 0.25 * sentence.index - (0.6 if sentence.index == 0 and aim >= 4 else 0)
    return score - _length_penalty(candidate.text)


def _plain_score(candidate: Headline) -> float:
    """How central a sentence is to the abstract, the earlier the better."""
    sentence = candidate.sentence
    score = 0.8 * sentence.centrality - 0.25 * sentence.index - 2.0 * bool(_IS_A_STEP.search(sentence.text))
    return score + 2.0 * bool(_THIS_PAPER.match(sentence.text)) - _length_penalty(candidate.text)


def _result_score(candidate: Headline) -> float:
    return (
        candidate.sentence.roles[SentenceRole.RESULT]
        + candidate.sentence.centrality
        - 0.25 * candidate.sentence.index
        - _length_penalty(candidate.text)
    )


def _length_penalty(text: str) -> float:
    return max(0.0, len(text) - 1.3 * LONGEST_HEADLINE) / 100 + (1.5 if len(text) < 40 else 0)
