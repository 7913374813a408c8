"""Cards, digests and replies as Telegram messages: HTML that is valid by construction, within Telegram's limits.

Lengths are in UTF-16 units after parsing, as Telegram counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.locales import using
from bot.model import JSON, Card, Chat, ChatKind, ChatRef, Digest, OpensIn, Part, Platform, Style, VoteKind
from bot.render.card_cache import CardCache
from bot.render.cards import blocks_for_all, card_reply, matched_note
from bot.render.digest_list import (
    MOST_LINES,
    line_blocks,
    list_buttons,
    list_document,
    list_heading,
    list_line,
    list_tail,
)
from bot.render.evidence import EvidenceForm
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
from bot.render.packing import Cost, Group, GroupPart, most_that_fit, pack, papers_of, sum_of
from bot.render.plain import cut, utf16, visible, web_address
from handlers.button_actions import APART, Action
from handlers.telegram.markup import Piece, block_html, cost, document_html, joined, piece, plain_text, span_html
from handlers.vote_buttons import SIGNS, vote_button, why_button

# https://core.telegram.org/bots/api#sendmessage and #sendphoto; entities after the hundredth are ignored.
MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
ALBUM_LIMIT = 10
_SPARE_UNITS = 8  # a margin: blocks are measured one by one, and joined after that

MOST_MESSAGES = 2
"""Messages of one digest, whatever it shows."""

_OPENING = ("open:", "next:")
"""Actions that show something to the person who presses."""

SETTINGS_APART = str(Action("settings", APART))


@dataclass(frozen=True, slots=True)
class _ReadyCard:
    """A card but for the note on why it matched, which stands between `before` and `after`."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    pieces: tuple[Piece, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class _Packed:
    """The messages of a digest; the first so many papers are cards, the others lines."""

    cards: int
    messages: list[list[GroupPart]]


class TelegramRenderer:
    """Digests as Telegram messages: payloads of kind "message", at most two for a digest.

    `archive_url` is where a digest says that all its papers can be read; None if the archive is not public.
    """

    def __init__(self, archive_url: str | None = None) -> None:
        self._archive_url = archive_url
        self._cards: CardCache[_ReadyCard] = CardCache()

    def forget(self) -> None:
        self._cards.clear()

    def notice(self, paragraphs: Sequence[str]) -> Part:
        """A message of plain text."""
        (payload, *_) = reply_messages(Reply(Document(tuple(Line((Text(each),)) for each in paragraphs))))
        return Part(payload)

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        if chat.style is Style.CARDS and digest.cards:
            packed = self._packed(digest)
            if packed is not None:
                return self._card_parts(digest, chat, packed)
        # Where not even two messages hold the titles in full, the list shortens them.
        style = Style.TITLES if chat.style is Style.CARDS else chat.style
        document = list_document(digest, style=style, fits=_fits)
        buttons = list_buttons(digest, archive_url=self._archive_url)
        ids = tuple([card.paper.id for card in digest.cards[:MOST_LINES]])
        return [Part({"kind": "message", "html": document_html(document), "buttons": _rows(buttons, chat)}, ids)]

    # ── cards ──

    def _card_parts(self, digest: Digest, chat: Chat, packed: _Packed) -> list[Part]:
        cards, numbers = {card.paper.id for card in digest.cards[: packed.cards]}, _numbers(digest)
        # In a group or channel the answer would be a message for everybody there.
        asking = None if chat.ref.is_group else digest.language
        parts: list[Part] = []
        for sections in packed.messages:
            # Buttons stand below the message in which their card ends.
            ended = [ident for section in sections if section.is_last for ident in section.group.ids if ident in cards]
            rows = [_vote_row(ident, numbers.get(ident), asking) for ident in ended]
            parts.append(Part(_message(sections, rows), papers_of(sections)))
        others = [(number, card.paper.id) for number, card in _listed(digest, packed.cards)]
        below = list_buttons(digest, archive_url=self._archive_url, numbers=others, count=_named(digest, packed.cards))
        parts[-1].payload["buttons"] += _rows(below, chat)
        return parts

    def _packed(self, digest: Digest) -> _Packed | None:
        """As many cards as two messages hold, the first ones, with the titles of the others; None if they do not even
        hold the titles. With the evidence of the cards, unless that makes more messages than links to it."""
        count = len(digest.cards)
        whole = self._messages(digest, count, EvidenceForm.QUOTES)
        if len(whole) == 1:
            return _Packed(count, whole)
        short = self._messages(digest, count, EvidenceForm.LINKS)
        chosen = whole if len(whole) <= len(short) else short
        if len(chosen) <= MOST_MESSAGES:
            return _Packed(count, chosen)

        def fewer(cards: int) -> _Packed | None:
            messages = self._messages(digest, cards, EvidenceForm.LINKS)
            return _Packed(cards, messages) if len(messages) <= MOST_MESSAGES else None

        return most_that_fit(count - 1, fewer)

    def _messages(self, digest: Digest, cards: int, evidence: EvidenceForm) -> list[list[GroupPart]]:
        """The messages that show the first cards, and the titles of the others."""
        numbers, language = _numbers(digest), digest.language
        heading = list_heading(digest, count=_named(digest, cards))
        groups = [Group((Line((Text(heading, bold=True),)),), stays_with_next=True)]
        groups += [
            self._card_group(card, language, evidence, numbers.get(card.paper.id)) for card in digest.cards[:cards]
        ]
        if others := _listed(digest, cards):
            lines = [list_line(card, number, language, Style.CARDS) for number, card in others]
            groups.append(Group(line_blocks(lines), tuple([card.paper.id for _, card in others])))
        with using(language):
            groups.append(Group(list_tail(digest, ())))
        return pack(groups, cost, (MESSAGE_LIMIT - _SPARE_UNITS, ENTITY_LIMIT))

    def _card_group(self, card: Card, language: str, evidence: EvidenceForm, number: int | None = None) -> Group:
        ready = self._cards.get(card, (language, evidence), lambda: _ready_card(card, language, evidence))
        note = matched_note(card, language)
        text, entities = sum_of([ready.cost, *map(cost, note)])
        pieces = list(ready.pieces)
        for block in note:
            pieces.insert(1, Piece(block, block, block_html(block)))
        blocks, markup = (*ready.before, *note, *ready.after), joined(pieces)
        title = blocks[0]
        # Added last, because the same card has different numbers in the digests of different chats.
        if number is not None and isinstance(title, Heading):
            mark = f"{number}. "
            blocks = (Heading((Text(mark), *title.spans), title.level), *blocks[1:])
            text, markup = text + len(mark), mark + markup
        return Group(blocks, (card.paper.id,), cost=(text, entities), markup=markup)


