"""Step 9 of PDF reading: lines joined into text, with words cut by hyphens made whole, and raised signs as ^ and _."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.reading.pdf_lines import TextLine

_ACCENTS = {
    "´": "\u0301",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˙": "\u0307",
    "˚": "\u030a",
}
_ACCENT_AND_LETTER = re.compile(f"([{''.join(_ACCENTS)}]) ?([A-Za-zı])")

# Where the paper itself does not show how it writes a word, these decide whether "self-" + "made" keeps its hyphen.
_PREFIXES = re.compile(
    r"(?:self|non|pre|post|multi|co|cross|semi|sub|inter|intra|anti|re|un|over|under|meta|state|well|high|low|long"
    r"|short|two|three|one|zero|few|fine|coarse|end|real|large|small|open|time|text|image|data|model|task|domain"
    r"|human|machine|top|bottom|mid)",
    re.I,
)
_HYPHENATED_FIRST = re.compile(
    r"self|well|state|cross|two|three|four|zero|few|non|end|real|large|high|low|long|short|fine|coarse|human|time",
    re.I,
)
_HYPHENATED_SECOND = re.compile(
    r"(?:based|aligned|trained|tuned|wise|level|free|driven|specific|aware|like|oriented|supervised|guided|dependent"
    r"|independent|conditioned|agnostic|dimensional|grained|scale|to-end|art)\b"
)
# Words of their own that are also the beginning of longer ones: "with-" + "out", "some-" + "where".
_WORD_BEGINNINGS = re.compile(
    r"with|there|here|where|some|every|when|what|more|over|under|through|after|them|your|fore|else", re.I
)
_FOOTNOTE_SIGNS = "∗*†‡§¶‖#⋆"


class LineJoiner:
    """Joins lines; the words that the paper uses elsewhere decide whether a hyphen at the end of a line is real."""

    def __init__(self, lines: Iterable[TextLine]) -> None:
        self.word_counts: Counter[str] = Counter()
        cut = False
        for line in lines:
            words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.casefold())
            # Halves of words at the ends of lines are no words.
            words = words[1:] if cut else words
            cut = line.text.endswith(("\u00ad", "-"))
            words = words[:-1] if cut else words
            self.word_counts.update(words)

    def join(self, lines: Sequence[TextLine], marks: frozenset[str] = frozenset()) -> str:
        """The text of a paragraph; raised footnote `marks` are left out."""
        text = ""
        for line in lines:
            text = self._append(text, line_text(line, marks))
        text = re.sub(r"\u00ad(?=\s|$)", "-", text).replace("\u00ad", "-")
        text = compose_accents(text)
        return re.sub(r"\s+", " ", re.sub(r" (?=[,;.:!?)\]](?:\s|$))", "", text)).strip()

    def _append(self, text: str, more: str) -> str:
        if not text or not more:
            return text + more
        # Either a hyphen that PDFium marks as breaking a word, or one that is printed at the end of the line.
        broken = re.search(r"([^\W\d_][\w-]*)?(?:\u00ad|(?<=\w)-)$", text[-80:])
        if not broken:
            # An address breaks after a slash or dot, without a hyphen.
            cut_url = re.search(r"https?://\S*[/_.?=&%~-]$", text[-200:])
            return text + more if cut_url and re.match(r"[\w/.%~?=&-]+", more) else f"{text} {more}"
        stem = text[:-1]
        follow = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", more)
        if not broken[1] or not follow:
            return f"{stem}-{more}"
        before = re.split(r"[^\w]", stem)[-1] if "-" not in broken[0][:-1] else stem.split()[-1]
        return stem + more if self._is_one_word(before, follow[0]) else f"{stem}-{more}"

    def _is_one_word(self, before: str, after: str) -> bool:
        """Whether "lan-" + "terns" is "lanterns" (true) rather than "lan-terns"."""
        counts = self.word_counts
        joined, hyphenated = f"{before}{after}".casefold(), f"{before}-{after}".casefold()
        if counts[joined] != counts[hyphenated]:
            return counts[joined] > counts[hyphenated]
        if after[:1].isupper() or "-" in after or "-" in before:
            return False
        last = before.split("-")[-1]
        if _HYPHENATED_FIRST.fullmatch(last) and len(after) > 3:
            return False
        if _HYPHENATED_SECOND.match(after) and counts[last.casefold()]:
            return False
        # TeX breaks within a word, so that seldom both halves are words that the paper uses.
        if not (counts[last.casefold()] and counts[after.casefold()]):
            return True
        long_words = min(len(last), len(after)) > 3 and not _WORD_BEGINNINGS.fullmatch(last)
        return not (_PREFIXES.fullmatch(last) or long_words)


def line_text(line: TextLine, marks: frozenset[str] = frozenset()) -> str:
    """A line's text, with ^ before what is raised and _ before what is lowered.

    A raised digit or sign that follows a word is the mark of a footnote if it is in `marks`, and left out.
    """
    out: list[str] = []
    level = 0
    for number, run in enumerate(line.runs):
        shift = _shift(line, run.baseline, run.size)
        text = run.text
        if shift > 0 and not run.space_before and _is_footnote_mark(text, out, marks):
            continue
        starts_line = not (out and out[-1])
        if shift > 0 and starts_line and number == 0 and text.rstrip("†‡∗* ") in marks:
            continue
        joint = " " if run.space_before and number else ""
        # Only right after a letter, digit or bracket: elsewhere it is an accent, a mark, or a sign of its own.
        if shift not in (0, level) and not starts_line and not joint:
            before = out[-1][-1]
            if (before.isalnum() or before in ")]}") and text[0] not in ",.;)":
                joint = "^" if shift > 0 else "_"
        level = shift
        out.append(joint + text)
    return "".join(out).strip()


def _is_footnote_mark(text: str, before: list[str], marks: frozenset[str]) -> bool:
    if all(sign in _FOOTNOTE_SIGNS + ", " for sign in text):
        return bool(marks & set(text))
    if text.strip(",") not in marks:
        return False
    # A number hangs on a word or on punctuation as a mark, on a number or a single letter as an exponent.
    word = re.search(r"(\S+)$", "".join(before[-6:]))
    return bool(word and (re.search(r"[^\W\d_]{3,}[)\]”\"’]*$|[.,;:)\]”]$", word[1])))


def _shift(line: TextLine, baseline: float, size: float) -> int:
    """1 for raised, -1 for lowered, 0 for what is on the line."""
    if size > 0.93 * line.size:
        return 0
    # TeX raises superscripts by about 0.4 of the font size, and lowers subscripts by 0.15 or more.
    rise = (baseline - line.baseline) / line.size
    return 1 if rise > 0.18 else -1 if rise < -0.06 else 0


def compose_accents(text: str) -> str:
    """Compose accents with the letters after them: in TeX's old fonts they are characters of their own."""
    if not any(mark in text for mark in _ACCENTS):
        return text
    return _ACCENT_AND_LETTER.sub(
        lambda match: unicodedata.normalize("NFC", match[2].replace("ı", "i") + _ACCENTS[match[1]]), text
    )
