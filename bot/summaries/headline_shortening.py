"""Shortens a sentence to a headline by cutting whole clauses, never words. Pure."""

from __future__ import annotations

import re

from bot.summaries.sentence_roles import needs_previous_sentence

LONGEST_HEADLINE = 220
"""Characters past which a headline is shortened, at the end of a clause."""

# The heading of a structured abstract: "Methods: …".
_LABEL = re.compile(
    r"^(?:abstract|background|objectives?|purpose|aims?|methods?|results?|conclusions?|significance)\s*[:.]\s+", re.I
)
# What precedes the statement itself: "To close this gap, we propose …", "In this paper, we propose …".
_OPENING = re.compile(r"^(?:[^,;:.()$]{3,160}?), (?=(?:we|this (?:paper|work|article|study))\b)", re.I)
_HERE = re.compile(
    r"^(?:in this (?:\w+ )?(?:paper|work|article|study|report|survey|letter|thesis|note)|here),? (?=we\b)", re.I
)
# A separator and a word with which a clause begins that the sentence can do without.
_TAIL = re.compile(
    r"(?:;|,? ?---? ?| – | — |:|,) (?:and )?(?=(?:which|where|whose|that|enabling|achieving|allowing|yielding|"
    r"leading|resulting|using|"
    r"leveraging|combining|consisting|ensuring|providing|improving|reducing|making|so that|thereby|thus|"
    r"and (?:show|demonstrate|"
    r"evaluate|analy[sz]e|find|prove|provide|discuss)|based on|built on|designed to|together with|including|"
    r"along with|as well as|"
    r"demonstrating|showing|facilitating|addressing|covering|comprising|spanning|inspired|motivated|guided|"
    r"trained|followed|each|"
    r"with|a|an|the|it|its|this|our|we|\(i\)|\(1\)|i\)|1\)|\(a\))\b)",
    re.I,
)
# An opening that depends on the sentence before ("To this end"), so that it is cut also from a short headline.
_REFERS_BACK = re.compile(r"^to\b|\b(?:this|these|that|those|such)\b", re.I)
# A clause that restricts or reverses what comes before it: a headline without it would say too much.
_RESTRICTS = re.compile(
    r"\b(?:but|although|though|except|unless|only if|whereas|however|not|without|despite|yet|rather than)\b", re.I
)


def shortened(text: str, limit: int = LONGEST_HEADLINE) -> str:
    """A headline cut at the ends of clauses. No word is changed, except that a new beginning gets a capital."""
    text = _LABEL.sub("", text)
    text = _HERE.sub("", text)
    opening = _OPENING.match(text)
    if opening and (len(text) > limit or needs_previous_sentence(text) or _REFERS_BACK.search(opening.group())):
        text = text[opening.end() :]
    if len(text) > limit:
        text = _without_tail(text, limit)
    # Only usual first words: a name like "nnU-Net" keeps its small letter.
    return text[:1].upper() + text[1:] if text[:2].lower() in ("we", "th", "in", "he") else text


def _without_tail(text: str, limit: int) -> str:
    """Cut after the last clause that ends within `limit`, unless that would change the meaning."""
    # At least 60 characters: less is seldom a statement.
    cuts = [m.start() for m in _TAIL.finditer(text) if 60 <= m.start() <= limit and _is_balanced(text[: m.start()])]
    for cut in reversed(cuts):
        # The beginning of what would be dropped tells whether it restricts the statement.
        rest = re.match(r"[^.;]{0,40}", text[cut:])
        if not (rest and _RESTRICTS.search(rest.group())) and not _is_inside_list(text, cut):
            return text[:cut].rstrip(" ,;:—–-") + "."
    return text


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("$") % 2 == 0 and text.count("{") == text.count("}")


def _is_inside_list(text: str, cut: int) -> bool:
    """A comma between the members of a list ends no clause: "… a model, a dataset, and a benchmark"."""
    if text[cut] != ",":
        return False
    follows = re.match(r",\s+(?:and )?(?:a|an|the|its|our|with|it|this|we)\b[^,;.]{0,60},? and\b", text[cut:])
    return bool(follows) or bool(re.match(r",\s+and (?:a|an|the|its|our)\b", text[cut:]))
