r"""JSON as models write it: the object is found among other text, and TeX inside its strings is escaped. Pure.

Models write TeX and forget that JSON wants every backslash doubled. `\ell` is then no JSON at all, and `\theta` is read
as a tab and "heta".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_HALF_PAIR = re.compile(r"u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Half of a character above U+FFFF, as in a reply cut in the middle of one: no text with it can be sent or stored."""
_COMMANDS = {
    "t": (
        "au|ext|extbf|extit|extrm|extsc|extsf|exttt|extsubscript|extsuperscript|frac|heta|herefore|ilde|imes|riangle|"
        "riangleq"
    ),
    "n": "abla|earrow|eg|eq|geq|leq|ot|otin|rightarrow",
    "r": "angle|ceil|floor|ho|ight|ightarrow|ightleftharpoons",
}
"""The TeX commands that begin with the letter of a JSON escape, without that letter."""
_MATH_COMMANDS = {"t": "an|anh|op|o", "n": "e|exists|i|mid|parallel|u", "r": "m"}
"""Commands whose rest is a word of some language ("\\ne" may be a line break and Spanish or Portuguese "e"): they are
commands only inside a formula."""
_AS_COMMAND = {letter: re.compile(rf"(?:{names})(?![A-Za-z])") for letter, names in _COMMANDS.items()}
_AS_MATH_COMMAND = {letter: re.compile(rf"(?:{names})(?![A-Za-z])") for letter, names in _MATH_COMMANDS.items()}
# What follows the apostrophe of an English contraction or possessive: "paper's", "don't", "we're".
_CONTRACTION = re.compile(r"(?:s|t|d|m|re|ve|ll)(?![A-Za-z])")


def without_thoughts(text: str) -> str:
    """The reply without the thoughts that local reasoning models print before it, often with JSON in them."""
    return re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL).strip()


def find_json(text: str) -> dict[str, Any] | list[Any] | None:
    """The JSON object or list in a reply: alone, in a code fence, or after other text. None if there is none."""
    for candidate in _candidates(text):
        try:
            # Not strict: models write line feeds inside of strings. `raw_decode` ignores text after the JSON.
            value, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list):
            return value
    return None


def _candidates(text: str) -> Iterator[str]:
    """The places at which the JSON may begin, each also without commas before a closing bracket."""
    fenced = re.search(r"```(?:json)?\s*\n?(.*?)```", text, re.DOTALL)
    opening = text.find("{")
    for start in (text, fenced[1] if fenced else "", text[opening:] if opening >= 0 else ""):
        escaped = escape_tex(start.lstrip())
        yield escaped
        yield re.sub(r",(\s*[}\]])", r"\1", escaped)


def escape_tex(text: str) -> str:
    r"""JSON text in whose strings every backslash of TeX is doubled. What is escaped correctly stays as it is.

    An escape that JSON does not have (`\ell`, `\%`, `\upsilon`) is TeX, and so is a backspace or form feed before a
    letter (`\beta`, `\frac`): no text contains those. A tab, line feed or carriage return is TeX if the name of a
    command follows (`\theta`, `\nabla`, `\rho`).
    """
    return _STRING.sub(lambda match: _escape_string(match[0]), text)


def _escape_string(string: str) -> str:
    def escape(match: re.Match[str]) -> str:
        char, rest = match[1], string[match.end() :]
        if _HALF_PAIR.fullmatch(char):
            return "\\ufffd"
        if char == "'" and _CONTRACTION.match(rest) and string[match.start() - 1].isalpha():
            return "'"  # an apostrophe escaped as in other languages: "the paper\'s"
        is_math = string.count("$", 0, match.start()) % 2 == 1  # an odd number of dollars: a formula is open
        return f"\\{match[0]}" if _is_tex(char, rest, is_math) else match[0]

    return _ESCAPE.sub(escape, string)


def _is_tex(char: str, rest: str, is_math: bool) -> bool:
    """Whether a backslash before `char` (and a `rest` of the string) belongs to TeX."""
    if char in "bf":
        return rest[:1].isalpha()
    if char in _COMMANDS:
        if _AS_COMMAND[char].match(rest):
            return True
        return is_math and _AS_MATH_COMMAND[char].match(rest) is not None
    return len(char) == 1 and char not in '"\\/'
