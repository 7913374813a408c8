"""Cards, digests and replies as Discord messages of Components V2, each within Discord's limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath

from bot.locales import pgettext, using
from bot.model import JSON, Card, Chat, ChatKind, ChatRef, Digest, Part, Platform, Style
from bot.render.card_cache import CardCache
from bot.render.cards import blocks_for_all, card_links, card_reply, matched_note
from bot.render.digest_list import (
    MOST_LINES,
    line_blocks,
    list_buttons,
    list_document,
    list_heading,
    list_line,
    list_tail,
)
from bot.render.evidence import EvidenceForm, has_evidence
from bot.render.labels import label
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
    Rule,
    Text,
)
from bot.render.packing import Cost, Group, GroupPart, most_that_fit, pack, papers_of, sum_of
from bot.render.plain import one_line, web_address
from handlers.button_actions import Action, evidence_action
from handlers.discord.components import (
    LIMIT,
    URL_LIMIT,
    action_rows,
    button_json,
    container,
    cost,
    count_of,
    inner,
)
from handlers.discord.lists import announcement, with_bold_titles
from handlers.discord.menus import with_menus
from handlers.vote_buttons import vote_buttons, why_button

FILE_LIMIT = 10
MOST_MESSAGES = 2
"""Messages of one digest, whatever it shows; the cards in a forum's post are more."""

MOST_AGAIN = 5
"""Buttons for messages that may have to be sent again: a row, of which ordinary content has five with the menus."""

