"""Cards as neutral trees: what is shown of a paper, in which order, in the language of the reader. Pure."""

from __future__ import annotations

from datetime import date

from bot.model import Card, Claim, Figure, Kind, Paper, Style, Summary
from bot.render.addresses import paper_urls
from bot.render.evidence import (
    CONCLUSION,
    EvidenceForm,
    claim_spans,
    deep_sections,
    evidence_blocks,
    front_claims,
    headline_link,
    place_spans,
)
from bot.render.labels import format_date, label
from bot.render.nodes import (
    Block,
    Bullets,
    Button,
    Document,
    Fold,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Reply,
    Span,
    Text,
)
from bot.render.plain import one_line
from bot.render.provenance import provenance_line
from bot.render.reasons import reasons_line
from bot.tex.latex import readable

# The difference saves "and 1 more", which is as long as a name.
MAX_AUTHORS = 6
"""With more authors than this, only `SHOWN_AUTHORS` are named."""
SHOWN_AUTHORS = 4
MAX_FIGURES = 4
_BUTTONS_PER_ROW = 3
_MAX_BUTTONS = 10


# ── parts that other renderers use too ──────────────────────────────────────────────────────────────────────────────


def title_of(paper: Paper) -> str:
    """The title as readable text on one line; the paper's id if it has none."""
    return one_line(readable(paper.title)) or paper.id


def day_of(card: Card) -> date | None:
    """The listing day that announced the paper, else the day it was published."""
    if card.announcement:
        return card.announcement.day
    return card.paper.published.date() if card.paper.published else None


def authors_line(paper: Paper, language: str) -> str:
    """All authors up to `MAX_AUTHORS`, else the first ones "and 12 more"."""
    names = [one_line(readable(name)) for name in paper.authors]
    if len(names) <= MAX_AUTHORS:
        return ", ".join(names)
    more = label("and more", language, n=len(names) - SHOWN_AUTHORS)
    return f"{', '.join(names[:SHOWN_AUTHORS])} {more}"


def card_links(card: Card, language: str) -> tuple[tuple[str, str], ...]:
    """(label, address) of every page and file of the paper, in order: abstract, PDF, HTML, code, project."""
    urls = paper_urls(card.paper)
    links = [(label("abstract", language), urls["abs"]), (label("pdf", language), urls["pdf"])]
    if _has_html(card.paper):
        links.append((label("html", language), urls["html"]))
    for key, urls_of_kind in (("code", card.links.code), ("project", card.links.project)):
        name = label(key, language)
        links += [(name if len(urls_of_kind) == 1 else f"{name} {n}", url) for n, url in enumerate(urls_of_kind, 1)]
    return tuple(links)


def _has_html(paper: Paper) -> bool:
    """Whether arXiv may have HTML of the paper: it converts papers since December 2023."""
    return paper.id[:4].isdigit() and paper.id[:4] >= "2312"


def shown_figures(card: Card) -> tuple[Figure, ...]:
    """The figures that have a picture and whose licence allows showing it, at most `MAX_FIGURES`."""
    return tuple(figure for figure in card.figures if figure.shown and figure.file)[:MAX_FIGURES]


def figure_caption(figure: Figure, language: str) -> str:
    """ "Figure 2: a caption"; a caption that has its own number is left as it is."""
    # The caption is in the language of the paper, hence also the English beginnings.
    caption = one_line(readable(figure.caption))
    name = label("figure", language, n=figure.number)
    if caption.lower().startswith(("figure", "fig.", name.lower())):
        return caption
    return f"{name}: {caption}" if caption else name


# ── the card ────────────────────────────────────────────────────────────────────────────────────────────────────────


