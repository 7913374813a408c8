"""arXiv's HTML (LaTeXML's, with or without arXiv's page around it) → a Reading: sections, figures, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from lxml import etree, html

from bot.arxiv.code_links import own_links, title_page_links
from bot.errors import NotReadable
from bot.model import Extent, Figure, Paper, Paragraph, Reading, Section, SectionKind, Source, Table
from bot.reading.affiliations import html_affiliations
from bot.reading.headings_and_captions import kind_of_title, split_number
from bot.reading.html_figures import Pictures, floats_of, table_of
from bot.reading.html_hidden import remove_hidden
from bot.reading.html_text import classes, inline_text, note_text, text_of, tidied, words_of

MAX_BYTES = 40_000_000
LEAST_TEXT = 1200
"""Characters of body below which a conversion is taken for a failed one."""

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


_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
_MAYBE_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|&#")


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


def read_html(data: bytes, paper: Paper, *, base: str) -> tuple[Reading, tuple[Pictures, ...]]:
    """Read the page of one paper; `base` is the address that its pictures' names are relative to.

    The second value has, for each of `Reading.figures` in order, the pictures that it consists of.
    Raises `NotReadable` where the page is no LaTeXML document or holds next to no text.
    """
    page = _parsed(data)
    _locate_pictures(page, base)
    hidden = remove_hidden(page)
    articles = page.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' ltx_document ')]")
    if not articles:
        raise NotReadable("arXiv's HTML page of this paper holds no document.")
    walk = _Walk(paper)
    walk.document(articles[0])
    sections = tuple(draft.section() for draft in walk.drafts if draft.title or draft.paragraphs)
    if sum(len(p.text) for s in sections if s.kind is SectionKind.BODY for p in s.paragraphs) < LEAST_TEXT:
        raise NotReadable("arXiv's HTML page of this paper holds next to no text.")
    top = sum(1 for s in sections if s.level == 1 and s.kind in (SectionKind.BODY, SectionKind.APPENDIX))
    place = base.rstrip("/")
    reading = Reading(
        paper_id=paper.id,
        version=paper.version,
        source=Source.HTML,
        sections=sections,
        figures=tuple(replace(f, url=f.url or f"{place}#{p.anchor}") for f, p in walk.figures),
        tables=tuple(walk.tables),
        affiliations=html_affiliations(articles[0], paper.authors),
        links=tuple(dict.fromkeys(walk.links)),
        extent=Extent("sections", top, top),
        hidden=hidden,
    )
    return reading, tuple(pictures for _, pictures in walk.figures)


def _locate_pictures(page: etree._Element, base: str) -> None:
    stated = page.xpath("//base/@href")
    base = _joined(base, str(stated[0])) if stated else base
    for image in page.iter("img"):
        if source := str(image.get("src") or "").strip():
            image.set("src", _CONTROLS.sub("", _joined(base, source)))


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # half an IPv6 address
        return base


def _parsed(data: bytes) -> html.HtmlElement:
    if len(data) > MAX_BYTES:
        raise NotReadable("arXiv's HTML page of this paper is too large to read.")
    parser = html.HTMLParser(encoding=_encoding(data), no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NotReadable("arXiv's HTML page of this paper is broken.") from error
    if not isinstance(page, html.HtmlElement):
        raise NotReadable("arXiv's HTML page of this paper is broken.")
    if _MAYBE_CONTROLS.search(data):
        _without_controls(page)
    return page


def _without_controls(page: etree._Element) -> None:
    """The parser lets characters in that its own tree refuses to be given again."""
    for element in page.iter(etree.Element):
        for name in ("text", "tail"):
            said = getattr(element, name)
            if said and _CONTROLS.search(said):
                setattr(element, name, _CONTROLS.sub("", said))


def _encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"


class _Walk:
    """Goes through the document once, in reading order."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.drafts: list[_SectionDraft] = []
        self.figures: list[tuple[Figure, Pictures]] = []
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
        named = classes(element)
        if level := next((_LEVELS[name] for name in _LEVELS if name in named), None):
            self._section(element, named, level, kind, depth)
        elif "ltx_abstract" in named:
            self._begin("Abstract", None, 1, SectionKind.ABSTRACT)
            self._children(element, SectionKind.ABSTRACT, depth)
            self.links.extend(_addresses(element))
            self._begin("", None, 1, SectionKind.FRONT)
        elif element.tag in ("h1", "h2", "h3", "h4", "h5", "h6") or "ltx_title" in named:
            return
        elif "ltx_authors" in named or "ltx_dates" in named:
            self._authors(element)
        elif "ltx_paragraph" in named or "ltx_subparagraph" in named or named & {"ltx_theorem", "ltx_proof"}:
            self._run_in(element, kind, depth)
        elif element.tag == "figure" or "ltx_float" in named:
            figures, tables = floats_of(element)
            self.figures.extend(figures)
            self.tables.extend(tables)
        elif "ltx_tabular" in named:
            self.tables.append(table_of(element))
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
        heading = next((c for c in element if isinstance(c.tag, str) and "ltx_title" in classes(c)), None)
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
        return kind_of_title(title, number, past_references=self._past_references)

    def _references(self, element: etree._Element) -> None:
        for item in element.iter("li", "div"):
            if "ltx_bibitem" in classes(item):
                self.drafts[-1].paragraphs.append(text_of(item))

    def _run_in(self, element: etree._Element, kind: SectionKind, depth: int) -> None:
        heading = next((c for c in element if isinstance(c.tag, str) and "ltx_title" in classes(c)), None)
        lead = text_of(heading) if heading is not None else ""
        if lead and kind_of_title(lead, None, past_references=False) is SectionKind.BACK:
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
            tag = next((c for c in item if isinstance(c.tag, str) and "ltx_tag" in classes(c)), None)
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
        words = words_of(element)
        self._add(words.text)
        for note in words.notes:
            self._add(note_text(note))
        for figure in element.iter("figure"):
            figures, tables = floats_of(figure)
            self.figures.extend(figures)
            self.tables.extend(tables)
        if kind is SectionKind.FRONT:
            self.links.extend(title_page_links([words_of(element, addresses=True).text]))
        elif kind is not SectionKind.REFERENCES and element.xpath(".//a[starts-with(@href, 'http')]"):
            self.links.extend(own_links([words_of(element, addresses=True).text]))

    def _authors(self, element: etree._Element) -> None:
        for part in element.xpath(".//*[contains(@class, 'ltx_author_notes')]"):
            # Contacts lead to a person (ORCID, e-mail, home page, institute); only notes may lead to the paper's code.
            notes = words_of(part, addresses=True, skip=frozenset(("ltx_contact",)))
            self.links.extend(title_page_links([notes.text]))
        text = text_of(element, skip=frozenset(("ltx_role_orcid",)))
        self._add(text)

    def _add(self, text: str) -> None:
        if text := tidied(text):
            self._current().paragraphs.append(text)

    def _current(self) -> _SectionDraft:
        return self.drafts[-1]


def _heading(heading: etree._Element | None) -> tuple[str | None, str]:
    if heading is None:
        return None, ""
    tag = next((e for e in heading.iter() if isinstance(e.tag, str) and "ltx_tag" in classes(e)), None)
    title = text_of(heading, skip=frozenset(("ltx_tag",)))
    if tag is None:
        return split_number(title)
    number = re.sub(r"^(?:Appendix|Chapter|Part|Section|§)\s*", "", text_of(tag), flags=re.I).strip(" .:")
    return number or None, title


def _is_inline(element: etree._Element) -> bool:
    return element.tag in ("span", "a", "em", "b", "i", "cite", "math", "sup", "sub", "code", "br", "strong") and not (
        classes(element)
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
        named = classes(child)
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


def _addresses(element: etree._Element) -> Iterable[str]:
    found: Sequence[str] = element.xpath(".//a/@href")
    return [str(h) for h in found if str(h).startswith(("http://", "https://"))]
