"""The walk through a LaTeXML document: sections with their paragraphs, floats and links, in reading order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from bot.arxiv.code_links import own_links, title_page_links
from bot.model import Figure, Paragraph, Section, SectionKind, Table
from bot.reading.headings_and_captions import section_kind, split_number
from bot.reading.html_figures import FigureImages, extract_floats, extract_table
from bot.reading.html_text import class_names, extract_text, inline_text, normalize_spaces, note_text, text_of

MAX_DEPTH = 80
"""Deeper elements are read as plain text, so that a hostile page cannot exhaust the stack."""

_LEVELS = {
    "ltx_part": 1,
    "ltx_chapter": 1,
    "ltx_section": 1,
    "ltx_appendix": 1,
    "ltx_bibliography": 1,
    "ltx_acknowledgements": 1,
    "ltx_acknowledgement": 1,
    "ltx_index": 1,
    "ltx_glossary": 1,
    "ltx_subsection": 2,
    "ltx_subsubsection": 3,
}
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_LIST_TAGS = frozenset(("ul", "ol", "dl"))
_LIST_CLASSES = frozenset(("ltx_itemize", "ltx_enumerate", "ltx_description"))
_INLINE_TAGS = frozenset(("span", "a", "em", "b", "i", "cite", "math", "sup", "sub", "code", "br", "strong"))
_BLOCK_SPAN_CLASSES = frozenset(
    ("ltx_note", "ltx_authors", "ltx_tag", "ltx_para", "ltx_tabular", "ltx_inline-block", "ltx_creator")
)
_RUN_IN_CLASSES = frozenset(("ltx_paragraph", "ltx_subparagraph", "ltx_theorem", "ltx_proof"))
_PARAGRAPH_CLASSES = frozenset(("ltx_p", "ltx_equation", "ltx_equationgroup", "ltx_listing", "ltx_verbatim"))
_PAGE_CLASSES = frozenset(("ltx_TOC", "ltx_page_footer", "ltx_page_header", "ltx_rdf"))


@dataclass
class _SectionDraft:
    """A section that paragraphs are still added to."""

    title: str
    number: str | None
    level: int
    kind: SectionKind
    paragraphs: list[Paragraph] = field(default_factory=list)

    def section(self) -> Section:
        return Section(self.title, tuple(self.paragraphs), self.number, self.level, self.kind)

    def lead_into(self, index: int, lead: str) -> None:
        """Begin a paragraph with these words, as a list's item with its mark."""
        paragraph = self.paragraphs[index]
        self.paragraphs[index] = replace(paragraph, text=f"{lead} {paragraph.text}")


