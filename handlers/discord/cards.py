"""Cards, digests and replies as Discord messages of Components V2, each within Discord's limits. Pure.

Discord counts at most 40 components, nested ones too, and 4,000 characters of text in a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath

from bot.model import JSON, Card, Chat, ChatRef, Digest, Part, Platform, Style
from bot.render.card_cache import CardCache
from bot.render.cards import blocks_for_all, card_links, card_reply, matched_note
from bot.render.digests import digest_groups, digest_header, title_line
from bot.render.evidence import EvidenceForm, has_evidence
from bot.render.labels import label
from bot.render.nodes import Block, Bullets, Button, Document, Fold, Line, Link, Note, Picture, Reply, Rule, Text
from bot.render.packing import Cost, Group, GroupPart, pack
from bot.render.plain import cut, one_line, utf16, visible, web_address
from handlers.button_actions import evidence_action, with_chat
from handlers.discord.markup import block_markdown, markdown
from handlers.discord.messages import CONTAINER, MEDIA_GALLERY, TEXT_DISPLAY
from handlers.discord.votes import ACTION_ROW, MENU_COMPONENTS, vote_menus
from handlers.vote_buttons import vote_buttons, why_button

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40
FILE_LIMIT = 10
URL_LIMIT = 512
"""Characters of a link button's address."""
ACCENT = 0xB31B1B  # the red of arXiv's logo

# https://discord.com/developers/docs/components/reference
BUTTON, SEPARATOR = 2, 14
_SECONDARY, _LINK = 2, 5
_DESCRIPTION_LENGTH = 200
"""Characters of a picture's description, measured as part of the message's text."""
_CAPTION_LENGTH = 600
_ROW_BUTTONS = 5
_CARD_LINKS = 4
"""Links of a card that are buttons: with five, only two cards instead of three would fit a message's components."""
_TEXT_COST = (0, 1)
"""What a text display costs besides its text."""
_LIMIT = (TEXT_LIMIT - 8, COMPONENT_LIMIT)
"""With a margin of characters: blocks are measured one by one, and joined after that."""


@dataclass(frozen=True, slots=True)
class _ReadyCard:
    """A card but for the note on why it matched, which stands between `before` and `after`."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    base_cost: Cost
    cost: Cost
    rows: tuple[JSON, ...]
    """Its buttons."""


class DiscordRenderer:
    """Digests as Discord messages: a container for each card, with its buttons, its pictures beside its text.

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
        (payload, *_) = reply_components(Reply(Document(tuple(Line((Text(each),)) for each in paragraphs))))
        return Part({**payload, "title": one_line(paragraphs[0])[:100]})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        """Payloads `{"components", "files"}`; only a card that is too large for a message is divided.

        The first one also has a "title", for the post that a forum needs.
        """
        # Compact cards are lines of text, like the titles past the digest's size: no containers, and one menu for all.
        is_compact = chat.style is Style.TITLES
        ready = {card.paper.id: self._ready(card, digest.language, chat.style) for card in digest.cards}
        groups = digest_groups(
            digest,
            lambda card: _card_group(card, digest.language, chat.style, ready[card.paper.id]),
            self._title_group,
            base_cost=_TEXT_COST,
            archive_url=self._archive_url,
        )
        rows = {} if is_compact else {ident: card.rows for ident, card in ready.items()}
        limit = (_LIMIT[0], _LIMIT[1] - MENU_COMPONENTS) if is_compact else _LIMIT
        cards = {card.paper.id: card for card in digest.cards}
        parts: list[Part] = []
        for sections in _without_clashes(pack(groups, cost, limit)):
            payload: JSON = {"components": _components(sections, rows), "files": _files(sections)}
            if is_compact:
                ended = [ident for section in sections if section.is_last for ident in section.group.ids]
                shown = [cards[ident] for ident in ended if ident in cards]
                payload["components"] += vote_menus(shown, digest.language)
            if not parts:
                payload["title"] = one_line(_title(digest))[:100]
            # Without duplicates: a message may hold two sections of a card that was divided.
            ids = tuple(dict.fromkeys(ident for section in sections for ident in section.group.ids))
            parts.append(Part(payload, ids))
        return parts

    def _ready(self, card: Card, language: str, style: Style) -> _ReadyCard:
        return self._cards.get(card, (language, style), lambda: _ready_card(card, language, style))

    def _title_group(self, card: Card) -> Group:
        def made() -> Group:
            line = title_line(card)
            return Group((line,), (card.paper.id,), _TEXT_COST, cost=cost(line))

        return self._titles.get(card, None, made)


