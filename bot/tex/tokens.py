"""arXiv's LaTeX as tokens, and the pairs among them: braces, and dollars that delimit a formula and not a price."""

from __future__ import annotations

import re
from collections.abc import Sequence

Token = tuple[str, str]
"""(kind, text); the kinds are the names of the groups in the pattern below."""

_MAX_FORMULA_TOKENS = 400  # what is longer is text between two stray dollars
_OPENING = {r"\)": r"\(", r"\]": r"\["}
# An address is one token, so that "_", "~" and "--" in it stay as they are.
_TOKEN = re.compile(
    r"(?P<url>(?:https?|ftp)://[^\s\\{}$<>\"]+)"
    r"|(?P<macro>\\(?:[A-Za-z]+\*?|.|\n))"
    r"|(?P<open>\{)|(?P<close>\})|(?P<math>\$\$?)"
    r"|(?P<script>[\^_])|(?P<dash>-{2,3}(?!-))|(?P<quote>``|'')|(?P<tilde>~)|(?P<space>\s+)"
    r"|(?P<text>[^\\{}$^_\-`'~\s]+|.)",
    re.DOTALL,
)


def tokenize(tex: str) -> list[Token]:
    """Cut `tex` into tokens; joined, they are `tex` again."""
    return [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(tex)]


def partners(tokens: Sequence[Token]) -> dict[int, int]:
    """Map the index of each opening brace or math delimiter to that of its closing one; unbalanced ones are missing."""
    partner: dict[int, int] = {}
    braces: list[int] = []
    opened: dict[str, int] = {}
    for index, (kind, piece) in enumerate(tokens):
        if kind == "open":
            braces.append(index)
        elif kind == "close" and braces:
            partner[braces.pop()] = index
        elif piece in (r"\(", r"\["):
            opened[piece] = index
        elif piece in _OPENING:
            if (start := opened.pop(_OPENING[piece], None)) is not None:
                partner[start] = index
        elif kind == "math":
            start = opened.get(piece)
            if start is not None and _is_math(tokens, start, index):
                partner[start] = index
                opened.pop(piece)
            else:
                opened[piece] = index
    return partner


def _is_math(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether the tokens between two dollars are a formula, and not the text between two prices.

    The rules are tuned on real abstracts, in which "$5 to $10" and "$<$5%" both occur.
    """
    if end - start > _MAX_FORMULA_TOKENS:
        return False
    inner = tokens[start + 1 : end]
    text = "".join(piece for _, piece in inner)
    if not text.strip():
        return False
    if not any(char.isalnum() for char in text):
        return text[:1] not in ",;." or len(text) < 4  # "$<$5%" is a formula; ", and" between two dollars is not
    if any(kind in ("macro", "script", "open") for kind, _ in inner):
        return True
    # Only plain characters are left. A digit after the second dollar makes it a price, and spaces inside of the dollars
    # make a formula unlikely, unless it is short.
    after = tokens[end + 1][1][:1] if end + 1 < len(tokens) else ""
    if text[0].isspace() or text[-1].isspace() or after.isdigit():
        return len(text.split()) <= 3 and not text[:1].isdigit() and not after.isdigit()
    return not (text[0].isdigit() and re.search(r"[A-Za-z]{3}", text))  # "$5 to train, $"
