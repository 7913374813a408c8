"""The evidence of a card: for each statement the sentences that it rests on, with their places as links. Pure."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from bot.model import Card, Claim, Evidence, Paper, Source, Summary, Support
from bot.model.languages import primary
from bot.render.addresses import evidence_url
from bot.render.labels import label
from bot.render.nodes import Block, Bullets, Document, Fold, Heading, Line, Link, Note, Span, Text
from bot.render.plain import cut, one_line
from bot.tex.latex import readable

CONCLUSION = ("significance", "innovation", "performance", "workload")
"""The parts of a deep summary that are shown under its conclusion."""
_LEAD_COLUMNS = 34
"""Columns of a statement's first words; a Chinese or Japanese character takes two. More where two begin alike."""
_WORD_AT_END = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*$")


class EvidenceForm(enum.Enum):
    """How much of its evidence a card shows."""

    NONE = enum.auto()
    LINKS = enum.auto()
    """One line with a link for each statement."""
    QUOTES = enum.auto()
    """A fold with the sentences; the links alone where all statements are the paper's own sentences anyway."""


def deep_sections(summary: Summary) -> tuple[tuple[str, tuple[Claim, ...]], ...]:
    """The parts of a deep summary in reading order: (key of the label, claims), including empty ones."""
    conclusion = summary.conclusion
    return (
        ("background", summary.background),
        ("prior work", summary.prior_work),
        ("method", summary.method),
        ("results", summary.results),
        ("methods", summary.methods),
        ("significance", conclusion.significance),
        ("innovation", conclusion.innovation),
        ("performance", conclusion.performance),
        ("workload", conclusion.workload),
    )


def front_claims(card: Card, summary: Summary) -> tuple[Claim, ...]:
    """Headline and takeaways as a card shows them: a headline that says only the title is left out above takeaways."""
    repeats = one_line(readable(summary.headline.text)).casefold() == one_line(readable(card.paper.title)).casefold()
    return summary.takeaways if repeats and summary.takeaways else (summary.headline, *summary.takeaways)


# ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────────


def claim_spans(claim: Claim, summary: Summary, language: str) -> tuple[Span, ...]:
    """The text of a claim, marked where it is a sentence in the paper's language among statements in another one."""
    text = Text(readable(claim.text))
    if not is_original(claim, summary):
        return (text,)
    mark = label("original", language)
    return text, Text(mark if mark.startswith("（") else f" {mark}", italic=True)


def is_original(claim: Claim, summary: Summary) -> bool:
    """Whether a claim is marked as the paper's own sentence, because it is in another language than the summary."""
    if claim.support is not Support.SENTENCE or primary(claim.language) == primary(summary.key.language):
        return False
    # An extractive summary has nothing but such sentences, and its last line says so of English ones.
    return summary.provenance.model != "extractive" or claim.language != "en"


def place_spans(claim: Claim, paper: Paper, source: Source, language: str) -> tuple[Span, ...]:
    """The place of a claim's first evidence in brackets, as a link; empty if the claim has none."""
    if not claim.evidence:
        return ()
    return Text(" ("), _place_link(claim.evidence[0], paper, source, language), Text(")")


def headline_link(card: Card, language: str) -> tuple[Span, ...]:
    """A link to the sentence of the headline, " · evidence", for a card that shows nothing else; empty if none."""
    summary = card.summary
    if summary is None or not summary.headline.evidence:
        return ()
    url = evidence_url(card.paper, summary.provenance.source, summary.headline.evidence[0])
    return Text(" · "), Link(label("evidence", language).lower(), url)


# ── the evidence of a whole card ────────────────────────────────────────────────────────────────────────────────────


def evidence_blocks(card: Card, language: str, form: EvidenceForm, action: str | None = None) -> tuple[Block, ...]:
    """The evidence of a card in this form; empty if its claims have none.

    `action` is what a button sends back for the fold on platforms without folds.
    """
    summary = card.summary
    if summary is None or form is EvidenceForm.NONE or not has_evidence(summary):
        return ()
    if form is EvidenceForm.QUOTES and has_quotes(summary):
        return (Fold((Text(label("evidence", language), bold=True),), _items(card, summary, language), action),)
    # The parts of a deep card have the links behind their statements.
    front = front_claims(card, summary)
    return (_links(front, card, summary, language),) if any(claim.evidence for claim in front) else ()


def evidence_document(card: Card, language: str) -> Document:
    """The evidence of a card as a document of its own."""
    summary = card.summary
    title = Text(f"{label('evidence', language)}: {one_line(readable(card.paper.title))}", bold=True)
    blocks: tuple[Block, ...] = ()
    if summary is not None:
        # A reading has so many statements that their first words must do.
        is_reading = any(claims for _, claims in deep_sections(summary))
        blocks = (_items if is_reading else _paragraphs)(card, summary, language)
    return Document((Heading((title,), level=3), *blocks))