def card_document(
    card: Card,
    language: str,
    style: Style = Style.CARDS,
    *,
    links: bool = True,
    roomy: bool = False,
    evidence: EvidenceForm = EvidenceForm.QUOTES,
    evidence_action: str | None = None,
) -> Document:
    """One paper as a tree.

    `links` adds a line of links; it is False where they become buttons. `roomy` is for pages: it adds keywords, and the
    abstract in a fold below the summary. Without a summary the abstract is always shown. `evidence_action` is what a
    button for the evidence sends back, on platforms without folds. Compact cards have one link, to the sentence of
    their headline.
    """
    before, after = blocks_for_all(
        card, language, style, links=links, roomy=roomy, evidence=evidence, evidence_action=evidence_action
    )
    return Document((*before, *matched_note(card, language, style), *after))


def blocks_for_all(
    card: Card,
    language: str,
    style: Style,
    *,
    links: bool = True,
    roomy: bool = False,
    evidence: EvidenceForm = EvidenceForm.QUOTES,
    evidence_action: str | None = None,
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks of a card before and after `matched_note`, which alone depends on the chat; as `card_document`."""
    paper = card.paper
    # The title is always a link, so that a card has one even where the line of links is left out.
    title = Heading((Link(title_of(paper), paper_urls(paper)["abs"], bold=True),), level=2)
    if style is Style.TITLES:
        return (title, *_compact(card, language, evidence)), ()
    blocks: list[Block] = [title, *_identity(card, language)]
    summary = card.summary
    if summary:
        blocks += _summary(card, summary, language)
        blocks += evidence_blocks(card, language, evidence, evidence_action)
    else:
        blocks.append(Line((Text(readable(paper.abstract)),)))
    if roomy and summary:
        heading = Text(label("abstract", language).capitalize(), bold=True)
        blocks.append(Fold((heading,), (Line((Text(readable(paper.abstract)),)),)))
    blocks += _figures(card, language)
    if roomy and summary:
        blocks += _keywords(summary)
    return tuple(blocks), tuple(_footer(card, language, links=links))


def matched_note(card: Card, language: str, style: Style = Style.CARDS) -> tuple[Block, ...]:
    """The note that says why a chat gets the paper; none where nothing is known. On compact cards it says only what
    makes the paper stand out."""
    line = reasons_line(card, language, is_short=style is Style.TITLES)
    return (Note((Text(line),)),) if line else ()


def card_reply(card: Card, language: str, evidence_action: str | None = None, *, private: bool = False) -> Reply:
    """One paper as the answer to a command, its links as buttons; `evidence_action` as for `card_document`."""
    buttons = tuple(Button(name, url=url) for name, url in card_links(card, language)[:_MAX_BUTTONS])
    rows = tuple(buttons[at : at + _BUTTONS_PER_ROW] for at in range(0, len(buttons), _BUTTONS_PER_ROW))
    return Reply(card_document(card, language, links=False, evidence_action=evidence_action), rows, private)


def _compact(card: Card, language: str, evidence: EvidenceForm) -> list[Block]:
    # The few things that a reader must know even here: the paper is withdrawn, or it is a sample.
    blocks: list[Block] = []
    if card.paper.withdrawn:
        blocks.append(Note((Text(label("withdrawn", language), italic=True),)))
    has_headline = card.summary is not None and card.summary.headline in front_claims(card, card.summary)
    if card.summary and has_headline:
        blocks.append(Line(claim_spans(card.summary.headline, card.summary, language)))
    badge = [Text(f" · {label('sample', language)}", italic=True)] if card.paper.sample else []
    link = headline_link(card, language) if has_headline and evidence is not EvidenceForm.NONE else ()
    blocks.append(Note((Text(card.paper.versioned_id, code=True), *badge, *link)))
    return blocks


def _identity(card: Card, language: str) -> list[Block]:
    """Translated title, authors, id, category, kind and date."""
    paper = card.paper
    blocks: list[Block] = []
    if card.summary and card.summary.translated_title:
        blocks.append(Note((Text(readable(card.summary.translated_title), bold=True),)))
    if paper.authors:
        blocks.append(Note((Text(authors_line(paper, language)),)))
    facts = [paper.primary_category]
    if card.announcement and card.announcement.kind is not Kind.NEW:
        facts.append(label("cross" if card.announcement.kind is Kind.CROSS else "replace", language))
    if day := day_of(card):
        # The paper may have a newer version than the one announced that day.
        announced = card.announcement.version if card.announcement else paper.version
        facts.append(format_date(day, language) + (f" (v{announced})" if announced != paper.version else ""))
    if paper.sample:
        facts.append(label("sample", language))
    blocks.append(Note((Text(paper.versioned_id, code=True), Text("".join(f" · {fact}" for fact in facts if fact)))))
    if paper.withdrawn:
        blocks.append(Line((Text(f"⚠️ {label('withdrawn', language)}", bold=True),)))
    return blocks


def _summary(card: Card, summary: Summary, language: str) -> list[Block]:
    blocks: list[Block] = []
    if summary.headline in front_claims(card, summary):
        blocks.append(Line(claim_spans(summary.headline, summary, language)))
    if summary.takeaways:
        blocks.append(Bullets(tuple(claim_spans(claim, summary, language) for claim in summary.takeaways)))

    def placed(claim: Claim) -> tuple[Span, ...]:
        place = place_spans(claim, card.paper, summary.provenance.source, language)
        return (*claim_spans(claim, summary, language), *place)

    # The parts of the conclusion share one fold: they have one or two claims each.
    conclusion: list[Block] = []
    for key, claims in deep_sections(summary):
        if not claims:
            continue
        bullets = Bullets(tuple(map(placed, claims)), numbered=key == "methods")
        heading = Text(label(key, language), bold=True)
        if key in CONCLUSION:
            conclusion += [Line((heading,)), bullets]
        else:
            blocks.append(Fold((heading,), (bullets,)))
    if conclusion:
        blocks.append(Fold((Text(label("conclusion", language), bold=True),), tuple(conclusion)))
    return blocks


def _figures(card: Card, language: str) -> list[Block]:
    shown = shown_figures(card)
    blocks: list[Block] = [Picture(figure.file, figure.url, figure_caption(figure, language)) for figure in shown]
    # Figures whose licence does not allow showing them are linked.
    linked = [figure for figure in card.figures if figure not in shown and figure.url][: MAX_FIGURES - len(shown)]
    if linked:
        blocks.append(Bullets(tuple((Link(figure_caption(figure, language), figure.url or ""),) for figure in linked)))
    return blocks


def _keywords(summary: Summary) -> list[Block]:
    if not summary.keywords:
        return []
    return [Note((Text(" · ".join(readable(term) for term in summary.keywords), italic=True),))]


def _footer(card: Card, language: str, *, links: bool) -> list[Block]:
    """The links, and who wrote the summary from what."""
    blocks: list[Block] = []
    if links:
        spans: list[Span] = []
        for name, url in card_links(card, language):
            spans += [Text(" · "), Link(name, url)] if spans else [Link(name, url)]
        blocks.append(Note(tuple(spans)))
    # Always there: a card must say whether a model wrote it, and CC licences require their name.
    notes = [provenance_line(card.summary, language) if card.summary else label("no summary", language)]
    if licences := sorted({figure.license for figure in shown_figures(card) if figure.license}):
        notes.append(label("figure licence", language, licence=", ".join(map(licence_name, licences))))
    blocks.append(Note((Text(" · ".join(notes), italic=True),)))
    return blocks


def licence_name(url: str) -> str:
    """The short name of a Creative Commons licence by its address, "CC BY-SA 4.0"; other addresses are returned."""
    # "https://creativecommons.org/licenses/by-sa/4.0/"
    parts = url.rstrip("/").split("/")
    if "creativecommons.org" not in url or len(parts) < 2:
        return url
    kind, version = parts[-2], parts[-1]
    return f"CC0 {version}" if kind == "zero" else f"CC {kind.upper()} {version}"
