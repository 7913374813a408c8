"""Readings as JSON, and their directory below DATA_DIR: written whole or not at all, one for each paper version."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.model import Paper, Reading

FORMAT = 1
"""Counts up when a kept reading could no longer be read, or would now be read better."""

_READING = TypeAdapter(Reading)


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as a JSON object."""
    made: dict[str, Any] = _READING.dump_python(reading, mode="json")
    return made


def from_json(value: Mapping[str, Any]) -> Reading:
    """The reading of a JSON object. Raises `ValueError` where it is none."""
    return _READING.validate_python(dict(value))


def paper_to(paper: Paper) -> dict[str, Any]:
    """What reading needs of a paper, as a JSON object."""
    return {"id": paper.id, "version": paper.version, "title": paper.title, "authors": list(paper.authors)}


def paper_from(value: Mapping[str, Any]) -> Paper:
    return Paper(value["id"], value["version"], value["title"], tuple(value["authors"]), "", ())


class Shelf:
    """The kept readings: `DATA_DIR/readings/2406.14272v2/` with `reading.json` and the pictures beside it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "readings"

    def place(self, paper: Paper) -> Path:
        """The directory of a version; an old id's slash becomes an underscore."""
        name = "".join(c if c.isalnum() or c in ".-" else "_" for c in paper.versioned_id).lstrip(".")
        return self.root / (name or "_")

    def load(self, paper: Paper, *, pictures: bool) -> Reading | None:
        """The kept reading, None where there is none that can be used; `pictures` asks for one made with them."""
        try:
            kept = json.loads((self.place(paper) / "reading.json").read_text(encoding="utf-8"))
            if kept.get("format") != FORMAT or (pictures and not kept.get("pictures")):
                return None
            reading = from_json(kept["reading"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError):
            return None
        whole = all((self.data_dir / figure.file).is_file() for figure in reading.figures if figure.file)
        return reading if whole and reading.paper_id == paper.id and reading.version == paper.version else None

    def workspace(self) -> Path:
        """An empty directory on the same file system, to be kept by `keep` or removed by the caller."""
        self.root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".making-", dir=self.root))

    def file_name(self, paper: Paper, name: str) -> str:
        """The name of a picture as `Figure.file` has it: below DATA_DIR."""
        return (self.place(paper) / name).relative_to(self.data_dir).as_posix()

    def keep(self, paper: Paper, reading: Reading, workspace: Path, *, pictures: bool) -> None:
        """Put the workspace in the version's place, together with the reading."""
        target = self.place(paper)
        body = json.dumps({"format": FORMAT, "pictures": pictures, "reading": to_json(reading)}, ensure_ascii=False)
        (workspace / "reading.json").write_text(body, encoding="utf-8")
        workspace.chmod(0o755)
        old = None
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=self.root))
            os.replace(target, old / "was")
        try:
            os.replace(workspace, target)
        except OSError:  # another process kept the same version in between: theirs is as good
            shutil.rmtree(workspace, ignore_errors=True)
        if old:
            shutil.rmtree(old, ignore_errors=True)
