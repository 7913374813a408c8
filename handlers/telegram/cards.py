"""Cards, digests and replies as Telegram messages: HTML that is valid by construction, within Telegram's limits.

Lengths are in UTF-16 units after parsing, as Telegram counts. Text of papers stays text: an invisible word joiner
breaks what Telegram would turn into a link, a mention, a hashtag or a command by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.model import JSON, Card, Chat, ChatRef, Digest, Part, Platform, Style, UncertainDelivery
from bot.render.card_cache import CardCache
from bot.render.cards import blocks_for_all, card_reply, figure_caption, matched_note, shown_figures, title_of
from bot.render.digests import digest_groups, title_line
from bot.render.evidence import EvidenceForm
from bot.render.labels import format_date, label
from bot.render.nodes import (
    Block,
    Bullets,
    Button,
    Code,
    Document,
    Fold,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Reply,
    Rule,
    Span,
    Text,
)
from bot.render.packing import Cost, Group, GroupPart, is_tight, pack
from bot.render.plain import cut, utf16, visible, web_address
from handlers.button_actions import Action

# https://core.telegram.org/bots/api#sendmessage and #sendphoto; entities after the hundredth are ignored.
MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
ALBUM_LIMIT = 10
_SPARE_UNITS = 8  # a margin: blocks are measured one by one, and joined after that

# Each alternative begins with its character, so that the pattern skips what holds none of them.
_ACTIVE = re.compile(
    # Telegram may know letters that our version of Unicode does not have yet.
    r"@(?=\w)|#(?=\w|[^\x00-\x7f])|\$(?=[A-Z])|:(?=//)|/(?<!\w/)(?=[A-Za-z0-9_])"
    # In a host's name Telegram accepts more than letters: "~", and every character from U+00C0 on.
    # A dot at the beginning counts as well: the span before may end in a host's name or a number.
    r"|\.(?<![^\w~\u00c0-\U0010ffff]\.)(?=[^\W\d_]{2}|xn--)|\.(?<!\D\.)(?=\d+\.\d+\.\d)"
)
_JOINER = "\u2060"
"""WORD JOINER: invisible, and no part of a word for Telegram's detection."""
_JOIN_REACH = 12
"""Characters on both sides of a boundary that `_ACTIVE` has to see: an IP address up to its last dot."""
_RULE = "———"


@dataclass(frozen=True, slots=True)
class _Piece:
    """HTML with the blocks that it begins and ends with, which decide how it is joined with others."""

    first: Block
    last: Block
    html: str


@dataclass(frozen=True, slots=True)
class _ReadyCard:
    """A card but for the note on why it matched, which stands between `before` and `after`."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    pieces: tuple[_Piece, ...]
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

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        """Pack the header and as many cards into each message as fit; only a card too large for one is divided."""
        cards = {card.paper.id: card for card in digest.cards}
        parts: list[Part] = []
        for sections in self._packed(digest, chat.style):
            # Without duplicates: a message may hold two sections of a card that was divided.
            ids = tuple(dict.fromkeys(ident for section in sections for ident in section.group.ids))
            parts.append(Part(_message(sections), ids))
            # Pictures follow the message in which their card ends, so that they stand below its text.
            ended = [ident for section in sections if section.is_last for ident in section.group.ids]
            for ident in ended:
                if (card := cards.get(ident)) and (photos := _photos(card, digest.language)):
                    parts.append(Part(photos, (ident,)))
        return [*parts, *(Part(_resend_offer(delivery, digest.language)) for delivery in digest.doubtful)]

    def _packed(self, digest: Digest, style: Style) -> list[list[GroupPart]]:
        """The messages of a digest: with the evidence of its cards, unless that makes more of them than links to it."""

        def messages(evidence: EvidenceForm) -> list[list[GroupPart]]:
            groups = digest_groups(
                digest,
                lambda card: self._card_group(card, digest.language, style, evidence),
                self._title_group,
                archive_url=self._archive_url,
            )
            return pack(groups, cost, (MESSAGE_LIMIT - _SPARE_UNITS, ENTITY_LIMIT))

        whole = messages(EvidenceForm.QUOTES)
        short = messages(EvidenceForm.LINKS) if len(whole) > 1 else whole
        return whole if len(whole) <= len(short) else short

    def _card_group(self, card: Card, language: str, style: Style, evidence: EvidenceForm) -> Group:
        variant = (language, style, evidence)
        ready = self._cards.get(card, variant, lambda: _ready_card(card, language, style, evidence))
        note = matched_note(card, language, style)
        text, entities = ready.cost
        pieces = list(ready.pieces)
        for block in note:
            text_of_note, entities_of_note = cost(block)
            text, entities = text + text_of_note, entities + entities_of_note
            pieces.insert(1, _Piece(block, block, _html(block)))
        blocks = (*ready.before, *note, *ready.after)
        return Group(blocks, (card.paper.id,), cost=(text, entities), markup=_joined(pieces))

    def _title_group(self, card: Card) -> Group:
        def made() -> Group:
            line = title_line(card)
            return Group((line,), (card.paper.id,), cost=cost(line), markup=_html(line))

        return self._titles.get(card, None, made)


def _ready_card(card: Card, language: str, style: Style, evidence: EvidenceForm) -> _ReadyCard:
    before, after = blocks_for_all(card, language, style, evidence=evidence)
    pieces = tuple(_Piece(blocks[0], blocks[-1], _join(blocks)) for blocks in map(_shown, (before, after)) if blocks)
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


def document_html(document: Document) -> str:
    """A document as one piece of HTML, whatever its length."""
    return _join(document.blocks)


def cost(block: Block) -> Cost:
    """What a block takes of a message: UTF-16 units with the empty line before it, and entities."""
    text, entities = _measure(block)
    return (text + 2, entities) if text else (0, 0)


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


def _message(sections: Sequence[GroupPart]) -> JSON:
    pieces: list[_Piece] = []
    for section in sections:
        if section.is_whole and section.group.markup is not None:  # it begins and ends with blocks that have text
            pieces.append(_Piece(section.blocks[0], section.blocks[-1], section.group.markup))
        elif blocks := _shown(section.blocks):
            pieces.append(_Piece(blocks[0], blocks[-1], _join(blocks)))
    return {"kind": "message", "html": _joined(pieces), "buttons": []}


def _shown(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that have text: pictures are messages of their own."""
    return [block for block in blocks if _html(block)]


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
    html = "\n".join(_span(_shortened(span, share)) for span in lines if span.text)
    files = [picture.file for picture in shown]
    return {"kind": "photo" if len(files) == 1 else "album", "files": files, "html": html, "buttons": []}


