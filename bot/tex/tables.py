"""Tables of LaTeX commands and characters and their Unicode, beyond what pylatexenc knows."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

# Characters that Unicode has raised or lowered; a script with any other character keeps its mark ("x_T").
SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ",
        strict=True,
    )
) | {"∘": "°", "°": "°", "*": "*", "∗": "*", "†": "†", "‡": "‡", "′": "′", "'": "′", "⋆": "*", "⊤": "ᵀ", "%": "%"}
SUBSCRIPTS = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
) | {",": ","}
BLACKBOARD = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))

# Accents that a command puts over or under the letter it is given, as combining characters.
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "k": "\u0328", "H": "\u030b", "u": "\u0306", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "t": "\u0361", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "overline": "\u0305", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7", "check": "\u030c",
    "breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a",
}  # fmt: skip

# Commands that print a fixed text. They take precedence over pylatexenc, which gives "∼" for \sim, for example.
SYMBOLS = {
    "sim": "~", "circ": "∘", "deg": "°", "degree": "°", "textdegree": "°", "star": "*", "ast": "*", "ne": "≠",
    "neq": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "leqslant": "≤", "geqslant": "≥", "cdot": "·",
    "cdots": "⋯", "ldots": "…", "dots": "…", "textellipsis": "…", "mid": "|", "vert": "|", "Vert": "‖", "|": "‖",
    "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "S": "§", "P": "¶", "pounds": "£", "euro": "€",
    "texteuro": "€", "copyright": "©", "texttrademark": "™", "textregistered": "®", "Re": "Re", "Im": "Im",
    "bullet": "•", "textbullet": "•", "item": "•", "prime": "′", "setminus": "∖", "backslash": "\\",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textdollar": "$",
    "textless": "<", "textgreater": ">", "textbar": "|", "textendash": "–", "textemdash": "—", "lbrace": "{",
    "rbrace": "}", "lt": "<", "gt": ">", "checkmark": "✓", "cmark": "✓", "xmark": "✗", "eg": "e.g.", "ie": "i.e.",
    "etal": "et al.", "iff": "⇔", "implies": "⇒", "mod": "mod", "bmod": "mod", "TeX": "TeX", "LaTeX": "LaTeX",
    "colon": ":", "lq": "‘", "rq": "’", "slash": "/", "And": "&", "coloneqq": "≔", "top": "⊤", "intercal": "ᵀ",
    "lam": "λ", "eps": "ε", "textasciiacute": "'", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "hbar": "ℏ",
}  # fmt: skip

# Commands that print a space.
SPACES = frozenset(
    ["quad", "qquad", ",", ";", ":", ">", " ", "\\", "newline", "linebreak", "hfill", "enspace", "thinspace", "par"]
)
# Commands that change sizes, fonts or positions only.
NOTHING = frozenset((
    "!", "-", "/", "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
    "biggl", "biggr", "Biggl", "Biggr", "bigm", "displaystyle", "textstyle", "scriptstyle", "limits",
    "nolimits", "noindent", "centering", "protect", "xspace", "rm", "bf", "it", "tt", "sl", "sc", "sf", "em",
    "bfseries", "itshape", "ttfamily", "sffamily", "scshape", "mdseries", "upshape", "normalfont", "normalsize",
    "small", "footnotesize", "scriptsize", "tiny", "large", "Large", "LARGE", "huge", "Huge", "boldmath",
    "unboldmath", "indent", "maketitle", "smallskip", "medskip", "bigskip", "relax", "ignorespaces", "nonumber",
    "notag", "mathstrut", "romannumeral",
))  # fmt: skip
# Commands whose arguments are settings and not words: how many arguments to drop.
SETTINGS = {
    "color": 1, "hspace": 1, "vspace": 1, "rule": 2, "label": 1, "hypersetup": 1, "phantom": 1, "hphantom": 1,
    "vphantom": 1, "pagestyle": 1, "thispagestyle": 1, "begin": 1, "end": 1, "setlength": 2, "fontsize": 2,
    "bibliographystyle": 1, "textcolor": 1, "colorbox": 1, "raisebox": 1, "scalebox": 1, "fontfamily": 1,
}  # fmt: skip


@lru_cache(maxsize=4096)  # names come from papers, so that their number has no limit
def symbol(name: str) -> str | None:
    """The text that the command `\\name` prints, None if it is no symbol."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    known = _pylatexenc().get_macro_spec(name)
    replacement = getattr(known, "simplify_repl", None)
    # "%" and "<" mark templates for arguments ("%s") and environments ("< table >"), not symbols.
    if not isinstance(replacement, str) or not replacement or "%" in replacement or "<" in replacement:
        return None
    return "".join(char for char in replacement if char.isspace() or char.isprintable()) or None


def accented(mark: str, letters: str) -> str:
    """`letters` with the combining `mark` on the first one; several letters under one mark stay without it."""
    if not letters:
        return ""
    if mark == "\u0305":  # \overline over a single letter means the same as \bar
        return unicodedata.normalize("NFC", letters + "\u0304") if len(letters) == 1 else letters
    if len(letters) > 1 and mark in ("\u0302", "\u0303", "\u0304", "\u20d7") and letters.isascii():
        return letters  # \hat{xyz}: a mark on the first letter alone would mean something else
    base = {"ı": "i", "ȷ": "j"}.get(letters[0], letters[0])
    return unicodedata.normalize("NFC", base + mark) + letters[1:]


@cache
def _pylatexenc():  # type: ignore[no-untyped-def] # pylatexenc has no types
    from pylatexenc import latex2text  # on first use: text without commands does not need it

    return latex2text.get_default_latex_context_db()