_CARD_LINKS = 4
"""Links of a card that are buttons: with five, only two cards instead of three would fit a message's components."""
_TEXT_COST = (0, 1)
"""What a text display costs besides its text."""
_MARKS = 4 * (1 + MOST_LINES)
"""Characters that make a line a heading, and titles bold."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """The messages of a digest: the first so many papers are cards, the others lines with the rows `below`."""

    cards: int
    messages: list[list[GroupPart]]
    below: list[JSON]


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
    """Digests as Discord messages: one list, or at most two messages of cards, each in a container with its buttons.

    `archive_url` is where a digest says that all its papers can be read; None if the archive is not public.
    """

    def __init__(self, archive_url: str | None = None) -> None:
        self._archive_url = archive_url
        self._cards: CardCache[_ReadyCard] = CardCache()

    def forget(self) -> None:
        self._cards.clear()

    def notice(self, paragraphs: Sequence[str]) -> Part:
        """A message of plain text."""
        (payload, *_) = reply_components(Reply(Document(tuple(Line((Text(each),)) for each in paragraphs))))
        return Part({**payload, "title": one_line(paragraphs[0])[:100]})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        """Payloads as `DiscordSender` takes them. The first part is announced in words, and has a "title" for the post
        that a forum needs; the cards of a forum's digest are further parts, which stand in that post."""
        is_forum = chat.kind is ChatKind.FORUM
        if chat.style is Style.CARDS and digest.cards and not is_forum:
            packed = self._packed(digest)
            if packed is not None:
                return self._card_parts(digest, packed)
        # Where not even two messages hold the titles in full, the list shortens them.
        style = Style.LIST if is_forum and chat.style is Style.CARDS else chat.style
        parts = [self._list_part(digest, Style.TITLES if style is Style.CARDS else style)]
        return parts + (self._posted_cards(digest) if is_forum and style is Style.LIST else [])

    # ── lists ──

    def _list_part(self, digest: Digest, style: Style) -> Part:
        document = list_document(digest, style=style, fits=_fits)
        head, *below = document.blocks
        # Larger than bold text, as the title of a message is.
        heading = Heading(head.spans, level=2) if isinstance(head, Line) else head
        below = [with_bold_titles(block) for block in below]
        rows = self._list_rows(digest, document)
        payload: JSON = {"components": [container([*inner((heading, *below)), *rows])], "files": []}
        payload |= announcement(digest, rows)
        return Part(payload, tuple([card.paper.id for card in digest.cards[:MOST_LINES]]))

    def _list_rows(
        self,
        digest: Digest,
        document: Document,
        numbers: Iterable[tuple[int, str]] | None = None,
        count: int | None = None,
    ) -> list[JSON]:
        """The menus of the papers, and the buttons of a list."""
        with using(digest.language):
            buttons = list_buttons(digest, archive_url=self._archive_url, numbers=numbers, count=count)
            menus, rest = with_menus(document, buttons)
        first, *others = rest or [[]]
        again = [button for row in others for button in row][:MOST_AGAIN]
        return [*menus, *action_rows([[button_json(button) for button in row] for row in (first, again)])]

    def _posted_cards(self, digest: Digest) -> list[Part]:
        """Each card as a message of its own."""
        parts: list[Part] = []
        for card in digest.cards[:MOST_LINES]:
            ready = self._ready(card, digest.language)
            with using(digest.language):
                rows = {card.paper.id: [*ready.rows, *action_rows([[button_json(_read_button(card))]])]}
            group = replace(_card_group(card, digest.language, ready), base_cost=(0, 2 + count_of(rows[card.paper.id])))
            for sections in _without_clashes(pack([group], cost, LIMIT)):
                parts.append(Part({"components": _components(sections, rows), "files": _files(sections)}))
        return parts

    # ── cards ──

    def _card_parts(self, digest: Digest, packed: _Packed) -> list[Part]:
        rows = {card.paper.id: self._ready(card, digest.language).rows for card in digest.cards[: packed.cards]}
        parts: list[Part] = []
        for sections in packed.messages:
            payload: JSON = {"components": _components(sections, rows), "files": _files(sections)}
            parts.append(Part(payload, papers_of(sections)))
        parts[-1].payload["components"] += packed.below
        whole = list_document(digest, style=Style.TITLES)
        return [
            Part(parts[0].payload | announcement(digest, self._list_rows(digest, whole)), parts[0].paper_ids),
            *parts[1:],
        ]

    def _packed(self, digest: Digest) -> _Packed | None:
        """As many cards as two messages hold, the first ones, with the titles of the others; None if they do not even
        hold the titles."""
        return most_that_fit(len(digest.cards), lambda count: self._messages(digest, count))

    def _messages(self, digest: Digest, count: int) -> _Packed | None:
        """The messages that show the first cards, and the titles of the others; None if they are too many."""
        language, others = digest.language, [*enumerate(digest.cards, 1)][count : count + MOST_LINES]
        with using(language):
            lines = line_blocks([list_line(card, number, language, Style.CARDS) for number, card in others])
            tail = list_tail(digest, ())
        named = count + len(others)
        numbers = [(number, card.paper.id) for number, card in others]
        below = self._list_rows(digest, Document(lines), numbers, named)
        heading = Heading((Text(list_heading(digest, count=named), bold=True),), level=2)
        groups = [Group((heading,), base_cost=_TEXT_COST, stays_with_next=True)]
        groups += [_card_group(card, language, self._ready(card, language)) for card in digest.cards[:count]]
        # What stands below the last card stays together; the rule also holds the cost of the rows.
        end = (*lines, *tail)
        groups.append(Group((*end, Rule()), tuple([ident for _, ident in numbers]), (0, 1 + count_of(below))))
        messages = [*_without_clashes(pack(groups, cost, LIMIT))]
        return _Packed(count, messages, below) if len(messages) <= MOST_MESSAGES else None

    def _ready(self, card: Card, language: str) -> _ReadyCard:
        return self._cards.get(card, (language,), lambda: _ready_card(card, language))


