"""Why a query is refused: one sentence that names the place and says what to do. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bot.errors import BadTopic
from bot.topics.syntax_tree import And, Node, Not, Or, text

if TYPE_CHECKING:
    from lark import Token

_EXAMPLE = 'for example: "talking head" AND cat:cs.CV'
_SHOWN = 60


def pointer(error: BadTopic) -> str:
    """The part of the query around the mistake on one line, and under it a caret at the mistake."""
    query = re.sub(r"\s", " ", error.query)
    start = max(0, error.position - _SHOWN // 2)
    before, after = "…" if start else "", "…" if len(query) > start + _SHOWN else ""
    line = before + query[start : start + _SHOWN] + after
    return f"{line}\n{' ' * (len(before) + error.position - start)}^"


# ── before the grammar ────────────────────────────────────────────────────────────────────────────────────────────


def check_brackets(query: str, typed: str, max_depth: int) -> None:
    """Refuse quotation marks and parentheses without their other half, and those too deep; in linear time."""
    if not typed.strip():
        raise BadTopic(f"The topic is empty; write what to look for, {_EXAMPLE}.", query=query, position=0)
    if typed.count('"') % 2:
        at = typed.rindex('"')
        raise _refusal(query, at, f"There is a closing quotation mark missing for the phrase that begins at {_at(at)}.")
    opened: list[int] = []
    for match in re.finditer(r'"[^"]*"|[()]', typed):
        at = match.start()
        if match[0] == "(":
            opened.append(at)
        elif match[0] == ")" and not opened:
            raise _refusal(
                query, at, f"The closing parenthesis at {_at(at)} has no opening one; remove it or add that."
            )
        elif match[0] == ")":
            opened.pop()
        if len(opened) > max_depth:
            message = (
                f"The parentheses are nested more than {max_depth} deep at {_at(at)}; write it with fewer of them."
            )
            raise _refusal(query, at, message)
    if opened:
        at = opened[-1]
        raise _refusal(query, at, f"There is a closing parenthesis missing for the one that opens at {_at(at)}.")


def too_long(length: int, most: int) -> str:
    return f"The topic is too long ({length} characters, the most is {most}); split it into several topics."


def too_many(count: int, most: int) -> str:
    return f"The topic has too many terms ({count}, the most is {most}); split it into several topics."


def category_list(separator: str, parts: Sequence[str]) -> str:
    return f"“{separator}” does not join categories; write {' OR '.join(parts)} for the papers of any of them."


# ── in the grammar ────────────────────────────────────────────────────────────────────────────────────────────────


def misplaced(query: str, tokens: Sequence[Token], position: int | None) -> BadTopic:
    """What is wrong where the grammar could not go on: at `position`, None at the end."""
    index = next((i for i, token in enumerate(tokens) if token.start_pos == position), None)
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
        return (
            f"“{before}” at {_at(at)} needs a word, a phrase or a parenthesis right after it, as in {before}diffusion."
        )
    if before is None or before.type == "LPAR":
        if token is None or token.type == "RPAR":
            return f"There is nothing between the parentheses at {_at(at)}; write what to look for, or remove them."
        return f"“{token}” at {_at(at)} needs something before it, as in “diffusion {token} video”."
    if before.type in ("NOT", "MINUS"):
        return f"“{before}” at {_at(at)} needs a term right after it: what the papers should not mention."
    return f"“{before}” at {_at(at)} needs a term on its right side, as in “diffusion {before} video”."


def unknown_field(token: str) -> str:
    name = token.rstrip(":")
    close = difflib.get_close_matches(name.casefold(), ["ti", "abs", "au", "cat", "co", "all", "primary"], 1, 0.5)
    guess = f"did you mean {close[0]}:?" if close else "there are ti:, abs:, au:, cat:, co:, all: and primary:."
    return f"There is no field “{name}:”; {guess} (Put a text that holds a colon in quotation marks.)"


# ── in the words ──────────────────────────────────────────────────────────────────────────────────────────────────

_SIGNS = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND", "+": "AND", "/": "OR", "!": "NOT", "~": "NOT", "-": "NOT"}


def nothing_to_find(token: Token) -> str:
    at = _at(_start(token))
    if sign := _SIGNS.get(token):
        return f"“{token}” at {at} means nothing here; write {sign} if you mean that, or leave it out."
    if token.type == "PHRASE" and not token[1:-1].strip():
        return f"There is nothing between the quotation marks at {at}; write what to look for, or remove them."
    return f"“{token}” at {at} has no letter or digit to look for; leave it out."


def comma_after_name(value: str) -> str:
    return f'A name with a comma needs quotation marks, as in au:"{value} Maria".'


def only_initials() -> str:
    return 'An author needs more than initials; write the family name too, as in au:"M. Gonzalez".'


def short_beginning(piece: str) -> str:
    return f"“{piece}” would find almost everything; write at least three letters before the “*”."


def unknown_category(code: str, guesses: Collection[str]) -> str:
    guess = f"did you mean {' or '.join(guesses)}?" if guesses else "see https://arxiv.org/category_taxonomy."
    return f"arXiv has no category “{code}”; {guess}"


# ── in the meaning ────────────────────────────────────────────────────────────────────────────────────────────────


def check_meaning(query: str, typed: str, node: Node) -> None:
    """Refuse what matches almost every paper, or none; `node` is in normal form."""
    if _is_open(node):
        found = re.search(r"(?<![^\s(])(?:NOT|ANDNOT|-)", typed)
        message = "This matches almost everything, since it only says what not to look for; add what to look for"
        message += " to each side of OR." if isinstance(node, Or) else "."
        raise _refusal(query, found.start() if found else 0, message)
    if never := _contradiction(node):
        message = (
            f"This matches nothing, since it asks for {text(never)} and refuses it at once; leave one of them out."
        )
        raise _refusal(query, 0, message)


def _is_open(node: Node) -> bool:
    if isinstance(node, And):
        return all(map(_is_open, node.parts))
    if isinstance(node, Or):
        return any(map(_is_open, node.parts))
    return isinstance(node, Not)


def _contradiction(node: Node) -> Node | None:
    if not isinstance(node, And | Or):
        return None
    if isinstance(node, And):
        refused = {part.part for part in node.parts if isinstance(part, Not)}
        for part in node.parts:
            if part in refused:
                return part
    return next((found for part in node.parts if (found := _contradiction(part))), None)


def _refusal(query: str, position: int, message: str) -> BadTopic:
    return BadTopic(message, query=query, position=position)


def _at(position: int) -> str:
    """Where, as people count."""
    return f"character {position + 1}"


def _start(token: Token | None) -> int:
    return (token.start_pos or 0) if token is not None else 0
