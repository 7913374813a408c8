"""Prints a card or a digest, or writes it to a file or into a folder, for the commands with `-o`."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import TellUser
from bot.model import Card, Digest, Style
from bot.render.formats import FORMATS, Payloads, render
from bot.render.terminal import MAX_WIDTH
from bot.site.exports import export, file_name, with_figure_urls

_WITH_FIGURES = ("hexo", "markdown", "html")


@dataclass(frozen=True, slots=True)
class Output:
    """Where `-o` writes: the file `path`, or into the folder `path` under a name made from the content."""

    path: Path
    is_folder: bool


def parse_output(text: str | None, form: str, *, of_digest: bool) -> Output | None:
    """Return what the path given with `-o` means for this format; None if none was given.

    An existing folder and a path that ends in "/" are folders. For Hexo, which reads only files that end in .md, so is
    any other name, and for a digest every name, because it is a post for each day.

    Raises `TellUser` if the path cannot be written: that must not be found out after minutes of reading.
    """
    if text is None:
        return None
    if not text.strip():
        raise TellUser("-o names no file; name a file or a folder.")
    path, separators = Path(text), tuple(filter(None, (os.sep, os.altsep)))
    is_folder = text.endswith(separators) or os.path.isdir(path)  # `Path.is_dir` raises for a name that is too long
    if form == "hexo":
        is_folder = is_folder or of_digest or path.suffix != ".md"
    _check_writable(path, is_folder=is_folder)
    return Output(path, is_folder)


def _check_writable(path: Path, *, is_folder: bool) -> None:
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()  # raises for a name that is too long
        if is_folder and path.exists() and not path.is_dir():
            raise TellUser(f"{path} is not a folder; choose another.")
        # Missing folders are made later, so the nearest folder that exists decides.
        nearest = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
        if nearest != path and not nearest.is_dir():
            raise TellUser(f"{path} cannot be written ({nearest} is not a folder); choose another.")
        if not os.access(nearest, os.W_OK):
            raise TellUser(f"{path} cannot be written (no permission to write to {nearest}); choose another.")
    except OSError as error:
        raise TellUser(f"{path} cannot be written ({error.strerror}); choose another.") from None


def write(
    shown: Card | Digest,
    form: str,
    language: str,
    output: Output | None,
    data_dir: Path | None = None,
    *,
    style: Style = Style.CARDS,
) -> list[Path]:
    """Print a card or digest in this format, or write it to `output`; returns the files written.

    Figures are taken from below `data_dir`: copied beside a post or a Markdown file, embedded in an HTML page. What is
    printed links them where they came from. Raises `TellUser` if a file cannot be written.
    """
    if output is None:
        sys.stdout.write(_printed(shown, form, language, style))
        return []
    path = output.path
    # A digest is a post for each day, which the export names itself.
    is_many_posts = form == "hexo" and isinstance(shown, Digest)
    if output.is_folder and not is_many_posts:
        path /= file_name(shown, FORMATS[form])
    try:
        if form in _WITH_FIGURES:
            return export(shown, form, language, path, data_dir)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_rendered(shown, form, language, style, is_terminal=False), encoding="utf-8")
    except OSError as error:
        raise TellUser(f"{error.filename or path} cannot be written ({error.strerror}); choose another.") from None
    return [path]


def _printed(shown: Card | Digest, form: str, language: str, style: Style) -> str:
    # Printed text has no file beside it to which a link could lead.
    if form in _WITH_FIGURES:
        shown = with_figure_urls(shown, lambda _file: None)
    return _rendered(shown, form, language, style, is_terminal=sys.stdout.isatty())


def _rendered(shown: Card | Digest, form: str, language: str, style: Style, *, is_terminal: bool) -> str:
    width = min(MAX_WIDTH, shutil.get_terminal_size().columns)
    return render(
        shown, form, language=language, style=style, width=width, colour=is_terminal, payloads=_payloads(form)
    )


def _payloads(form: str) -> Payloads | None:
    """Return the function that makes a platform's messages, for `--format telegram` and `--format discord`."""
    if form == "telegram":
        from handlers.telegram.cards import payloads as telegram

        return telegram
    if form == "discord":
        from handlers.discord.cards import payloads as discord

        return discord
    return None
