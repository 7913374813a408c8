"""Untrusted text made safe to show: no control, bidirectional or invisible characters; http(s) addresses only. Pure.

Every renderer passes the text of every span through `visible` and every address through `web_address`. Otherwise the
text of a paper could reorder a line, hide words from people but not from models, or disguise an address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from bot.tex.invisible import without_invisible

# Controls, the replacement for an object, and code points that are no characters; tab and line feed are spaces.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffc\ufffe\uffff]")
# A lone surrogate cannot be encoded as UTF-8, and a request with one fails.
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")


def visible(text: str) -> str:
    """`text` without invisible, reordering and control characters; line feeds are kept."""
    if text.isascii() and text.isprintable():  # a shortcut for most texts, with the same result
        return text
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    text = _SURROGATE.sub("\ufffd", text)
    return without_invisible(_CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """`visible` text on one line."""
    return " ".join(visible(text).split())


def web_address(url: str) -> str | None:
    """`url` with unusual characters percent-encoded; None if it is not http(s) or may not lead where it seems to.

    "https://arxiv.org@evil.example" has a user name that looks like a host; backslashes, spaces and invisible
    characters are read differently by different browsers.
    """
    if visible(url) != url or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises ValueError for a port that is not a number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "\\" in url:
        return None
    return quote(url, safe="%:/?#[]@!$&'()*+,;=~-._") if not _PLAIN_URL.fullmatch(url) else url


_PLAIN_URL = re.compile(r"[A-Za-z0-9%:/?#\[\]@!$&'()*+,;=~._-]+")


def utf16(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram and Discord count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """Cut `text` into the longest head that fits and the rest, at a space if there is one; that space is dropped.

    `fits` must be monotonic: no text that is longer than one that does not fit may fit. The head has at least one
    character, even if that does not fit.
    """
    if fits(text):
        return text, ""
    low, high = 1, 2  # doubling first: texts are often far longer than what fits, and `fits` renders them
    while high < len(text) and fits(text[:high]):
        low, high = high, high * 2
    high = min(high, len(text)) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    space = max(text.rfind(" ", 1, low + 1), text.rfind("\n", 1, low + 1))
    if space > 0:
        return text[:space], text[space + 1 :]
    end = _between_characters(text, low)
    return text[:end], text[end:]


def shortened(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut behind a word where that leaves most of it."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0]
    head = words if len(words) > _LEAST_WORDS * limit else text[: _between_characters(text, limit - 1)]
    return f"{head.rstrip()}…"


_LEAST_WORDS = 0.6
"""The share of a limit that whole words must fill; else a text is cut inside a word."""


def _between_characters(text: str, end: int) -> int:
    """Where to cut at `end` or a little before, so that no character that people see is divided."""
    start = end
    # Bounded, since a text may consist of combining marks only.
    while end > 1 and start - end < 32 and _continues(text, end):
        end -= 1
    return end


def _continues(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it: a combining mark or a part of an emoji."""
    # U+FE0E and U+FE0F select how an emoji looks; U+200D joins two emoji into one.
    return text[at] in "\u200d\ufe0e\ufe0f" or text[at - 1] == "\u200d" or unicodedata.combining(text[at]) != 0