def _shortened(span: Span, limit: int) -> Span:
    head, rest = cut(span.text, lambda text: utf16(_plain(text)) <= limit)
    return Text(f"{head}…" if rest else head, bold=span.bold)


def _button(button: Button) -> JSON:
    label = " ".join(visible(button.label).split())[:64] or "…"
    if button.url is not None:
        # Telegram refuses the whole message because of one button with a bad address.
        return {"text": label, "url": web_address(button.url) or "https://arxiv.org"}
    return {"text": label, "action": button.action or ""}


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _join(blocks: Sequence[Block]) -> str:
    return _joined([_Piece(block, block, _html(block)) for block in _shown(blocks)])


def _joined(pieces: Sequence[_Piece]) -> str:
    html = "".join(
        [
            f"{piece.html}\n" if is_tight(piece.last, after.first) else f"{piece.html}\n\n"
            for piece, after in pairwise(pieces)
        ]
    )
    return html + pieces[-1].html if pieces else html


# Many chats get the same cards each morning, and packing measures and renders each block several times.
@lru_cache(maxsize=4096)
def _html(block: Block, *, folded: bool = False) -> str:
    if isinstance(block, Heading | Line | Note):
        return _row(block.spans)
    if isinstance(block, Bullets):
        return "\n".join(_mark(block, n) + _row(item) for n, item in enumerate(block.items))
    if isinstance(block, Fold):
        lines = [_row(block.title), *(_html(inner, folded=True) for inner in block.blocks)]
        body = "\n".join(line for line in lines if line)
        # Telegram refuses a quotation inside another one.
        return body if folded else f"<blockquote expandable>{body}</blockquote>"
    if isinstance(block, Code):
        return f"<pre>{_escape(visible(block.text))}</pre>" if visible(block.text).strip() else ""
    if isinstance(block, Rule):
        return _RULE
    return ""  # pictures are messages of their own


@lru_cache(maxsize=4096)
def _measure(block: Block) -> Cost:
    if isinstance(block, Heading | Line | Note):
        return _spans_cost(block.spans)
    if isinstance(block, Bullets):
        costs = [_spans_cost(item) for item in block.items]
        marks = sum(len(_mark(block, n)) + 1 for n in range(len(costs)))
        return sum(text for text, _ in costs) + marks, sum(entities for _, entities in costs)
    if isinstance(block, Fold):
        costs = [_spans_cost(block.title), *(_measure(inner) for inner in block.blocks)]
        return sum(text + 1 for text, _ in costs), sum(entities for _, entities in costs) + 1
    if isinstance(block, Code):
        return utf16(visible(block.text)), 1
    return (len(_RULE), 0) if isinstance(block, Rule) else (0, 0)


def _mark(block: Bullets, index: int) -> str:
    return f"{block.start + index}. " if block.numbered else "• "


def _spans_cost(spans: Sequence[Span]) -> Cost:
    text = sum(_would_join(before, after) for before, after in pairwise(spans))
    entities = 0
    for span in spans:
        plain = isinstance(span, Text) and not span.code
        text += utf16(_plain(span.text) if plain else visible(span.text))
        if isinstance(span, Link):
            entities += 1 + span.bold
        else:
            entities += span.bold + span.italic + span.code
    return text, entities


def _row(spans: Sequence[Span]) -> str:
    """Spans side by side, kept apart where two of them together would become active ("/" and "start")."""
    html = ""
    before: Span | None = None
    for span in spans:
        if before is not None and _would_join(before, span):
            html += _JOINER
        html += _span(span)
        before = span if span.text else before
    return html


def _would_join(before: Span, after: Span) -> bool:
    """Whether the end of one span and the beginning of the next make something active that neither has alone."""
    tail, head = visible(before.text)[-_JOIN_REACH:], visible(after.text)[:_JOIN_REACH]
    active_alone = {match.start() for match in _ACTIVE.finditer(tail)}
    return any(
        match.start() < len(tail) and match.start() not in active_alone for match in _ACTIVE.finditer(tail + head)
    )


def _span(span: Span) -> str:
    if not visible(span.text).strip():
        return visible(span.text)
    if isinstance(span, Link):
        url = web_address(span.url)
        if url is None:
            return _span(Text(span.text, bold=span.bold))
        label = _escape(visible(span.text))
        return f'<a href="{_escape(url)}">{f"<b>{label}</b>" if span.bold else label}</a>'
    # Code takes no other style on Telegram, and finds no links in it, so that it needs no joiners.
    html = _escape(visible(span.text) if span.code else _plain(span.text))
    for tag, on in (("code", span.code), ("i", span.italic and not span.code), ("b", span.bold and not span.code)):
        if on:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _plain(text: str) -> str:
    """Text in which Telegram finds no link, mention, hashtag or command."""
    return _ACTIVE.sub(rf"\g<0>{_JOINER}", visible(text))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
