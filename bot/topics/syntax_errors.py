"""The errors of the topic language: one sentence each, with the position of the mistake and what to do. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bot.errors import BadTopic
from bot.locales import _, formats
from bot.topics.interest import Interest, is_meaningful
from bot.topics.syntax_tree import And, Node, Not, Or, query_text

if TYPE_CHECKING:
    from lark import Token

_EXAMPLE_TOPIC = '"talking head" AND cat:cs.CV'
_EXAMPLE_INTEREST = "about: talking heads driven by audio; not face recognition"
_POINTER_WIDTH = 60


def pointer(error: BadTopic) -> str:
    """Two lines: the part of the query around the mistake, and a caret under the mistake."""
    query = re.sub(r"\s", " ", error.query)  # one for one, so that the position stays the same
    start = max(0, error.position - _POINTER_WIDTH // 2)
    before, after = "…" if start else "", "…" if len(query) > start + _POINTER_WIDTH else ""
    line = before + query[start : start + _POINTER_WIDTH] + after
    return f"{line}\n{' ' * (len(before) + error.position - start)}^"


# ── before parsing ──────────────────────────────────────────────────────────────────────────────────────────────────


def check_brackets(query: str, typed: str, max_depth: int) -> None:
    """Raise BadTopic for unbalanced quotation marks and parentheses and for deep nesting.

    This comes before the grammar, in linear time: the parser's stack is limited, and its errors would name a token
    instead of the bracket.
    """
    if not typed.strip():
        raise BadTopic(
            _("The topic is empty; write what to look for, for example: {example}.").format(example=_EXAMPLE_TOPIC),
            query=query,
            position=0,
        )
    if typed.count('"') % 2:
        at = typed.rindex('"')
        raise _refusal(
            query,
            at,
            _("There is a closing quotation mark missing for the phrase that begins at character {place}.").format(
                place=at + 1
            ),
        )
    _check_parentheses(query, typed, max_depth)


def _check_parentheses(query: str, typed: str, max_depth: int) -> None:
    opened: list[int] = []
    for match in re.finditer(r'"[^"]*"|[()]', typed):  # phrases are matched to skip the parentheses in them
        at = match.start()
        if match[0] == "(":
            opened.append(at)
        elif match[0] == ")" and not opened:
            raise _refusal(
                query,
                at,
                _("The closing parenthesis at character {place} has no opening one; remove it or add that.").format(
                    place=at + 1
                ),
            )
        elif match[0] == ")":
            opened.pop()
        if len(opened) > max_depth:
            message = _(
                "The parentheses are nested more than {depth} deep at character {place}; write it with fewer of them."
            ).format(depth=max_depth, place=at + 1)
            raise _refusal(query, at, message)
    if opened:
        at = opened[-1]
        raise _refusal(
            query,
            at,
            _("There is a closing parenthesis missing for the one that opens at character {place}.").format(
                place=at + 1
            ),
        )


def too_long(length: int, most: int) -> str:
    return _("The topic is too long ({length} characters, the most is {most}); split it into several topics.").format(
        length=length, most=most
    )


def too_many(count: int, most: int) -> str:
    return _("The topic has too many terms ({count}, the most is {most}); split it into several topics.").format(
        count=count, most=most
    )


def interest_too_long(length: int, most: int) -> str:
    return _(
        "What follows “about:” is too long ({length} characters, the most is {most}); say it in fewer words."
    ).format(length=length, most=most)


def about_nothing(about: str, interest: Interest) -> str:
    """What is wrong with an interest that is too short to mean anything; empty if nothing is."""
    if not about:
        return _(
            "There is nothing after “about:”; describe in a few words what the papers should be about, "
            "for example: {example}."
        ).format(example=_EXAMPLE_INTEREST)
    if not interest.wanted and interest.unwanted:
        return _("This only says what the papers should not be about; say first what they should be about.")
    if not is_meaningful(interest):
        return _(
            "“{text}” says too little to compare papers with; describe it in a few words, for example: {example}."
        ).format(text=about, example=_EXAMPLE_INTEREST)
    return ""


def category_list(separator: str, parts: Sequence[str]) -> str:
    return _("“{separator}” does not join categories; write {query} for the papers of any of them.").format(
        separator=separator, query=" OR ".join(parts)
    )


# ── while parsing ───────────────────────────────────────────────────────────────────────────────────────────────────


def misplaced(query: str, tokens: Sequence[Token], position: int | None) -> BadTopic:
    """The error for the token at `position` that the grammar does not allow; None is the end of the query."""
    index = next((number for number, token in enumerate(tokens) if token.start_pos == position), None)
    before = tokens[-1 if index is None else index - 1] if index != 0 else None
    token = None if index is None else tokens[index]
    at = (
        _start(token)
        if before is None or (before.type == "LPAR" and token and token.type != "RPAR")
        else _start(before)
    )
    return _refusal(query, at, _misplaced(before, token, at))


def _misplaced(before: Token | None, token: Token | None, at: int) -> str:
    if before is not None and before.type == "FIELD":
        return _(
            "“{sign}” at character {place} needs a word, a phrase or a parenthesis right after it, as in {example}."
        ).format(sign=before, place=at + 1, example=f"{before}diffusion")
    if before is None or before.type == "LPAR":
        if token is None or token.type == "RPAR":
            return _(
                "There is nothing between the parentheses at character {place}; write what to look for, or remove them."
            ).format(place=at + 1)
        return _("“{sign}” at character {place} needs something before it, as in “{example}”.").format(
            sign=token, place=at + 1, example=f"diffusion {token} video"
        )
    if before.type in ("NOT", "MINUS"):
        return _(
            "“{sign}” at character {place} needs a term right after it: what the papers should not mention."
        ).format(sign=before, place=at + 1)
    return _("“{sign}” at character {place} needs a term on its right side, as in “{example}”.").format(
        sign=before, place=at + 1, example=f"diffusion {before} video"
    )


def unknown_field(token: str) -> str:
    name = token.rstrip(":")
    # The colon may belong to a title that was pasted, hence the advice on quotation marks.
    close = difflib.get_close_matches(name.casefold(), _FIELDS, 1, 0.5)
    if close:
        return _(
            "There is no field “{name}:”; did you mean {close}? (Put a text that holds a colon in quotation marks.)"
        ).format(name=name, close=f"{close[0]}:")
    return _(
        "There is no field “{name}:”; there are {fields}. (Put a text that holds a colon in quotation marks.)"
    ).format(name=name, fields=formats.listing(f"{field}:" for field in _FIELDS))


_FIELDS = ("ti", "abs", "au", "cat", "co", "all", "primary")


# ── in the terms ────────────────────────────────────────────────────────────────────────────────────────────────────

# Operators of other search engines → ours.
_FOREIGN_OPERATORS = {
    "|": "OR",
    "||": "OR",
    "&": "AND",
    "&&": "AND",
    "+": "AND",
    "/": "OR",
    "!": "NOT",
    "~": "NOT",
    "-": "NOT",
}


def nothing_to_find(token: Token) -> str:
    at = _start(token) + 1
    if operator := _FOREIGN_OPERATORS.get(token):
        return _(
            "“{sign}” at character {place} means nothing here; write {operator} if you mean that, or leave it out."
        ).format(sign=token, place=at, operator=operator)
    if token.type == "PHRASE" and not token[1:-1].strip():
        return _(
            "There is nothing between the quotation marks at character {place}; write what to look for, or remove them."
        ).format(place=at)
    return _("“{sign}” at character {place} has no letter or digit to look for; leave it out.").format(
        sign=token, place=at
    )


def comma_after_name(value: str) -> str:
    return _("A name with a comma needs quotation marks, as in {example}.").format(example=f'au:"{value} Maria"')


def only_initials() -> str:
    return _("An author needs more than initials; write the family name too, as in {example}.").format(
        example='au:"M. Gonzalez"'
    )


def short_beginning(piece: str) -> str:
    return _("“{sign}” would find almost everything; write at least three letters before the “*”.").format(sign=piece)


def unknown_category(code: str, guesses: Collection[str]) -> str:
    if guesses:
        near = formats.alternatives(guesses)
        return _("arXiv has no category “{code}”; did you mean {near}?").format(code=code, near=near)
    return _("arXiv has no category “{code}”; see {address}.").format(
        code=code, address="https://arxiv.org/category_taxonomy"
    )


# ── in the normal form ──────────────────────────────────────────────────────────────────────────────────────────────


def check_meaning(query: str, typed: str, node: Node) -> None:
    """Raise BadTopic if the topic matches almost every paper, or none; `node` is in normal form."""
    if _is_open(node):
        found = re.search(r"(?<![^\s(])(?:NOT|ANDNOT|-)", typed)
        message = (
            _(
                "This matches almost everything, since one side of OR only says what not to look for; add what to look "
                "for to each side."
            )
            if isinstance(node, Or)
            else _("This matches almost everything, since it only says what not to look for; add what to look for.")
        )
        raise _refusal(query, found.start() if found else 0, message)
    if part := _contradiction(node):
        message = _("This matches nothing, since it requires and excludes {term}; remove one of the two.").format(
            term=query_text(part)
        )
        raise _refusal(query, 0, message)


def _is_open(node: Node) -> bool:
    """Whether a paper without any of the words can match."""
    if isinstance(node, And):
        return all(map(_is_open, node.parts))
    if isinstance(node, Or):
        return any(map(_is_open, node.parts))
    return isinstance(node, Not)


def _contradiction(node: Node) -> Node | None:
    """A part that is required and excluded at the same time."""
    if not isinstance(node, And | Or):
        return None
    if isinstance(node, And):
        excluded = {part.part for part in node.parts if isinstance(part, Not)}
        for part in node.parts:
            if part in excluded:
                return part
    return next((found for part in node.parts if (found := _contradiction(part))), None)


def _refusal(query: str, position: int, message: str) -> BadTopic:
    return BadTopic(message, query=query, position=position)


def _start(token: Token | None) -> int:
    return (token.start_pos or 0) if token is not None else 0
