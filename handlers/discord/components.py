"""Blocks and buttons as Discord's components, and what they take of a message's limits. Pure.

Discord counts at most 40 components, nested ones too, and 4,000 characters of text in a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath

from bot.model import JSON, ChatRef
from bot.render.nodes import Block, Button, Link, Note, Picture, Rule, Text
from bot.render.packing import Cost
from bot.render.plain import cut, one_line, utf16, visible, web_address
from handlers.button_actions import with_chat
from handlers.discord.markup import block_markdown, markdown
from handlers.discord.messages import CONTAINER, MEDIA_GALLERY, TEXT_DISPLAY

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40
URL_LIMIT = 512
"""Characters of a link button's address."""
ACCENT = 0xB31B1B  # the red of arXiv's logo

# https://discord.com/developers/docs/components/reference
ACTION_ROW, BUTTON, SEPARATOR = 1, 2, 14
_SECONDARY, _LINK = 2, 5
_DESCRIPTION_LENGTH = 200
"""Characters of a picture's description, measured as part of the message's text."""
_CAPTION_LENGTH = 600
_ROW_BUTTONS = 5

LIMIT = (TEXT_LIMIT - 8, COMPONENT_LIMIT)
"""With a margin of characters: blocks are measured one by one, and joined after that."""


def cost(block: Block) -> Cost:
    """What a block takes of a message: characters with its separator, and components beyond its text display."""
    if isinstance(block, Picture):
        return utf16(_caption(block)) + _DESCRIPTION_LENGTH + 2, 2
    if isinstance(block, Rule):
        return 0, 2
    return utf16(block_markdown(block)) + 2, 0


def count_of(rows: Sequence[JSON]) -> int:
    """The components of rows, with those in them."""
    return sum(1 + len(row["components"]) for row in rows)


def inner(blocks: Sequence[Block]) -> list[JSON]:
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
            items.append({"media": media, "description": shortened(picture.alt, _DESCRIPTION_LENGTH)})
    captions = markdown([block for picture in pictures for block in _caption_blocks(picture)])
    gallery: list[JSON] = [{"type": MEDIA_GALLERY, "items": items}] if items else []
    return gallery + ([{"type": TEXT_DISPLAY, "content": captions}] if captions else [])


def _caption_blocks(picture: Picture) -> list[Block]:
    if not picture.alt.strip():
        return []
    # A picture that may not be shown here is a link to it instead.
    text = shortened(picture.alt, _CAPTION_LENGTH)
    return [Note((Text(text) if picture.file or not picture.url else Link(text, picture.url),))]


def _caption(picture: Picture) -> str:
    return markdown(_caption_blocks(picture))


def container(components: list[JSON]) -> JSON:
    """A box around the components, with a coloured edge."""
    return {"type": CONTAINER, "accent_color": ACCENT, "components": components}


def action_rows(rows: Sequence[Sequence[JSON]]) -> list[JSON]:
    """Action rows of at most five buttons."""
    return [
        {"type": ACTION_ROW, "components": list(row[at : at + _ROW_BUTTONS])}
        for row in rows
        for at in range(0, len(row), _ROW_BUTTONS)
    ]


def button_json(button: Button, about: ChatRef | None = None) -> JSON:
    """A button; `about` is the chat that it is for, unless its action names one."""
    name = one_line(button.label)
    if button.url is not None:
        # Discord shows a sign of its own on buttons that open an address.
        name = name.removesuffix("↗").rstrip()
        url = web_address(button.url)
        # A button that Discord refuses would cost the whole message.
        safe = url if url and len(url) <= URL_LIMIT else "https://arxiv.org"
        return {"type": BUTTON, "style": _LINK, "label": shortened(name, 80), "url": safe}
    return {
        "type": BUTTON,
        "style": _SECONDARY,
        "label": shortened(name, 80),
        "custom_id": with_chat(button.action or "", about),
    }


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis, in at most `limit` UTF-16 units; never empty."""
    head, rest = cut(visible(text) or "…", lambda piece: utf16(piece) < limit)
    return f"{head}…" if rest else head
