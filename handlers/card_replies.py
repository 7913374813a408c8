"""Replies about opened cards: the front, the evidence, the whole reading, the citation, and pages of a list.

Platforms edit one message from one of them to the next, and divide what is too long into pages.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import (
    BeingRead,
    CardClosed,
    CardFigures,
    CardTrouble,
    CardView,
    CitedPaper,
    DigestPage,
    OpenedCard,
    TooManyReadings,
)
from bot.locales import _, formats, pgettext
from bot.model import Card, Conclusion, Depth, Paper, Summary
from bot.references.citations import CitationFormat
from bot.render.cards import card_document, card_links, figure_caption, shown_figures, title_of
from bot.render.digest_list import list_buttons, list_document
from bot.render.evidence import EvidenceForm, evidence_document, has_evidence
from bot.render.nodes import (
    Block,
    Bullets,
    Button,
    Code,
    Document,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Reply,
    Span,
    Text,
)
from bot.render.plain import utf16
from handlers.button_actions import Action
from handlers.news_replies import limit_sentence
from handlers.reply_parts import about, one_line, title_link
from handlers.requests import ChatName
from handlers.vote_buttons import vote_buttons

MOST_CHARACTERS = 3_700
"""Characters of a list, which leave room for its marks and for the name of its chat."""

MOST_LINKS = 4
"""Links on buttons: PDF, HTML and two of code or a project; the others stand on the abstract's page."""

_NAMES = {CitationFormat.BIBTEX: "BibTeX", CitationFormat.RIS: "RIS", CitationFormat.MARKDOWN: "Markdown"}
"""The formats that an opened card offers; the names are the same in all languages."""


def opened_card(result: OpenedCard, chat: ChatName) -> Reply:
    match result.view:
        case CardView.EVIDENCE:
            evidence = evidence_document(result.card, result.language)
            return _in_place(Document((*evidence.blocks, *about(chat))), (_back_row(result.card.paper),))
        case CardView.READING:
            return _reading(result, chat)
    return _front(result, chat)


def _front(result: OpenedCard, chat: ChatName) -> Reply:
    # Figures come with the whole reading.
    card = replace(result.card, summary=_front_of(result.card.summary), figures=())
    document = card_document(card, result.language, links=False, evidence=EvidenceForm.NONE)
    blocks: list[Block] = [*_without_pictures(document), *about(chat)]
    if result.trouble is not None:
        blocks.append(Line((Text(_trouble(result.trouble), bold=True),)))
    if result.is_ready:
        blocks.append(Line((Text(_("The whole paper has been read: press “{button}”.").format(button=_read_label())),)))
    paper = result.card.paper
    looking = [Button(_read_label(), action=str(Action("read", paper.versioned_id)))] if not paper.withdrawn else []
    return _in_place(
        Document(tuple(blocks)),
        (
            _link_row(card, result.language),
            (*looking, *_evidence_buttons(result)),
            (*vote_buttons(paper.id, result.votes, saved_in=result.saved_in), _cite_button(paper)),
            (Button("⟵", action=str(Action("close"))),),
        ),
    )


def _reading(result: OpenedCard, chat: ChatName) -> Reply:
    document = card_document(result.card, result.language, links=False, evidence=EvidenceForm.NONE)
    paper = result.card.paper
    looking = [*_evidence_buttons(result)]
    if shown_figures(result.card):
        looking.append(Button(pgettext("button", "Figures"), action=str(Action("figs", paper.versioned_id))))
    return _in_place(
        Document((*_without_pictures(document), *about(chat))),
        (
            tuple(looking),
            (*vote_buttons(paper.id, result.votes, saved_in=result.saved_in), _cite_button(paper)),
            _back_row(paper),
        ),
    )


def being_read(result: BeingRead, _chat: ChatName) -> Reply:
    duration = formats.duration(result.usual_seconds)
    line = _("I am reading the whole paper. This usually takes about {duration}; the reading then appears here.")
    return _in_place(
        Document((_title(result.card.paper), Line((Text(line.format(duration=duration)),)))),
        (_back_row(result.card.paper),),
    )


