"""Formulas as readable text: presentation MathML, or the TeX beside it, becomes one line of Unicode."""

from __future__ import annotations

import re
import unicodedata

from lxml import etree

from bot.tex.invisible import without_invisible
from bot.tex.latex import readable

# Deeper elements are left out, so that a hostile formula cannot exhaust the stack.
MAX_DEPTH = 60
_SPACED_OPERATORS = frozenset("=≠≈≡∼<>≤≥≪≫→←↦⟶⇒⇔↔∈∉⊂⊆∪∩+−-±∓×·÷∗⊕⊗⊙∧∨∣:≔∝≜")
# The sign that LaTeXML writes above a letter → the combining character that Unicode has for it.
_ACCENTS = {
    "^": "\u0302",
    "~": "\u0303",
    "¯": "\u0304",
    "˙": "\u0307",
    "¨": "\u0308",
    "→": "\u20d7",
    "˘": "\u0306",
    "ˇ": "\u030c",
    "´": "\u0301",
    "`": "\u0300",
    "‾": "\u0304",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "⃗": "\u20d7",
}


def math_text(math: etree._Element) -> str:
    """One line for a `<math>` element; from the TeX in `alttext` if it holds no presentation MathML."""
    for child in math:
        if child.tag == "semantics":
            math = child
            break
    rows = [child for child in math if isinstance(child.tag, str) and not child.tag.startswith("annotation")]
    text = "".join(_element_text(child, 0) for child in rows)
    if not text.strip():
        tex = str(math.get("alttext") or "")
        text = readable(rf"\({tex}\)").strip() or tex  # not between dollars: \text{…} may contain some
    return _normalize_spaces(text)


def _normalize_spaces(text: str) -> str:
    text = without_invisible(text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" (?=[,;.)\]}])|(?<=[(\[{]) ", "", text)
    return text.strip()


def _element_text(element: etree._Element, depth: int) -> str:
    tag = element.tag
    if not isinstance(tag, str) or depth > MAX_DEPTH:
        return ""
    if tag in ("mi", "mn", "ms"):
        # NFKC makes plain letters of bold, script and other mathematical alphabets, which few fonts have.
        return unicodedata.normalize("NFKC", element.text or "".join(map(str, element.itertext())))
    if tag == "mo":
        return _operator(element.text or "")
    if tag == "mtext":
        return "".join(map(str, element.itertext())).replace("\u00a0", " ")
    if tag == "mspace":
        return " "
    if tag in ("mphantom", "annotation", "annotation-xml"):
        return ""
    return _combine(tag, [_element_text(child, depth + 1) for child in element], element)


def _operator(text: str) -> str:
    text = text.strip() if text.strip() else text[:1]
    if text in _SPACED_OPERATORS:
        return f" {text} "
    if len(text) > 1 and text.isalpha():  # "mod", "log"
        return f" {text} "
    return f"{text} " if text in (",", ";") else text


def _combine(tag: str, parts: list[str], element: etree._Element) -> str:
    """The text of a MathML element from the texts of its children."""
    first, second, third = [*(part.strip() for part in parts[:3]), "", "", ""][:3]
    if tag == "mfrac":
        return f"{_parenthesize(first)}/{_parenthesize(second)}"
    if tag == "msqrt":
        return f"√{_parenthesize(''.join(parts).strip())}"
    if tag == "mroot":
        return f"{_parenthesize(first)}^(1/{second})"
    if tag in ("msub", "munder"):
        return f"{first}{_script('_', second)}"
    if tag == "msup":
        return f"{first}{second}" if second in ("′", "″", "'", "∗") else f"{first}{_script('^', second)}"
    if tag == "mover":
        accent = _ACCENTS.get(second)
        return f"{first}{accent}" if accent and len(first) == 1 else f"{first}{_script('^', second)}"
    if tag in ("msubsup", "munderover"):
        return f"{first}{_script('_', second)}{_script('^', third)}"
    if tag == "mtr":
        return " ".join(part for part in parts if part.strip())
    if tag == "mtable":
        return "; ".join(part.strip() for part in parts if part.strip())
    if tag == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    return "".join(parts)


def _parenthesize(text: str) -> str:
    """Put brackets around the text unless it is one symbol: (a + b)/2, but x_1/2."""
    return text if len(text) <= 1 or re.fullmatch(r"\w+(?:[_^]\w+)?", text) else f"({text})"


def _script(mark: str, text: str) -> str:
    """Write a superscript or subscript, in braces if it is more than one word.

    An accent over several letters is left out, because Unicode has none.
    """
    if not text or text in _ACCENTS:
        return ""
    text = re.sub(r"(?<![A-Za-z]{2}) | (?![A-Za-z]{2})", "", text)
    return f"{mark}{text}" if re.fullmatch(r"-?\w+|.", text) else f"{mark}{{{text}}}"
