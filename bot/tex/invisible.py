"""Invisible characters, removed from the text of papers: they divide words and carry text past a filter. Pure."""

from __future__ import annotations

import re

MIN_MESSAGE = 8
"""This many invisible characters in a row are no accident of typesetting: they spell a message."""

_ALWAYS = (
    # Soft hyphen, fillers, marks of direction, embeddings and isolates, zero-width characters, variation selectors,
    # tags. U+200C, U+200D and the selectors FE0E and FE0F are handled below, since some scripts and emoji need them.
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SOMETIMES = "\u200c\u200d\ufe0e\ufe0f"
INVISIBLE = _ALWAYS + _SOMETIMES
"""All invisible characters, for a character class of a regular expression."""
_REMOVED = re.compile(f"[{_ALWAYS}]")
_JOINERS = re.compile("[\u200c\u200d]+")
_EMOJI_SELECTORS = re.compile("[\ufe0e\ufe0f]+")
_MESSAGE = re.compile(f"[{INVISIBLE.replace(chr(0x2800), '')}]{{{MIN_MESSAGE},}}")
_FIRST_TAG, _LAST_TAG = 0xE0020, 0xE007E
# A flag of a region is a black flag and tags, closed by U+E007F.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")


def without_invisible(text: str) -> str:
    """`text` without invisible characters; joiners stay where a script or an emoji needs them."""
    if text.isascii():
        return text
    text = _REMOVED.sub("", _FLAG.sub("\U0001f3f4", text))
    text = _JOINERS.sub(_needed_joiner, text)
    return _EMOJI_SELECTORS.sub(_needed_selector, text)


def invisible_messages(text: str) -> tuple[str, ...]:
    """What long rows of invisible characters spell: the letters of tags; else a description of the row."""
    if text.isascii():
        return ()
    return tuple(_spelled(match.group()) for match in _MESSAGE.finditer(_FLAG.sub("", text)))


def _spelled(row: str) -> str:
    tags = "".join(chr(ord(char) - 0xE0000) for char in row if _FIRST_TAG <= ord(char) <= _LAST_TAG)
    return " ".join(tags.split()) or f"{len(row)} invisible characters in a row"


def _needed_joiner(match: re.Match[str]) -> str:
    """One joiner between two letters of an Arabic or Indic script, or between two emoji; nothing elsewhere."""
    before, after = _neighbours(match)
    if "\u0600" <= before <= "\u0dff" and "\u0600" <= after <= "\u0dff":
        return match.group()[0]
    return "\u200d" if "\u200d" in match.group() and _is_pictorial(before) and _is_pictorial(after) else ""


def _needed_selector(match: re.Match[str]) -> str:
    """A selector after a symbol, which it shows as a picture or as text; a letter has no use for one."""
    before, _ = _neighbours(match)
    return match.group()[0] if (before >= "\u203c" and not before.isalpha()) or before in "#*0123456789©®" else ""


def _neighbours(match: re.Match[str]) -> tuple[str, str]:
    text, start, end = match.string, match.start(), match.end()
    return text[start - 1] if start else " ", text[end] if end < len(text) else " "


def _is_pictorial(char: str) -> bool:
    # The selector stands between an emoji and its joiner.
    return char == "\ufe0f" or (char >= "\u2190" and not char.isalpha())