def reply_components(reply: Reply, about: ChatRef | None = None) -> list[JSON]:
    """The messages that answer a command, as payloads; its buttons end the last one.

    `about` is the chat that the buttons are for; without it they stand for the chat that they are shown in.
    """
    blocks, folded = _with_buttons_for_folds(reply.document.blocks)
    menus, others = with_menus(reply.document, reply.buttons, about)
    *before, last_row = others or [[]]
    rows = action_rows(
        [[button_json(button, about) for button in row] for row in (*before, (*last_row, *folded)) if row]
    )
    rows = [*menus, *rows]
    # The container and its text display, and each row with its buttons, count as components.
    messages = pack([Group(blocks, base_cost=(0, 2 + count_of(rows)))], cost, LIMIT)
    payloads: list[JSON] = []
    for sections in _without_clashes(messages):
        shown = [part for section in sections for part in inner(section.blocks)]
        # Under the last message, where people are when they have read the reply.
        last = any(section.is_last for section in sections)
        payloads.append({"components": [container(shown + (rows if last else []))], "files": _files(sections)})
    return payloads


def payloads(shown: Card | Digest, language: str, style: Style) -> list[JSON]:
    """The messages that show a card or a digest, as a chat in this style would get them."""
    if isinstance(shown, Card):
        return reply_components(card_reply(shown, language, evidence_action(shown.summary)))
    # The id is not used: of the chat only style and language matter here.
    chat = Chat(ChatRef(Platform.DISCORD, "0"), language=language, style=style)
    return [part.payload for part in DiscordRenderer().parts(shown, chat)]


# ── groups ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _fits(document: Document) -> bool:
    return sum(cost(block)[0] for block in document.blocks) <= LIMIT[0] - _MARKS


def _read_button(card: Card) -> Button:
    return Button(pgettext("button", "Read it all"), action=str(Action("read", card.paper.versioned_id)))


def _card_group(card: Card, language: str, ready: _ReadyCard) -> Group:
    note = matched_note(card, language)
    total = sum_of([ready.cost, *map(cost, note)])
    return Group((*ready.before, *note, *ready.after), (card.paper.id,), ready.base_cost, cost=total)


def _ready_card(card: Card, language: str) -> _ReadyCard:
    # A summary that may not be stored cannot be asked for by a button.
    has_button = evidence_action(card.summary) is not None
    form = EvidenceForm.NONE if has_button else EvidenceForm.LINKS
    before, after = blocks_for_all(card, language, Style.CARDS, links=False, evidence=form)
    if has_button:
        before = tuple(map(_without_links, before))
    # The buttons are measured with the group, because they are added after packing, below the card's last section.
    buttons, rest = _card_buttons(card, language)
    if rest:  # links that got no button are shown as text
        spans = [span for name, url in rest for span in (Text(" · "), Link(name, url))][1:]
        after = (*after, Note(tuple(spans)))
    rows = action_rows(buttons)
    return _ReadyCard(before, after, (0, 2 + count_of(rows)), sum_of(map(cost, (*before, *after))), tuple(rows))


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
            links.append(button_json(Button(name, url=safe)))
        elif safe:
            rest.append((name, safe))
    others = (*vote_buttons(card.paper.id), *evidence, why_button(card.paper.id, language))
    return [links, [button_json(button) for button in others]], rest


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


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _components(sections: Sequence[GroupPart], rows: Mapping[str, Sequence[JSON]]) -> list[JSON]:
    """A container for each card, with its rows of buttons by paper id; neighbouring text that belongs to no card is one
    text display."""
    components: list[JSON] = []
    for is_card, run in groupby(sections, key=lambda section: any(ident in rows for ident in section.group.ids)):
        if not is_card:
            components += inner([block for section in run for block in section.blocks])
            continue
        for section in run:
            below = rows[section.group.ids[0]] if section.is_last else ()
            components.append(container([*inner(section.blocks), *below]))
    return components


def _files(sections: Iterable[GroupPart]) -> list[str]:
    return [
        block.file
        for section in sections
        for block in section.blocks
        if isinstance(block, Picture) and block.file is not None
    ]
