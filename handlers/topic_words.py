"""Topics in words: what a topic brings, as a whole sentence without a full stop, in the language of the context."""

from __future__ import annotations

from collections.abc import Sequence

from bot import topics
from bot.arxiv import categories
from bot.errors import BadTopic
from bot.locales import _, formats
from bot.model import split_query
from bot.render.nodes import Span, Text
from bot.topics import And, Category, Field, Node, Or, Term, interest_parts
from bot.topics.meaning import object_of
from handlers.reply_parts import spans, topic_spans


def topic_meaning(query: str) -> tuple[Span, ...]:
    """What a normalized topic brings: "Everything in cs.CV", "Papers about talking heads". One that cannot be said so
    is shown as it is written."""
    try:
        topic = topics.parse(query)
    except BadTopic:  # written by an older grammar
        return topic_spans(query)
    exact, about = split_query(query)
    if about:
        return _interest(exact, about)
    return _exact(topic.node) or _as_written(query)


def category_name(code: str) -> str:
    """A category by its code and name: "cs.CV (Computer Vision and Pattern Recognition)"."""
    name = categories.name_of(code)
    return f"{code} ({name})" if name else code


def _interest(exact: str, about: str) -> tuple[Span, ...]:
    parts = interest_parts(about)
    text = Text(parts.wanted, bold=True)
    if exact:
        return spans(_("Papers that fit {query}, first those about {text}"), query=Text(exact, code=True), text=text)
    if parts.categories:
        return spans(_("Papers about {text} in {categories}"), text=text, categories=_any_of(parts.categories))
    if parts.unwanted:
        unwanted = formats.alternatives(parts.unwanted)
        return spans(_("Papers about {text}, but not about {unwanted}"), text=text, unwanted=unwanted)
    return spans(_("Papers about {text}"), text=text)


def _exact(node: Node) -> tuple[Span, ...] | None:
    codes = _codes(node)
    if len(codes) == 1:
        return spans(_("Everything in {category}"), category=Text(category_name(codes[0]), bold=True))
    if codes:
        return spans(_("Everything in any of {categories}"), categories=_any_of(codes))
    if isinstance(node, Term) and node.field is Field.AUTHOR:
        return spans(_("Papers by {name}"), name=Text(object_of(node), bold=True))
    if isinstance(node, And):
        inside = [part for part in node.parts if _codes(part)]
        others = [part for part in node.parts if not _codes(part)]
        if len(inside) == 1 and others:
            return _words(others, all_of=True, codes=_codes(inside[0]))
        return _words(node.parts, all_of=True)
    return _words(node.parts if isinstance(node, Or) else (node,), all_of=False)


def _words(parts: Sequence[Node], *, all_of: bool, codes: Sequence[str] = ()) -> tuple[Span, ...] | None:
    """The sentence for words that papers mention; None for anything else than words."""
    if len(parts) == 1 and isinstance(parts[0], Or):
        parts, all_of = parts[0].parts, False
    terms = [part for part in parts if isinstance(part, Term) and part.field is Field.TEXT]
    if len(terms) != len(parts):
        return None
    names = [object_of(term) for term in terms]
    words = Text(formats.listing(names) if all_of else formats.alternatives(names), bold=True)
    if codes:
        return spans(_("Papers in {categories} that mention {words}"), categories=_any_of(codes), words=words)
    return spans(_("Papers that mention {words}"), words=words)


def _codes(node: Node) -> tuple[str, ...]:
    """The categories that a node is any of; none for other nodes."""
    parts = node.parts if isinstance(node, Or) else (node,)
    codes = tuple(part.code for part in parts if isinstance(part, Category) and not part.primary)
    return codes if len(codes) == len(parts) else ()


def _any_of(codes: Sequence[str]) -> Text:
    return Text(formats.alternatives(codes), bold=True)


def _as_written(query: str) -> tuple[Span, ...]:
    return spans(_("Papers that fit {query}"), query=Text(query, code=True))
