"""The documents agree with the code: the files, tests and benchmarks that they name exist, and pictures are current."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import DeliveryState
from handlers.commands import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FOLDERS = "bot|handlers|prompts|tests|docs|benchmarks|deploy"

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def existing_tests() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield node.name


def exists(path: str) -> bool:
    """Whether a path that a document names is there. A file still to be written has a placeholder in capitals in its
    name (`bot/render/NAME.py`): then its folder must exist. A `*` stands for any one name."""
    known = re.split(r"[^/]*[A-Z]{2}", path, maxsplit=1)[0] if not path.endswith(".md") else path
    return any(ROOT.glob(known.rstrip("/")))


@documents
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(rf"`((?:{FOLDERS}|\.ci)/[^`\s:]*)`", read(document))
    assert [path for path in named if not exists(path)] == []


@documents
def test_every_module_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"`((?:bot|handlers|prompts)(?:\.[a-z_]+)+)(?:\.[A-Z]\w*)?`", read(document))
    missing = [name for name in named if not any(ROOT.glob(f"{name.replace('.', '/')}*"))]
    assert missing == []


def test_every_module_of_the_summaries_is_listed_in_their_package() -> None:
    listed = set(re.findall(r"[a-z_]+", ast.get_docstring(ast.parse(read(ROOT / "bot/summaries/__init__.py"))) or ""))
    assert {path.stem for path in (ROOT / "bot/summaries").glob("[a-z]*.py")} - listed == set()


@documents
def test_every_test_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"`(test_\w+)`", read(document))
    assert sorted(set(named) - set(existing_tests())) == []


@documents
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    linked = re.findall(r"(?:\]\(|src=\")(?!https?:|#)([^)#\"]+)", read(document))
    assert [path for path in linked if not (document.parent / path).exists()] == []


def test_contributing_names_every_benchmark() -> None:
    named = set(re.findall(r"`(?:\S+ -m )?benchmarks\.(\w+)`", read(ROOT / "CONTRIBUTING.md")))
    there = {path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py")}
    there |= {path.parent.name for path in (ROOT / "benchmarks").glob("*/__main__.py")}
    assert named == there


def test_the_readme_names_every_command_of_the_chats() -> None:
    section = read(ROOT / "README.md").split("## Use it in a chat")[1].split("### ")[0]
    named = set(re.findall(r"`/([a-z]+)", "".join(line for line in section.splitlines() if line.startswith("|"))))
    assert named == {command.name for command in COMMANDS}


def test_every_picture_is_shown() -> None:
    text = "".join(map(read, DOCUMENTS))
    assert [path.name for path in (ROOT / "docs" / "images").iterdir() if f"images/{path.name}" not in text] == []


def test_the_picture_of_the_architecture_shows_the_code() -> None:
    drawn = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_architecture.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (drawn.returncode, drawn.stderr) == (0, "")


def test_the_architecture_page_names_every_delivery_state() -> None:
    section = read(ROOT / "docs" / "ARCHITECTURE.md").split("<!-- Delivery states")[1].split("<!-- End")[0]
    named = re.findall(r"(?m)^\| `([a-z ]+)` \|", section)
    assert named == [str(state) for state in DeliveryState]


def test_every_fault_has_a_test() -> None:
    lines = read(ROOT / "docs" / "FAULTS.md").splitlines()
    rows = [line for line in lines if line.startswith("|") and not line.startswith(("| fault", "| input", "|---"))]
    assert len(rows) > 40
    assert [row for row in rows if "`test_" not in row.rsplit("|", 2)[1]] == []
