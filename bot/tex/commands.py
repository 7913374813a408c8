"""Writes the commands of arXiv's TeX: accents, symbols, links, references, fractions, roots and styles.

To support a command, add it to the tables of `bot.tex.tables` if it prints a fixed text, and to `_WRITERS` otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.tex.reader import MAX_DEPTH, Scope, TexReader
from bot.tex.tables import ACCENTS, BLACKBOARD, NOTHING, SETTINGS, SPACES, accented, symbol

# Commands for letters, after which TeX drops a space: "\\O stergaard" is one word.
_LETTERS = frozenset(["O", "o", "L", "l", "AE", "ae", "OE", "oe", "AA", "aa", "ss", "i", "j"])
_DELIMITERS = frozenset("()[]")
_LITERALS = frozenset("%&#_{}$")
_ROOTS = {"": "√", "3": "∛", "4": "∜"}
_NEEDS_NO_BRACKETS = re.compile(r"[\d.]+|\(.*\)")


def write_command(reader: TexReader, index: int, scope: Scope) -> int:
    """Write the text of the command at token `index`, and return the index of the next token to read.

    An unknown command prints its argument, without one its name: a word too many is better than one that is lost.
    """
    name = reader.tokens[index][1][1:].rstrip("*")
    after = index + 1
    if name in _DELIMITERS:
        return _write_formula(reader, index, scope)
    if name in _LITERALS:
        scope.out.put(name)
        return after
    writer = _WRITERS.get(name) or (_write_reference if name.startswith(_REFERENCES) else None)
    if writer and (end := writer(reader, name, after, scope)) is not None:
        return end
    if name in ACCENTS and (end := _write_accent(reader, name, after, scope)) is not None:
        return end
    if name in SPACES or not name.strip():
        scope.out.put(" ")
        return after
    if name in NOTHING:
        return _skip_nothing(reader, name, after, scope)
    if (printed := symbol(name)) is not None:
        return _write_symbol(reader, printed, name, after, scope)
    group = reader.group_text(after, scope, math=scope.math)
    scope.out.put(group[0] if group and group[0].strip() else name)
    return group[1] if group else after


def _write_formula(reader: TexReader, index: int, scope: Scope) -> int:
    r"""Write the formula that `\(` or `\[` opens at `index`; a delimiter without its partner prints nothing."""
    close = reader.partner.get(index, scope.end)
    if close >= scope.end or scope.depth >= MAX_DEPTH:
        return index + 1
    inner = reader.read_range(index + 1, close, math=True, depth=scope.depth + 1)
    scope.out.put(f" {inner} " if reader.tokens[index][1] == r"\[" else inner)
    return close + 1


def _skip_nothing(reader: TexReader, name: str, index: int, scope: Scope) -> int:
    if name in ("left", "right", "middle") and index < scope.end and reader.tokens[index][1][:1] == ".":
        kind, piece = reader.tokens[index]  # `\left.` is a delimiter that is not printed
        reader.tokens[index] = (kind, piece[1:])
    # TeX takes the space after a command's name; nothing is printed in its place.
    return index + 1 if name.isalpha() and reader.is_space(index, scope) else index


def _write_symbol(reader: TexReader, printed: str, name: str, index: int, scope: Scope) -> int:
    out = scope.out
    had_space = out.ends_with_space()
    is_word = printed.isascii() and printed.isalpha()
    out.put(f" {printed}" if name == "item" or (is_word and out.ends_with_letter()) else printed)
    after = index + 2 if _is_empty_group(reader, index, scope) else index
    if name in _LETTERS:
        return _skip_nothing(reader, name, after, scope)
    # TeX drops the space after every command; it is kept where the writer put one on the other side of the symbol too.
    if reader.is_space(index, scope) and not printed.isalnum() and not had_space and name != "item":
        return index + 1
    return after


def _is_empty_group(reader: TexReader, index: int, scope: Scope) -> bool:
    return reader.is_group(index, scope) and reader.partner[index] == index + 1


# ── accents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_accent(reader: TexReader, name: str, index: int, scope: Scope) -> int | None:
    is_word = name.isalpha()
    if (group := reader.group_text(index, scope, math=scope.math)) is not None:
        letters = group[0].strip()
        # Outside of formulas `\c{…}` with a whole word is a command of the authors, "\k{appa}" for one.
        is_accent = not is_word or scope.math or len(letters) <= 1 + (name == "t")
        scope.out.put(accented(ACCENTS[name], letters) if is_accent else name + letters)
        return group[1]
    if not is_word:
        return _write_accented_letter(reader, name, index, scope)
    return _write_accented_letter(reader, name, index + 1, scope) if reader.is_space(index, scope) else None


def _write_accented_letter(reader: TexReader, name: str, index: int, scope: Scope) -> int | None:
    """Write the letter at `index` with its accent; None if `name` turns out to be no accent."""
    kind, piece = reader.tokens[index] if index < scope.end else ("", "")
    if piece in (r"\i", r"\j"):
        scope.out.put(accented(ACCENTS[name], piece[1:]))
        return index + 1 + reader.is_space(index + 1, scope)
    if kind != "text":
        return _write_no_accent(name, index, scope)
    first, rest = piece[0], piece[1:]
    letter = accented(ACCENTS[name], first)
    is_possessive = name == "'" and first == "s" and not rest[:1].isalpha() and scope.out.ends_with_letter()
    if not first.isalpha() or (len(letter) > 1 and not scope.math) or is_possessive:
        return _write_no_accent(name, index, scope)
    scope.out.put(letter)
    reader.tokens[index] = ("text", rest)
    return index if rest else index + 1


def _write_no_accent(name: str, index: int, scope: Scope) -> int | None:
    r"""Write a quotation mark that was escaped (`author\'s`); letters (`\c`) may be commands of the authors: None."""
    if name.isalpha():
        return None
    scope.out.put(" " if name in "=." else name)
    return index


# ── commands with arguments: each takes its name and the index after it ─────────────────────────────────────────────


def _write_address(reader: TexReader, _: str, index: int, scope: Scope) -> int | None:
    if (raw := reader.raw_group(index, scope)) is None:
        return None
    scope.out.put(raw[0])
    return raw[1]


def _write_link(reader: TexReader, _: str, index: int, scope: Scope) -> int | None:
    if (raw := reader.raw_group(index, scope)) is None:
        return None
    url, after = raw
    label = reader.group_text(after + reader.is_space(after, scope), scope, math=False)
    text = label[0].strip() if label else ""
    is_same = text.rstrip("/") == url.rstrip("/")
    scope.out.put(url if not text or is_same else f"{text} ({url})")
    return label[1] if label else after


_REFERENCES = ("cite", "ref", "cref", "eqref", "autoref", "Cref")


def _write_reference(reader: TexReader, name: str, index: int, scope: Scope) -> int | None:
    if (key := reader.raw_group(reader.after_option(index, scope), scope)) is None:
        return None
    if reader.citations or not name.startswith("cite"):
        scope.out.put(f"[{key[0]}]")
    return key[1]


def _skip_settings(reader: TexReader, name: str, index: int, scope: Scope) -> int:
    index = reader.after_option(index, scope)
    for argument in range(SETTINGS[name]):
        if not reader.is_group(index, scope):
            break
        # A rule or a space that is not negative separates words.
        if argument == 0 and name in ("rule", "hspace") and not reader.tokens[index + 1][1].startswith("-"):
            scope.out.put(" ")
        index = reader.partner[index] + 1
    return index


def _write_footnote(reader: TexReader, _: str, index: int, scope: Scope) -> int | None:
    if (note := reader.group_text(index, scope, math=False)) is None:
        return None
    scope.out.put(f" ({note[0].strip()})")
    return note[1]


def _write_code_point(reader: TexReader, _: str, index: int, scope: Scope) -> int | None:
    if (raw := reader.raw_group(index, scope)) is None:
        return None
    scope.out.put(_code_point(raw[0]))
    return raw[1]


def _code_point(raw: str) -> str:
    """The character of `x2013` (hexadecimal) or `8211` (decimal); `raw` itself if it is no code point."""
    digits = raw.strip().lower()
    try:
        char = chr(int(digits.removeprefix("x"), 16 if digits.startswith("x") else 10))
    except (ValueError, OverflowError):
        return raw
    return char if char.isprintable() else " "


def _write_text_script(reader: TexReader, name: str, index: int, scope: Scope) -> int | None:
    if not reader.is_group(index, scope):
        return None
    return reader.write_script("^" if name == "textsuperscript" else "_", index, scope)


def _write_fraction(reader: TexReader, name: str, index: int, scope: Scope) -> int:
    above, index = reader.operand(index, scope)
    below, index = reader.operand(index, scope)
    scope.out.put(f"({above} choose {below})" if name == "binom" else f"{_bracketed(above)}/{_bracketed(below)}")
    return index


def _write_root(reader: TexReader, _: str, index: int, scope: Scope) -> int:
    start = reader.after_option(index, scope)
    degree = "".join(piece for _, piece in reader.tokens[index:start]).strip("[]")
    inner, after = reader.operand(start, scope)
    scope.out.put(_ROOTS.get(degree, f"{degree}-th √") + _bracketed(inner))
    return after


def _bracketed(text: str) -> str:
    """A part of a fraction or root, in brackets if it consists of several terms."""
    text = text.strip()
    return text if len(text) <= 1 or text.isalnum() or _NEEDS_NO_BRACKETS.fullmatch(text) else f"({text})"


def _write_blackboard(reader: TexReader, _: str, index: int, scope: Scope) -> int:
    inner, after = reader.operand(index, scope)
    scope.out.put(BLACKBOARD.get(inner, inner))
    return after


def _write_styled(reader: TexReader, _: str, index: int, scope: Scope) -> int:
    inner, after = reader.operand(index, scope)
    scope.out.put(inner)
    return after


def _write_modulus(reader: TexReader, _: str, index: int, scope: Scope) -> int:
    inner, after = reader.operand(index, scope)
    scope.out.put(f"(mod {inner.strip()})")
    return after


_Writer = Callable[[TexReader, str, int, Scope], int | None]
"""Returns None if the command lacks its argument and is to be treated as any other."""

_WRITERS: dict[str, _Writer] = {
    **dict.fromkeys(["url", "path", "nolinkurl"], _write_address),
    "href": _write_link,
    **dict.fromkeys(SETTINGS, _skip_settings),
    **dict.fromkeys(["footnote", "freefootnote", "thanks"], _write_footnote),
    "unicode": _write_code_point,
    **dict.fromkeys(["textsuperscript", "textsubscript"], _write_text_script),
    **dict.fromkeys(["frac", "tfrac", "dfrac", "nicefrac", "sfrac", "binom"], _write_fraction),
    "sqrt": _write_root,
    "mathbb": _write_blackboard,
    **dict.fromkeys(
        ["mathbf", "mathcal", "mathrm", "mathit", "mathsf", "mathtt", "mathfrak", "mathscr", "bm"], _write_styled
    ),
    "pmod": _write_modulus,
}
