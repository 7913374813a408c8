"""Readings on disk, as JSON below DATA_DIR: one directory for each paper version, written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.decisions.upkeep import KeptReading, readings_to_drop
from bot.model import Paper, Reading

FORMAT = 3
"""Increase it when cached readings can no longer be loaded, or would be better if they were made again."""

STALE_SECONDS = 86_400
"""After this time a workspace is taken to have been left by a process that was killed."""

_READING = TypeAdapter(Reading)
_VERSION = re.compile(r"v\d+$")


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """The reading as a JSON object."""
    value: dict[str, Any] = _READING.dump_python(reading, mode="json")
    return value


def reading_from_json(value: Mapping[str, Any]) -> Reading:
    """Return the reading of a JSON object. Raises `ValueError` for an invalid one."""
    return _READING.validate_python(dict(value))


def paper_to_json(paper: Paper) -> dict[str, Any]:
    """Those fields of a paper that reading its text needs, as a JSON object."""
    return {"id": paper.id, "version": paper.version, "title": paper.title, "authors": list(paper.authors)}


def paper_from_json(value: Mapping[str, Any]) -> Paper:
    """A paper with these fields only."""
    return Paper(value["id"], value["version"], value["title"], tuple(value["authors"]), "", ())


@dataclass(frozen=True, slots=True)
class CachedReading:
    """A reading, whether pictures were fetched for it, and the licence that was found when it was made."""

    reading: Reading
    pictures: bool
    license: str | None


class ReadingCache:
    """`DATA_DIR/readings/2406.14272v2/` and the like, with `reading.json` and the pictures of figures beside it."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "readings"

    def directory(self, paper: Paper) -> Path:
        """Where a paper version is cached; the slash of an old id becomes an underscore."""
        return self.root / self._name(paper.versioned_id)

    @staticmethod
    def _name(versioned_id: str) -> str:
        return "".join(char if char.isalnum() or char in ".-" else "_" for char in versioned_id).lstrip(".") or "_"

    def load(self, paper: Paper) -> CachedReading | None:
        """Return the cached reading of a version; None if there is none, or if it is damaged or lacks a picture."""
        file = self.directory(paper) / "reading.json"
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
            # Its time says when it was last used, by which `trim` chooses; a read-only disk cannot keep it.
            with suppress(OSError):
                os.utime(file)
            if value.get("format") != FORMAT:
                return None
            cached = CachedReading(reading_from_json(value["reading"]), bool(value["pictures"]), value["license"])
        # The file may be of an earlier version, cut off, or edited: whatever is wrong with it, it is made again.
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError):
            return None
        reading = cached.reading
        complete = all((self.data_dir / figure.file).is_file() for figure in reading.figures if figure.file)
        # Two ids may have the same directory: both "a/1" and "a_1" become "a_1".
        return cached if complete and (reading.paper_id, reading.version) == (paper.id, paper.version) else None

    def trim(self, needed: Collection[str], most_bytes: int, now: datetime) -> int:
        """Delete the longest unused readings until the others take no more than `most_bytes`; returns how many.

        `needed` are ids of papers whose readings stay. Raises `OSError`.
        """
        names = {self._name(paper_id) for paper_id in needed}
        dropped = readings_to_drop(self._kept(), names, most_bytes, now)
        for reading in dropped:
            # Moved away first: whoever loads it meanwhile finds it whole or not at all.
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=self.root))
            with suppress(FileNotFoundError):
                os.replace(self.root / reading.name, old / "previous")
            shutil.rmtree(old, ignore_errors=True)
        return len(dropped)

    def _kept(self) -> Iterator[KeptReading]:
        for directory in self.root.glob("[!.]*"):
            with suppress(FileNotFoundError, NotADirectoryError):  # another process replaced it meanwhile
                used = (directory / "reading.json").stat().st_mtime
                # A picture that the archive shows too takes no room of its own.
                sizes = [file.st_size for path in directory.iterdir() if (file := path.stat()).st_nlink == 1]
                paper_id = _VERSION.sub("", directory.name)
                yield KeptReading(directory.name, paper_id, sum(sizes), datetime.fromtimestamp(used, UTC))

    def workspace(self) -> Path:
        """A new empty directory on the same file system, to be stored by `store` or removed by the caller.

        Raises `OSError` if the disk takes none.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        for leftover in (*self.root.glob(".making-*"), *self.root.glob(".old-*")):
            with suppress(FileNotFoundError):  # another process removed it in between
                if leftover.stat().st_mtime < time.time() - STALE_SECONDS:
                    shutil.rmtree(leftover, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=".making-", dir=self.root))

    def figure_file(self, paper: Paper, name: str) -> str:
        """The path of a picture below DATA_DIR, as `Figure.file` has it."""
        return (self.directory(paper) / name).relative_to(self.data_dir).as_posix()

    def store(self, paper: Paper, cached: CachedReading, workspace: Path) -> None:
        """Write the reading into the workspace and move that to the version's place. Raises `OSError`."""
        target = self.directory(paper)
        value = {
            "format": FORMAT,
            "pictures": cached.pictures,
            "license": cached.license,
            "reading": reading_to_json(cached.reading),
        }
        (workspace / "reading.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        workspace.chmod(0o755)  # mkdtemp's 0o700 would keep the archive's web server, another user, from the pictures
        # A directory cannot be replaced by another in one step unless it is empty: the old one is moved away first.
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=self.root))
        with suppress(FileNotFoundError):
            os.replace(target, old / "previous")
        try:
            os.replace(workspace, target)
        except OSError:  # another process stored the same version in between; its reading is as good as this one
            shutil.rmtree(workspace, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
