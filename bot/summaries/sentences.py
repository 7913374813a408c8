"""Splits scientific prose into sentences, each a verbatim slice of it. Pure.

Abbreviations, decimals and formulas do not end a sentence; a wrong split would make quotes that are not in the text.
"""

from __future__ import annotations

import re

_ABBREVIATIONS = re.compile(
    r"al|approx|ca|cf|ch|chap|dept|dr|eg|eqn?s?|esp|est|et|ext|figs?|ie|incl|inc|jr|ltd|max|min|mrs?|ms|nos?|pp|prof|"
    r"refs?|resp|secs?|sect|sr|st|tabs?|univ|viz|vol|vs|w\.r\.t|wrt|aka"
)
_END = re.compile(r"[.!?][\"'”’»)\]}]*(?=\s)|[。！？][”’」』）]*")
# At most 300 characters between single dollars: two prices far apart are no formula.
_MATH = re.compile(r"\\\(.*?\\\)|\$\$.+?\$\$|(?<!\\)\$(?:\\.|[^$\\]){1,300}?(?<!\\)\$", re.DOTALL)
_LAST_WORD = re.compile(r"([^\s(\[{\"“'‘$]+)$")
# nnU-Net, iPhone: a name that begins in lower case and has a capital or digit in it.
_LOWER_CASE_NAME = re.compile(r"[a-z]+(?:[A-Z0-9]|-[A-Z])")
# Words that usually begin a sentence, so that a single capital before them is no initial of a name.
_USUAL_START = re.compile(
    r"\s+(?:The|They|Th(?:is|ese)|We|It|Our|In|A|An|However|For|On|To|By|When|If|With|Here|Both)\b"
)
_LONGEST_WORD = 100
"""Characters of the longest word that may be an abbreviation."""

_LINE_BREAK = re.compile(r"\n\s*\n")


def split(text: str) -> list[str]:
    """The sentences of `text` in order, as written (with inner line breaks), without outer spaces."""
    return [sentence for block in _LINE_BREAK.split(text) for sentence in _split_block(block)]


def _split_block(text: str) -> list[str]:
    formulas = [match.span() for match in _MATH.finditer(text)]
    sentences, start = [], 0
    for match in _END.finditer(text):
        if any(begin < match.start() and match.end() < end for begin, end in formulas):
            continue
        if _ends_here(text, start, match):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the mark that `match` found ends a sentence that began at `start`."""
    # These marks have no other use, and no space follows them.
    if match.group()[0] in "。！？":
        return True
    if not _may_start(text[match.end() :].lstrip()):
        return False
    # A whole sentence in brackets is part of the sentence around it.
    if _open_brackets(text[start : match.end()]) > 0:
        return False
    if match.group()[0] != ".":
        return True
    # Looking through all of a text without sentences at each of its points would take a minute.
    word = _LAST_WORD.search(text[max(start, match.start() - _LONGEST_WORD) : match.start()])
    return word is None or not _is_abbreviation(word.group(1), text[match.end() :])


def _may_start(rest: str) -> bool:
    """Whether the text after a mark looks like the beginning of a sentence."""
    rest = rest.lstrip("\"'“‘«([{")
    if not rest:
        return True
    first = rest[0]
    if first.isupper() or first.isdigit() or first in "$\\" or not first.isascii():
        return True
    return bool(_LOWER_CASE_NAME.match(rest))


def _is_abbreviation(word: str, rest: str) -> bool:
    """Whether the point after `word` belongs to it; `rest` is what follows the point."""
    bare = word.lower().rstrip(".").lstrip("~")
    if _ABBREVIATIONS.fullmatch(bare):
        return True
    if len(bare) == 1 and bare.isalpha():
        return word.isupper() and not _USUAL_START.match(rest)  # an initial: J. Smith
    # "e.g.", "i.e.", "a.k.a."; after a country's name a sentence may well end.
    return bool(re.fullmatch(r"(?:[a-z]\.)+[a-z]", bare)) and bare not in ("u.s", "u.k", "e.u")


def _open_brackets(text: str) -> int:
    """Round brackets open at the end; 0 if the last was opened 400 characters ago: it was never meant to close."""
    opened = text.count("(") - text.count(")")
    return opened if len(text) - text.rfind("(") < 400 else 0
