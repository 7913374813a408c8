"""Menus from which a person opens one of the papers of a list, in place of the list's numbered buttons. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.locales import pgettext
from bot.model import JSON, ChatRef
from bot.render.nodes import Bullets, Button, Document, Line, Link, Span, Text
from bot.render.plain import one_line
from handlers.button_actions import Action, parse, with_chat
from handlers.discord.components import ACTION_ROW, shortened

# https://discord.com/developers/docs/components/reference#string-select
STRING_SELECT = 3
MAX_OPTIONS = 25
OPTION_LENGTH = 100
"""Characters of an option's label, and of its description."""

LEAST = 2
"""Fewer papers than that have buttons."""

_NUMBER = re.compile(r"(\d+)\. ")


def with_menus(
    document: Document, rows: Sequence[Sequence[Button]], about: ChatRef | None = None
) -> tuple[list[JSON], list[list[Button]]]:
    """Menus for the numbered buttons that open a paper, as rows, and the rows of the other buttons.

    An option has the number, the title and the sentence of its paper, as the lines of the document have them.
    """
    opening = [button for row in rows for button in row if _opens(button)]
    if len(opening) < LEAST:
        return [], [list(row) for row in rows]
    said = _lines(document)
    options = [_option(button, *said.get(int(button.label), ("", "")), about) for button in opening]
    others = [[button for button in row if not _opens(button)] for row in rows]
    return _menus(options), [row for row in others if row]


def _menus(options: list[JSON]) -> list[JSON]:
    menus: list[JSON] = []
    for at in range(0, len(options), MAX_OPTIONS):
        select = {
            "type": STRING_SELECT,
            # What is chosen comes back in the option's value; menus of one message need different names.
            "custom_id": str(Action("open", f"menu-{at}")),
            "placeholder": pgettext("menu", "Open paper…"),
            "options": options[at : at + MAX_OPTIONS],
        }
        menus.append({"type": ACTION_ROW, "components": [select]})
    return menus


def _opens(button: Button) -> bool:
    action = parse(button.action)
    return action is not None and action.verb == "open" and button.label.isdecimal()


def _option(button: Button, title: str, sentence: str, about: ChatRef | None) -> JSON:
    option: JSON = {
        "label": shortened(f"{button.label}. {title}" if title else button.label, OPTION_LENGTH),
        "value": with_chat(button.action or "", about),
    }
    if sentence:
        option["description"] = shortened(sentence, OPTION_LENGTH)
    return option


def _lines(document: Document) -> dict[int, tuple[str, str]]:
    """The title and the sentence of each numbered line of a list."""
    lines: dict[int, tuple[str, str]] = {}
    for block in document.blocks:
        if isinstance(block, Bullets) and block.numbered:
            lines |= {number: _said(item) for number, item in enumerate(block.items, block.start)}
        elif isinstance(block, Line) and block.spans and (match := _NUMBER.fullmatch(block.spans[0].text)):
            lines[int(match[1])] = _said(block.spans[1:])
    return lines


def _said(spans: Sequence[Span]) -> tuple[str, str]:
    title = next((span.text for span in spans if isinstance(span, Link)), "")
    below = (span.text for span in spans if isinstance(span, Text) and span.text.startswith("\n"))
    return one_line(title), one_line(next(below, ""))
