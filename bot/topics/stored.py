"""Topics in normal form, as the store holds them, read straight to programs over numbered leaves. Pure.

Most topics are leaves (terms and categories) joined by AND or by OR, or such an OR in parentheses beside AND. They are
cut at their operators, and each distinct leaf is read once. `parse` reads every other topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.errors import BadTopic
from bot.model import split_query
from bot.topics.leaf_keys import AnyOf, leaf_keys
from bot.topics.parse import MAX_LENGTH, MAX_TERMS, parse
from bot.topics.plurals import singular
from bot.topics.syntax_tree import And, Category, Field, Leaf, Node, Not, Or, Term, query_text

Program = tuple[int, ...]
"""A topic in postfix notation: numbers of leaves, and `AND`, `OR` (each of the two values before it) and `NOT`.
Without a number it is true of every paper."""

AND, OR, NOT = -1, -2, -3


@dataclass(slots=True)
class LeafTable:
    """Distinct leaves by number, with their keys. It only grows: a thread may read it while another one adds."""

    leaves: list[Leaf] = field(default_factory=list)
    required: list[tuple[AnyOf, ...]] = field(default_factory=list)
    sufficient: list[bool] = field(default_factory=list)
    """The two parts of each leaf's `LeafKeys`."""
    _numbers: dict[str, int] = field(default_factory=dict)
    """The leaves' numbers by their normal forms."""

    def program(self, query: str) -> Program:
        """The program of a stored topic. Raises BadTopic if today's grammar refuses it.

        Of a topic with an interest it is that of the exact query, since the interest only orders what that matches; of
        an interest alone, of the categories that it names.
        """
        exact, _ = split_query(query)
        program = self._read(exact) if exact else ()
        return program or tuple(self._codes(parse(exact or query).node))

    def add(self, leaf: Leaf) -> int:
        """The number of a leaf, which is added if it is new."""
        return self._add(query_text(leaf), leaf)

    def _add(self, text: str, leaf: Leaf) -> int:
        number = self._numbers.get(text)
        if number is None:
            keys = leaf_keys(leaf)
            self.required.append(keys.required)
            self.sufficient.append(keys.sufficient)
            self.leaves.append(leaf)
            number = self._numbers[text] = len(self.leaves) - 1
        return number

    def _codes(self, node: Node) -> Iterator[int]:
        if isinstance(node, And | Or):
            for index, part in enumerate(node.parts):
                yield from self._codes(part)
                if index:
                    yield AND if isinstance(node, And) else OR
        elif isinstance(node, Not):
            yield from self._codes(node.part)
            yield NOT
        else:
            yield self.add(node)

    # ── the frequent forms; an empty program stands for any other ────────────────────────────────────────────────────

    def _read(self, query: str) -> Program:
        separator, operator = (" AND ", AND) if " AND " in query else (" OR ", OR)
        parts = query.split(separator)
        codes: list[int] = []
        required, excluded = set[int](), set[int]()
        for position, part in enumerate(parts):
            if part.startswith("NOT "):
                program = self._leaf(part.removeprefix("NOT "))
                excluded.update(program)
                codes += (*program, NOT)
            else:
                program = self._group(part) if part.startswith("(") else self._leaf(part)
                required.update(program)
                codes += program
            if not program:
                return ()
            if position:
                codes.append(operator)
        # A topic that only excludes, or requires what it excludes, is refused; `parse` knows the reasons.
        may_be_refused = excluded and (operator == OR or not required or not required.isdisjoint(excluded))
        is_too_long = len(query) > MAX_LENGTH or sum(code >= 0 for code in codes) > MAX_TERMS
        return () if may_be_refused or is_too_long else tuple(codes)

    def _group(self, part: str) -> Program:
        codes: list[int] = []
        for text in part[1:-1].split(" OR ") if part.endswith(")") else ():
            if not (program := self._leaf(text)):
                return ()
            codes += (*program, OR) if codes else program
        return tuple(codes)

    def _leaf(self, text: str) -> Program:
        number = self._numbers.get(text)
        if number is None:
            leaf = _plain_term(text) or _parsed_leaf(text)
            if leaf is None:
                return ()
            number = self._add(text, leaf)
        return (number,)


_WORD = r"(?:[a-z0-9]{3,}\*|[a-z0-9]+)"
_PLAIN_TERM = re.compile(rf'(?:(ti|abs|co|au):)?(?:({_WORD})|"({_WORD}(?: {_WORD})+)")')
_FIELDS = {None: Field.TEXT} | {field.value: field for field in Field if field is not Field.TEXT}


def _plain_term(text: str) -> Term | None:
    """The term that `parse` reads from its normal form, if that is made of small letters and digits."""
    match = _PLAIN_TERM.fullmatch(text)
    if match is None:
        return None
    name, word, phrase = match.groups()
    words = (word,) if word else tuple(phrase.split(" "))
    if name == "au":
        return Term(Field.AUTHOR, words) if any(len(word) > 1 for word in words) else None  # not initials alone
    return Term(_FIELDS[name], words) if all(singular(word) == word for word in words) else None


def _parsed_leaf(text: str) -> Leaf | None:
    try:
        node = parse(text).node
    except BadTopic:
        return None
    return node if isinstance(node, Term | Category) and query_text(node) == text else None
