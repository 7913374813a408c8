"""Cards and digests exported as files: posts for Hexo, Markdown files and HTML pages, with the figures they show."""

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

UrlOf = Callable[[str], str | None]
"""Maps a figure's file (a path below DATA_DIR) to its address in the export; None if it cannot be shown there."""
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}


def export(shown: Card | Digest, form: str, language: str, output: Path, data_dir: Path | None) -> list[Path]:
    """Write `shown` as "hexo", "markdown" or "html"; returns the text files written. Raises `OSError`.

    A Hexo digest is one post for each day that has papers, in the folder `output`, with its pictures in a folder of
    the post's name (Hexo's asset folder); a Markdown file has its pictures in a folder of its name too. An HTML page
    contains its pictures, so that it can be sent as one file.
    """
    if form == "hexo" and isinstance(shown, Digest):
        return [_export_file(post, form, language, output / file_name(post, ".md"), data_dir) for post in by_day(shown)]
    return [_export_file(shown, form, language, output, data_dir)]


def with_figure_urls(shown: Card | Digest, url_of: UrlOf) -> Card | Digest:
    """Replace the address of every shown figure; a figure without an address links to arXiv's original."""
    if isinstance(shown, Digest):
        return replace(shown, cards=tuple(_card_with_urls(card, url_of) for card in shown.cards))
    return _card_with_urls(shown, url_of)


def _card_with_urls(card: Card, url_of: UrlOf) -> Card:
    moved = {figure: replace(figure, file=url_of(figure.file or "")) for figure in shown_figures(card)}
    return replace(card, figures=tuple(moved.get(figure, figure) for figure in card.figures))


def _figure_files(shown: Card | Digest) -> tuple[str, ...]:
    """Return the files of the shown figures in order, without duplicates."""
    cards = (shown,) if isinstance(shown, Card) else shown.cards
    return tuple(dict.fromkeys(figure.file for card in cards for figure in shown_figures(card) if figure.file))


def file_name(shown: Card | Digest, suffix: str) -> str:
    """Return the name of a card's or a digest's file in a folder; `suffix` is ".md" or the like."""
    if isinstance(shown, Card):
        return shown.paper.versioned_id.replace("/", "-") + suffix  # ids of before 2007 have a slash
    return f"{shown.window.last}-{slug(' '.join(shown.topics) or 'liked')}{suffix}"


def _export_file(shown: Card | Digest, form: str, language: str, path: Path, data_dir: Path | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    sources = {file: source for file in _figure_files(shown) if (source := _source(file, data_dir))}
    if form == "html":
        urls = {file: _data_url(source) for file, source in sources.items()}
    else:
        # The folder of the figures must not have the name of the file itself.
        folder = path.stem if path.suffix else f"{path.name}-figures"
        urls = {file: _copy_beside(source, file, path.parent, folder) for file, source in sources.items()}
    text = render(with_figure_urls(shown, urls.get), form, language=language)
    path.write_text(text, encoding="utf-8")
    return path


def _source(file: str, data_dir: Path | None) -> Path | None:
    """Return the picture on disk; None if there is none, or if it is no picture below DATA_DIR."""
    if data_dir is None:
        return None
    # The path comes from the database; no other file of this machine may get into an export.
    source = (data_dir / file).resolve()
    allowed = source.is_relative_to(data_dir.resolve()) and source.suffix.lower() in _TYPES
    return source if allowed and source.is_file() else None


def _copy_beside(source: Path, file: str, folder: Path, name: str) -> str:
    """Copy a picture to `folder/name/`; returns its address for a file in `folder`."""
    # With the paper's directory: every paper has a "figure-1.png".
    target = folder / name / "-".join(Path(file).parts[-2:])
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    return f"{name}/{target.name}"


def _data_url(source: Path) -> str:
    data = base64.b64encode(source.read_bytes()).decode("ascii")
    return f"data:{_TYPES[source.suffix.lower()]};base64,{data}"