def cited_paper(result: CitedPaper, _chat: ChatName) -> Reply:
    paper = result.card.paper
    forms = [
        Button(name, action=str(Action("bib", f"{paper.versioned_id}:{form}")))
        for form, name in _NAMES.items()
        if form is not result.form
    ]
    return _in_place(Document((_title(paper), Code(result.text.strip()))), (tuple(forms), _back_row(paper)))


def card_figures(result: CardFigures, _chat: ChatName) -> Reply:
    shown = shown_figures(result.card)
    if not shown:
        return one_line(_("This paper has no figures that may be shown here; the PDF has them all."))
    pictures = [Picture(figure.file, figure.url, figure_caption(figure, result.language)) for figure in shown]
    return Reply(Document((Line((title_link(result.card.paper),)), *pictures)), silent=True)


def card_closed(_result: CardClosed, _chat: ChatName) -> Reply:
    return one_line(_("The card is closed."))


def digest_page(result: DigestPage, chat: ChatName) -> Reply:
    """A list as a digest has it, with buttons to its other pages."""
    document = list_document(result.digest, result.first, fits=_fits)
    buttons = list_buttons(result.digest, result.first)
    return Reply(Document((*document.blocks, *about(chat))), buttons, silent=True)


def _fits(document: Document) -> bool:
    """Whether a list fits a message of every platform: Telegram's hold 4096 characters, Discord's 4000."""
    spans = [span for block in document.blocks for span in _spans_of(block)]
    return sum(utf16(span.text) + 1 for span in spans) <= MOST_CHARACTERS


def _spans_of(block: Block) -> tuple[Span, ...]:
    match block:
        case Heading(spans) | Line(spans) | Note(spans):
            return spans
        case Bullets(items):
            return tuple(span for item in items for span in item)
    return ()


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_place(document: Document, buttons: tuple[tuple[Button, ...], ...]) -> Reply:
    return Reply(document, tuple(row for row in buttons if row), silent=True)


def _title(paper: Paper) -> Heading:
    link = title_link(paper)
    return Heading((Link(title_of(paper), link.url, bold=True),), level=2)


def _read_label() -> str:
    return pgettext("button", "Read it all")


def _trouble(trouble: CardTrouble | TooManyReadings) -> str:
    if isinstance(trouble, TooManyReadings):
        return limit_sentence(trouble)
    if trouble is CardTrouble.BUSY:
        return _("The whole paper cannot be read right now; try again in a few minutes.")
    return _("The text of this paper cannot be read here; the PDF button opens it.")


def _front_of(summary: Summary | None) -> Summary | None:
    """A summary without the parts that only the whole reading shows."""
    if summary is None or summary.key.depth is not Depth.DEEP:
        return summary
    return replace(summary, background=(), prior_work=(), method=(), results=(), methods=(), conclusion=Conclusion())


def _without_pictures(document: Document) -> tuple[Block, ...]:
    return tuple(block for block in document.blocks if not isinstance(block, Picture))


def _link_row(card: Card, language: str) -> tuple[Button, ...]:
    # Not the abstract's page, which the title opens.
    return tuple(Button(name, url=url) for name, url in card_links(card, language)[1 : 1 + MOST_LINKS])


def _evidence_buttons(result: OpenedCard) -> tuple[Button, ...]:
    summary = result.card.summary
    if summary is None or not has_evidence(summary):
        return ()
    argument = f"{result.card.paper.versioned_id}:{result.depth.value[0]}"
    return (Button(pgettext("button", "Evidence"), action=str(Action("proof", argument))),)


def _cite_button(paper: Paper) -> Button:
    return Button(pgettext("button", "Cite"), action=str(Action("bib", paper.versioned_id)))


def _back_row(paper: Paper) -> tuple[Button, ...]:
    return (Button("⟵", action=str(Action("back", paper.versioned_id))),)
