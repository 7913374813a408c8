"""Posts, Markdown files and pages on disk, with the figures that they show."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.decisions.digest_content import by_day
from bot.model import Card, Digest
from bot.render.cards import shown_figures
from bot.render.formats import render
from bot.site.pages import slug

Place = Callable[[str], str | None]
"""From a figure's file (a path below DATA_DIR) to its new address, None where it cannot be shown."""


def files_of(shown: Card | Digest) -> tuple[str, ...]:
    """The files of the figures that are shown, once each, in order."""
    cards = (shown,) if isinstance(shown, Card) else shown.cards
    return tuple(dict.fromkeys(figure.file for card in cards for figure in shown_figures(card) if figure.file))


def placed(shown: Card | Digest, place: Place) -> Card | Digest:
    """The same with every shown figure at its new address; one without an address is linked where it came from."""
    if isinstance(shown, Digest):
        return replace(shown, cards=tuple(_card(card, place) for card in shown.cards))
    return _card(shown, place)


def _card(card: Card, place: Place) -> Card:
    moved = {figure: replace(figure, file=place(figure.file or "")) for figure in shown_figures(card)}
    return replace(card, figures=tuple(moved.get(figure, figure) for figure in card.figures))


_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}


def written(shown: Card | Digest, form: str, language: str, output: Path, data_dir: Path | None) -> list[Path]:
    """Write `shown` as "hexo", "markdown" or "html"; the text files written. Raises OSError.

    A Hexo digest is a post for each day that has papers, in the folder `output`, with its pictures in a folder of the
    post's name (Hexo's asset folder); a Markdown file has them in one of its own name. A page holds its pictures.
    """
    if form == "hexo" and isinstance(shown, Digest):
        return [_file(post, form, language, output / file_name(post, ".md"), data_dir) for post in by_day(shown)]
    return [_file(shown, form, language, output, data_dir)]


def file_name(shown: Card | Digest, suffix: str) -> str:
    """The name of a card's or a digest's file in a folder; `suffix` is ".md" and the like."""
    if isinstance(shown, Card):
        return shown.paper.versioned_id.replace("/", "-") + suffix  # ids of before 2007 have a slash
    return f"{shown.window.last}-{slug(' '.join(shown.topics))}{suffix}"


def _file(shown: Card | Digest, form: str, language: str, path: Path, data_dir: Path | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    sources = {file: source for file in files_of(shown) if (source := _source(file, data_dir))}
    if form == "html":
        addresses = {file: _inline(source) for file, source in sources.items()}
    else:
        # The folder of the figures must not have the name of the file itself.
        folder = path.stem if path.suffix else f"{path.name}-figures"
        addresses = {file: _copied(source, file, path.parent, folder) for file, source in sources.items()}
    text = render(placed(shown, addresses.get), form, language=language)
    path.write_text(text, encoding="utf-8")
    return path


def _source(file: str, data_dir: Path | None) -> Path | None:
    """The picture on disk, None where there is none (or it is no picture of ours)."""
    if data_dir is None:
        return None
    source = (data_dir / file).resolve()
    fits = source.is_relative_to(data_dir.resolve()) and source.suffix.lower() in _TYPES
    return source if fits and source.is_file() else None


def _copied(source: Path, file: str, folder: Path, name: str) -> str:
    """Copy a picture to `folder/name/`; its address for a file in `folder`."""
    target = folder / name / "-".join(Path(file).parts[-2:])
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    return f"{name}/{target.name}"


def _inline(source: Path) -> str:
    data = base64.b64encode(source.read_bytes()).decode("ascii")
    return f"data:{_TYPES[source.suffix.lower()]};base64,{data}"
