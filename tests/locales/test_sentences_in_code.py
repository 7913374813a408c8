"""No sentence for a person is written where the catalogues do not see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

SAY = {
    "Busy",
    "Button",
    "Link",
    "NothingNow",
    "NothingToSend",
    "TellUser",
    "Text",
    "Unreadable",
    "acknowledge",
    "one_line",
    "refused",
}
"""What a person is told goes through these."""

THROUGH = {"_", "N_", "NP_", "NNP_", "pgettext", "ngettext", "npgettext"}

MODULES = [
    path for folder in ("handlers", "bot/conversation", "bot/render") for path in sorted((ROOT / folder).rglob("*.py"))
]


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression is made of, without those that go through the catalogues."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values):
            yield " ".join(str(value.value) for value in values if isinstance(value, ast.Constant))
        case ast.IfExp(body=body, orelse=orelse):
            yield from literals(body)
            yield from literals(orelse)
        case ast.BinOp(left=left, right=right):
            yield from literals(left)
            yield from literals(right)


def sentences(path: Path) -> Iterator[str]:
    """Texts of two words or more that a module says to people as they are."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_code = any(each.arg == "code" for each in node.keywords)
        if name not in SAY or is_code:
            continue
        values = [*node.args, *(each.value for each in node.keywords if each.arg in ("note", "why", "label"))]
        for value in values:
            yield from (f"{path.name}:{node.lineno} {text}" for text in literals(value) if is_sentence(text))


def is_sentence(text: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", text)) > 1 and not re.fullmatch(r"[a-z]+:\S*", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_people_are_told_goes_through_the_catalogues(path: Path) -> None:
    assert [*sentences(path)] == []


def test_no_value_is_filled_in_before_a_sentence_is_translated() -> None:
    """An f-string inside `_()` is another sentence at every call, and none of them is in a catalogue."""
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in THROUGH
        and any(isinstance(part, ast.JoinedStr) for value in node.args for part in ast.walk(value))
    ]
    assert wrong == []
