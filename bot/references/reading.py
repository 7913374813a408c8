"""The content of a file, or the words of a message → a `PaperList`. Pure."""

from __future__ import annotations

import re

from bot.arxiv.ids import all_ids
from bot.errors import TellUser
from bot.model import PaperList
from bot.references import bibtex, ris
from bot.references.collected import Collected

MAX_BYTES = 5_000_000
"""Two thousand entries of BibTeX with abstracts are about 4 MB."""

WHAT_IT_HOLDS = "arXiv ids or links, one a line, or BibTeX or RIS"

_BIBTEX = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+\s*\{", re.MULTILINE)
_RIS = re.compile(r"^TY  -", re.MULTILINE)
_COMMENT = re.compile(r"\s*(?:[#%;]|//)")


def read_file(content: bytes, name: str) -> PaperList:
    """Read a file in any of the formats, whatever it is called; `name` is for messages.

    Takes up to some seconds for the largest files. Raises `TellUser` for a file that is too large, that is no text, or
    that names no paper.
    """
    if len(content) > MAX_BYTES:
        raise TellUser(f"{name} has more than {MAX_BYTES / 1e6:.0f} MB, the most that a list may have; divide it.")
    text = _decoded(content)
    if text is None:
        raise TellUser(f"{name} is not a text file; it should hold {WHAT_IT_HOLDS}.")
    found = _collected(text).as_list()
    if not found:
        raise TellUser(f"{name} names no paper; it should hold {WHAT_IT_HOLDS}.")
    return found


def read_words(text: str) -> PaperList:
    """Read ids and links that stand between other words; what is no id is passed over."""
    found = Collected()
    found.add_ids(all_ids(text))
    return found.as_list()


def _decoded(content: bytes) -> str | None:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what older reference managers write
    is_text = "\0" not in text and not content.startswith(b"%PDF") and text.count("�") * 10 <= len(text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if is_text else None


def _collected(text: str) -> Collected:
    if _RIS.search(text):
        return ris.read(text)
    if _BIBTEX.search(text):
        return bibtex.read(text)
    found = Collected()
    for line in text.splitlines():
        if not line.strip() or _COMMENT.match(line):
            continue
        if found.is_full:
            found.leave_out()
        elif paper_ids := all_ids(line):
            found.add_ids(paper_ids)
        else:
            found.add_unread(line)
    return found
