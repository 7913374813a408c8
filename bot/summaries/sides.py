"""Whether a claim swaps the sides of a comparison, or gives to one thing what its sentences give to another. Pure.

Sides are compared by the names and stems on either side of a comparing verb. "Our method", "the proposed approach" and
the name that the authors gave their work are one side, "prior work" and "the baseline" another, in every language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.summaries.word_lists import CONTRASTS
from bot.summaries.wording import content_words, stem

_OWN = re.compile(
    r"\b(?:our|ours|we|this (?:paper|work|study|method|approach|framework|model|system)|the proposed \w+|"
    r"the (?:method|approach|framework|scheme|system|technique)|each approach|authors)\b"
    r"|本文|所提|我们|我們|该方法|該方法|提出的|本研究|本工作"
    r"|\b(?:nuestr[oa]s?|este (?:trabajo|método|enfoque|artículo)|propuest[oa]s?)\b"
    r"|本手法|提案|本論文|本稿|我々"
    r"|\b(?:наш\w*|предложенн\w+|данн(?:ый|ая|ое) (?:метод|работа|подход))\b",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:baselines?|benchmark (?:schemes|methods)|prior|previous|existing|earlier|conventional|traditional|"
    r"competing|other|others|state-of-the-art (?:methods|approaches|models)|standard|vanilla|classical|best-known)\b"
    r"|基线|基線|现有|現有|已有|此前|以往|先前|传统|傳統|其他|其它|常规"
    r"|\b(?:de referencia|anterior(?:es)?|existentes?|previ[oa]s?|convencional(?:es)?|tradicional(?:es)?|demás)\b"
    r"|ベースライン|従来|既存|先行|他の"
    r"|\b(?:базов\w+|существующ\w+|предыдущ\w+|прежн\w+|традиционн\w+|друг\w+)\b",
    re.I,
)
_WINS = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat(?:s|ing|en)?|(?:better|higher|stronger|faster|larger|lower|more \w+|"
    r"less \w+|fewer(?: \w+)?) than|superior to|improv\w+ (?:\w+ ){0,5}over|advanc\w+ (?:\w+ ){0,4}over|above|"
    r"(?:gains?|advantages?|benefits?)(?: \w+)? over|(?:preferred|favored) over|over|"
    r"(?:better|equivalent|higher|superior)(?: \w+){0,3} than|than|match(?:es|ed)? or exceeds?)\b"
    r"|优于|優於|超过|超過|超越|胜过|勝過|高于|高於|领先|領先|强于|強於|比"
    r"|\b(?:superan?|superar|superó|igualan? o superan?|aventajan?|mejor que|más \w+ que)\b"
    r"|上回|凌ぐ|優れ|より"
    r"|\b(?:превосход\w+|опереж\w+|лучше|выше|чем)\b",
    re.I,
)
_LOSES = re.compile(
    r"\b(?:underperform\w*|trail(?:s|ed|ing)?|lag(?:s|ged|ging)? behind|fall(?:s|ing)? behind|worse than|inferior to|"
    r"below)\b|不如|劣于|劣於|落后|落後|低于|低於|逊于|下回|劣|及ばない"
    r"|\b(?:quedan? por|inferior a|peor que|por debajo)\b"
    r"|\b(?:уступа\w+|хуже|отста\w+|проигр\w+)\b",
    re.I,
)
_SUBJECT = (re.compile("が"), re.compile("[はも]"))
"""Japanese puts the verb last: the particle of the subject divides the sides."""

_ADJUNCT_START = re.compile(r"\b(?:on|in|for|by|with|across|while|when|where|en|para|por|con|на|в|при)\s")
"""Where the right side of a comparison ends: what follows is said of both sides."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    left: frozenset[str]
    right: frozenset[str]


def swapped_sides(text: str, together: str, own_names: frozenset[str]) -> bool:
    """Whether a comparison of the claim has the sides of its sentences the other way round."""
    return any(
        _crossing(claimed, stated)
        for claimed in _comparisons(text, own_names)
        for stated in _comparisons(together, own_names)
    )


def _crossing(claimed: _Comparison, stated: _Comparison) -> bool:
    straight = len(claimed.left & stated.left) + len(claimed.right & stated.right)
    crossed = len(claimed.left & stated.right) + len(claimed.right & stated.left)
    return crossed > straight


