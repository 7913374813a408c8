"""Lines of print → prose: words joined across line ends, raised and lowered signs written as ^ and _."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.reading.pdf_lines import PrintLine, composed_accents

_PREFIXES = re.compile(
    r"(?:self|non|pre|post|multi|co|cross|semi|sub|inter|intra|anti|re|un|over|under|meta|state|well|high|low|long|short|two|three"
    r"|one|zero|few|fine|coarse|end|real|large|small|open|time|text|image|data|model|task|domain|human|machine|top|bottom|mid)",
    re.I,
)
_COMPOUNDS = re.compile(
    r"self|well|state|cross|two|three|four|zero|few|non|end|real|large|high|low|long|short|fine|coarse|human|time",
    re.I,
)
_SECONDS = re.compile(
    r"(?:based|aligned|trained|tuned|wise|level|free|driven|specific|aware|like|oriented|supervised|guided|dependent"
    r"|independent|conditioned|agnostic|dimensional|grained|scale|to-end|art)\b"
)
_JOINS = re.compile(
    r"with|there|here|where|some|every|when|what|more|over|under|through|after|them|your|fore|else", re.I
)
_FOOTNOTE_MARKS = "∗*†‡§¶‖#⋆"


class Prose:
    """Joins lines; what it knows of the document's words decides whether a hyphen at a line's end is real."""

    def __init__(self, lines: Iterable[PrintLine]) -> None:
        self.words: Counter[str] = Counter()
        cut = False
        for line in lines:
            words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.casefold())
            words = words[1:] if cut else words
            cut = line.text.endswith(("\u00ad", "-"))
            words = words[:-1] if cut else words
            self.words.update(words)

    def join(self, lines: Sequence[PrintLine], marks: frozenset[str] = frozenset()) -> str:
        """The text of a paragraph; raised footnote `marks` are left out."""
        text = ""
        for line in lines:
            text = self._append(text, line_text(line, marks))
        text = re.sub(r"\u00ad(?=\s|$)", "-", text).replace("\u00ad", "-")
        text = composed_accents(text)
        return re.sub(r"\s+", " ", re.sub(r" (?=[,;.:!?)\]](?:\s|$))", "", text)).strip()

    def _append(self, text: str, more: str) -> str:
        if not text or not more:
            return text + more
        broken = re.search(r"([^\W\d_][\w-]*)?(?:\u00ad|(?<=\w)-)$", text[-80:])
        if not broken:
            url = re.search(r"https?://\S*[/_.?=&%~-]$", text[-200:])
            return text + more if url and re.match(r"[\w/.%~?=&-]+", more) else f"{text} {more}"
        stem = text[:-1]
        follow = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", more)
        if not broken[1] or not follow:
            return f"{stem}-{more}"
        before = re.split(r"[^\w]", stem)[-1] if "-" not in broken[0][:-1] else stem.split()[-1]
        return stem + more if self._is_one_word(before, follow[0]) else f"{stem}-{more}"

    def _is_one_word(self, before: str, after: str) -> bool:
        joined, hyphened = f"{before}{after}".casefold(), f"{before}-{after}".casefold()
        if self.words[joined] != self.words[hyphened]:
            return self.words[joined] > self.words[hyphened]
        if after[:1].isupper() or "-" in after or "-" in before:
            return False
        last = before.split("-")[-1]
        if (_COMPOUNDS.fullmatch(last) and len(after) > 3) or (_SECONDS.match(after) and self.words[last.casefold()]):
            return False
        both = self.words[last.casefold()] and self.words[after.casefold()]
        return not (
            both and (_PREFIXES.fullmatch(last) or (min(len(last), len(after)) > 3 and not _JOINS.fullmatch(last)))
        )


def line_text(line: PrintLine, marks: frozenset[str] = frozenset()) -> str:
    """A line's text. A raised digit or sign that hangs on a word is a footnote's mark where `marks` knows it."""
    out: list[str] = []
    level = 0
    for number, piece in enumerate(line.pieces):
        shift = _shift(line, piece.base, piece.size)
        before = out[-1][-1:] if out else ""
        text = piece.text
        if shift > 0 and not piece.spaced and _is_mark(text, out, marks):
            continue
        if shift > 0 and not before and text.rstrip("†‡∗* ") in marks and number == 0:
            continue
        joint = " " if piece.spaced and number else ""
        if (
            shift != level
            and shift
            and before
            and (before.isalnum() or before in ")]}")
            and not joint
            and text[0] not in ",.;)"
        ):
            joint = "^" if shift > 0 else "_"
        level = shift
        out.append(joint + text)
    return "".join(out).strip()


def _is_mark(text: str, out: list[str], marks: frozenset[str]) -> bool:
    if all(sign in _FOOTNOTE_MARKS + ", " for sign in text):
        return bool(marks & set(text))
    if text.strip(",") not in marks:
        return False
    word = re.search(r"(\S+)$", "".join(out[-6:]))
    return bool(word and (re.search(r"[^\W\d_]{3,}[)\]”\"’]*$|[.,;:)\]”]$", word[1])))


def _shift(line: PrintLine, base: float, size: float) -> int:
    """1 for raised, -1 for lowered, 0 for what stands on the line."""
    if size > 0.93 * line.size:
        return 0
    rise = (base - line.base) / line.size
    return 1 if rise > 0.18 else -1 if rise < -0.06 else 0
