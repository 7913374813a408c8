"""The structure of TeX text: groups, formulas, scripts, quotation marks and dashes, written as Unicode.

What a command prints is not known here: `TexReader` is given a function that writes commands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.tex.tables import SUBSCRIPTS, SUPERSCRIPTS
from bot.tex.tokens import Token, partners, tokenize

MAX_DEPTH = 40
"""Nested groups that are read; deeper ones are shown as they are written. It bounds the recursion."""
_MAX_OPTION_TOKENS = 12  # a bracket that closes later was not the end of an option
# Braces that TeX would hide are kept around what looks like a set or JSON: {a, b}, {"a": 1}.
_SET_OR_DATA = re.compile(r"[,;:\"]\s|[\"|]")
_STYLE_COMMAND = re.compile(r"\\(?:text\w*|url|nolinkurl|path)\b")
_ESCAPED = re.compile(r"\\([%#&_~{}$])")
_CURRENCY_PREFIXES = ("US", "CA", "AU", "NZ", "HK", "NT")
_BOUNDARY: Token = ("space", " ")
"""Stands for the token before the first and after the last one."""


class TextBuilder:
    """Collects the text that is written, and tells how it ends."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def put(self, text: str) -> None:
        if text:
            self._parts.append(text)

    def ends_with_space(self) -> bool:
        return bool(self._parts) and self._parts[-1][-1].isspace()

    def ends_with_letter(self) -> bool:
        return bool(self._parts) and self._parts[-1][-1].isalpha()

    def __str__(self) -> str:
        return "".join(self._parts)


@dataclass(frozen=True, slots=True)
class Scope:
    """The group or formula being read: `end` is the index of its last token plus one, `out` takes its text."""

    end: int
    math: bool
    depth: int
    out: TextBuilder = field(default_factory=TextBuilder)


