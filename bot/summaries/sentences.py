"""Scientific prose into sentences, each a verbatim slice; abbreviations, decimals and TeX do not end one. Pure."""

from __future__ import annotations

import re

_ABBREVIATIONS = re.compile(
    r"al|approx|ca|cf|ch|chap|dept|dr|eg|eqn?s?|esp|est|et|ext|figs?|ie|incl|inc|jr|ltd|max|min|mrs?|ms|nos?|pp|prof|"
    r"refs?|resp|secs?|sect|sr|st|tabs?|univ|viz|vol|vs|w\.r\.t|wrt|aka"
)
_END = re.compile(r"[.!?][\"'”’»)\]}]*(?=\s)|[。！？][”’」』）]*")
_MATH = re.compile(r"\\\(.*?\\\)|\$\$.+?\$\$|(?<!\\)\$(?:\\.|[^$\\]){1,300}?(?<!\\)\$", re.DOTALL)
_LAST_WORD = re.compile(r"([^\s(\[{\"“'‘$]+)$")
_STARTS_LOWER = re.compile(r"[a-z]+(?:[A-Z0-9]|-[A-Z])")
_USUAL_START = re.compile(
    r"\s+(?:The|They|Th(?:is|ese)|We|It|Our|In|A|An|However|For|On|To|By|When|If|With|Here|Both)\b"
)
_LINE_BREAK = re.compile(r"\n\s*\n")


def split(text: str) -> list[str]:
    """The sentences of `text` in order, as they stand there (inner line breaks included), without outer spaces."""
    return [sentence for block in _LINE_BREAK.split(text) for sentence in _split_block(block)]


def _split_block(text: str) -> list[str]:
    formulas = [match.span() for match in _MATH.finditer(text)]
    found, start = [], 0
    for match in _END.finditer(text):
        if any(begin < match.start() and match.end() < end for begin, end in formulas):
            continue
        if _ends_here(text, start, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the mark that `match` found ends a sentence that began at `start`."""
    if match.group()[0] in "。！？":
        return True
    if not _may_start(text[match.end() :].lstrip()):
        return False
    if _depth(text[start : match.end()]) > 0:
        return False
    if match.group()[0] != ".":
        return True
    word = _LAST_WORD.search(text[start : match.start()])
    return word is None or not _abbreviates(word.group(1), text[match.end() :])


def _may_start(rest: str) -> bool:
    """Whether what follows looks like the first word of a sentence."""
    rest = rest.lstrip("\"'“‘«([{")
    if not rest:
        return True
    first = rest[0]
    return first.isupper() or first.isdigit() or first in "$\\" or not first.isascii() or _opens_with_name(rest)


def _opens_with_name(rest: str) -> bool:
    """Names such as nnU-Net or iPhone may begin a sentence in lower case."""
    return bool(_STARTS_LOWER.match(rest))


def _abbreviates(word: str, rest: str) -> bool:
    bare = word.lower().rstrip(".").lstrip("~")
    if _ABBREVIATIONS.fullmatch(bare):
        return True
    if len(bare) == 1 and bare.isalpha():
        return word.isupper() and not _USUAL_START.match(rest)  # an initial: J. Smith
    return bool(re.fullmatch(r"(?:[a-z]\.)+[a-z]", bare)) and bare not in ("u.s", "u.k", "e.u")


def _depth(text: str) -> int:
    """Round brackets open at the end; one left open for long is a slip of the pen and holds nothing together."""
    opened = text.count("(") - text.count(")")
    return opened if len(text) - text.rfind("(") < 400 else 0
