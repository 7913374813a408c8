"""Cards, digests and replies as Telegram messages: HTML that is valid by construction, within Telegram's limits.

Lengths are in UTF-16 units after parsing, as Telegram counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.model import JSON, Card, Chat, ChatRef, Digest, Part, Platform, Style, UncertainDelivery, VoteKind
from bot.render.card_cache import CardCache
from bot.render.cards import blocks_for_all, card_reply, figure_caption, matched_note, shown_figures, title_of
from bot.render.digests import digest_groups, title_line
from bot.render.evidence import EvidenceForm
from bot.render.labels import format_date, label
from bot.render.nodes import (
    Block,
    Button,
    Document,
    Heading,
    Line,
    Picture,
    Reply,
    Rule,
    Span,
    Text,
)
from bot.render.packing import Cost, Group, GroupPart, pack
from bot.render.plain import cut, utf16, visible, web_address
from handlers.button_actions import Action
from handlers.telegram.markup import Piece, block_html, cost, joined, piece, plain_text, span_html
from handlers.vote_buttons import SIGNS, vote_button, why_button

# https://core.telegram.org/bots/api#sendmessage and #sendphoto; entities after the hundredth are ignored.
MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
ALBUM_LIMIT = 10
_SPARE_UNITS = 8  # a margin: blocks are measured one by one, and joined after that

_COMPACT_ROW = 5
"""Buttons in a row of compact cards: "👍 10" is still readable on a phone."""


@dataclass(frozen=True, slots=True)
class _ReadyCard:
    """A card but for the note on why it matched, which stands between `before` and `after`."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    pieces: tuple[Piece, ...]
    cost: Cost


class TelegramRenderer:
    """Digests as Telegram messages: payloads of kind "message", "photo" and "album".

    `archive_url` is where a digest says that more papers can be read; None if the archive is not public.
    """

    def __init__(self, archive_url: str | None = None) -> None:
        self._archive_url = archive_url
        self._cards: CardCache[_ReadyCard] = CardCache()
        self._titles: CardCache[Group] = CardCache()

    def forget(self) -> None:
        self._cards.clear()
        self._titles.clear()

    def notice(self, paragraphs: Sequence[str]) -> Part:
        """A message of plain text."""
        (payload, *_) = reply_messages(Reply(Document(tuple(Line((Text(each),)) for each in paragraphs))))
        return Part(payload)

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        """Pack the header and as many cards into each message as fit; only a card too large for one is divided."""
        cards, numbers = {card.paper.id: card for card in digest.cards}, _numbers(digest)
        parts: list[Part] = []
        for sections in self._packed(digest, chat.style):
            # Without duplicates: a message may hold two sections of a card that was divided.
            ids = tuple(dict.fromkeys(ident for section in sections for ident in section.group.ids))
            # Buttons stand below the message in which their card ends.
            ended = [ident for section in sections if section.is_last for ident in section.group.ids if ident in cards]
            # In a group or channel the answer would be a message for everybody there.
            asking = None if chat.ref.is_group else digest.language
            rows = _vote_rows([(ident, numbers.get(ident)) for ident in ended], chat.style, asking)
            parts.append(Part(_message(sections, rows), ids))
            # Pictures follow that message.
            for ident in ended:
                if photos := _photos(cards[ident], digest.language):
                    parts.append(Part(photos, (ident,)))
        return [*parts, *(Part(_resend_offer(delivery, digest.language)) for delivery in digest.doubtful)]

    def _packed(self, digest: Digest, style: Style) -> list[list[GroupPart]]:
        """The messages of a digest: with the evidence of its cards, unless that makes more of them than links to it."""

        numbers = _numbers(digest)

        def messages(evidence: EvidenceForm) -> list[list[GroupPart]]:
            groups = digest_groups(
                digest,
                lambda card: self._card_group(card, digest.language, style, evidence, numbers.get(card.paper.id)),
                self._title_group,
                archive_url=self._archive_url,
            )
            return pack(groups, cost, (MESSAGE_LIMIT - _SPARE_UNITS, ENTITY_LIMIT))

        whole = messages(EvidenceForm.QUOTES)
        short = messages(EvidenceForm.LINKS) if len(whole) > 1 else whole
        return whole if len(whole) <= len(short) else short

    def _card_group(
        self, card: Card, language: str, style: Style, evidence: EvidenceForm, number: int | None = None
    ) -> Group:
        variant = (language, style, evidence)
        ready = self._cards.get(card, variant, lambda: _ready_card(card, language, style, evidence))
        note = matched_note(card, language, style)
        text, entities = ready.cost
        pieces = list(ready.pieces)
        for block in note:
            text_of_note, entities_of_note = cost(block)
            text, entities = text + text_of_note, entities + entities_of_note
            pieces.insert(1, Piece(block, block, block_html(block)))
        blocks, markup = (*ready.before, *note, *ready.after), joined(pieces)
        title = blocks[0]
        # Added last, because the same card has different numbers in the digests of different chats.
        if number is not None and isinstance(title, Heading):
            mark = f"{number}. "
            blocks = (Heading((Text(mark), *title.spans), title.level), *blocks[1:])
            text, markup = text + len(mark), mark + markup
        return Group(blocks, (card.paper.id,), cost=(text, entities), markup=markup)

    def _title_group(self, card: Card) -> Group:
        def made() -> Group:
            line = title_line(card)
            return Group((line,), (card.paper.id,), cost=cost(line), markup=block_html(line))

        return self._titles.get(card, None, made)


def _numbers(digest: Digest) -> dict[str, int]:
    """The numbers of a digest's cards, which their buttons name; none where there is only one card."""
    return {card.paper.id: number for number, card in enumerate(digest.cards, 1)} if len(digest.cards) > 1 else {}


