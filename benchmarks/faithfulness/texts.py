"""Papers to summarize, from files of metadata and from a folder of full texts."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.model import Paper, Reading, SectionKind
from bot.reading.html import read_html
from bot.reading.pdf import open_pdf, read_pdf

# Where the names of authors begin behind a title in the same paragraph: "… Networks John F. Wu^1, 2", "… Encoding ∗ …".
_AUTHORS = re.compile(r" (?:[^\W\d_][\w’'-]+(?: [A-Z]\.)* [A-Z][\w’'-]+\^|[∗*†‡]).*", re.DOTALL)
_WORD = re.compile(r"[^\W_]{3,}")


def papers(files: Sequence[Path], number: int | None, seed: int) -> list[Paper]:
    """A random sample of the papers in `files` (JSON lines, packed), in random order; all of them if `number` is None.

    A paper that stands in several files is taken once.
    """
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows.update((row["id"], row) for row in map(json.loads, lines))
    # Seeded, so that two models are compared on the same papers.
    drawn = random.Random(seed).sample(list(rows.values()), len(rows) if number is None else min(number, len(rows)))
    return [
        Paper(
            r["id"], 1, r["title"], tuple(r["authors"]), r["abstract"], tuple(r.get("categories", ())), r.get("comment")
        )
        for r in drawn
    ]


def readings(folder: Path) -> list[tuple[Paper, Reading]]:
    """Every full text of a folder, from PDF and, if there is one, HTML; title and abstract are those of the text."""
    found = []
    for pdf in sorted(folder.glob("*.pdf")):
        bare = Paper(pdf.stem, 1, "", ("Ada Quill", "Bo Reed"), "", ("cs.CL",))
        page = folder / "html" / pdf.stem / "index.html"
        if page.is_file():
            found.append(_with_abstract(bare, read_html(page.read_bytes(), bare, base="https://example.org/")[0]))
        document = open_pdf(pdf)
        second = replace(bare, version=2)  # one version is read once, so the PDF gets a version of its own
        found.append(_with_abstract(second, read_pdf(document, second)[0]))
        document.close()
    return found


def _with_abstract(bare: Paper, reading: Reading) -> tuple[Paper, Reading]:
    paragraphs = [p.text for s in reading.sections if s.kind is SectionKind.ABSTRACT for p in s.paragraphs]
    abstract = " ".join(paragraphs) or "This paper has no abstract of its own."
    return replace(bare, title=_title(reading, abstract), abstract=abstract), reading


def _title(reading: Reading, abstract: str) -> str:
    """The first paragraph of the front that is no sentence and shares a word with the abstract, without the authors."""
    told = {word.lower() for word in _WORD.findall(abstract)}
    for section in reading.sections:
        for paragraph in section.paragraphs if section.kind is SectionKind.FRONT else ():
            title = _AUTHORS.sub("", " ".join(paragraph.text.split()))
            if not title.endswith(".") and told.intersection(word.lower() for word in _WORD.findall(title)):
                return title
    return ""


def full_text(reading: Reading) -> str:
    """All text that a claim may quote."""
    pieces = [p.text for s in reading.sections if s.kind is not SectionKind.REFERENCES for p in s.paragraphs]
    pieces += [f"{t.caption} {' '.join(' '.join(row) for row in t.rows)}" for t in reading.tables]
    return "\n".join([*pieces, *(figure.caption for figure in reading.figures)])