def reply_components(reply: Reply, about: ChatRef | None = None) -> list[JSON]:
    """The messages that answer a command, as payloads; its buttons end the last one.

    `about` is the chat that the buttons are for; without it they stand for the chat that they are shown in.
    """
    blocks, folded = _with_buttons_for_folds(reply.document.blocks)
    *before, last_row = reply.buttons or ((),)
    rows = _rows([[_button(button, about) for button in row] for row in (*before, (*last_row, *folded)) if row])
    # The container and its text display, and each row with its buttons, count as components.
    base = (0, 2 + sum(1 + len(row["components"]) for row in rows))
    messages = pack([Group(blocks, base_cost=base)], cost, _LIMIT)
    payloads: list[JSON] = []
    for sections in _without_clashes(messages):
        inner = [part for section in sections for part in _inner(section.blocks)]
        # Under the last message, where people are when they have read the reply.
        last = any(section.is_last for section in sections)
        payloads.append({"components": [_container(inner + (rows if last else []))], "files": _files(sections)})
    return payloads


def payloads(shown: Card | Digest, language: str, style: Style) -> list[JSON]:
    """The messages that show a card or a digest, as a chat in this style would get them."""
    if isinstance(shown, Card):
        return reply_components(card_reply(shown, language, evidence_action(shown.summary)))
    # The id is not used: of the chat only style and language matter here.
    chat = Chat(ChatRef(Platform.DISCORD, "0"), language=language, style=style)
    return [part.payload for part in DiscordRenderer().parts(shown, chat)]


def cost(block: Block) -> Cost:
    """What a block takes of a message: characters with its separator, and components beyond its text display."""
    if isinstance(block, Picture):
        return utf16(_caption(block)) + _DESCRIPTION_LENGTH + 2, 2
    if isinstance(block, Rule):
        return 0, 2
    return utf16(block_markdown(block)) + 2, 0


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _title(digest: Digest) -> str:
    first = digest_header(digest).blocks[0]
    return "".join(span.text for span in getattr(first, "spans", ()))


def _card_group(card: Card, language: str, style: Style, ready: _ReadyCard) -> Group:
    note = matched_note(card, language, style)
    costs = [ready.cost, *map(cost, note)]
    total = sum(text for text, _ in costs), sum(count for _, count in costs)
    return Group((*ready.before, *note, *ready.after), (card.paper.id,), ready.base_cost, cost=total)


def _ready_card(card: Card, language: str, style: Style) -> _ReadyCard:
    before, after = _card_blocks(card, language, style)
    base_cost, rows = _TEXT_COST, []
    if style is not Style.TITLES:
        # The buttons are measured with the group, because they are added after packing, below the card's last section.
        buttons, rest = _card_buttons(card, language)
        if rest:  # links that got no button are shown as text
            spans = [span for name, url in rest for span in (Text(" · "), Link(name, url))][1:]
            after = (*after, Note(tuple(spans)))
        rows = _rows(buttons)
        base_cost = (0, 2 + sum(1 + len(row["components"]) for row in rows))
    costs = [cost(block) for block in (*before, *after)]
    total = sum(text for text, _ in costs), sum(count for _, count in costs)
    return _ReadyCard(before, after, base_cost, total, tuple(rows))


def _card_blocks(card: Card, language: str, style: Style) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    if style is Style.TITLES:
        return blocks_for_all(card, language, style)
    # A summary that may not be stored cannot be asked for by a button.
    has_button = evidence_action(card.summary) is not None
    form = EvidenceForm.NONE if has_button else EvidenceForm.LINKS
    before, after = blocks_for_all(card, language, style, links=False, evidence=form)
    return (tuple(map(_without_links, before)) if has_button else before), after


def _with_buttons_for_folds(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Button, ...]]:
    """The blocks without the folds that have an action, and a button for each of these: Discord has no folds."""
    folds = [block for block in blocks if isinstance(block, Fold) and block.action]
    if not folds:
        return tuple(blocks), ()
    kept = tuple(_without_links(block) for block in blocks if block not in folds)
    return kept, tuple(Button("".join(span.text for span in fold.title), action=fold.action) for fold in folds)


def _without_links(block: Block) -> Block:
    """A fold of statements with their places as text: the button leads there, and Discord counts addresses as text."""
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(map(_places_as_text, block.blocks)))
    return block


def _places_as_text(block: Block) -> Block:
    if not isinstance(block, Bullets):
        return block
    items = [
        tuple(Text(span.text, italic=True) if isinstance(span, Link) else span for span in item) for item in block.items
    ]
    return replace(block, items=tuple(items))