def _comparisons(text: str, own_names: frozenset[str]) -> list[_Comparison]:
    """The comparisons of a text; the better side is the left one."""
    found = []
    for pattern, wins in ((_WINS, True), (_LOSES, False)):
        for match in pattern.finditer(text):
            left, right = _divided(text, match)
            sides = _with_implied(_side(left, own_names), _side(right, own_names))
            found.append(_Comparison(*sides) if wins else _Comparison(*reversed(sides)))
    return found


def _divided(text: str, verb: re.Match[str]) -> tuple[str, str]:
    """What is compared, and with what."""
    left, right = text[: verb.start()], text[verb.end() :]
    for particle in _SUBJECT:
        if match := particle.search(left):
            return text[: match.start()], text[match.end() :]
    end = _ADJUNCT_START.search(right)
    return left, right[: end.start()] if end and end.start() else right


def _side(text: str, own_names: frozenset[str]) -> frozenset[str]:
    text = _ADJUNCT.sub(" ", text)
    side = {word.stem for word in content_words(text)}
    if _OWN.search(text) or side & own_names:
        side.add("<own>")
    if _OTHERS.search(text):
        side.add("<others>")
    return frozenset(side)


def _with_implied(left: frozenset[str], right: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What is compared with others' work and has no name here is the authors' own."""
    if "<others>" in right and "<own>" not in right:
        return left | {"<own>"}, right
    if "<others>" in left and "<own>" not in left:
        return left, right | {"<own>"}
    return left, right


@lru_cache(maxsize=64)  # for every claim of a paper
def own_names(title: str, abstract: str) -> frozenset[str]:
    """The stems of the names that the authors gave their work."""
    name, colon, _ = title.partition(":")
    named = [name] if colon and len(name.split()) <= 3 else []
    named += _NAMED.findall(abstract)
    return frozenset(word.stem for text in named for word in content_words(text))


_NAMED = re.compile(
    r"(?:[Pp]ropos|[Ii]ntroduc|[Pp]resent|[Dd]evelop|[Rr]eleas|[Dd]esign|[Nn]am|[Cc]all|[Dd]ub|[Tt]erm)"
    r"(?:e|es|ed|s|ing)?,? "
    r"(?:an? |the )?([A-Z][\w-]*[A-Z\d][\w-]*)"
)


def is_reordered(text: str, together: str, own: frozenset[str], *, same_language: bool) -> bool:
    """Whether names, or (in one language) much of what a claim tells, stand in another order than in its sentences.

    That is how sides are swapped where no verb of comparison tells them. What follows "on" or "in" may stand anywhere.
    """
    claim, source = content_words(_ADJUNCT.sub(" ", text)), content_words(together)
    places: dict[str, int] = {}
    for index, word in enumerate(source):
        places.setdefault(word.stem, index)
    shared = [stem for stem in dict.fromkeys(word.stem for word in claim) if stem in places]
    # Names in capitals only are mostly metrics, which stand before or after their numbers alike.
    names = own | {word.stem for word in source if word.is_name and not word.text.isupper()}
    groups = [names, *_CONTRASTS]
    if any(_flips([places[stem] for stem in shared if stem in group]) for group in groups):
        return True
    flips, pairs = _flips([places[stem] for stem in shared]), len(shared) * (len(shared) - 1) / 2
    return same_language and flips >= _LEAST_FLIPS and flips > _FLIPPED_SHARE * pairs


_ADJUNCT = re.compile(
    r"\b(?:on|in|at|across|under|during|among|en)\s+(?:the\s+|a\s+|los\s+|las\s+|el\s+|la\s+)?[\w@-]+(?:\s+and\s+[\w@-]+)?"
    r"|在[^，。；]{1,40}?[上中下]|[A-Za-z][\w@-]*\s*(?:上で|では|における|での|で)"
)
_CONTRASTS = [frozenset(map(stem, group)) for group in CONTRASTS]
_LEAST_FLIPS = 3
_FLIPPED_SHARE = 0.3


def _flips(places: Sequence[int]) -> int:
    """How many pairs are in descending order."""
    return sum(1 for index, one in enumerate(places) for other in places[index + 1 :] if one > other)
