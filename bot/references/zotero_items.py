"""Reads the items of a Zotero library, as its web API gives them in JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.references.collected import Collected, Entry

_NOT_PAPERS = ("attachment", "note", "annotation")
_LINKS = ("DOI", "url")
_TEXTS = ("archiveID", "archiveLocation", "extra", "publicationTitle", "reportNumber", "number", "repository")


def read(items: Iterable[Mapping[str, Any]]) -> Collected:
    """Read items; each is an object with `data`. Notes and attachments are passed over."""
    found = Collected()
    for item in items:
        data = item.get("data")
        if not isinstance(data, Mapping) or data.get("itemType") in _NOT_PAPERS:
            continue
        if found.is_full:
            found.leave_out()
        else:
            found.add(_entry(data), _text(data, "title") or str(item.get("key", "")))
    return found


def _entry(data: Mapping[str, Any]) -> Entry:
    return Entry(
        title=_text(data, "title"),
        author=_first_author(data.get("creators")),
        eprint=(_text(data, "archiveID").removeprefix("arXiv:"), ""),
        links=tuple(_text(data, name) for name in _LINKS),
        texts=tuple(_text(data, name) for name in _TEXTS),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _first_author(creators: object) -> str:
    people = [each for each in creators if isinstance(each, Mapping)] if isinstance(creators, list) else []
    authors = [each for each in people if each.get("creatorType") in ("author", None)]
    # A creator has a surname, or one name if it is an institution.
    return next((_text(each, "lastName") or _text(each, "name") for each in authors), "")
