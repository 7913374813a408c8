"""Whether a claim denies what its sentences state, or states what they deny. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model.languages import is_english
from bot.summaries.wording import content_words, stems_of

_CLAIM_VERBS = (
    r"improv|outperform|achiev|reduc|increas|exceed|surpass|generali|scal|help|work|transfer|benefit|solve|"
    r"converge|hold|guarantee|support|match|detect|affect|degrad|suffer|requir|depend|rely"
)
"""Stems of the verbs in which results are stated: a "not" before another verb seldom reverses a claim."""

_DENIED = re.compile(
    r"\b(?:(?:do|does|did|can|could|will|would|may|might|is|are|was|were|has|have)\s?(?:not|n['’]t)|cannot|can['’]t|"
    r"fail(?:s|ed)?\s+to|unable\s+to|never|no(?:t)?\s+(?:significant(?:ly)?|longer|consistent(?:ly)?)|neither|"
    r"nor|without|rarely|hardly|barely)\s+(?:[\w-]+\s+){0,2}?(" + _CLAIM_VERBS + r")",
    re.I,
)
"""Matches a denied verb; its first group is the stem, one of `_CLAIM_VERBS`."""

_NEGATED = re.compile(
    r"\b(?:not|n['’]t|no|never|cannot|can['’]t|neither|nor|without|fail\w*|unable|hardly|barely|rarely|lacks?|"
    r"little|few|nunca|sin|ni|apenas|tampoco|не|нет|ни|без|никогда|едва)\b|n['’]t\b|"
    r"不|没|沒|未|无|無|非|难|難|ない|ません|ず|なし|失败|失敗",
    re.I,
)
"""Matches any negation, in the languages that are tested."""

_NOT = re.compile(r"\bnot\b(?! only)|n['’]t\b|\b(?:cannot|never|no|nor|neither|without|none)\b", re.I)
_ALIKE = 0.75
"""The share of a claim's words that its sentence has, from which on both are compared "not" by "not"."""


def is_negation_changed(text: str, sentences: Sequence[str], language: str) -> bool:
    """Whether the sentences deny what the text states, or the other way round."""
    together = " ".join(sentences)
    denied = {match.group(1).lower() for match in _DENIED.finditer(together)}
    if not is_english(language):
        # Only in English can the denied verb be looked for in the text; elsewhere any negation in it is enough.
        return bool(denied) and not _NEGATED.search(text)
    if any(re.search(rf"\b{verb}", text, re.I) for verb in denied) and not _NEGATED.search(text):
        return True
    if not _NEGATED.search(together) and any(
        re.search(rf"\b{match.group(1)}", together, re.I) for match in _DENIED.finditer(text)
    ):
        return True
    return any(_differs_in_not(text, sentence) for sentence in sentences)


def _differs_in_not(text: str, sentence: str) -> bool:
    """Whether a text repeats a sentence, or a part of it, with more or fewer negations."""
    told = stems_of(text)
    places = {word.stem: word for word in reversed(content_words(sentence)) if word.stem in told}
    if not told or len(places) < _ALIKE * len(told):
        return False
    # A "not" before the first word that both have belongs to it.
    start = max(0, min(word.start for word in places.values()) - len(" does not "))
    part = sentence[start : max(word.end for word in places.values())]
    return len(_NOT.findall(part)) != len(_NOT.findall(text))
