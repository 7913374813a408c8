"""Dossiers as neutral trees: a paper with all its metadata and its summary, for posts, files and pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Card, Digest, Kind, Summary
from bot.render.addresses import paper_urls
from bot.render.cards import (
    card_links,
    day_of,
    figure_caption,
    licence_name,
    shown_figures,
    title_of,
)
from bot.render.digests import digest_header, digest_notes, other_papers
from bot.render.evidence import (
    CONCLUSION,
    EvidenceForm,
    claim_spans,
    deep_sections,
    evidence_blocks,
    front_claims,
    place_spans,
)
from bot.render.labels import format_date, label
from bot.render.nodes import Block, Bullets, Document, Fold, Heading, Line, Link, Note, Picture, Rule, Span, Text
from bot.render.plain import one_line
from bot.render.provenance import provenance_line
from bot.render.reasons import match_reasons, reason_sentences
from bot.tex.latex import readable


def dossier_document(card: Card, language: str) -> Document:
    """One paper: title, all authors, abstract, PDF with version and comment, summary, deep reading, figures."""
    paper, summary = card.paper, card.summary
    blocks: list[Block] = [Heading((Link(title_of(paper), paper_urls(paper)["abs"]),), level=2)]
    if summary and summary.translated_title:
        blocks.append(Line((Text(readable(summary.translated_title), bold=True),)))
    blocks += _facts(card, language)
    blocks += [Heading((Text(label("abstract", language).capitalize()),), 3), Line((Text(readable(paper.abstract)),))]
    if summary:
        blocks += _summary(card, summary, language)
        blocks += evidence_blocks(card, language, EvidenceForm.QUOTES)
    blocks += _figures(card, language)
    blocks += _provenance(card, language)
    return Document(tuple(blocks))


def dossier_digest(digest: Digest, *, header: bool = True) -> Document:
    """A digest of dossiers; `header` is False where a front matter has the title already."""
    blocks = list(digest_header(digest).blocks)
    if not header:
        del blocks[0]
    for card in digest.cards:
        blocks += [Rule(), *dossier_document(card, digest.language).blocks]
    return Document((*blocks, *other_papers(digest), *digest_notes(digest).blocks))


def _facts(card: Card, language: str) -> list[Block]:
    paper = card.paper
    items: list[tuple[Span, ...]] = []
    if paper.authors:
        items.append(_fact("authors", ", ".join(one_line(readable(name)) for name in paper.authors), language))
    if card.summary and card.summary.affiliations:
        items.append(_fact("affiliations", "; ".join(map(readable, card.summary.affiliations)), language))
    kind = card.announcement.kind if card.announcement else Kind.NEW
    facts = [paper.versioned_id, " ".join(paper.categories)]
    facts += [] if kind is Kind.NEW else [label("cross" if kind is Kind.CROSS else "replace", language)]
    facts += [format_date(day, language)] if (day := day_of(card)) else []
    facts += [label("sample", language)] if paper.sample else []
    items.append((Text("arXiv: ", bold=True), Text(" · ".join(fact for fact in facts if fact))))
    pdf: list[Span] = [Text("PDF: ", bold=True)]
    pdf.append(Link(label("version", language, n=paper.version), paper_urls(paper)["pdf"]))
    if paper.comment:
        pdf.append(Text(f" · {readable(paper.comment)}"))
    items.append(tuple(pdf))
    # Abstract and PDF have rows of their own; only code and project are left.
    for name, url in card_links(card, language):
        if url in (*card.links.code, *card.links.project):
            items.append((Text(f"{name.capitalize()}: ", bold=True), Link(url, url)))
    if card.reasons:
        items.append((Text(" ".join(reason_sentences(card, language))),))
    elif reasons := match_reasons(card):
        items.append(_fact("matched", reasons, language))
    # Above the list, where it cannot be overlooked.
    withdrawn = [Line((Text(label("withdrawn", language), bold=True),))] if paper.withdrawn else []
    return [*withdrawn, Bullets(tuple(items))]


def _fact(key: str, text: str, language: str) -> tuple[Span, ...]:
    return Text(f"{label(key, language).capitalize()}: ", bold=True), Text(text)


def _summary(card: Card, summary: Summary, language: str) -> list[Block]:
    blocks: list[Block] = []
    if summary.headline in front_claims(card, summary):
        blocks.append(Heading((Text(label("summary", language)),), 3))
        blocks.append(Line(claim_spans(summary.headline, summary, language)))
    if summary.takeaways:
        blocks.append(Heading((Text(label("takeaways", language)),), 3))
        blocks.append(Bullets(tuple(claim_spans(claim, summary, language) for claim in summary.takeaways)))
    if summary.keywords:
        blocks.append(Line(_fact("keywords", " · ".join(map(readable, summary.keywords)), language)))
    parts = [(key, claims) for key, claims in deep_sections(summary) if claims]
    if parts:
        blocks.append(Heading((Text(label("deep", language)),), 3))
    for key, claims in parts:
        heading = (
            f"{label('conclusion', language)}: {label(key, language)}" if key in CONCLUSION else label(key, language)
        )
        items = tuple(
            (
                *claim_spans(claim, summary, language),
                *place_spans(claim, card.paper, summary.provenance.source, language),
            )
            for claim in claims
        )
        blocks += [Line((Text(heading, bold=True),)), Bullets(items, key == "methods")]
    return blocks


def _figures(card: Card, language: str) -> list[Block]:
    shown = shown_figures(card)
    blocks: list[Block] = [Picture(figure.file, figure.url, figure_caption(figure, language)) for figure in shown]
    linked: list[tuple[Span, ...]] = [
        (Link(figure_caption(figure, language), figure.url),)
        for figure in card.figures
        if figure not in shown and figure.url
    ]
    if linked:
        blocks.append(Bullets(tuple(linked)))
    if licences := sorted({licence_name(figure.license) for figure in shown if figure.license}):
        blocks.append(Note((Text(label("figure licence", language, licence=", ".join(licences)), italic=True),)))
    # Collapsed: figures are large, and the text of the summary is what a dossier is read for.
    return [Fold((Text(label("figures", language)),), tuple(blocks))] if blocks else []


def _provenance(card: Card, language: str) -> Iterable[Block]:
    summary = card.summary
    provenance = provenance_line(summary, language) if summary else label("no summary", language)
    return [Note((Text(provenance, italic=True),))]