class DocumentWalker:
    """Goes through a document once and collects its sections, floats and links.

    `kind` and `depth`, which most methods take, are the kind of the section around an element and the number of
    elements around it.
    """

    def __init__(self) -> None:
        self.drafts: list[_SectionDraft] = []
        self.figures: list[tuple[Figure, FigureImages]] = []
        self.tables: list[Table] = []
        self.links: list[str] = []
        self._past_references = False

    def walk(self, article: etree._Element) -> None:
        """Read the element of the whole document."""
        self._start_section("", None, 1, SectionKind.FRONT)
        title = article.xpath(".//*[contains(@class, 'ltx_title_document')]")
        if title:
            self._add_paragraph(title[0], text_of(title[0]))
        self._read_children(article, SectionKind.FRONT, 0)

    def sections(self) -> tuple[Section, ...]:
        """Return the sections that have a title or text."""
        return tuple(draft.section() for draft in self.drafts if draft.title or draft.paragraphs)

    def _start_section(self, title: str, number: str | None, level: int, kind: SectionKind) -> None:
        self.drafts.append(_SectionDraft(title, number, level, kind))

    def _add_paragraph(self, element: etree._Element, text: str) -> None:
        """Add the text of an element, or of a part of it, as a paragraph."""
        if text := normalize_spaces(text):
            self.drafts[-1].paragraphs.append(Paragraph(text, anchor=_anchor(element)))

    def _read_children(self, parent: etree._Element, kind: SectionKind, depth: int) -> None:
        """Read each block; the text and inline elements between two blocks are a paragraph too."""
        if depth > MAX_DEPTH:
            self._add_paragraph(parent, text_of(parent))
            return
        loose_text = [parent.text or ""]
        for child in parent:
            if isinstance(child.tag, str):  # not a comment
                if _is_inline(child):
                    loose_text.append(inline_text(child))
                else:
                    self._add_paragraph(parent, "".join(loose_text))
                    loose_text = []
                    self._read_block(child, kind, depth + 1)
            loose_text.append(child.tail or "")
        self._add_paragraph(parent, "".join(loose_text))

    def _read_block(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        classes = class_names(element)
        if level := next((_LEVELS[name] for name in _LEVELS if name in classes), None):
            self._read_section(element, classes, level, kind, depth)
        elif "ltx_abstract" in classes:
            self._read_abstract(element, depth)
        elif element.tag in _HEADING_TAGS or "ltx_title" in classes or classes & _PAGE_CLASSES:
            return  # titles are read with their sections
        elif "ltx_authors" in classes or "ltx_dates" in classes:
            self._read_authors(element)
        elif classes & _RUN_IN_CLASSES:
            self._read_with_run_in_heading(element, kind, depth)
        elif element.tag == "figure" or "ltx_float" in classes:
            self._read_floats(element)
        elif "ltx_tabular" in classes:
            self.tables.append(extract_table(element))
        elif element.tag in _LIST_TAGS or classes & _LIST_CLASSES:
            self._read_list(element, kind, depth)
        elif _is_paragraph(element, classes):
            self._read_paragraph(element, kind)
        else:
            self._read_children(element, kind, depth)

    # sections

    def _read_section(
        self, element: etree._Element, classes: frozenset[str], level: int, kind: SectionKind, depth: int
    ) -> None:
        number, title = _split_heading(_child_of_class(element, "ltx_title"))
        kind = self._section_kind(classes, number, title, kind)
        self._start_section(title, number, level, kind)
        if kind is SectionKind.REFERENCES:
            self._past_references = True
            for item in element.iter("li", "div"):
                if "ltx_bibitem" in class_names(item):
                    self._add_paragraph(item, text_of(item))
        else:
            self._read_children(element, kind, depth)

    def _section_kind(self, classes: frozenset[str], number: str | None, title: str, outer: SectionKind) -> SectionKind:
        """Return the kind by LaTeXML's classes, else by the title."""
        if "ltx_bibliography" in classes:
            return SectionKind.REFERENCES
        if "ltx_appendix" in classes or outer is SectionKind.APPENDIX:
            return SectionKind.APPENDIX
        if classes & {"ltx_acknowledgements", "ltx_acknowledgement", "ltx_index", "ltx_glossary"}:
            return SectionKind.BACK
        if outer is SectionKind.BACK:
            return SectionKind.BACK
        return section_kind(title, number, past_references=self._past_references)

    def _read_abstract(self, element: etree._Element, depth: int) -> None:
        self._start_section("Abstract", None, 1, SectionKind.ABSTRACT)
        self._read_children(element, SectionKind.ABSTRACT, depth)
        urls: Sequence[str] = element.xpath(".//a/@href")
        self.links.extend(str(url) for url in urls if str(url).startswith(("http://", "https://")))
        self._start_section("", None, 1, SectionKind.FRONT)  # keywords and the like, up to the first section

    def _read_authors(self, element: etree._Element) -> None:
        for part in element.xpath(".//*[contains(@class, 'ltx_author_notes')]"):
            # Contacts lead to a person (ORCID, e-mail, home page, institute); only notes may lead to the paper's code.
            notes = extract_text(part, with_urls=True, skip=frozenset(("ltx_contact",)))
            self.links.extend(title_page_links([notes.text]))
        self._add_paragraph(element, text_of(element, skip=frozenset(("ltx_role_orcid",))))

    def _read_with_run_in_heading(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        """A heading on the line of its paragraph, as "Theorem 1." or "Datasets.": the paragraph begins with it."""
        heading = _child_of_class(element, "ltx_title")
        lead = text_of(heading) if heading is not None else ""
        if lead and section_kind(lead, None, past_references=False) is SectionKind.BACK:
            # Acknowledgements are often set in this way.
            self._start_section(lead.strip(" .:"), None, 1, SectionKind.BACK)
            self._read_children(element, SectionKind.BACK, depth)
            return
        draft, start = self.drafts[-1], len(self.drafts[-1].paragraphs)
        self._read_children(element, kind, depth)
        if lead and len(draft.paragraphs) > start:
            draft.lead_into(start, lead)
        elif lead:
            self._add_paragraph(element, lead)

    # paragraphs

    def _read_list(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        """Each item is a paragraph that begins with its mark ("1.", "•"), or with the term that it explains."""
        term = ""
        for item in element:
            if not isinstance(item.tag, str):
                continue
            tag = _child_of_class(item, "ltx_tag")
            mark = text_of(tag) if tag is not None else ""
            if tag is not None:
                tag.text, tag[:] = "", []
            if item.tag == "dt":
                term = mark or text_of(item)
                continue
            draft, start = self.drafts[-1], len(self.drafts[-1].paragraphs)
            self._read_children(item, kind, depth)
            lead = " ".join(part for part in (term, mark) if part)
            term = ""
            if lead and len(draft.paragraphs) > start:
                draft.lead_into(start, lead)

    def _read_paragraph(self, element: etree._Element, kind: SectionKind) -> None:
        extracted = extract_text(element)
        self._add_paragraph(element, extracted.text)
        # After the paragraph, not at their marks, where they would interrupt its sentences.
        for note in extracted.notes:
            self._add_paragraph(element, note_text(note))
        for figure in element.iter("figure"):
            self._read_floats(figure)
        if kind is SectionKind.FRONT:
            self.links.extend(title_page_links([extract_text(element, with_urls=True).text]))
        elif kind is not SectionKind.REFERENCES and element.xpath(".//a[starts-with(@href, 'http')]"):
            self.links.extend(own_links([extract_text(element, with_urls=True).text]))

    def _read_floats(self, element: etree._Element) -> None:
        figures, tables = extract_floats(element)
        self.figures.extend(figures)
        self.tables.extend(tables)


def _anchor(element: etree._Element) -> str | None:
    """The id of an element, or of the nearest one around it that has any."""
    ids = (around.get("id") for around in (element, *element.iterancestors()))
    return next((str(found) for found in ids if found), None)


def _child_of_class(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if isinstance(child.tag, str) and name in class_names(child)), None)


def _split_heading(heading: etree._Element | None) -> tuple[str | None, str]:
    """Number and title; the number from LaTeXML's tag, else from the text."""
    if heading is None:
        return None, ""
    tag = next((e for e in heading.iter() if isinstance(e.tag, str) and "ltx_tag" in class_names(e)), None)
    title = text_of(heading, skip=frozenset(("ltx_tag",)))
    if tag is None:
        return split_number(title)
    number = re.sub(r"^(?:Appendix|Chapter|Part|Section|§)\s*", "", text_of(tag), flags=re.I).strip(" .:")
    return number or None, title


# ── what an element is ────────────────────────────────────────────────────────────────────────────────────────────


def _is_inline(element: etree._Element) -> bool:
    """Whether an element is part of a line; LaTeXML makes spans of some blocks too."""
    return element.tag in _INLINE_TAGS and not class_names(element) & _BLOCK_SPAN_CLASSES


def _is_paragraph(element: etree._Element, classes: frozenset[str]) -> bool:
    if "ltx_para" in classes:
        return not _has_blocks(element)
    return element.tag == "p" or bool(classes & _PARAGRAPH_CLASSES)


def _has_blocks(para: etree._Element) -> bool:
    """Whether a paragraph's box contains lists, tables or further boxes, each to be read by itself."""
    for child in para.iter():
        if child is para or not isinstance(child.tag, str):
            continue
        classes = class_names(child)
        if child.tag in _LIST_TAGS or classes & (_LIST_CLASSES | {"ltx_para", "ltx_listing"}):
            return True
        if "ltx_tabular" in classes and not _is_in_figure(child, para):
            return True
    return False


def _is_in_figure(element: etree._Element, top: etree._Element) -> bool:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag == "figure":
            return True
    return False
