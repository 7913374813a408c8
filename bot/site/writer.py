"""Writes the archive to disk: each file whole or not at all, and only if it changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.model import Card
from bot.render.cards import shown_figures
from bot.site.pages import render_archive


def write_archive(
    root: Path,
    *,
    days: Mapping[date, Sequence[Card]],
    topics: Mapping[str, Sequence[Card]],
    language: str = "en",
    site_url: str | None = None,
    data_dir: Path | None = None,
) -> list[Path]:
    """Write the archive below `root` and return what changed. Pages of days and topics not given stay as they are.

    Pictures of figures are linked or copied from below `data_dir`. Raises `OSError` if the disk takes nothing.
    """
    texts = render_archive(days, topics, language=language, site_url=site_url)
    changed = [path for name, text in texts.items() if _write(path := root / name, text.encode("utf-8"))]
    if data_dir is not None:
        cards = [card for cards in (*days.values(), *topics.values()) for card in cards]
        changed += _copy_figures(root / "figures", cards, data_dir)
    return changed


def _write(path: Path, content: bytes) -> bool:
    """Write a file unless it has this content already; returns whether it was written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file, then a rename: the site is served while it is written, and the disk may become full half way.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)  # mkstemp's 0o600 would keep a web server, another user, from reading it
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def _link_or_copy(source: Path, target: Path) -> None:
    """Give the file a second name, which takes no room and stays when the first one goes; copy it where none can be.

    A link is not possible to another disk, and on some file systems.
    """
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _copy_figures(target: Path, cards: Iterable[Card], data_dir: Path) -> list[Path]:
    """Link or copy the pictures that the pages show and that are not there yet; returns the new files."""
    copied = []
    for file in dict.fromkeys(figure.file for card in cards for figure in shown_figures(card) if figure.file):
        source, path = (data_dir / file).resolve(), target / file
        # Nothing from outside DATA_DIR becomes public, whatever path a record in the database has. A picture that was
        # copied never changes: its path contains the paper's version.
        if not source.is_relative_to(data_dir.resolve()) or not source.is_file() or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Copied under another name first: a half-written picture would never be copied again.
        partial = path.with_name(f".{path.name}.part")
        partial.unlink(missing_ok=True)
        _link_or_copy(source, partial)
        partial.replace(path)
        copied.append(path)
    return copied