def _fits(document: Document) -> bool:
    text, entities = sum_of(map(cost, document.blocks))
    return text <= MESSAGE_LIMIT - _SPARE_UNITS and entities <= ENTITY_LIMIT


def _numbers(digest: Digest) -> dict[str, int]:
    """The numbers of a digest's cards, which their buttons name; none where there is only one card."""
    return {card.paper.id: number for number, card in enumerate(digest.cards, 1)} if len(digest.cards) > 1 else {}


def _named(digest: Digest, cards: int) -> int:
    """How many papers a digest names whose first `cards` papers are cards."""
    return min(len(digest.cards), cards + MOST_LINES)


def _listed(digest: Digest, cards: int) -> list[tuple[int, Card]]:
    """The papers below the first `cards` of them, with their numbers."""
    return [*enumerate(digest.cards, 1)][cards : cards + MOST_LINES]


# ── buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _vote_row(paper_id: str, number: int | None, why_language: str | None) -> list[JSON]:
    """The buttons of a card in a digest, at the end one to ask why the paper came, if its language is given."""
    return [*(_vote_button(kind, paper_id, number) for kind in SIGNS), *_why(paper_id, why_language)]


# Many chats get the same cards each morning.
@lru_cache(maxsize=4096)
def _vote_button(kind: VoteKind, paper_id: str, number: int | None) -> JSON:
    return _button(vote_button(kind, paper_id, number))


@lru_cache(maxsize=4096)
def _why(paper_id: str, language: str | None) -> tuple[JSON, ...]:
    return () if language is None else (_button(why_button(paper_id, language)),)


def _rows(rows: Sequence[Sequence[Button]], chat: Chat) -> list[list[JSON]]:
    """The buttons of a list for a place. What opens for one person does so in private, by a link, unless the admins of
    a group chose otherwise; the readers of a channel have no settings there."""
    is_channel = chat.kind is ChatKind.CHANNEL
    is_private = not chat.ref.is_group and not is_channel
    by_link = is_channel or not (is_private or chat.opens_in is OpensIn.HERE)
    made = []
    for row in rows:
        buttons = [_button(each) for each in row if not (is_channel and each.action == SETTINGS_APART)]
        made.append([_as_link(each) for each in buttons] if by_link else buttons)
    return [row for row in made if row]


def _as_link(button: JSON) -> JSON:
    action = str(button.get("action", ""))
    # The sender makes the address, which names the chat and the bot.
    return {"text": button["text"], "link": action} if action.startswith(_OPENING) else button


def _ready_card(card: Card, language: str, evidence: EvidenceForm) -> _ReadyCard:
    before, after = blocks_for_all(card, language, Style.CARDS, evidence=evidence)
    pieces = tuple(made for blocks in (before, after) if (made := piece(blocks)))
    return _ReadyCard(before, after, pieces, sum_of(map(cost, (*before, *after))))


def reply_messages(reply: Reply) -> list[JSON]:
    """The messages that answer a command; the buttons are on the last one that has text."""
    groups = _groups(reply.document)
    messages = [_message(sections) for sections in pack(groups, cost, (MESSAGE_LIMIT - _SPARE_UNITS, ENTITY_LIMIT))]
    if reply.buttons and messages:  # albums cannot have buttons, so these stay with the text
        messages[-1]["buttons"] = button_rows(reply.buttons)
    pictures = [block for block in reply.document.blocks if isinstance(block, Picture) and block.file]
    return messages + ([_pictures(pictures, "")] if pictures else [])


def button_rows(rows: Sequence[Sequence[Button]]) -> list[list[JSON]]:
    """Buttons as payloads have them; rows without any are left out."""
    return [[_button(button) for button in row] for row in rows if row]


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
