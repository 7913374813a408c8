"""arXiv's HTML (LaTeXML's, with or without arXiv's page around it) → a Reading: sections, figures, tables, links."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

from lxml import etree, html

from bot.errors import NotReadable
from bot.model import Extent, Paper, Reading, SectionKind, Source
from bot.reading.affiliations import html_affiliations
from bot.reading.html_figures import FigureImages
from bot.reading.html_hidden import remove_hidden
from bot.reading.html_sections import DocumentWalker

MAX_BYTES = 40_000_000
LEAST_TEXT = 1200
"""Characters of body below which a conversion is taken for a failed one."""

_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
_MAYBE_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|&#")


def read_html(data: bytes, paper: Paper, *, base: str) -> tuple[Reading, tuple[FigureImages, ...]]:
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
    walk = DocumentWalker(paper)
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
