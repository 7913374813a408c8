"""The parser of the topic language: from what a person types to a topic in normal form. Pure.

The grammar (`grammar.lark`) knows operators, parentheses and tokens only. `_QueryReader` then gives each token its
meaning, which depends on its field: a category, the words of a name, or the words of a term.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.arxiv import categories
from bot.errors import BadTopic
from bot.model import join_query
from bot.tex.invisible import INVISIBLE
from bot.topics import interest, syntax_errors
from bot.topics.category_codes import code_in_use, codes_in_text, is_bare_category
from bot.topics.syntax_tree import And, Category, Field, Node, Not, Or, Term, leaves, normalize, query_text
from bot.topics.text import is_unspaced, raw_words, words

if TYPE_CHECKING:
    from lark import Lark, Token

MAX_LENGTH = 500
"""Most characters of a query, as typed and in normal form."""
MAX_DEPTH = 10
"""Most parentheses within parentheses."""
MAX_TERMS = 50
"""Most terms and categories of a topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A parsed topic. `query` is its normal form: equal topics have equal ones, and it parses to itself.

    `about` is its interest, "" without one. `node` is what papers must satisfy; of an interest alone
    (`is_interest`), it says which categories the interest looks at.
    """

    query: str
    node: Node
    about: str = ""


def parse(query: str) -> Topic:
    """Parse a topic. Raises BadTopic with a sentence of advice and the position of the mistake."""
    # Length and brackets are checked first, so that the parser never sees a text that could make it slow or deep.
    if len(query) > MAX_LENGTH:
        raise BadTopic(syntax_errors.too_long(len(query), MAX_LENGTH), query=query, position=MAX_LENGTH)
    typed = _plain_keyboard(query)
    mark = next((found for found in _ABOUT.finditer(typed) if found["mark"]), None)
    if mark is None:
        return _exact(query, typed)
    about = _about(query, mark.end())
    exact = typed[: mark.start()]
    if not exact.strip():
        return Topic(join_query("", about), interest.scope(interest.interest_parts(about)), about)
    topic = _exact(query, exact)
    joined = join_query(topic.query, about)
    if len(joined) > MAX_LENGTH:
        raise BadTopic(syntax_errors.too_long(len(joined), MAX_LENGTH), query=query, position=mark.start())
    return Topic(joined, topic.node, about)


def _about(query: str, start: int) -> str:
    """The interest that begins at `start`, cleaned. Raises BadTopic."""
    about = interest.cleaned(query[start:])
    parts = interest.interest_parts(about)
    for match in codes_in_text(query[start:]):
        if code_in_use(match["code"]) is None:
            guesses = categories.suggestions(match["code"])
            raise BadTopic(
                syntax_errors.unknown_category(match["code"], guesses),
                query=query,
                position=start + match.start("code"),
            )
    if message := syntax_errors.about_nothing(about, parts):
        raise BadTopic(message, query=query, position=min(start, len(query)))
    if len(about) > interest.MAX_INTEREST_LENGTH:
        message = syntax_errors.interest_too_long(len(about), interest.MAX_INTEREST_LENGTH)
        raise BadTopic(message, query=query, position=start)
    return about


def _exact(query: str, typed: str) -> Topic:
    """The topic of an exact query: `typed` is the beginning of `query` on a plain keyboard. Raises BadTopic."""
    _refuse_category_list(query, typed)
    syntax_errors.check_brackets(query, typed, MAX_DEPTH)
    node = _QueryReader(query).node(_tree(query, typed))
    count = sum(1 for _ in leaves(node))
    if count > MAX_TERMS:
        raise BadTopic(syntax_errors.too_many(count, MAX_TERMS), query=query, position=0)
    node = normalize(node)
    syntax_errors.check_meaning(query, typed, node)
    # The normal form is stored and parsed again, so it must be short enough, too: all: makes three terms of one.
    normalized = query_text(node)
    if len(normalized) > MAX_LENGTH:
        raise BadTopic(syntax_errors.too_long(len(normalized), MAX_LENGTH), query=query, position=0)
    return Topic(normalized, node)


_ABOUT = re.compile(r'"[^"]*"|(?:\s+AND)?\s*(?<![^\s(,;])(?P<mark>about:)', re.IGNORECASE)
"""Where the interest begins, outside of phrases. People write AND before it, as between other parts of a query."""


# ── characters ──────────────────────────────────────────────────────────────────────────────────────────────────────

# Full-width forms, quotation marks, dashes and spaces of other keyboards → the ASCII character that is meant.
_KEYBOARD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_KEYBOARD |= {ord(mark): ord('"') for mark in "“”„‟«»〝〞「」『』＂"}
_KEYBOARD |= {ord(mark): ord("-") for mark in "‐‑‒–−"}
_KEYBOARD |= dict.fromkeys([*range(0x20), *range(0x7F, 0xA1), 0x3000, *range(0xD800, 0xE000)], ord(" "))
# Invisible characters at the edges of a word; inside of words some scripts need them.
_INVISIBLE_EDGE = re.compile(rf"(?<![^\s()\":])[{INVISIBLE}]+|[{INVISIBLE}]+(?![^\s()\":{INVISIBLE}])")


def _plain_keyboard(query: str) -> str:
    """The query with typographic characters replaced by plain ones, one by one, so that positions stay the same."""
    typed = query.translate(_KEYBOARD)
    return typed if typed.isascii() else _INVISIBLE_EDGE.sub(lambda match: " " * len(match[0]), typed)


# ── lists of categories ───────────────────────────────────────────────────────────────────────────────────────────

_LIST_SEPARATOR = re.compile("[,;、]")
_CATEGORY_FIELD = re.compile(r"(?:cat|category|primary):\s*", re.IGNORECASE)


def _refuse_category_list(query: str, typed: str) -> None:
    """Refuse "cs.CL, cs.CV": side by side means AND, and hardly any paper is in all categories of such a list.

    Commas between anything else keep their meaning.
    """
    separator = _LIST_SEPARATOR.search(typed)
    parts = [part.strip() for part in _LIST_SEPARATOR.split(typed) if part.strip()]
    if separator and len(parts) > 1 and all(map(_is_category, parts)):
        message = syntax_errors.category_list(separator[0], parts)
        raise BadTopic(message, query=query, position=separator.start())


def _is_category(part: str) -> bool:
    """Whether this is one category and nothing else: "cs.CV", "hep-th", "cs.*", "cat:math"."""
    code = _CATEGORY_FIELD.sub("", part, count=1)
    if code == part:
        return is_bare_category(code)
    return categories.canonical(code.removesuffix(".*")) is not None


# ── the grammar's tree ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Branch:
    """A node of the grammar's tree; `name` is "and", "or", "not" or "field" (with the field's token)."""

    name: str
    parts: tuple[_Tree, ...]
    field: Token | None = None


_Tree = Any  # Token | _Branch; lark's callbacks are untyped


@functools.cache  # building the parser takes longer than parsing with it
def _parser() -> Lark:
    from lark import Lark, Transformer  # on first use: most commands parse no topic

    # The methods have the names of the grammar's rules.
    class Callbacks(Transformer[Any, Any]):
        def either(self, parts: list[_Tree]) -> _Tree:
            return _flattened("or", parts)

        def both(self, parts: list[_Tree]) -> _Tree:
            return _flattened("and", parts)

        def start(self, parts: list[_Tree]) -> _Tree:
            return parts[0]

        def without(self, parts: list[_Tree]) -> _Tree:
            return _Branch("and", (parts[0], _negated(parts[2])))

        def negated(self, parts: list[_Tree]) -> _Tree:
            return _negated(parts[1])

        def group(self, parts: list[_Tree]) -> _Tree:
            return parts[1]

        def in_field(self, parts: list[_Tree]) -> _Tree:
            return _Branch("field", (parts[1],), parts[0])

        def word(self, parts: list[_Tree]) -> _Tree:
            return parts[0]

        phrase = word

    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", lexer="basic", transformer=Callbacks())


def _flattened(name: str, parts: list[_Tree]) -> _Branch:
    """One branch of `a OR b OR c`, so that a long chain is not a deep tree."""
    first, last = parts[0], parts[-1]
    operands = first.parts if isinstance(first, _Branch) and first.name == name else (first,)
    return _Branch(name, (*operands, last))


def _negated(part: _Tree) -> _Tree:
    """NOT `part`; a double negation cancels at once, so that a chain of NOTs is not a deep tree."""
    return part.parts[0] if isinstance(part, _Branch) and part.name == "not" else _Branch("not", (part,))


_PLAIN_ATOM = re.compile(r'(NOT )?(?:([A-Za-z]+:))?("[^"]*"|(?!-|(?:AND|OR|NOT|ANDNOT)$)[^\s()":]+)')


def _flat_tree(typed: str) -> _Tree | None:
    """The tree of terms that are all joined by AND, or all by OR; None for any other query.

    It is the tree that the grammar gives. Most stored topics are of this kind, and when a service starts there may be a
    hundred thousand of them to read.
    """
    from lark import Token

    name, separator = ("or", " OR ") if " OR " in typed else ("and", " AND ")
    parts: list[_Tree] = []
    start = 0
    for piece in typed.split(separator):
        atom = _PLAIN_ATOM.fullmatch(piece)
        if atom is None:
            return None
        negation, field, value = atom.groups()
        part: _Tree = Token("PHRASE" if value[0] == '"' else "WORD", value, start + atom.start(3))
        if field:
            part = _Branch("field", (part,), Token("FIELD", field, start + atom.start(2)))
        parts.append(_negated(part) if negation else part)
        start += len(piece) + len(separator)
    return parts[0] if len(parts) == 1 else _Branch(name, tuple(parts))


def _tree(query: str, typed: str) -> _Tree:
    from lark.exceptions import UnexpectedToken

    if (flat := _flat_tree(typed)) is not None:
        return flat
    try:
        return _parser().parse(typed)
    except UnexpectedToken as error:
        position = None if error.token.type == "$END" else error.token.start_pos
        raise syntax_errors.misplaced(query, list(_parser().lex(typed)), position) from None


# ── tokens in their fields ──────────────────────────────────────────────────────────────────────────────────────────

_FIELDS = {
    "ti": "ti", "title": "ti", "abs": "abs", "abstract": "abs", "au": "au", "author": "au", "authors": "au",
    "cat": "cat", "category": "cat", "co": "co", "comment": "co", "comments": "co", "all": "all",
    "primary": "primary",
}  # fmt: skip
_CAMEL_CASE = re.compile(r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})+")
_STARRED = re.compile(r"(.*?)\*+[.,;!?]*")


@dataclass(frozen=True, slots=True)
class _QueryReader:
    """Turns the grammar's tree into a syntax tree; keeps the query for error messages."""

    query: str

    def node(self, tree: _Tree, field: str = "") -> Node:
        if not isinstance(tree, _Branch):
            return self.leaf(tree, field)
        if tree.field is not None:
            return self.node(tree.parts[0], self.field(tree.field))
        parts = tuple(self.node(part, field) for part in tree.parts)
        if tree.name == "not":
            return Not(parts[0])
        return And(parts) if tree.name == "and" else Or(parts)

    def field(self, token: Token) -> str:
        name = token.rstrip(":").casefold()
        if name not in _FIELDS:
            raise self.error(syntax_errors.unknown_field(token), token)
        return _FIELDS[name]

    def leaf(self, token: Token, field: str) -> Node:
        quoted = token.type == "PHRASE"
        value = token[1:-1] if quoted else str(token)
        if field in ("cat", "primary"):
            return self.category(value, token, primary=field == "primary")
        if field == "" and not quoted and is_bare_category(value.rstrip(".,;")):
            return self.category(value, token, primary=False)
        # au:Gonzalez, Maria would search the author Gonzalez and the word Maria anywhere.
        if field == "au" and not quoted and value.endswith(","):
            raise self.error(syntax_errors.comma_after_name(value), token)
        # People write topics as hashtags in chats.
        if value.startswith("#"):
            value = _tag(value)
        if field == "all":
            return self.anywhere(value, token)
        return self.term(Field(field), value, token)

    def term(self, field: Field, value: str, token: Token) -> Term:
        words = tuple(self.words(field, value, token))
        if not words:
            raise self.error(syntax_errors.nothing_to_find(token), token)
        if field is Field.AUTHOR and all(len(word) == 1 and not is_unspaced(word) for word in words):
            raise self.error(syntax_errors.only_initials(), token)
        return Term(field, words)

    def anywhere(self, value: str, token: Token) -> Node:
        """The value in any field; initials alone are not searched among the authors."""
        parts: list[Node] = [self.term(field, value, token) for field in (Field.TEXT, Field.COMMENT)]
        name = tuple(self.words(Field.AUTHOR, value, token))
        if any(len(word) > 1 or is_unspaced(word) for word in name):
            parts.append(Term(Field.AUTHOR, name))
        return Or(tuple(parts))

    def words(self, field: Field, value: str, token: Token) -> Iterator[str]:
        """The folded words of a value; a word with a star after it becomes a prefix ("diffus*")."""
        to_words = words
        if field is Field.AUTHOR:
            to_words, value = raw_words, _given_name_first(value)
        for piece in value.split():
            starred = _STARRED.fullmatch(piece)
            # The prefix keeps its ending: "analys*" is meant as it stands, not as a plural.
            stem = raw_words(starred[1]) if starred else ()
            if starred is None or not stem or _is_starred_name(stem[-1], to_words(piece)):
                yield from to_words(piece)
                continue
            if len(stem[-1]) < 3:
                raise self.error(syntax_errors.short_beginning(piece), token)
            yield from (*to_words(starred[1])[:-1], f"{stem[-1]}*")

    def category(self, value: str, token: Token, *, primary: bool) -> Category:
        code = value.strip().rstrip(".,;")
        known = code_in_use(code)
        if known is None:
            raise self.error(syntax_errors.unknown_category(code, categories.suggestions(code)), token)
        return Category(known, primary)

    def error(self, message: str, token: Token) -> BadTopic:
        return BadTopic(message, query=self.query, position=token.start_pos or 0)


def _is_starred_name(last: str, piece_words: tuple[str, ...]) -> bool:
    """Whether the star after `last` belongs to a name ("A*") or to a script without spaces, and makes no prefix."""
    return len(last) == 1 and (f"{last}*" in piece_words or is_unspaced(last))


def _tag(value: str) -> str:
    """ "#TalkingHead" as "Talking Head", "#NeRF" as "NeRF"."""
    tag = value.lstrip("#")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag) if _CAMEL_CASE.fullmatch(tag) else tag


def _given_name_first(name: str) -> str:
    """ "Gonzalez, Maria" and arXiv's old "gonzalez_m" in the order of a paper's author list."""
    if re.fullmatch(r"\w+_[^\W_]", name):
        name = name.replace("_", ", ")
    family, comma, given = name.partition(",")
    return f"{given} {family}" if comma else name