def _card_buttons(card: Card, language: str) -> tuple[list[list[JSON]], list[tuple[str, str]]]:
    """The card's buttons in two rows, its links and what people do with it; and the links that do not fit."""
    summary = card.summary
    action = evidence_action(summary) if summary and has_evidence(summary) else None
    evidence = (Button(label("evidence", language), action=action),) if action else ()
    links: list[JSON] = []
    rest = []
    for name, url in card_links(card, language):
        safe = web_address(url)
        if safe and len(safe) <= URL_LIMIT and len(links) < _CARD_LINKS:
            links.append(_button(Button(name, url=safe)))
        elif safe:
            rest.append((name, safe))
    others = (*vote_buttons(card.paper.id), *evidence, why_button(card.paper.id, language))
    return [links, [_button(button) for button in others]], rest


def _without_clashes(messages: Iterable[list[GroupPart]]) -> Iterable[list[GroupPart]]:
    """Divide messages in which two pictures would have the same name, or that would have too many files.

    An attachment is named by its file's name alone, so equal names would show one picture twice.
    """
    for sections in messages:
        current: list[GroupPart] = []
        names: set[str] = set()
        for section in sections:
            new = {PurePath(name).name for name in _files([section])}
            if current and new and (names & new or len(names) + len(new) > FILE_LIMIT):
                yield current
                current, names = [], set()
            current.append(section)
            names |= new
        yield current


# ── components ────────────────────────────────────────────────────────────────────────────────────────────────────


def _components(sections: Sequence[GroupPart], rows: Mapping[str, Sequence[JSON]]) -> list[JSON]:
    """A container for each card, with its rows of buttons by paper id; neighbouring text that belongs to no card is one
    text display."""
    components: list[JSON] = []
    for is_card, run in groupby(sections, key=lambda section: any(ident in rows for ident in section.group.ids)):
        if not is_card:
            components += _inner([block for section in run for block in section.blocks])
            continue
        for section in run:
            below = rows[section.group.ids[0]] if section.is_last else ()
            components.append(_container([*_inner(section.blocks), *below]))
    return components


def _inner(blocks: Sequence[Block]) -> list[JSON]:
    """Blocks as text displays, galleries and separators."""
    components: list[JSON] = []
    for kind, run in groupby(blocks, key=lambda block: type(block) if isinstance(block, Picture | Rule) else Block):
        members = list(run)
        if kind is Rule:
            components.append({"type": SEPARATOR, "divider": True, "spacing": 1})
        elif kind is Picture:
            components += _gallery([block for block in members if isinstance(block, Picture)])
        elif text := markdown(members):
            components.append({"type": TEXT_DISPLAY, "content": text})
    return components


def _gallery(pictures: Sequence[Picture]) -> list[JSON]:
    items: list[JSON] = []
    for picture in pictures:
        if picture.file:
            media = {"url": f"attachment://{PurePath(picture.file).name}"}
            items.append({"media": media, "description": _shortened(picture.alt, _DESCRIPTION_LENGTH)})
    captions = markdown([block for picture in pictures for block in _caption_blocks(picture)])
    gallery: list[JSON] = [{"type": MEDIA_GALLERY, "items": items}] if items else []
    return gallery + ([{"type": TEXT_DISPLAY, "content": captions}] if captions else [])


def _caption_blocks(picture: Picture) -> list[Block]:
    if not picture.alt.strip():
        return []
    # A picture that may not be shown here is a link to it instead.
    text = _shortened(picture.alt, _CAPTION_LENGTH)
    return [Note((Text(text) if picture.file or not picture.url else Link(text, picture.url),))]


def _caption(picture: Picture) -> str:
    return markdown(_caption_blocks(picture))


def _shortened(text: str, limit: int) -> str:
    head, rest = cut(visible(text) or "…", lambda piece: utf16(piece) < limit)
    return f"{head}…" if rest else head


def _container(components: list[JSON]) -> JSON:
    return {"type": CONTAINER, "accent_color": ACCENT, "components": components}


def _rows(rows: Sequence[Sequence[JSON]]) -> list[JSON]:
    """Action rows of at most five buttons."""
    return [
        {"type": ACTION_ROW, "components": list(row[at : at + _ROW_BUTTONS])}
        for row in rows
        for at in range(0, len(row), _ROW_BUTTONS)
    ]


def _button(button: Button, about: ChatRef | None = None) -> JSON:
    name = one_line(button.label)[:80] or "…"
    if button.url is not None:
        url = web_address(button.url)
        # A button that Discord refuses would cost the whole message.
        safe = url if url and len(url) <= URL_LIMIT else "https://arxiv.org"
        return {"type": BUTTON, "style": _LINK, "label": name, "url": safe}
    return {"type": BUTTON, "style": _SECONDARY, "label": name, "custom_id": with_chat(button.action or "", about)}


def _files(sections: Iterable[GroupPart]) -> list[str]:
    return [
        block.file
        for section in sections
        for block in section.blocks
        if isinstance(block, Picture) and block.file is not None
    ]
