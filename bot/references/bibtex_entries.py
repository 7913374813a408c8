"""Writes papers as entries of BibTeX, in the form that arXiv itself gives them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.model import Paper
from bot.references.author_names import AuthorName, author_names, full_name
from bot.references.citation_keys import citation_keys, year_of
from bot.render.addresses import SITE
from bot.render.cards import title_of
from bot.render.plain import one_line
from bot.tex.latex import readable

if TYPE_CHECKING:
    from pylatexenc.latexencode import UnicodeToLatexEncoder

_AND = re.compile(r"\band\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def write(papers: Sequence[Paper]) -> str:
    """The entries of papers, in their order."""
    # Imported when needed: it takes a tenth of a second.
    from bibtexparser.bibdatabase import BibDatabase
    from bibtexparser.bwriter import BibTexWriter

    database = BibDatabase()
    database.entries = [_entry(paper, key) for paper, key in zip(papers, citation_keys(papers), strict=True)]
    writer = BibTexWriter()
    writer.order_entries_by = None
    writer.display_order = ("title", "author", "year", "journal", "eprint", "archivePrefix", "primaryClass", "doi")
    writer.indent = "  "
    text: str = writer.write(database)
    return f"{text.strip()}\n"


def latex(text: str) -> str:
    """Text as LaTeX that stands inside of braces: its own braces are written by their names, so that all others are
    paired."""
    return str(_encoder().unicode_to_latex(one_line(text)))


def _entry(paper: Paper, key: str) -> dict[str, str]:
    journal = one_line(readable(paper.journal_ref or ""))
    found = _YEAR.findall(journal)
    fields = {
        "ENTRYTYPE": "article" if journal else "misc",
        "ID": key,
        "title": " ".join(_protected(word) for word in title_of(paper).split()),
        "author": " and ".join(map(_author, author_names(paper))),
        # A journal's year is the one that the journal reference names.
        "year": found[-1] if found else str(year_of(paper) or ""),
        "journal": latex(journal),
        "eprint": paper.id,
        "archivePrefix": "arXiv",
        "primaryClass": paper.primary_category,
        "doi": _verbatim(paper.doi or ""),
        "note": "Withdrawn" if paper.withdrawn else "",
        "url": f"{SITE}/abs/{paper.id}",
    }
    return {name: value for name, value in fields.items() if value}


def _protected(word: str) -> str:
    """A word of a title; one with capitals or digits inside keeps them, where a style writes titles in lower case."""
    written = latex(word)
    return f"{{{written}}}" if any(char.isupper() for char in word[1:]) else written


def _author(name: AuthorName) -> str:
    # BibTeX takes commas and the word "and" for its own.
    if name.is_group or not name.given or _AND.search(full_name(name)):
        return f"{{{latex(full_name(name))}}}"
    return ", ".join(latex(part) for part in (name.last, name.suffix, name.given) if part)


def _verbatim(text: str) -> str:
    # A DOI is not typeset as text, so that nothing in it is escaped; a brace would end the field.
    return re.sub(r"[{}\\\s]", "", one_line(text))


@cache
def _encoder() -> UnicodeToLatexEncoder:
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    braces = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}
    return UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, braces), "defaults"],
        replacement_latex_protection="braces-all",
        # Letters of other scripts stay: today's TeX reads UTF-8.
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