class TexReader:
    """One text as tokens. Methods take the index of a token and return the index of the next one to read.

    The closing partner of every brace and dollar is found beforehand, so that unbalanced ones are known as such and
    reading takes time in proportion to the length.
    """

    def __init__(
        self, tex: str, write_command: Callable[[TexReader, int, Scope], int], *, citations: bool = True
    ) -> None:
        self.tokens = tokenize(tex)
        self.partner = partners(self.tokens)
        self.citations = citations
        self._write_command = write_command
        self._open_quotes = 0

    def read(self) -> str:
        return self.read_range(0, len(self.tokens), math=False, depth=0)

    def read_range(self, start: int, end: int, *, math: bool, depth: int) -> str:
        """The tokens from `start` up to `end` as text."""
        scope = Scope(end, math, depth)
        index = start
        while index < end:
            index = self._write_token(index, scope)
        return str(scope.out)

    def _write_token(self, index: int, scope: Scope) -> int:
        kind, piece = self.tokens[index]
        if kind == "macro":
            return self._write_command(self, index, scope)
        if kind in ("open", "math"):
            return self._write_group(index, scope)
        # Outside of formulas arXiv's text has "_" and "^" as plain characters, unless a group follows.
        if kind == "script" and (scope.math or self.is_group(index + 1, scope)):
            return self.write_script(piece, index + 1, scope)
        if kind != "close":
            scope.out.put(self._plain(index, scope))
        return index + 1

    def _plain(self, index: int, scope: Scope) -> str:
        """The text of a token that opens no group, formula or script."""
        kind, piece = self.tokens[index]
        if kind == "quote":
            return self._quote(piece, math=scope.math)
        if kind == "dash":
            return self._dash(index, piece, math=scope.math)
        if kind == "tilde":
            return self._tilde(index)
        if kind == "space":
            return " "
        return "′" if scope.math and piece == "'" else piece

    # ── groups and formulas ──────────────────────────────────────────────────────────────────────────────────────────

    def _write_group(self, index: int, scope: Scope) -> int:
        kind, piece = self.tokens[index]
        close = self.partner.get(index)
        if close is None or close >= scope.end or scope.depth >= MAX_DEPTH:
            if kind == "math" and self._is_price(index):
                scope.out.put("$")
            return index + 1
        inner = self.read_range(index + 1, close, math=scope.math or kind == "math", depth=scope.depth + 1)
        if kind == "open" and not scope.math and _SET_OR_DATA.search(inner) and self._has_no_command(index, close):
            inner = "{" + inner + "}"
        scope.out.put(f" {inner} " if piece == "$$" else inner)
        return close + 1

    def _has_no_command(self, start: int, end: int) -> bool:
        return all(kind != "macro" for kind, _ in self.tokens[start:end])

    def _is_price(self, index: int) -> bool:
        before, after = self._neighbours(index)
        return after[1][:1].isdigit() or before[1][-2:] in _CURRENCY_PREFIXES

    def is_group(self, index: int, scope: Scope) -> bool:
        """Whether a balanced brace group begins at `index`."""
        return index < scope.end and self.tokens[index][0] == "open" and self.partner.get(index, scope.end) < scope.end

    def is_space(self, index: int, scope: Scope) -> bool:
        return index < scope.end and self.tokens[index][0] == "space"

    def group_text(self, index: int, scope: Scope, *, math: bool) -> tuple[str, int] | None:
        """The brace group at `index` as text, and the index after it; None if there is none."""
        if not self.is_group(index, scope) or scope.depth >= MAX_DEPTH:
            return None
        close = self.partner[index]
        return self.read_range(index + 1, close, math=math, depth=scope.depth + 1), close + 1

    def raw_group(self, index: int, scope: Scope) -> tuple[str, int] | None:
        """The brace group at `index` as it is written (an address, a key), and the index after it; None if none."""
        if not self.is_group(index, scope):
            return None
        close = self.partner[index]
        raw = "".join(piece for kind, piece in self.tokens[index + 1 : close] if kind not in ("open", "close"))
        return _ESCAPED.sub(r"\1", _STYLE_COMMAND.sub("", raw)), close + 1

    def after_option(self, index: int, scope: Scope) -> int:
        """The index after an optional argument (`[…]`) at `index`; `index` itself if there is none."""
        if index < scope.end and self.tokens[index][1].startswith("["):
            for position in range(index, min(scope.end, index + _MAX_OPTION_TOKENS)):
                if self.tokens[position][1].endswith("]"):
                    return position + 1
        return index

    # ── scripts and the operands of formulas ─────────────────────────────────────────────────────────────────────────

    def write_script(self, mark: str, index: int, scope: Scope) -> int:
        """Write the operand at `index` as a superscript (`mark` is "^") or subscript ("_").

        Unicode has raised and lowered forms of a few letters only; others keep the mark: "x_T", "ℝ^(n×d)".
        """
        table = SUPERSCRIPTS if mark == "^" else SUBSCRIPTS
        inner, after = self.operand(index, scope)
        compact = inner.replace(" ", "")
        if not compact:
            return after
        if all(char in table for char in compact):
            scope.out.put("".join(table[char] for char in compact))
        elif len(compact) == 1 or compact.isalnum():
            scope.out.put(mark + inner.strip())
        else:
            scope.out.put(f"{mark}({inner.strip()})")
        return after

    def operand(self, index: int, scope: Scope) -> tuple[str, int]:
        """The operand of a formula's command (a group, a command or a single character), and the index after it.

        TeX takes one character of "12" in `x^12`; the rest of the token is left to be read.
        """
        if self.is_space(index, scope):
            index += 1
        if index >= scope.end or scope.depth >= MAX_DEPTH:
            return "", index
        if (group := self.group_text(index, scope, math=True)) is not None:
            return group
        kind, piece = self.tokens[index]
        if kind == "macro":
            inner = Scope(scope.end, math=True, depth=scope.depth + 1)
            after = self._write_command(self, index, inner)
            return str(inner.out), after
        if kind in ("open", "close", "math", "space"):
            return "", index
        if len(piece) > 1:
            self.tokens[index] = (kind, piece[1:])
            return piece[0], index
        return piece, index + 1

    # ── quotation marks, dashes, ties ────────────────────────────────────────────────────────────────────────────────

    def _quote(self, piece: str, *, math: bool) -> str:
        if math:
            return "″" if piece == "''" else piece
        if piece == "``":
            self._open_quotes += 1
            return "“"
        if self._open_quotes:
            self._open_quotes -= 1
            return "”"
        return piece  # without an opening mark '' means inches or seconds

    def _dash(self, index: int, piece: str, *, math: bool) -> str:
        before, after = self._neighbours(index)
        if math or (before[0] == "space" and after[0] == "text" and after[1][0].isalpha()):
            return piece  # an option of a program, "--verbose"
        return "—" if len(piece) == 3 else "–"

    def _tilde(self, index: int) -> str:
        """A tie between words is a space; before a number, and not tied to a word, it means "about" ("~100x")."""
        before, after = self._neighbours(index)
        if after[0] == "space" or before[0] == "space" or before[1][-1:] in "(/<>=≈" or before[1][-1:].isdigit():
            return "~" if after[1][:1].isdigit() or after[0] == "space" or after[1] == "$" else " "
        return " "

    def _neighbours(self, index: int) -> tuple[Token, Token]:
        before = self.tokens[index - 1] if index else _BOUNDARY
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else _BOUNDARY
        return before, after
