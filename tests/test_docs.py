"""What the documents say of the tests is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def existing_tests() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield node.name


def test_every_test_that_the_table_of_faults_names_exists() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "FAULTS.md").read_text(encoding="utf-8"))
    assert len(named) > 80
    assert sorted(set(named) - set(existing_tests())) == []


def test_contributing_names_every_benchmark() -> None:
    named = set(re.findall(r"`(?:\S+ -m )?benchmarks\.(\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    there = {path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py")}
    there |= {path.parent.name for path in (ROOT / "benchmarks").glob("*/__main__.py")}
    assert named == there


def test_every_picture_is_shown() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "docs" / "images").iterdir() if f"docs/images/{path.name}" not in text] == []


def test_every_fault_has_a_test() -> None:
    lines = (ROOT / "docs" / "FAULTS.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|") and not line.startswith(("| fault", "| input", "|---"))]
    assert len(rows) > 40
    assert [row for row in rows if "`test_" not in row.rsplit("|", 2)[1]] == []
