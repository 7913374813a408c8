"""Walks through a LaTeXML document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from bot.arxiv.code_links import own_links, title_page_links
from bot.model import Figure, Paper, Paragraph, Section, SectionKind, Table
from bot.reading.headings_and_captions import section_kind, split_number
from bot.reading.html_figures import FigureImages, extract_floats, extract_table
from bot.reading.html_text import class_names, extract_text, inline_text, normalize_spaces, note_text, text_of

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


@dataclass
class _SectionDraft:
    """A section while it is read."""

    title: str
    number: str | None
    level: int
    kind: SectionKind
    paragraphs: list[str] = field(default_factory=list)

    def section(self) -> Section:
        return Section(self.title, tuple(Paragraph(p) for p in self.paragraphs), self.number, self.level, self.kind)


class DocumentWalker:
    """Goes through the document once, in reading order."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.drafts: list[_SectionDraft] = []
        self.figures: list[tuple[Figure, FigureImages]] = []
        self.tables: list[Table] = []
        self.links: list[str] = []
        self._past_references = False

    def document(self, article: etree._Element) -> None:
        self._begin("", None, 1, SectionKind.FRONT)
        title = article.xpath(".//*[contains(@class, 'ltx_title_document')]")
        if title:
            self.drafts[-1].paragraphs.append(text_of(title[0]))
        self._children(article, SectionKind.FRONT, 0)

    def _begin(self, title: str, number: str | None, level: int, kind: SectionKind) -> None:
        self.drafts.append(_SectionDraft(title, number, level, kind))

    def _children(self, parent: etree._Element, kind: SectionKind, depth: int) -> None:
        if depth > 80:
            self._add(text_of(parent))
            return
        loose = [parent.text or ""]
        for child in parent:
            if isinstance(child.tag, str):
                if _is_inline(child):
                    loose.append(inline_text(child))
                else:
                    self._add("".join(loose))
                    loose = []
                    self._block(child, kind, depth + 1)
            loose.append(child.tail or "")
        self._add("".join(loose))

    def _block(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        named = class_names(element)
        if level := next((_LEVELS[name] for name in _LEVELS if name in named), None):
            self._section(element, named, level, kind, depth)
        elif "ltx_abstract" in named:
            self._begin("Abstract", None, 1, SectionKind.ABSTRACT)
            self._children(element, SectionKind.ABSTRACT, depth)
            self.links.extend(_link_urls(element))
            self._begin("", None, 1, SectionKind.FRONT)
        elif element.tag in ("h1", "h2", "h3", "h4", "h5", "h6") or "ltx_title" in named:
            return
        elif "ltx_authors" in named or "ltx_dates" in named:
            self._authors(element)
        elif "ltx_paragraph" in named or "ltx_subparagraph" in named or named & {"ltx_theorem", "ltx_proof"}:
            self._run_in(element, kind, depth)
        elif element.tag == "figure" or "ltx_float" in named:
            figures, tables = extract_floats(element)
            self.figures.extend(figures)
            self.tables.extend(tables)
        elif "ltx_tabular" in named:
            self.tables.append(extract_table(element))
        elif element.tag in ("ul", "ol", "dl") or named & {"ltx_itemize", "ltx_enumerate", "ltx_description"}:
            self._list(element, kind, depth)
        elif _is_paragraph(element, named):
            self._paragraph(element, kind)
        elif named & {"ltx_TOC", "ltx_page_footer", "ltx_page_header", "ltx_rdf"}:
            return
        else:
            self._children(element, kind, depth)

    def _section(
        self, element: etree._Element, named: frozenset[str], level: int, kind: SectionKind, depth: int
    ) -> None:
        heading = next((c for c in element if isinstance(c.tag, str) and "ltx_title" in class_names(c)), None)
        number, title = _heading(heading)
        kind = self._kind(named, number, title, kind)
        self._begin(title, number, level, kind)
        if kind is SectionKind.REFERENCES:
            self._past_references = True
            self._references(element)
        else:
            self._children(element, kind, depth)

    def _kind(self, named: frozenset[str], number: str | None, title: str, around: SectionKind) -> SectionKind:
        if "ltx_bibliography" in named:
            return SectionKind.REFERENCES
        if "ltx_appendix" in named or around is SectionKind.APPENDIX:
            return SectionKind.APPENDIX
        if named & {"ltx_acknowledgements", "ltx_acknowledgement", "ltx_index", "ltx_glossary"}:
            return SectionKind.BACK
        if around is SectionKind.BACK:
            return SectionKind.BACK
        return section_kind(title, number, past_references=self._past_references)

    def _references(self, element: etree._Element) -> None:
        for item in element.iter("li", "div"):
            if "ltx_bibitem" in class_names(item):
                self.drafts[-1].paragraphs.append(text_of(item))

    def _run_in(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        heading = next((c for c in element if isinstance(c.tag, str) and "ltx_title" in class_names(c)), None)
        lead = text_of(heading) if heading is not None else ""
        if lead and section_kind(lead, None, past_references=False) is SectionKind.BACK:
            self._begin(lead.strip(" .:"), None, 1, SectionKind.BACK)
            self._children(element, SectionKind.BACK, depth)
            return
        at = len(self.drafts[-1].paragraphs)
        draft = self.drafts[-1]
        self._children(element, kind, depth)
        if lead and len(draft.paragraphs) > at:
            draft.paragraphs[at] = f"{lead} {draft.paragraphs[at]}"
        elif lead:
            draft.paragraphs.append(lead)

    def _list(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        pending = ""
        for item in element:
            if not isinstance(item.tag, str):
                continue
            tag = next((c for c in item if isinstance(c.tag, str) and "ltx_tag" in class_names(c)), None)
            mark = text_of(tag) if tag is not None else ""
            if tag is not None:
                tag.text, tag[:] = "", []
            if item.tag == "dt":
                pending = mark or text_of(item)
                continue
            draft, at = self.drafts[-1], len(self.drafts[-1].paragraphs)
            self._children(item, kind, depth)
            lead = " ".join(part for part in (pending, mark) if part)
            pending = ""
            if lead and len(draft.paragraphs) > at:
                draft.paragraphs[at] = f"{lead} {draft.paragraphs[at]}"

    def _paragraph(self, element: etree._Element, kind: SectionKind) -> None:
        words = extract_text(element)
        self._add(words.text)
        for note in words.notes:
            self._add(note_text(note))
        for figure in element.iter("figure"):
            figures, tables = extract_floats(figure)
            self.figures.extend(figures)
            self.tables.extend(tables)
        if kind is SectionKind.FRONT:
            self.links.extend(title_page_links([extract_text(element, with_urls=True).text]))
        elif kind is not SectionKind.REFERENCES and element.xpath(".//a[starts-with(@href, 'http')]"):
            self.links.extend(own_links([extract_text(element, with_urls=True).text]))

    def _authors(self, element: etree._Element) -> None:
        for part in element.xpath(".//*[contains(@class, 'ltx_author_notes')]"):
            # Contacts lead to a person (ORCID, e-mail, home page, institute); only notes may lead to the paper's code.
            notes = extract_text(part, with_urls=True, skip=frozenset(("ltx_contact",)))
            self.links.extend(title_page_links([notes.text]))
        text = text_of(element, skip=frozenset(("ltx_role_orcid",)))
        self._add(text)

    def _add(self, text: str) -> None:
        if text := normalize_spaces(text):
            self._current().paragraphs.append(text)

    def _current(self) -> _SectionDraft:
        return self.drafts[-1]


def _heading(heading: etree._Element | None) -> tuple[str | None, str]:
    if heading is None:
        return None, ""
    tag = next((e for e in heading.iter() if isinstance(e.tag, str) and "ltx_tag" in class_names(e)), None)
    title = text_of(heading, skip=frozenset(("ltx_tag",)))
    if tag is None:
        return split_number(title)
    number = re.sub(r"^(?:Appendix|Chapter|Part|Section|§)\s*", "", text_of(tag), flags=re.I).strip(" .:")
    return number or None, title


def _is_inline(element: etree._Element) -> bool:
    return element.tag in ("span", "a", "em", "b", "i", "cite", "math", "sup", "sub", "code", "br", "strong") and not (
        class_names(element)
        & {"ltx_note", "ltx_authors", "ltx_tag", "ltx_para", "ltx_tabular", "ltx_inline-block", "ltx_creator"}
    )


def _is_paragraph(element: etree._Element, named: frozenset[str]) -> bool:
    if "ltx_para" in named:
        return not _holds_blocks(element)
    return element.tag == "p" or bool(
        named & {"ltx_p", "ltx_equation", "ltx_equationgroup", "ltx_listing", "ltx_verbatim"}
    )


def _holds_blocks(para: etree._Element) -> bool:
    """Whether a paragraph's box holds lists, tables or further boxes that have to be read one by one."""
    for child in para.iter():
        if child is para or not isinstance(child.tag, str):
            continue
        named = class_names(child)
        if child.tag in ("ul", "ol", "dl") or named & {
            "ltx_itemize",
            "ltx_enumerate",
            "ltx_description",
            "ltx_para",
            "ltx_listing",
        }:
            return True
        if "ltx_tabular" in named and not _in_figure(child, para):
            return True
    return False


def _in_figure(element: etree._Element, within: etree._Element) -> bool:
    for around in element.iterancestors():
        if around is within:
            return False
        if around.tag == "figure":
            return True
    return False


def _link_urls(element: etree._Element) -> Iterable[str]:
    found: Sequence[str] = element.xpath(".//a/@href")
    return [str(h) for h in found if str(h).startswith(("http://", "https://"))]
