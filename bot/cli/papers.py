"""The commands that show papers: one paper, and the digest of a subscriber."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.execution import load_settings, run_async
from bot.cli.options import About, Day, DepthOption, DigestOutput, Format, Lang, OptionalTopic, PaperOutput
from bot.errors import TellUser
from bot.model import Depth, Style
from bot.operator import arguments

if TYPE_CHECKING:
    from bot.model import Card, Digest
    from bot.operator.output import Output

commands = typer.Typer()


@commands.command()
def summarize(
    link: Annotated[str, typer.Argument(metavar="LINK", help="An arXiv id, link or DOI.")],
    lang: Lang = None,
    depth: DepthOption = Depth.BRIEF,
    format: Format = "text",
    output: PaperOutput = None,
) -> None:
    """Summarize one paper now."""
    from bot.operator import papers
    from bot.operator.output import parse_output

    settings = load_settings()
    language, form = arguments.parse_language(lang, settings), arguments.parse_format(format)
    to = parse_output(output, form, of_digest=False)  # before the paper is read, which may take minutes
    card = run_async(lambda: papers.summarize(settings, link, language, depth))
    _write(card, form, language, to, settings.data_dir)


@commands.command(context_settings={"allow_extra_args": True})
def digest(
    context: typer.Context,
    query: OptionalTopic = None,
    about: About = None,
    liked: Annotated[
        Path | None,
        typer.Option(
            "--liked",
            metavar="FILE",
            help="Papers that the subscriber likes: arXiv ids or links, one a line, or BibTeX or RIS.",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            parser=arguments.parse_size,
            metavar="N",
            help=f"How many papers as cards; {arguments.DEFAULT_SIZE} if left out.",
        ),
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Every paper as a card.")] = False,
    day: Day = None,
    days: Annotated[
        int,
        typer.Option(
            parser=arguments.parse_days, metavar=f"1-{arguments.MAX_DAYS}", help="How many listing days up to --date."
        ),
    ] = 1,
    lang: Lang = None,
    depth: DepthOption = Depth.BRIEF,
    format: Format = "text",
    style: Annotated[
        Style | None,
        typer.Option(
            "--style",
            parser=arguments.parse_style,
            metavar="list|cards|titles",
            help="How much of each paper; list for telegram and discord, else cards.",
        ),
    ] = None,
    output: DigestOutput = None,
) -> None:
    """Show what a subscriber of QUERY, with this interest and these likes, would get, best first."""
    from bot.operator import papers
    from bot.operator.likes import read_path
    from bot.operator.output import parse_output

    arguments.check_one_topic([*([query] if query is not None else []), *context.args])
    if size is not None and show_all:
        raise TellUser("--size and --all contradict each other; leave out one of them.")
    wanted = papers.Wanted(
        papers.topic_of(query, about, is_needed=liked is None),
        read_path(liked) if liked is not None else None,
        None if show_all else size or arguments.DEFAULT_SIZE,
    )
    settings = load_settings()
    language, form = arguments.parse_language(lang, settings), arguments.parse_format(format)
    upto = arguments.parse_day(day)
    to = parse_output(output, form, of_digest=True)
    result = run_async(lambda: papers.digest(settings, wanted, upto, days, language, depth))
    # Without the option, as a new chat gets it; elsewhere there are no buttons that would open a card.
    chosen = style or (Style.LIST if form in ("telegram", "discord") else Style.CARDS)
    _write(result, form, language, to, settings.data_dir, chosen)


# On standard error, so that only the result itself is on standard output.
def _write(
    shown: Card | Digest,
    form: str,
    language: str,
    output: Output | None,
    data_dir: Path,
    style: Style = Style.CARDS,
) -> None:
    from bot.operator.output import write

    written = write(shown, form, language, output, data_dir, style=style)
    if written:
        typer.echo(f"Wrote {', '.join(str(path) for path in written)}", err=True)