def has_evidence(summary: Summary) -> bool:
    return any(claim.evidence for claim in summary.claims)


def has_quotes(summary: Summary) -> bool:
    """Whether a card shows a statement whose sentences it does not show."""
    return any(map(_is_quoted, summary.claims))


def _links(claims: Sequence[Claim], card: Card, summary: Summary, language: str) -> Note:
    """ "evidence by statement: 1 · 2 · 3", the numbers of these statements as links to their sentences."""
    spans: list[Span] = [Text(f"{label('evidence by statement', language)}: ")]
    for number, claim in enumerate(claims, 1):
        if claim.evidence:
            url = evidence_url(card.paper, summary.provenance.source, claim.evidence[0])
            spans += [*([Text(" · ")] if len(spans) > 1 else []), Link(str(number), url)]
    return Note(tuple(spans))


def _items(card: Card, summary: Summary, language: str) -> tuple[Block, ...]:
    """One list of all claims, for a deep summary one for each of its parts."""
    blocks = [_list(front_claims(card, summary), card, summary, language)]
    for key, claims in deep_sections(summary):
        if any(claim.evidence for claim in claims):
            blocks += [Line((Text(label(key, language), bold=True),)), _list(claims, card, summary, language)]
    return tuple(blocks)


def _list(claims: Iterable[Claim], card: Card, summary: Summary, language: str) -> Block:
    groups = _by_evidence(claims)
    texts = frozenset(readable(claim.text) for group in groups for claim in group)

    def first_words(group: Sequence[Claim]) -> str:
        # A statement may stand on a card twice, and is named once.
        return " / ".join(dict.fromkeys(_lead(readable(claim.text), texts) for claim in group))

    return Bullets(
        tuple(
            (Text(f"{first_words(group)}:", bold=True), *_passages(" ", group, card, summary, language))
            for group in groups
        )
    )


def _paragraphs(card: Card, summary: Summary, language: str) -> tuple[Block, ...]:
    """A paragraph for each statement of the front of a card, in full, with its passages below it."""
    paragraphs = []
    for group in _by_evidence(front_claims(card, summary)):
        statements = " / ".join(dict.fromkeys(readable(claim.text) for claim in group))
        paragraphs.append(Line((Text(statements), *_passages("\n", group, card, summary, language))))
    return tuple(paragraphs)


def _by_evidence(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Claims with evidence in groups: several often rest on one sentence, which is then quoted once."""
    groups: dict[tuple[Evidence, ...], list[Claim]] = {}
    for claim in claims:
        if claim.evidence:
            groups.setdefault(claim.evidence, []).append(claim)
    return list(groups.values())


def _passages(before: str, claims: Sequence[Claim], card: Card, summary: Summary, language: str) -> tuple[Span, ...]:
    """Each passage that the claims rest on with its place; `before` each stands a space or a line feed."""
    spans: list[Span] = []
    is_quoted = any(map(_is_quoted, claims))
    for evidence in claims[0].evidence:
        spans.append(Text(before))
        if is_quoted and evidence.quote:
            # Where statements are no bold first words, slanted quotations stand out.
            spans += [Text(f"“{readable(evidence.quote)}”", italic=before == "\n"), Text(" ")]
        spans.append(_place_link(evidence, card.paper, summary.provenance.source, language))
    return tuple(spans)


def _is_quoted(claim: Claim) -> bool:
    """Whether the evidence repeats the sentences of a claim: not where the claim itself is one of the paper's."""
    return claim.support is not Support.SENTENCE and any(evidence.quote for evidence in claim.evidence)


def _place_link(evidence: Evidence, paper: Paper, source: Source, language: str) -> Link:
    """The section and page of a passage, "Method, p. 3", as a link that opens them."""
    parts = [one_line(readable(evidence.section))] if evidence.section else []
    if evidence.page is not None:
        parts.append(label("page", language, n=evidence.page))
    # What is from a full text has a page or an anchor.
    key = "full text" if evidence.anchor else "abstract"
    return Link(", ".join(parts) or label(key, language), evidence_url(paper, source, evidence))


def _lead(text: str, all_texts: Collection[str]) -> str:
    """The first words of a statement, as many as tell it from the others of its list."""
    columns = _LEAD_COLUMNS
    others = [other for other in all_texts if other != text]
    while columns < _columns(text) and _first_words(text, columns) in {_first_words(o, columns) for o in others}:
        columns += _LEAD_COLUMNS // 2
    return _first_words(text, columns)


def _first_words(text: str, columns: int) -> str:
    head, rest = cut(text, lambda piece: _columns(piece) <= columns)
    if not rest:
        return head.rstrip(".。")
    # Between Chinese or Japanese characters there is no space to cut at, and a name in Latin letters may be cut.
    if len(head) + len(rest) == len(text) and rest[0].isascii() and rest[0].isalnum():
        head = _WORD_AT_END.sub("", head) or head
    return f"{head.rstrip(' ,;:，；：、')}…"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
