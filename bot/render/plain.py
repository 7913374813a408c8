"""Foreign text made safe to show: no control characters, no bidi tricks, no invisible ink; addresses http(s) only.

Every renderer passes the text of every span through `visible` and every address through `web_address`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, urlsplit

_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls; tab and line feed are spaces, and handled below
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff"
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINER = re.compile("[\u200c\u200d]")
_LINE_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")


def visible(text: str) -> str:
    """`text` without characters that hide, reorder or command; line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    text = _SURROGATE.sub("\ufffd", text)
    text = _INVISIBLE.sub("", text)
    return _JOINER.sub(lambda match: _joiner(text, match.start()), text)


def one_line(text: str) -> str:
    """`visible` text on one line."""
    return " ".join(visible(text).split())


def _joiner(text: str, at: int) -> str:
    """Joiners are part of Indic and Arabic words and of emoji; between other letters they only hide."""
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    needed = ("\u0600" <= before <= "\u0dff" or before >= "\u2190") and after > "\u05ff"
    return text[at] if needed else ""


def web_address(url: str) -> str | None:
    """`url` if it is an http(s) address that leads where it seems to, with odd characters percent-encoded."""
    if visible(url) != url or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "\\" in url:
        return None
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~-._") if not _PLAIN_URL.fullmatch(url) else url


_PLAIN_URL = re.compile(r"[A-Za-z0-9%:/?#\[\]@!$&'()*+,;=~._-]+")


def utf16(text: str) -> int:
    """Length in UTF-16 units, as Telegram and Discord count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """`text` as the longest head that fits and the rest, between words where there is a space to cut at.

    That space is dropped. Nothing longer than what does not fit may fit; the head has at least one character.
    """
    if fits(text):
        return text, ""
    low, high = 1, 2
    while high < len(text) and fits(text[:high]):
        low, high = high, high * 2
    high = min(high, len(text)) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    space = max(text.rfind(" ", 1, low + 1), text.rfind("\n", 1, low + 1))
    if space > 0:
        return text[:space], text[space + 1 :]
    end = low
    while end > 1 and low - end < 32 and _continues(text, end):
        end -= 1
    return text[:end], text[end:]


def _continues(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it."""
    return text[at] in "\u200d\ufe0e\ufe0f" or text[at - 1] == "\u200d" or unicodedata.combining(text[at]) != 0
