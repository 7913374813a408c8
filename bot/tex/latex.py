"""LaTeX in arXiv's titles and abstracts made readable Unicode, without losing a word.

arXiv's metadata is not quite TeX: `%` is a percent sign, `$5` a price, `_` part of a name, URLs hold anything. So this
is a reader of its own, made for that text, with pylatexenc's tables of symbols.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.tex.tables import ACCENTS, BLACKBOARD, NOTHING, SETTINGS, SPACES, SUBSCRIPTS, SUPERSCRIPTS, accented, symbol
from bot.tex.tokens import partners, tokenize

_TELLTALE = re.compile(r"[\\${}~`]|--|''")
_LETTERS = frozenset(["O", "o", "L", "l", "AE", "ae", "OE", "oe", "AA", "aa", "ss", "i", "j"])
_MAX_DEPTH = 40  # groups in groups; what is nested deeper is shown as it stands


@lru_cache(maxsize=2048)
def readable(tex: str, *, citations: bool = True) -> str:
    """`tex` as Unicode text on one line. Never raises; words stay, unknown commands keep their argument or name.

    `citations` says whether \\cite{key} becomes "[key]" or is left out.
    """
    if not _TELLTALE.search(tex):
        return " ".join(tex.split())
    text = _TexReader(tex, citations=citations).read()
    return unicodedata.normalize("NFC", " ".join(text.split()))


class _TexReader:
    """One text, cut into tokens, with the partner of every brace and dollar found beforehand."""

    def __init__(self, tex: str, *, citations: bool) -> None:
        self.citations = citations
        self.tokens = tokenize(tex)
        self.partner = partners(self.tokens)
        self.quotes = 0

    def read(self) -> str:
        return self._range(0, len(self.tokens), math=False, depth=0)

    def _range(self, start: int, end: int, *, math: bool, depth: int) -> str:
        out = _Out()
        index = start
        while index < end:
            index = self._token(index, end, out, math=math, depth=depth)
        return str(out)

    def _token(self, index: int, end: int, out: _Out, *, math: bool, depth: int) -> int:
        """Write the piece at `index` and return where to go on."""
        kind, piece = self.tokens[index]
        if kind == "macro":
            return self._macro(index, end, out, math=math, depth=depth)
        if kind in ("open", "math"):
            return self._group(index, end, out, math=math, depth=depth)
        if kind == "script" and (math or self._opens(index + 1, end)):
            return self._script(index, end, out, depth=depth)
        if kind == "quote":
            out.put(self._quote(piece, math=math))
        elif kind == "dash":
            out.put(self._dash(index, piece, math=math))
        elif kind == "tilde":
            out.put(self._tilde(index))
        elif kind == "space":
            out.put(" ")
        elif kind != "close":
            out.put("′" if math and piece == "'" else piece)
        return index + 1

    def _group(self, index: int, end: int, out: _Out, *, math: bool, depth: int) -> int:
        kind, piece = self.tokens[index]
        close = self.partner.get(index)
        if close is None or close >= end or depth >= _MAX_DEPTH:
            if kind == "math" and self._is_price(index):
                out.put("$")
            return index + 1
        inner = self._range(index + 1, close, math=math or kind == "math", depth=depth + 1)
        # Braces that TeX would hide are shown where they look like a set or data, not like protected letters.
        shown = kind == "open" and not math and re.search(r"[,;:\"]\s|[\"|]", inner) and self._bare(index, close)
        out.put("{" + inner + "}" if shown else f" {inner} " if piece == "$$" else inner)
        return close + 1

    def _bare(self, index: int, close: int) -> bool:
        return all(kind != "macro" for kind, _ in self.tokens[index:close])

    def _is_price(self, index: int) -> bool:
        following = self.tokens[index + 1][1] if index + 1 < len(self.tokens) else ""
        before = self.tokens[index - 1][1] if index else ""
        return following[:1].isdigit() or before[-2:] in ("US", "CA", "AU", "NZ", "HK", "NT")

    def _opens(self, index: int, end: int) -> bool:
        return index < end and self.tokens[index][0] == "open" and self.partner.get(index, end) < end

    def _argument(self, index: int, end: int, *, math: bool, depth: int) -> tuple[str, int] | None:
        """The group at `index` (spaces before it skipped) as text, and where it ends; None if there is none."""
        if index < end and self.tokens[index][0] == "space":
            index += 1
        if not self._opens(index, end) or depth >= _MAX_DEPTH:
            return None
        close = self.partner[index]
        return self._range(index + 1, close, math=math, depth=depth + 1), close + 1

    def _raw(self, index: int, end: int) -> tuple[str, int] | None:
        """The group at `index` exactly as written (addresses, keys)."""
        if not self._opens(index, end):
            return None
        close = self.partner[index]
        raw = "".join(piece for kind, piece in self.tokens[index + 1 : close] if kind not in ("open", "close"))
        raw = re.sub(r"\\(?:text\w*|url|nolinkurl|path)\b", "", raw)
        return re.sub(r"\\([%#&_~{}$])", r"\1", raw), close + 1

    def _after_option(self, index: int, end: int) -> int:
        """Where a `[…]` at `index` ends, or `index`."""
        if index < end and self.tokens[index][1].startswith("["):
            for at in range(index, min(end, index + 12)):
                if self.tokens[at][1].endswith("]"):
                    return at + 1
        return index

    def _script(self, index: int, end: int, out: _Out, *, depth: int) -> int:
        mark = self.tokens[index][1]
        table = SUPERSCRIPTS if mark == "^" else SUBSCRIPTS
        inner, after = self._operand(index + 1, end, depth)
        compact = inner.replace(" ", "")
        if not compact:
            return after
        if all(char in table for char in compact):
            out.put("".join(table[char] for char in compact))
        elif len(compact) == 1 or compact.isalnum():
            out.put(mark + inner.strip())
        else:
            out.put(f"{mark}({inner.strip()})")
        return after

    def _operand(self, index: int, end: int, depth: int) -> tuple[str, int]:
        """What one math command takes: a group, a command, or a single character (the rest of a run stays)."""
        if index < end and self.tokens[index][0] == "space":
            index += 1
        if index >= end or depth >= _MAX_DEPTH:
            return "", index
        if (group := self._argument(index, end, math=True, depth=depth)) is not None:
            return group
        kind, piece = self.tokens[index]
        if kind == "macro":
            inner = _Out()
            after = self._macro(index, end, inner, math=True, depth=depth + 1)
            return str(inner), after
        if kind in ("open", "close", "math", "space"):
            return "", index
        if len(piece) > 1:
            self.tokens[index] = (kind, piece[1:])
            return piece[0], index
        return piece, index + 1

    def _macro(self, index: int, end: int, out: _Out, *, math: bool, depth: int) -> int:
        piece = self.tokens[index][1]
        name = piece[1:].rstrip("*")
        after = index + 1
        if piece in (r"\(", r"\[") and index in self.partner and depth < _MAX_DEPTH and self.partner[index] < end:
            close = self.partner[index]
            inner = self._range(after, close, math=True, depth=depth + 1)
            out.put(f" {inner} " if piece == r"\[" else inner)
            return close + 1
        if name in ("(", ")", "[", "]"):
            return after
        if name and name in "%&#_{}$":
            out.put(name)
            return after
        if (special := self._special(name, after, end, out, depth=depth)) is not None:
            return special
        if name in ACCENTS and (accent := self._accent(name, after, end, out, math=math, depth=depth)) is not None:
            return accent
        if name in SPACES or not name.strip():
            out.put(" ")
            return after
        if name in NOTHING:
            return self._after_nothing(name, after, end)
        if (found := symbol(name)) is not None:
            return self._symbol(found, name, after, end, out)
        if (argument := self._argument(after, after + 1 if after < end else end, math=math, depth=depth)) is None:
            argument = self._near(after, end, math=math, depth=depth)
        if argument is not None and argument[0].strip():
            out.put(argument[0])
            return argument[1]
        out.put(name)
        return argument[1] if argument is not None else after

    def _near(self, index: int, end: int, *, math: bool, depth: int) -> tuple[str, int] | None:
        """The group that stands right at `index`: one after a space belongs to the text."""
        return self._argument(index, end, math=math, depth=depth) if self._opens(index, end) else None

    def _after_nothing(self, name: str, index: int, end: int) -> int:
        if name in ("left", "right", "middle") and index < end and self.tokens[index][1][:1] == ".":
            kind, piece = self.tokens[index]
            self.tokens[index] = (kind, piece[1:])
        # TeX takes the space after a command's name; nothing is printed in its place.
        return index + 1 if name.isalpha() and index < end and self.tokens[index][0] == "space" else index

    def _symbol(self, found: str, name: str, index: int, end: int, out: _Out) -> int:
        spaced = out.ends_with_space()
        word = found.isascii() and found.isalpha()
        out.put(f" {found}" if name == "item" or (word and out.ends_with_letter()) else found)
        if name in _LETTERS:  # "\\O stergaard" is one word
            return self._after_nothing(name, index + 2 if self._empty_group(index, end) else index, end)
        if index < end and self.tokens[index][0] == "space" and not found.isalnum() and not spaced and name != "item":
            return index + 1
        return index + 2 if self._empty_group(index, end) else index

    def _empty_group(self, index: int, end: int) -> bool:
        return self._opens(index, end) and self.partner[index] == index + 1

    def _accent(self, name: str, index: int, end: int, out: _Out, *, math: bool, depth: int) -> int | None:
        long = len(name) > 1 or name.isalpha()
        if (group := self._near(index, end, math=math, depth=depth)) is not None:
            letters = group[0].strip()
            one_letter = not long or math or len(letters) <= 1 + (name == "t")
            out.put(accented(ACCENTS[name], letters) if one_letter else name + letters)
            return group[1]
        if long and not (index < end and self.tokens[index][0] == "space"):
            return None
        at = index + 1 if long else index
        if at >= end or self.tokens[at][0] not in ("text", "macro") or (long and name not in ACCENTS):
            return self._bare_accent(name, index, out)
        if self.tokens[at][0] == "macro":
            if self.tokens[at][1] not in (r"\i", r"\j"):
                return self._bare_accent(name, index, out)
            out.put(accented(ACCENTS[name], self.tokens[at][1][1:]))
            return at + 1 + (at + 1 < end and self.tokens[at + 1][0] == "space")
        first, rest = self.tokens[at][1][0], self.tokens[at][1][1:]
        mark = accented(ACCENTS[name], first)
        possessive = name == "'" and first == "s" and not rest[:1].isalpha() and out.ends_with_letter()
        if not first.isalpha() or (len(mark) > 1 and not math) or possessive:
            return self._bare_accent(name, index, out)
        out.put(mark)
        self.tokens[at] = ("text", rest)
        return at + 1 if not rest else at

    @staticmethod
    def _bare_accent(name: str, index: int, out: _Out) -> int | None:
        """A quotation mark that somebody escaped, not an accent; letters (`\\c`) may be commands of the author's."""
        if name.isalpha():
            return None
        out.put(" " if name in "=." else name)
        return index

    def _special(self, name: str, index: int, end: int, out: _Out, *, depth: int) -> int | None:
        """Commands with a meaning of their own; None for all others."""
        if name in ("url", "path", "nolinkurl") and (raw := self._raw(index, end)):
            out.put(raw[0])
            return raw[1]
        if name == "href" and (raw := self._raw(index, end)):
            return self._href(raw, end, out, depth)
        if name.startswith(("cite", "ref", "cref", "eqref", "autoref", "Cref")) or name in ("citep", "citet"):
            at = self._after_option(index, end)
            if raw := self._raw(at, end):
                if self.citations or not name.startswith("cite"):
                    out.put(f"[{raw[0]}]")
                return raw[1]
        if name in SETTINGS:
            return self._settings(SETTINGS[name], index, end)
        if name in ("footnote", "freefootnote", "thanks") and (note := self._near(index, end, math=False, depth=depth)):
            out.put(f" ({note[0].strip()})")
            return note[1]
        if name == "unicode" and (raw := self._raw(index, end)):
            out.put(_code_point(raw[0]))
            return raw[1]
        if name in ("textsuperscript", "textsubscript") and self._opens(index, end):
            return self._scripted("^" if name == "textsuperscript" else "_", index, end, out, depth)
        return self._formula(name, index, end, out, depth)

    def _scripted(self, mark: str, index: int, end: int, out: _Out, depth: int) -> int:
        kept = self.tokens[index - 1]
        self.tokens[index - 1] = ("script", mark)
        after = self._script(index - 1, end, out, depth=depth)
        self.tokens[index - 1] = kept
        return after

    def _href(self, raw: tuple[str, int], end: int, out: _Out, depth: int) -> int:
        url, after = raw
        label = self._argument(after, end, math=False, depth=depth)
        if label is None:
            out.put(url)
            return after
        text = label[0].strip()
        out.put(url if not text or text.rstrip("/") == url.rstrip("/") else f"{text} ({url})")
        return label[1]

    def _settings(self, arguments: int, index: int, end: int) -> int:
        index = self._after_option(index, end)
        for _ in range(arguments):
            if not self._opens(index, end):
                break
            index = self.partner[index] + 1
        return index

    def _formula(self, name: str, index: int, end: int, out: _Out, depth: int) -> int | None:
        if name in ("frac", "tfrac", "dfrac", "nicefrac", "sfrac", "binom"):
            above, index = self._operand(index, end, depth)
            below, index = self._operand(index, end, depth)
            out.put(f"({above} choose {below})" if name == "binom" else f"{_atom(above)}/{_atom(below)}")
            return index
        if name == "sqrt":
            at = self._after_option(index, end)
            degree = "".join(piece for _, piece in self.tokens[index:at]).strip("[]")
            inner, at = self._operand(at, end, depth)
            root = {"3": "∛", "4": "∜", "": "√"}.get(degree)
            out.put((root or f"{degree}-th √") + _atom(inner))
            return at
        if name == "mathbb":
            inner, index = self._operand(index, end, depth)
            out.put(BLACKBOARD.get(inner, inner))
            return index
        if name in ("mathbf", "mathcal", "mathrm", "mathit", "mathsf", "mathtt", "mathfrak", "mathscr", "bm"):
            inner, index = self._operand(index, end, depth)
            out.put(inner)
            return index
        if name == "pmod":
            inner, index = self._operand(index, end, depth)
            out.put(f"(mod {inner.strip()})")
            return index
        return None

    def _quote(self, piece: str, *, math: bool) -> str:
        if math:
            return "″" if piece == "''" else piece
        if piece == "``":
            self.quotes += 1
            return "“"
        if self.quotes:
            self.quotes -= 1
            return "”"
        return piece

    def _dash(self, index: int, piece: str, *, math: bool) -> str:
        before = self.tokens[index - 1] if index else ("space", " ")
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else ("space", " ")
        if math or (before[0] == "space" and after[0] == "text" and after[1][0].isalpha()):
            return piece  # an option of a program, "--verbose"
        return "—" if len(piece) == 3 else "–"

    def _tilde(self, index: int) -> str:
        """A tie between words is a space; before a number, and not tied to a word, it means "about"."""
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else ("space", " ")
        before = self.tokens[index - 1] if index else ("space", " ")
        if after[0] == "space" or before[0] == "space" or before[1][-1:] in "(/<>=≈" or before[1][-1:].isdigit():
            return "~" if after[1][:1].isdigit() or after[0] == "space" or after[1] == "$" else " "
        return " "


class _Out:
    """Text being written, which knows how it ends."""

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


def _atom(text: str) -> str:
    """A part of a fraction or root, in brackets where it is more than one thing."""
    text = text.strip()
    return text if len(text) <= 1 or text.isalnum() or re.fullmatch(r"[\d.]+|\(.*\)", text) else f"({text})"


def _code_point(raw: str) -> str:
    try:
        char = chr(int(raw.strip().lower().removeprefix("x"), 16 if raw.strip().lower().startswith("x") else 10))
    except (ValueError, OverflowError):
        return raw
    return char if char.isprintable() else " "
