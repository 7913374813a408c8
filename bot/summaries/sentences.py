"""Splits scientific prose into sentences, each a verbatim slice of it. Pure.

Abbreviations, decimals and formulas do not end a sentence; a wrong split would make quotes that are not in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_ABBREVIATIONS = re.compile(
    r"al|approx|ca|cf|ch|chap|dept|dr|eg|eqn?s?|esp|est|et|ext|figs?|ie|incl|inc|jr|ltd|max|min|mrs?|ms|nos?|pp|prof|"
    r"refs?|resp|secs?|sect|sr|st|tabs?|univ|viz|vol|vs|w\.r\.t|wrt|aka|trans|proc"
)
_MAY_END = ("pp", "inc", "ltd", "jr", "sr", "no", "nos", "max", "min", "est")
"""Abbreviations that may be the last word of a sentence as well: "by 3.8 pp. We …"."""
_TITLES = ("ms", "mr", "mrs", "dr")
# Also a point without a space, as between the lines of some abstracts: "… of levels.We introduce …".
_END = re.compile(
    r"[.!?][\"'”’»)\]}]*(?=\s)|[。！？][”’」』）]*|(?<=[A-Za-z)][A-Za-z)][A-Za-z)])\.(?=(?:[A-Z][a-z]+,?|A) [a-z(])"
)
# At most 300 characters between single dollars: two prices far apart are no formula. The other bounds keep a text of
# marks that are never closed from being looked through once for each of them.
_MATH = re.compile(
    r"\\\(.{0,2000}?\\\)|\\\[.{0,2000}?\\\]|\$\$.{1,2000}?\$\$|(?<!\\)\$(?:\\.|[^$\\]){1,300}?(?<!\\)\$", re.DOTALL
)
_LAST_WORD = re.compile(r"([^\s(\[{\"“'‘$]+)$")
# nnU-Net, iPhone: a name that begins in lower case and has a capital or digit in it.
_LOWER_CASE_NAME = re.compile(r"[a-z]+(?:[A-Z0-9]|-[A-Z])")
# Words that usually begin a sentence, so that a single capital before them is no initial of a name.
_USUAL_START = re.compile(
    r"\s+(?:The|They|Th(?:is|ese)|We|It|Our|In|A|An|However|For|On|To|By|When|If|With|Here|Both|As|At|But|Yet|From|"
    r"Recent|Existing|Current|Many|Most|Some|While|Although|Despite|Since|Using|Through|Moreover|Furthermore|Finally)\b"
)
# "(i) The", "2) We": an item of a list within the text.
_ITEM = re.compile(r"\(?(?:[ivx]{1,4}|[a-z]|\d{1,2})\)\s+[A-Z\\$]")
# An unescaped "% " in TeX: a sentence that the authors meant to hide from print, and that arXiv shows.
_COMMENT_MARK = re.compile(r"%+\s+")
# What is no sentence of its own: the heading of a structured abstract, the number of an item.
_HEADING = re.compile(
    r"(?:abstract\W*)?(?:background|context|introduction|motivation|objectives?|purpose|aims?|problem|approach|"
    r"materials? and methods?|methods?|methodology|design|(?:main |key )?results?|findings|conclusions?|significance|"
    r"limitations|implications)|\W*(?:\d{1,2}|[ivx]{1,4}|[a-z])\)?",
    re.IGNORECASE,
)
# "Art. 5": an abbreviation only before a number.
_BEFORE_NUMBER = re.compile(r"(?:arts?|para?|cl)$", re.IGNORECASE)
_LONGEST_WORD = 100
"""Characters of the longest word that may be an abbreviation."""
_LONGEST_BRACKET = 1000
"""Characters before a mark in which an open bracket is looked for."""
_FOLLOWING = 500
"""Characters after a mark that say whether it ends a sentence."""

_LINE_BREAK = re.compile(r"\n\s*\n")


def split(text: str) -> list[str]:
    """The sentences of `text` in order, as written (with inner line breaks), without outer spaces."""
    return [sentence for block in _LINE_BREAK.split(text) for sentence in _split_block(block)]


def _split_block(text: str) -> list[str]:
    formulas = [match.span() for match in _MATH.finditer(text)]
    sentences, start = [], 0
    for match in _END.finditer(text):
        before = bisect_left(formulas, (match.start(),))
        if before and match.end() < formulas[before - 1][1]:
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
    rest = text[match.end() : match.end() + _FOLLOWING]
    if not _may_start(rest.lstrip()) or _HEADING.fullmatch(text[start : match.start()].strip()):
        return False
    # A whole sentence in brackets is part of the sentence around it.
    if _is_in_brackets(text[max(start, match.end() - _LONGEST_BRACKET) : match.end()], rest):
        return False
    if match.group()[0] != ".":
        return True
    # Looking through all of a text without sentences at each of its points would take a minute.
    word = _LAST_WORD.search(text[max(start, match.start() - _LONGEST_WORD) : match.start()])
    if word is None:
        return True
    # "github.Com page": without a space after it, the point may belong to an address or a name.
    if rest[:1].isalpha() and re.search(r"[^\w()-]", word.group(1)):
        return False
    return not _is_abbreviation(word.group(1), rest)


def _may_start(rest: str) -> bool:
    """Whether the text after a mark looks like the beginning of a sentence."""
    if _ITEM.match(rest):
        return True
    rest = _COMMENT_MARK.sub("", rest)
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
    if bare in _TITLES and word.islower():
        return False  # "in 40 ms. We …"
    if _ABBREVIATIONS.fullmatch(bare):
        return not (bare in _MAY_END and _USUAL_START.match(rest))
    if len(bare) == 1 and bare.isalpha():
        return word.isupper() and not _USUAL_START.match(rest)  # an initial: J. Smith
    if _BEFORE_NUMBER.fullmatch(bare):
        return bool(re.match(r"\s+[\d§(]", rest))
    if bare in ("u.s", "u.k", "e.u"):  # a sentence may well end after the name of a country: "in the U.S. We …"
        return not _USUAL_START.match(rest)
    return bool(re.fullmatch(r"(?:[a-z]\.)+[a-z]", bare))  # "e.g.", "i.e.", "a.k.a."


def _is_in_brackets(text: str, rest: str) -> bool:
    """Whether a round bracket is open at the end of `text` that closes in the next 400 characters of `rest`.

    One that does not close so soon was never meant to.
    """
    if ")" not in rest[:400]:
        return False
    depth = 0
    for char in text:
        # A bracket that closes none, as in "1) first", counts for nothing.
        depth = max(depth + (char == "(") - (char == ")"), 0)
    for char in rest[:400]:
        if depth <= 0:
            break
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return True
    return False
