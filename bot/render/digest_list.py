"""A digest as one list: a heading, a line for each paper, who wrote the sentences, and the buttons below. Pure.

    10 of 109 · cs.CV · 5 June

    1. A title, as a link · code
    One sentence.
    …

Its language is the digest's. The first line is what a notification shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.locales import _, formats, ngettext, using
from bot.model import Card, Digest, ReasonKind, Style, Window, topic_label
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.labels import label
from bot.render.list_provenance import list_provenance
from bot.render.nodes import Block, Bullets, Button, Document, Line, Link, Note, Span, Text
from bot.render.one_sentence import SENTENCE_LENGTH, sentence_of, shortened_sentence
from bot.render.paper_news import news_blocks, news_buttons
from bot.render.plain import one_line, shortened

MOST_LINES = 30
"""Papers of one list; those of a larger digest come with [Next 10]."""

NEXT_COUNT = 10
"""Papers that [Next 10] shows."""

NUMBERS_IN_ROW = 5
MOST_TOPICS = 2
TOPIC_LENGTH = 40
NOTE_LENGTH = 200
MOST_NOTES = 3
TITLE_LENGTH = 300

_FORMS = ((SENTENCE_LENGTH, TITLE_LENGTH), (90, TITLE_LENGTH), (60, TITLE_LENGTH), (0, TITLE_LENGTH))
_SHORT_FORMS = ((0, 120), (0, 80), (0, 50), (0, 25), (0, 10))
"""Characters of sentences and titles, tried in this order until the list fits."""

Fits = Callable[[Document], bool]


@dataclass(frozen=True, slots=True)
class ListLine:
    """What a list says of one paper. `mark` is a word or two beside the title, `sentence` at most 120 characters."""

    number: int
    paper_id: str
    title: str
    url: str
    mark: str = ""
    sentence: str = ""


def digest_lines(digest: Digest, first: int = 0, *, style: Style = Style.LIST) -> tuple[ListLine, ...]:
    """The papers of a digest, at most `MOST_LINES`, numbered from `first` + 1 on. Without sentences in `Style.TITLES`,
    and in `Style.CARDS`, where the papers beside the cards are listed."""
    cards = enumerate(digest.cards[:MOST_LINES], first + 1)
    with using(digest.language):
        return tuple([list_line(card, number, digest.language, style) for number, card in cards])


def list_line(card: Card, number: int, language: str, style: Style) -> ListLine:
    found = sentence_of(card) if style is Style.LIST else None
    sentence = shortened_sentence(found[1]) if found else ""
    paper = card.paper
    return ListLine(number, paper.id, title_of(paper), paper_urls(paper)["abs"], _mark(card, language), sentence)


def list_heading(digest: Digest, first: int = 0, *, count: int | None = None) -> str:
    """ "10 of 109 · cs.CV · 5 June"; `count` papers are shown, by default all that a list can."""
    count = min(len(digest.cards), MOST_LINES) if count is None else count
    with using(digest.language):
        return " · ".join(filter(None, (_counted(digest, first, count), _topics(digest.topics), days(digest.window))))


def list_document(
    digest: Digest, first: int = 0, *, style: Style = Style.LIST, fits: Fits = lambda _document: True
) -> Document:
    """A digest as a list whose first number is `first` + 1.

    `fits` says whether a platform's message can hold a document: sentences are shortened and left out before titles are
    shortened, and no number is left out.
    """
    lines = digest_lines(digest, first, style=style)
    with using(digest.language):
        head: Block = Line((Text(list_heading(digest, first), bold=True),))
        tail = list_tail(digest, digest.cards[:MOST_LINES] if style is Style.LIST else ())
        for sentence_length, title_length in (*_FORMS, *_SHORT_FORMS):
            document = Document((head, *line_blocks(lines, sentence_length, title_length), *tail))
            if fits(document):
                break
    return document


def line_blocks(
    lines: Iterable[ListLine], sentence_length: int = SENTENCE_LENGTH, title_length: int = TITLE_LENGTH
) -> tuple[Block, ...]:
    """The lines as blocks: with an empty line between two papers where one has a sentence."""
    lines = tuple(lines)
    if not sentence_length or not any(line.sentence for line in lines):
        items = tuple([_spans(line, 0, title_length) for line in lines])
        return (Bullets(items, numbered=True, start=lines[0].number),) if lines else ()
    numbered = [(Text(f"{line.number}. "), *_spans(line, sentence_length, title_length)) for line in lines]
    return tuple([Line(spans) for spans in numbered])


def list_tail(digest: Digest, shown: Iterable[Card]) -> tuple[Block, ...]:
    """What stands below the lines: why there are none, who wrote the sentences of the `shown` papers, what is missing,
    and what of earlier digests may not have arrived."""
    blocks: list[Block] = []
    if not digest.cards:
        blocks.append(Line((Text(shortened(digest.quiet or label("nothing", digest.language), 500)),)))
    # Once for all, since a sample has no other papers.
    is_sample = any(card.paper.sample for card in digest.cards)
    origin = [list_provenance(shown, digest.language), label("sample", digest.language) if is_sample else ""]
    notes = [" · ".join(filter(None, origin)), *digest.notes[:MOST_NOTES]]
    blocks += [Note((Text(shortened(note, NOTE_LENGTH), italic=True),)) for note in notes if note]
    blocks += news_blocks(digest.follow_ups)
    if digest.doubtful:
        blocks.append(Line((Text(_doubt(digest)),)))
    return tuple(blocks)


def list_buttons(
    digest: Digest,
    first: int = 0,
    *,
    archive_url: str | None = None,
    numbers: Iterable[tuple[int, str]] | None = None,
    count: int | None = None,
) -> tuple[tuple[Button, ...], ...]:
    """The rows of buttons below a list: a number for each paper, then [Next 10] [All 109 ↗] [⚙], then what may have to
    be sent again. `numbers` are numbers and ids of papers, by default those of `digest_lines`; `count` are shown.
    """
    shown = min(len(digest.cards), MOST_LINES) if count is None else count
    if numbers is None:
        numbers = [(number, card.paper.id) for number, card in enumerate(digest.cards[:shown], first + 1)]
    opening = [Button(str(number), action=f"open:{paper_id}") for number, paper_id in numbers]
    rows = [tuple(opening[at : at + NUMBERS_IN_ROW]) for at in range(0, len(opening), NUMBERS_IN_ROW)]
    with using(digest.language):
        if more := _more(digest, first, first + shown, archive_url):
            rows.append(more)
        rows += news_buttons(digest.follow_ups)
        rows += [(button,) for button in _again(digest)]
    return tuple(rows)


def days(window: Window) -> str:
    """The listing days of a digest in the language of the context: "5 June", "4 May – 5 June"."""
    return formats.short_days(window.first, window.last)


# ── the heading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _counted(digest: Digest, first: int, count: int) -> str:
    total = formats.number(digest.matched)
    if first:
        shown = f"{formats.number(first + 1)}–{formats.number(first + count)}"
        return _("{numbers} of {total}").format(numbers=shown, total=total)
    if count < digest.matched:
        return _("{n} of {total}").format(n=formats.number(count), total=total)
    return ngettext("{n} paper", "{n} papers", digest.matched).format(n=total)


def _topics(topics: tuple[str, ...]) -> str:
    named = ", ".join(map(topic_name, topics[:MOST_TOPICS]))
    return f"{named} +{len(topics) - MOST_TOPICS}" if len(topics) > MOST_TOPICS else named


def topic_name(query: str) -> str:
    """A normalized topic in few characters, as people write it: "cs.CV" for cat:cs.CV."""
    return shortened(re.sub(r"\bcat:(?=\S)", "", one_line(topic_label(query))), TOPIC_LENGTH)


# ── one line ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mark(card: Card, language: str) -> str:
    """The one thing beside the title that a reader must or wants to know first."""
    if card.paper.withdrawn:
        return _("withdrawn")
    told = {reason.kind: one_line(reason.detail) for reason in reversed(card.reasons)}
    if author := told.get(ReasonKind.AUTHOR):
        return _("by {author}").format(author=shortened(author, 40))
    if venue := told.get(ReasonKind.ACCEPTED):
        return shortened(venue, 40)
    return label("code", language) if card.links.code else ""


def _spans(line: ListLine, sentence_length: int, title_length: int) -> tuple[Span, ...]:
    spans: list[Span] = [Link(shortened(line.title, title_length), line.url)]
    if line.mark and title_length >= TITLE_LENGTH:
        spans.append(Text(f" · {line.mark}", italic=True))
    if line.sentence and sentence_length:
        spans.append(Text(f"\n{shortened_sentence(line.sentence, sentence_length)}"))
    return tuple(spans)


# ── below the lines ───────────────────────────────────────────────────────────────────────────────────────────────────


def _doubt(digest: Digest) -> str:
    of_days = formats.listing(dict.fromkeys(formats.short_day(each.day) for each in digest.doubtful))
    return ngettext(
        "A message of the digest of {days} may not have arrived; this cannot be checked.",
        "{n} messages of the digest of {days} may not have arrived; this cannot be checked.",
        len(digest.doubtful),
    ).format(n=len(digest.doubtful), days=of_days)


def _again(digest: Digest) -> list[Button]:
    if len(digest.doubtful) == 1:
        return [Button(_("Send it again"), action=f"resend:{digest.doubtful[0].delivery_id}")]
    return [
        Button(
            _("Send {n} of {total} again").format(n=number, total=len(digest.doubtful)),
            action=f"resend:{each.delivery_id}",
        )
        for number, each in enumerate(digest.doubtful, 1)
    ]


def _more(digest: Digest, first: int, end: int, archive_url: str | None) -> tuple[Button, ...]:
    """[◀ 10] [Next 10] [All 109 ↗] [⚙]; a digest that is written for no chat has only the address."""
    row = []
    if digest.slot and first:
        before = max(first - NEXT_COUNT, 0)
        row.append(Button(f"◀ {first - before}", action=f"next:{digest.slot}:{before}"))
    if digest.slot and (left := min(NEXT_COUNT, digest.ranked - end)) > 0:
        row.append(Button(_("Next {n}").format(n=left), action=f"next:{digest.slot}:{end}"))
    if archive_url and digest.matched > end - first:
        row.append(Button(_("All {n} ↗").format(n=formats.number(digest.matched)), url=archive_url))
    if digest.slot:
        row.append(Button("⚙", action="settings:new"))
    return tuple(row)
