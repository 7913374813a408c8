"""The one reader of TeX: titles, abstracts, author names and quotations as readable Unicode.

arXiv's metadata is not quite TeX: `%` is a percent sign, `$5` a price, `_` part of a name, and URLs hold anything. That
is why there is a reader of our own for that text; the tables of symbols come from pylatexenc. It works in three steps:
`tokens` cuts the text into tokens and pairs braces and dollars, `reader` writes groups, formulas, scripts and dashes,
`commands` writes what each command prints.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.tex.commands import write_command
from bot.tex.reader import TexReader

_TEX = re.compile(r"[\\${}~`]|--|''")


@lru_cache(maxsize=2048)  # matching and every renderer ask for the same titles and abstracts
def readable(tex: str, *, citations: bool = True) -> str:
    r"""Return `tex` as Unicode text on one line. Never raises.

    Words are kept; an unknown command prints its argument or else its name. `citations` says whether `\cite{key}`
    becomes "[key]" or is left out.
    """
    if not _TEX.search(tex):
        return " ".join(tex.split())
    text = TexReader(tex, write_command, citations=citations).read()
    return unicodedata.normalize("NFC", " ".join(text.split()))
