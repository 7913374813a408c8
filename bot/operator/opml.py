"""Topics as OPML, the format in which feed readers exchange subscriptions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.errors import TellUser
from bot.model import Chat, topic_label
from bot.render.plain import visible

if TYPE_CHECKING:
    from lxml.etree import _Element

_FEED = re.compile(r"https?://(?:rss|export)\.arxiv\.org/(?:rss|atom)/(?P<categories>[A-Za-z0-9.+-]+)/?")


def write(chats: Iterable[tuple[Chat, Sequence[str]]]) -> str:
    """Chats, each with its topics: an outline for each chat, with one for each topic inside."""
    from lxml import etree  # imported when needed

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Paperboy"
    body = etree.SubElement(root, "body")
    for chat, topics in chats:
        outline = etree.SubElement(body, "outline", text=_text(chat.title or str(chat.ref)), chat=str(chat.ref))
        for topic in topics:
            etree.SubElement(outline, "outline", text=_text(topic_label(topic)), type="topic", topic=_text(topic))
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8").decode()


def read(content: bytes, name: str) -> dict[str, list[str]]:
    """Topics by the name of their chat ("" where none is named). Feeds of arXiv's categories are topics as well.

    Raises `TellUser` for what is no OPML, or has no topic.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise TellUser(f"{name} is not complete XML ({error.msg}); nothing was changed.") from None
    found: dict[str, list[str]] = {}
    for outline in root.iter("outline"):
        for topic in _topics(outline):
            found.setdefault(_chat_of(outline), []).append(topic)
    if not found:
        raise TellUser(f"{name} has no topic and no feed of arXiv; nothing was changed.")
    return found


def _topics(outline: _Element) -> list[str]:
    if topic := outline.get("topic"):
        return [str(topic)]
    feed = _FEED.fullmatch(str(outline.get("xmlUrl", "")).strip())
    return [f"cat:{category}" for category in feed["categories"].split("+")] if feed else []


def _chat_of(outline: _Element) -> str:
    return next((str(name) for each in outline.iterancestors("outline") if (name := each.get("chat"))), "")


def _text(text: str) -> str:
    # XML cannot hold controls or lone surrogates.
    return visible(text).replace("\n", " ")
