"""The commands for operating an installation: checks, the database, exports, deliveries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.execution import load_settings, run_async
from bot.errors import TellUser
from bot.operator import arguments

commands = typer.Typer()


@commands.command()
def doctor() -> None:
    """Check settings, database, arXiv, models and tokens, and say what to do."""
    from bot.operator import doctor as examination

    settings = load_settings()
    if not run_async(lambda: examination.run(settings)):
        raise SystemExit(1)


@commands.command()
def status(
    by_category: Annotated[
        bool, typer.Option("--by-category", help="Count each listing's papers by their primary category.")
    ] = False,
) -> None:
    """Show what was announced, ingested, matched, summarized and delivered, and what waits and why."""
    from bot.operator import status

    settings = load_settings()
    status.show_status(run_async(lambda: status.status(settings, by_category=by_category)))


@commands.command()
def migrate(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="REVISION", help="The revision of an older version that you want to install."),
    ] = None,
) -> None:
    """Migrate the database to this version's schema (as every start does), or back to an older one."""
    from bot.operator import database

    settings = load_settings()
    typer.echo(run_async(lambda: database.migrate(settings, to)))


@commands.command()
def backup(path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")]) -> None:
    """Copy the whole SQLite database, also while the service runs."""
    from bot.operator import database

    settings = load_settings()
    typer.echo(run_async(lambda: database.backup(settings, path)))


@commands.command()
def restore(path: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `paperboy backup` made.")]) -> None:
    """Replace the SQLite database by a copy; the present one is kept beside it. Stop the service first."""
    from bot.operator import database

    settings = load_settings()
    typer.echo(run_async(lambda: database.restore(settings, path)))


@commands.command()
def export(
    chat: Annotated[str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="Only this chat.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write this file instead of printing.")
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="Write people's ids instead of numbers, for `paperboy import`.")
    ] = False,
    as_opml: Annotated[bool, typer.Option("--opml", help="Write the topics only, as OPML.")] = False,
) -> None:
    """Write what is stored about chats as JSON: settings, topics, votes, and what was learned from them."""
    import tempfile

    from bot.operator import export as exporting

    if people and as_opml:
        raise TellUser("--people and --opml contradict each other: OPML has topics only.")
    settings = load_settings()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        if as_opml:
            count = run_async(lambda: exporting.export_topics(settings, chat, file))
        else:
            count = run_async(lambda: exporting.export(settings, chat, file, has_ids=people))
        exporting.put(file, output)
    if output:
        typer.echo(f"Wrote {output} ({count} {'chat' if count == 1 else 'chats'}).", err=True)


@commands.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What `paperboy export` wrote, or OPML.")],
    chat: Annotated[
        str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="The chat that gets the topics of OPML.")
    ] = None,
) -> None:
    """Read chats with their settings, topics, votes and saved papers from a file; again and again changes nothing."""
    from bot.operator import importing

    settings = load_settings()
    for line in run_async(lambda: importing.import_file(settings, path, chat)):
        typer.echo(line)


@commands.command()
def tidy() -> None:
    """Delete old digests, matches, vectors and readings, as the service does daily, and shrink the SQLite database."""
    from bot.operator import upkeep

    settings = load_settings()
    typer.echo(run_async(lambda: upkeep.tidy(settings)))


@commands.command()
def replay(
    delivery: Annotated[
        list[int] | None,
        typer.Argument(
            parser=arguments.parse_delivery_id, metavar="NUMBER", help="Numbers of deliveries, as `status` shows them."
        ),
    ] = None,
    given_up: Annotated[bool, typer.Option("--given-up", help="All that were given up.")] = False,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="All whose outcome is unknown: they may arrive twice.")
    ] = False,
) -> None:
    """Send deliveries again that were given up or whose outcome is unknown."""
    from bot.operator import deliveries

    if delivery and (given_up or unknown):
        raise TellUser("Name deliveries either by number or with --given-up and --unknown, not both at once.")
    settings = load_settings()
    typer.echo(run_async(lambda: deliveries.replay(settings, delivery or [], given_up=given_up, unknown=unknown)))
