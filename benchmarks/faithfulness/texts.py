"""Full texts for deep summaries, with their papers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.model import Paper, Reading, SectionKind
from bot.reading.html import read_html
from bot.reading.pdf import open_pdf, read_pdf


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
    title = next((s.title for s in reading.sections if s.kind is SectionKind.FRONT and s.title), "")
    abstract = " ".join(paragraphs) or "This paper has no abstract of its own."
    return Paper(bare.id, bare.version, title, bare.authors, abstract, bare.categories), reading


def full_text(reading: Reading) -> str:
    """All text that a claim may quote."""
    pieces = [p.text for s in reading.sections if s.kind is not SectionKind.REFERENCES for p in s.paragraphs]
    pieces += [f"{t.caption} {' '.join(' '.join(row) for row in t.rows)}" for t in reading.tables]
    return "\n".join([*pieces, *(figure.caption for figure in reading.figures)])
