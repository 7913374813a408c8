"""Papers as references for other programs: BibTeX, RIS, CSL-JSON, Markdown and CSV. Pure.

Every text comes from arXiv and may hold anything: it is read as TeX, put on one line, and written as the format needs.
"""

from __future__ import annotations

import csv
import enum
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from bot.model import Paper
from bot.references import bibtex_entries
from bot.references.author_names import AuthorName, author_names, full_name
from bot.references.citation_keys import citation_keys, year_of
from bot.render.addresses import SITE, paper_urls
from bot.render.cards import title_of
from bot.render.markdown import escape
from bot.render.plain import one_line
from bot.tex.latex import readable


class CitationFormat(enum.StrEnum):
    """A format of references; its value is the ending of its files."""

    BIBTEX = "bib"
    RIS = "ris"
    JSON = "json"
    """CSL-JSON, which Zotero and Pandoc read."""
    MARKDOWN = "md"
    CSV = "csv"


FORMAT_NAMES = {
    CitationFormat.BIBTEX: "BibTeX",
    CitationFormat.RIS: "RIS",
    CitationFormat.JSON: "CSL-JSON",
    CitationFormat.MARKDOWN: "Markdown",
    CitationFormat.CSV: "CSV",
}
"""For people; the same in every language."""


_MOST_NAMED = 3
"""Authors that a reference for people names; of more, the first one "et al."."""

_FORMULA = re.compile(r"^[\s]*[=+\-@]")
"""How a cell begins that spreadsheet programs would compute."""


def cite(papers: Sequence[Paper], form: CitationFormat) -> str:
    """References to papers, in their order, ending in a line feed; "" for none."""
    if not papers:
        return ""
    match form:
        case CitationFormat.BIBTEX:
            return bibtex_entries.write(papers)
        case CitationFormat.RIS:
            return _ris(papers)
        case CitationFormat.JSON:
            return json.dumps(_csl(papers), ensure_ascii=False, indent=1) + "\n"
        case CitationFormat.MARKDOWN:
            return "".join(_markdown(paper) for paper in papers)
        case CitationFormat.CSV:
            return _csv(papers)


def file_content(text: str, form: CitationFormat) -> bytes:
    """The content of a file with what `cite` wrote; a CSV begins with the mark by which spreadsheet programs know
    UTF-8."""
    return text.encode("utf-8-sig" if form is CitationFormat.CSV else "utf-8", errors="replace")


def _abstract_url(paper: Paper) -> str:
    # Without the version: who cites a paper means the paper.
    return f"{SITE}/abs/{paper.id}"


def _ris(papers: Sequence[Paper]) -> str:
    import rispy  # imported when needed

    entries = [_ris_entry(paper, key) for paper, key in zip(papers, citation_keys(papers), strict=True)]
    text: str = rispy.dumps(entries, enforce_list_tags=False)
    # The writer numbers the entries, which readers of the format do not expect.
    return re.sub(r"^\d+\.\n(?=TY  - )", "", text, flags=re.MULTILINE)


def _ris_entry(paper: Paper, key: str) -> dict[str, Any]:
    journal = one_line(readable(paper.journal_ref or ""))
    fields = {
        "type_of_reference": "JOUR" if journal else "UNPB",
        "id": key,
        "title": title_of(paper),
        "authors": [", ".join(filter(None, (each.last, each.given, each.suffix))) for each in author_names(paper)],
        "year": str(year_of(paper) or ""),
        "journal_name": journal or "arXiv",
        "doi": one_line(paper.doi or ""),
        "abstract": one_line(readable(paper.abstract)),
        "keywords": list(paper.categories),
        "accession_number": f"arXiv:{paper.id}",
        "urls": [_abstract_url(paper)],
    }
    return {name: value for name, value in fields.items() if value}


def _csl(papers: Sequence[Paper]) -> list[dict[str, Any]]:
    return [_csl_item(paper, key) for paper, key in zip(papers, citation_keys(papers), strict=True)]


def _csl_item(paper: Paper, key: str) -> dict[str, Any]:
    journal = one_line(readable(paper.journal_ref or ""))
    published, year = paper.published, year_of(paper)
    date = [published.year, published.month, published.day] if published else [year] if year else []
    item = {
        "id": key,
        "type": "article-journal" if journal else "article",
        "title": title_of(paper),
        "author": [_csl_name(name) for name in author_names(paper)],
        "issued": {"date-parts": [date]} if date else None,
        "abstract": one_line(readable(paper.abstract)),
        "container-title": journal,
        "publisher": "" if journal else "arXiv",
        "number": f"arXiv:{paper.id}",
        "DOI": one_line(paper.doi or ""),
        "URL": _abstract_url(paper),
        "categories": list(paper.categories),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: AuthorName) -> dict[str, str]:
    if not name.given:
        return {"literal": name.last}
    return {"family": name.last, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})


def _markdown(paper: Paper) -> str:
    names = [full_name(name) for name in author_names(paper)]
    authors = ", ".join(names) if len(names) <= _MOST_NAMED else f"{names[0]} et al."
    year = f"({year})" if (year := year_of(paper)) else ""
    category = f" [{paper.primary_category}]" if paper.primary_category else ""
    title = f"[{escape(title_of(paper))}]({_abstract_url(paper)})"
    made = " ".join(filter(None, (escape(authors), year)))
    return "- " + ". ".join(filter(None, (title, made, escape(f"arXiv:{paper.id}{category}")))) + "\n"


_COLUMNS = ("id", "version", "title", "authors", "year", "categories", "doi", "journal", "comment", "url", "pdf")


def _csv(papers: Sequence[Paper]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for paper in papers:
        cells = (
            paper.id,
            str(paper.version),
            title_of(paper),
            "; ".join(map(full_name, author_names(paper))),
            str(year_of(paper) or ""),
            " ".join(paper.categories),
            one_line(paper.doi or ""),
            one_line(readable(paper.journal_ref or "")),
            one_line(readable(paper.comment or "")),
            _abstract_url(paper),
            paper_urls(paper)["pdf"],
        )
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return file.getvalue()
