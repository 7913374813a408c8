"""arXiv's HTML (LaTeXML's, with or without arXiv's page around it) → a Reading: sections, figures, tables, links."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

from lxml import etree, html

from bot.errors import NotReadable
from bot.model import Extent, Paper, Reading, Section, SectionKind, Source
from bot.reading.affiliations import html_affiliations
from bot.reading.html_figures import FigureImages
from bot.reading.html_hidden import remove_hidden
from bot.reading.html_sections import DocumentWalker

MAX_BYTES = 40_000_000
MIN_BODY_LENGTH = 1200
"""Characters of body below which LaTeXML's conversion is taken to have failed, so that the PDF is read."""

# The parser accepts these, as bytes or as "&#1;", but its tree refuses them when an attribute or text is set.
_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")
_MAY_HAVE_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|&#")


def read_html(data: bytes, paper: Paper, *, base: str) -> tuple[Reading, tuple[FigureImages, ...]]:
    """Read the page of one paper; `base` is the address that the names of its images are relative to.

    The second value has, for each of `Reading.figures` in order, the images that it consists of.
    Raises `NotReadable` if the page is no LaTeXML document or has hardly any text.
    """
    page = _parse(data)
    _resolve_image_urls(page, base)
    # Before anything is read: orders to a model must not get into any part of the reading.
    hidden = remove_hidden(page)
    articles = page.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), ' ltx_document ')]")
    if not articles:
        raise NotReadable("arXiv's HTML page of this paper contains no document.")
    # From here on the tree is changed (marks are removed from lists), so that it is walked through only once.
    walker = DocumentWalker()
    walker.walk(articles[0])
    sections = walker.sections()
    if _body_length(sections) < MIN_BODY_LENGTH:
        raise NotReadable("arXiv's HTML page of this paper contains hardly any text.")
    count = sum(1 for s in sections if s.level == 1 and s.kind in (SectionKind.BODY, SectionKind.APPENDIX))
    address = base.rstrip("/")
    reading = Reading(
        paper_id=paper.id,
        version=paper.version,
        source=Source.HTML,
        sections=sections,
        figures=tuple(replace(f, url=f.url or f"{address}#{images.anchor}") for f, images in walker.figures),
        tables=tuple(walker.tables),
        affiliations=html_affiliations(articles[0], paper.authors),
        links=tuple(dict.fromkeys(walker.links)),
        extent=Extent("sections", count, count),
        hidden=hidden,
    )
    return reading, tuple(images for _, images in walker.figures)


def _body_length(sections: tuple[Section, ...]) -> int:
    return sum(len(p.text) for s in sections if s.kind is SectionKind.BODY for p in s.paragraphs)


def _resolve_image_urls(page: etree._Element, base: str) -> None:
    """Make the addresses of images absolute; arXiv's page states its base, a page of plain LaTeXML does not."""
    stated = page.xpath("//base/@href")
    base = _join_url(base, str(stated[0])) if stated else base
    for image in page.iter("img"):
        if source := str(image.get("src") or "").strip():
            image.set("src", _CONTROLS.sub("", _join_url(base, source)))


def _join_url(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # half an IPv6 address
        return base


def _parse(data: bytes) -> html.HtmlElement:
    if len(data) > MAX_BYTES:
        raise NotReadable("arXiv's HTML page of this paper is too large to read.")
    parser = html.HTMLParser(encoding=_encoding(data), no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise NotReadable("arXiv's HTML page of this paper is broken.") from error
    if not isinstance(page, html.HtmlElement):
        raise NotReadable("arXiv's HTML page of this paper is broken.")
    if _MAY_HAVE_CONTROLS.search(data):
        _remove_controls(page)
    return page


def _remove_controls(page: etree._Element) -> None:
    for element in page.iter(etree.Element):
        for name in ("text", "tail"):
            text = getattr(element, name)
            if text and _CONTROLS.search(text):
                setattr(element, name, _CONTROLS.sub("", text))


def _encoding(data: bytes) -> str:
    """Return UTF-8 if the data is valid, else Latin 1, in which every sequence of bytes is text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "utf-8"
