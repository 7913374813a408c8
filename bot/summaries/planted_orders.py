"""Orders to a summarizer, a reviewer or a language model that were planted in a paper. Pure.

`is_order` is the one rule for all: such sentences are neither selected nor quoted, nor accepted in a model's words.
A paper about such orders may describe them, and may quote them in the middle of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.model import NoteKind, SummaryNote
from bot.summaries.order_phrases import ORDERS, SPACED_ORDERS
from bot.summaries.sentences import split
from bot.tex.invisible import without_invisible

WINDOW = 2000
"""Characters that are looked at together; the next window overlaps, since an order may stand across the border."""
OVERLAP = 300

# Letters of other scripts that look like Latin ones; NFKC does not replace them.
_LOOKALIKES = str.maketrans(
    "аеорсухікјѕԁһӏԛԝвмнтгαεορυικνχτηβγωѵɡɩıℓп",
    "aeopcyxikjsdhlqwbmhtraeopuikvxtnbywvgiiln",
)
_LATIN_TO_CYRILLIC = str.maketrans("aeopcyxkmthb", "аеорсухкмтнв")
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[a-zɡɩı]")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u052f]")
# "i g n o r e", "i.g.n.o.r.e", "i-g-n-o-r-e": four letters and more.
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .·_*|-]{1,3}[^\W\d_](?![^\W_])){3,}")
_DIGITS = str.maketrans("013457@$", "oieastas")
_DIGIT_WORD = re.compile(r"(?<![\w-])(?=\w*[a-z])(?=\w*[0-9@$])[a-z0-9@$]{3,}(?![\w-])")
# A mention: quoted in the middle of a sentence, after words that are no colon.
_MENTIONED = re.compile(
    r"(?<=[\w,)] )\(?(?:“[^“”]{3,120}”|\"[^\"]{3,120}\"|«[^«»]{3,120}»|``[^`']{3,120}'')(?=[\w\s,;)]*\w)"
)


@lru_cache(maxsize=4096)  # each sentence of a paper is asked about for every claim that stands near it
def is_order(text: str) -> bool:
    """Whether a sentence gives an order to whoever reads the paper for others, a person or a model."""
    plain = _plain(text)
    starts = range(0, max(len(plain) - OVERLAP, 1), WINDOW - OVERLAP)
    return any(_is_order(plain[start : start + WINDOW]) for start in starts)


def order_count(text: str) -> int:
    """How many sentences of `text` give an order."""
    return sum(map(is_order, split(text)))


def order_notes(abstract: str) -> tuple[SummaryNote, ...]:
    """The note of a card on the sentences of an abstract that give an order and were left out; empty if none does."""
    count = order_count(abstract)
    return (SummaryNote(NoteKind.ORDERS, count),) if count else ()


def _is_order(plain: str) -> bool:
    unquoted = _MENTIONED.sub('""', plain)
    if _has_order(unquoted):
        return True
    spaced = "".join(char for match in _SPACED.finditer(plain) for char in match.group() if char.isalpha())
    if spaced and SPACED_ORDERS.search(spaced):
        return True
    read = _DIGIT_WORD.sub(lambda match: match.group().translate(_DIGITS), unquoted)
    return read != unquoted and _has_order(read)


def _has_order(text: str) -> bool:
    return any(pattern.search(text) for letters, patterns in ORDERS if letters.search(text) for pattern in patterns)


def _plain(text: str) -> str:
    """`text` on one line in lower case, with full-width, invisible and look-alike characters read as they look."""
    text = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    decomposed = unicodedata.normalize("NFD", text) if not text.isascii() else text
    # Rows of accents on one letter ("zalgo") hide a word; one accent is spelling.
    text = unicodedata.normalize("NFC", re.sub(r"([\u0300-\u036f])[\u0300-\u036f]+", r"\1", decomposed))
    if _OTHER_SCRIPT.search(text) or "ɡ" in text or "ı" in text:
        text = _WORD.sub(_in_one_script, text)
    return " ".join(text.split())


def _in_one_script(match: re.Match[str]) -> str:
    """A word of letters from two scripts, in the script that most of them are from."""
    word = match.group()
    latin, cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if not latin:
        return word
    return word.translate(_LATIN_TO_CYRILLIC if cyrillic > latin else _LOOKALIKES)
