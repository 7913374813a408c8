"""An interest: plain sentences about what somebody works on, and what they push away and confine. Pure.

    audio-driven talking heads and lip sync; not face recognition, in cs.CV and eess.IV

wants "audio-driven talking heads and lip sync", pushes "face recognition" away, and looks at two categories only. The
text is cut into clauses at its punctuation. A clause that begins with a word such as "not" is excluded; inside of a
clause only what cannot mean anything else excludes ("but not", "except"), see `exclusion_words`.

- After a semicolon, a full stop or a parenthesis everything up to the next one is excluded: "; not faces, gestures".
- After a comma only the clause itself is, unless it begins a list that ends in "or": ", not faces, gestures or gaze".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from bot.tex.invisible import without_invisible
from bot.topics import exclusion_words as marks
from bot.topics.category_codes import code_in_use, codes_in_text
from bot.topics.syntax_tree import EVERYTHING, And, Category, Node, Not, Or, normalize
from bot.topics.text import words

MAX_INTEREST_LENGTH = 400
"""Most characters of an interest, cleaned."""

_SPACES = dict.fromkeys([*range(0x20), *range(0x7F, 0xA1), *range(0xD800, 0xE000)], " ")


_EXCLUDING_LINE = re.compile(
    rf"(?<=[^\s.,;:!?，；。！？])\s*\n\s*(?=(?:{marks.OPENING.pattern}))(?!(?:{marks.HARMLESS.pattern}))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Interest:
    """The parts of an interest.

    `wanted` is the text without the others; `unwanted` are the texts that push papers away. If there are `categories`
    (as in `Category.code`), only papers in one of them count; papers in one of `excluded` never do.
    """

    wanted: str
    unwanted: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def cleaned(text: str) -> str:
    """The text in its normal form: single spaces, and no invisible characters.

    A line that excludes something becomes a part of its own, since without line ends it would be inside of a statement.
    """
    text = _EXCLUDING_LINE.sub("; ", text)
    before = ""
    while before != text:  # removing one character may leave another without a reason to stay
        before, text = text, " ".join(without_invisible(text.translate(_SPACES)).split())
    return text


@lru_cache(maxsize=16_384)
def interest_parts(text: str) -> Interest:
    """Split an interest into what it wants, what it pushes away and the categories that it names."""
    text = cleaned(text)
    cuts = list(_exclusions(text))
    named = [(match.span(), code) for match in codes_in_text(text) if (code := code_in_use(match["code"]))]
    unwanted: list[str] = []
    excluded: list[str] = []
    for cut in cuts:
        codes = [code for (start, end), code in named if cut.start <= start and end <= cut.end]
        objects = list(_objects(_without(cut.object, _code_spans(cut.object))))
        unwanted += objects
        excluded += codes if not objects else ()
    outside = [code for (start, end), code in named if not any(cut.start <= start < cut.end for cut in cuts)]
    spans = sorted([*((cut.start, cut.end) for cut in cuts), *_code_spans(text)])
    return Interest(_without(text, spans), _distinct(unwanted), _distinct(outside), _distinct(excluded))


def scope(interest: Interest) -> Node:
    """The papers that an interest may bring, by category: a tree in normal form."""
    parts: list[Node] = [Not(Category(code)) for code in interest.excluded if code not in interest.categories]
    if interest.categories:
        parts.append(Or(tuple(map(Category, interest.categories))))
    return normalize(And(tuple(parts))) if parts else EVERYTHING


def is_meaningful(interest: Interest) -> bool:
    """Whether an interest has the two words that similarity needs; in scripts without spaces, two characters."""
    return len(words(interest.wanted)) > 1


# ── clauses and what they exclude ─────────────────────────────────────────────────────────────────────────────────

_SEPARATOR = re.compile(
    r"\s*(?P<strong>[;；。！？!?()（）]+|(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bal)\.+(?=\s|$)|\s[–—-]\s|—)\s*"
    r"|\s*[,，、](?!\d)\s*"
)


class _Clause(NamedTuple):
    """A piece of the text between two separators; `is_first` if the separator before it is more than a comma."""

    start: int
    end: int
    is_first: bool


class _Exclusion(NamedTuple):
    """What is cut from the text, and the text of what it excludes."""

    start: int
    end: int
    object: str


def _clauses(text: str) -> list[_Clause]:
    clauses: list[_Clause] = []
    start, is_first = 0, True
    for separator in _SEPARATOR.finditer(text):
        if separator.start() > start:
            clauses.append(_Clause(start, separator.start(), is_first))
            is_first = False
        start, is_first = separator.end(), is_first or separator["strong"] is not None
    return [*clauses, _Clause(start, len(text), is_first)] if start < len(text) else clauses


def _exclusions(text: str) -> Iterator[_Exclusion]:
    clauses = _clauses(text)
    goes_on = False
    for number, clause in enumerate(clauses):
        resumes = marks.RESUMING.match(text, clause.start, clause.end)
        goes_on = goes_on and not clause.is_first
        found = _opened(text, clause)
        if found is None and goes_on and not resumes:
            found = _cut(text, clause.start, clause.start, clause.end)
        elif found is not None:
            goes_on = clause.is_first or _begins_list(text, clauses[number + 1 :])
        else:
            found = _found_inside(text, clause)
            goes_on = found is not None and found.end == clause.end and _begins_list(text, clauses[number + 1 :])
        if found is not None:
            yield found


def _begins_list(text: str, following: Sequence[_Clause]) -> bool:
    """Whether the clauses up to the next full stop or semicolon are a list that ends in "or"."""
    for clause in following:
        if clause.is_first or marks.RESUMING.match(text, clause.start, clause.end):
            return False
        if marks.LAST_OF_LIST.search(text, clause.start, clause.end):
            return True
    return False


def _opened(text: str, clause: _Clause) -> _Exclusion | None:
    """The exclusion of a clause that begins with a word for it."""
    opening = marks.OPENING.match(text, clause.start, clause.end)
    if opening is None or marks.HARMLESS.match(text, clause.start):
        return None
    return _cut(text, clause.start, opening.end(), clause.end)


def _found_inside(text: str, clause: _Clause) -> _Exclusion | None:
    """The exclusion of a part of a clause, or of a clause that ends with a word for it."""
    closing = marks.CLOSING.search(text, clause.start, clause.end)
    if closing and closing.start() > clause.start:
        return _Exclusion(clause.start, clause.end, text[clause.start : closing.start()])
    if turning := marks.EXCLUDED_BEFORE.search(text, clause.start, clause.end):
        return _Exclusion(clause.start, turning.end(), text[clause.start : turning.start()])
    for inner in marks.INNER.finditer(text, clause.start, clause.end):
        if not marks.HARMLESS.match(text, inner.start()):
            return _cut(text, inner.start(), inner.end(), clause.end)
    return None


def _cut(text: str, start: int, object_start: int, end: int) -> _Exclusion | None:
    """The exclusion of what stands between `object_start` and `end`, up to a word that resumes; None if it is empty."""
    resuming = marks.RESUMING_INSIDE.search(text, object_start, end)
    end = resuming.start() if resuming else end
    excluded = text[object_start:end].strip()
    return _Exclusion(start, resuming.end() if resuming else end, excluded) if excluded else None


def _objects(text: str) -> Iterator[str]:
    """What an exclusion names, without the words around it; "a b or c d" are two."""
    text = text.strip()
    if filler := marks.FILLER.match(text):
        text = text[filler.end() :]
    text = marks.TRAILING.sub("", text).strip()
    pieces = re.split(r"\s+(?:n?or|oder|ou|или)\s+|或者?", text)
    # "speech or image recognition" is one: "speech" alone would push away too much.
    yield from filter(None, pieces if all(len(words(piece)) > 1 for piece in pieces) else [text])


# ── cutting ───────────────────────────────────────────────────────────────────────────────────────────────────────

_BEFORE_CODES = re.compile(r"(?:(?<!\w)(?:in|from|of|within|on|en|dans|aus|de|em|di|в|из)\s+|在)$", re.IGNORECASE)
_BETWEEN_CODES = re.compile(
    r"\s*(?:[,;/&+、，]|(?:,\s*)?(?:and|or|und|oder|et|ou|y|e|o|и|или)\s|和|或|及)?\s*", re.IGNORECASE
)
_AFTER_CODES = re.compile(r"\s*(?:[中里]的?|的|の)")
_EMPTY = re.compile(r"[(（][\s,;，；、]*[)）]")
_REPEATED = re.compile(r"\s*([,;.，；。、])(?:\s*[,;.，；。、])+")


def _code_spans(text: str) -> list[tuple[int, int]]:
    """Where a text names categories, a list of them as one, with the preposition before or after it."""
    spans: list[tuple[int, int]] = []
    for match in codes_in_text(text):
        if spans and _BETWEEN_CODES.fullmatch(text, spans[-1][1], match.start()):
            spans[-1] = (spans[-1][0], match.end())
        else:
            before = _BEFORE_CODES.search(text[: match.start()])
            spans.append((before.start() if before else match.start(), match.end()))
    return [(start, after.end() if (after := _AFTER_CODES.match(text, end)) else end) for start, end in spans]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without these parts, which are in order, and without the punctuation that they leave."""
    kept: list[str] = []
    at = 0
    for start, end in spans:
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    left = _EMPTY.sub(" ", " ".join([*kept, text[at:]])) if spans else text
    return _REPEATED.sub(r"\1", " ".join(left.split())).strip(" ,;:.，；：。、–—-" if spans else " ")


def _distinct(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
