"""Readings as JSON, and their directory below DATA_DIR: written whole or not at all, one for each paper version."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.model import Paper, Reading

FORMAT = 2
"""Counts up when a kept reading could no longer be read, or would now be read better."""

STALE_SECONDS = 86_400

_READING = TypeAdapter(Reading)


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The reading as a JSON object."""
    made: dict[str, Any] = _READING.dump_python(reading, mode="json")
    return made


def reading_from_json(value: Mapping[str, Any]) -> Reading:
    """The reading of a JSON object. Raises `ValueError` where it is none."""
    return _READING.validate_python(dict(value))


def paper_to_json(paper: Paper) -> dict[str, Any]:
    """What reading needs of a paper, as a JSON object."""
    return {"id": paper.id, "version": paper.version, "title": paper.title, "authors": list(paper.authors)}


def paper_from_json(value: Mapping[str, Any]) -> Paper:
    return Paper(value["id"], value["version"], value["title"], tuple(value["authors"]), "", ())


@dataclass(frozen=True, slots=True)
class CachedReading:
    """A kept reading, whether pictures were fetched for it, and the licence that was found when it was made."""

    reading: Reading
    pictures: bool
    license: str | None


class ReadingCache:
    """The kept readings: `DATA_DIR/readings/2406.14272v2/` with `reading.json` and the pictures beside it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "readings"

    def place(self, paper: Paper) -> Path:
        """The directory of a version; an old id's slash becomes an underscore."""
        name = "".join(c if c.isalnum() or c in ".-" else "_" for c in paper.versioned_id).lstrip(".")
        return self.root / (name or "_")

    def load(self, paper: Paper) -> CachedReading | None:
        """What is kept of a version, None where there is nothing that can be used; its pictures all exist."""
        try:
            kept = json.loads((self.place(paper) / "reading.json").read_text(encoding="utf-8"))
            if kept.get("format") != FORMAT:
                return None
            found = CachedReading(reading_from_json(kept["reading"]), bool(kept["pictures"]), kept["license"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError):
            return None
        reading = found.reading
        whole = all((self.data_dir / figure.file).is_file() for figure in reading.figures if figure.file)
        return found if whole and reading.paper_id == paper.id and reading.version == paper.version else None

    def workspace(self) -> Path:
        """An empty directory on the same file system, to be kept by `keep` or removed by the caller."""
        self.root.mkdir(parents=True, exist_ok=True)
        for left in (*self.root.glob(".making-*"), *self.root.glob(".old-*")):
            if left.stat().st_mtime < time.time() - STALE_SECONDS:  # a process was killed over it
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=".making-", dir=self.root))

    def file_name(self, paper: Paper, name: str) -> str:
        """The name of a picture as `Figure.file` has it: below DATA_DIR."""
        return (self.place(paper) / name).relative_to(self.data_dir).as_posix()

    def keep(self, paper: Paper, kept: CachedReading, workspace: Path) -> None:
        """Put the workspace in the version's place, together with the reading."""
        target = self.place(paper)
        about = {"format": FORMAT, "pictures": kept.pictures, "license": kept.license}
        body = json.dumps(about | {"reading": reading_to_json(kept.reading)}, ensure_ascii=False)
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