def _vote_rows(shown: Sequence[tuple[str, int | None]], style: Style, why_language: str | None) -> list[list[JSON]]:
    """The buttons below a message that shows these papers (id, number): a row for each paper, which ends in a button to
    ask why the paper came, if its language is given.

    Compact cards are too short for a row each: all of them share the rows, with the buttons for and against.
    """
    if style is not Style.TITLES:
        return [[*(_vote_button(kind, *paper) for kind in SIGNS), *_why(paper[0], why_language)] for paper in shown]
    buttons = [[_vote_button(kind, *paper) for paper in shown] for kind in (VoteKind.UP, VoteKind.DOWN)]
    return [row[at : at + _COMPACT_ROW] for row in buttons for at in range(0, len(row), _COMPACT_ROW)]


# Many chats get the same cards each morning.
@lru_cache(maxsize=4096)
def _vote_button(kind: VoteKind, paper_id: str, number: int | None) -> JSON:
    return _button(vote_button(kind, paper_id, number))


@lru_cache(maxsize=4096)
def _why(paper_id: str, language: str | None) -> tuple[JSON, ...]:
    return () if language is None else (_button(why_button(paper_id, language)),)


def _ready_card(card: Card, language: str, style: Style, evidence: EvidenceForm) -> _ReadyCard:
    before, after = blocks_for_all(card, language, style, evidence=evidence)
    pieces = tuple(made for blocks in (before, after) if (made := piece(blocks)))
    costs = [cost(block) for block in (*before, *after)]
    return _ReadyCard(before, after, pieces, (sum(text for text, _ in costs), sum(count for _, count in costs)))


def reply_messages(reply: Reply) -> list[JSON]:
    """The messages that answer a command; the buttons are on the last one that has text."""
    groups = _groups(reply.document)
    messages = [_message(sections) for sections in pack(groups, cost, (MESSAGE_LIMIT - _SPARE_UNITS, ENTITY_LIMIT))]
    if reply.buttons and messages:  # albums cannot have buttons, so these stay with the text
        messages[-1]["buttons"] = [[_button(button) for button in row] for row in reply.buttons if row]
    pictures = [block for block in reply.document.blocks if isinstance(block, Picture) and block.file]
    return messages + ([_pictures(pictures, "")] if pictures else [])


def _resend_offer(delivery: UncertainDelivery, language: str) -> JSON:
    """The offer to send a message of an earlier digest again, which may not have arrived."""
    text = label("doubtful", language, day=format_date(delivery.day, language))
    button = Button(label("send again", language), action=str(Action("resend", str(delivery.delivery_id))))
    return reply_messages(Reply(Document((Line((Text(text),)),)), ((button,),)))[0]


def payloads(shown: Card | Digest, language: str, style: Style) -> list[JSON]:
    """The messages that show a card or a digest, as a chat in this style would get them."""
    if isinstance(shown, Card):
        return reply_messages(card_reply(shown, language))
    # The id is not used: of the chat only style and language matter here.
    chat = Chat(ChatRef(Platform.TELEGRAM, "0"), language=language, style=style)
    return [part.payload for part in TelegramRenderer().parts(shown, chat)]


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _groups(document: Document) -> list[Group]:
    """A document's parts between rules; each stays together if it fits into one message."""
    groups: list[list[Block]] = [[]]
    for block in document.blocks:
        if isinstance(block, Rule):
            groups.append([])
        else:
            groups[-1].append(block)
    return [Group(tuple(blocks)) for blocks in groups if blocks]


def _message(sections: Sequence[GroupPart], buttons: Sequence[Sequence[JSON]] = ()) -> JSON:
    pieces: list[Piece] = []
    for section in sections:
        if section.is_whole and section.group.markup is not None:  # it begins and ends with blocks that have text
            pieces.append(Piece(section.blocks[0], section.blocks[-1], section.group.markup))
        elif made := piece(section.blocks):
            pieces.append(made)
    return {"kind": "message", "html": joined(pieces), "buttons": [list(row) for row in buttons]}


def _photos(card: Card, language: str) -> JSON | None:
    figures = shown_figures(card)
    if not figures:
        return None
    pictures = [Picture(figure.file, figure.url, figure_caption(figure, language)) for figure in figures]
    return _pictures(pictures, title_of(card.paper))


def _pictures(pictures: Sequence[Picture], title: str) -> JSON:
    """One photo or an album. Its caption has the title, then each picture's own caption, all shortened alike."""
    shown = pictures[:ALBUM_LIMIT]
    lines: list[Span] = [Text(title, bold=True)] if title else []
    lines += [Text(picture.alt) for picture in shown]
    # Equal shares, each with room for its line break and an ellipsis.
    share = CAPTION_LIMIT // max(len(lines), 1) - 4
    html = "\n".join(span_html(_shortened(span, share)) for span in lines if span.text)
    files = [picture.file for picture in shown]
    return {"kind": "photo" if len(files) == 1 else "album", "files": files, "html": html, "buttons": []}


def _shortened(span: Span, limit: int) -> Span:
    head, rest = cut(span.text, lambda text: utf16(plain_text(text)) <= limit)
    return Text(f"{head}…" if rest else head, bold=span.bold)


def _button(button: Button) -> JSON:
    label = " ".join(visible(button.label).split())[:64] or "…"
    if button.url is not None:
        # Telegram refuses the whole message because of one button with a bad address.
        return {"text": label, "url": web_address(button.url) or "https://arxiv.org"}
    return {"text": label, "action": button.action or ""}
