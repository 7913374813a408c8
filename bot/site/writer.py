"""The archive on disk: each file written whole or not at all, and only where it changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.model import Card
from bot.render.cards import shown_figures
from bot.site.pages import pages


def build(
    root: Path,
    *,
    days: Mapping[date, Sequence[Card]],
    topics: Mapping[str, Sequence[Card]],
    language: str = "en",
    site_url: str | None = None,
    data_dir: Path | None = None,
) -> list[Path]:
    """Write the archive below `root` and return what changed. Pages of days and topics not given are left alone.

    Figures are copied from below `data_dir`. Raises `OSError` where the disk does not take it.
    """
    made = pages(days, topics, language=language, site_url=site_url)
    changed = [path for name, text in made.items() if _write(path := root / name, text.encode("utf-8"))]
    if data_dir is not None:
        cards = [card for cards in (*days.values(), *topics.values()) for card in cards]
        changed += _copy_figures(root / "figures", cards, data_dir)
    return changed


def _write(path: Path, content: bytes) -> bool:
    """Whether the file had to be written."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def _copy_figures(target: Path, cards: Iterable[Card], data_dir: Path) -> list[Path]:
    copied = []
    for file in dict.fromkeys(figure.file for card in cards for figure in shown_figures(card) if figure.file):
        source, path = (data_dir / file).resolve(), target / file
        if not source.is_relative_to(data_dir.resolve()) or not source.is_file() or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        shutil.copyfile(source, partial)
        partial.replace(path)
        copied.append(path)
    return copied
