"""The commands of `paperboy`: only parsing and printing. Heavy modules are imported when a command needs them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.errors import PaperboyError, TellUser
from bot.model import Depth
from bot.operator import arguments
from bot.render.formats import FORMATS

if TYPE_CHECKING:
    from bot.model import Card, Digest
    from bot.operator.output import Output
    from bot.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Paperboy delivers new arXiv papers to Telegram and Discord chats, summarized and true to the source.",
)

Day = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The listing day; by default the latest.")
]
Lang = Annotated[str | None, typer.Option("--lang", metavar="LANGUAGE", help="Of summaries, like es or Spanish.")]


DepthOption = Annotated[
    Depth,
    typer.Option(
        "--depth",
        parser=arguments.parse_depth,
        metavar="brief|deep",
        help="brief: from the abstract; deep: from the whole paper.",
    ),
]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="One of: " + ", ".join(FORMATS) + ".")]
_OUTPUT_HELP = (
    "Write this file instead of printing. A folder (an existing one, or a path ending in /) gets a file named"
)
PaperOutput = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help=f"{_OUTPUT_HELP} after the paper; with --format hexo, so does any path that does not end in .md.",
    ),
]
DigestOutput = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help=f"{_OUTPUT_HELP} after day and topic; with --format hexo, always a folder, with a post for each day.",
    ),
]
ChatOption = Annotated[str, typer.Option("--chat", metavar="PLATFORM:ID", help="E.g. telegram:12345 or discord:678.")]


OptionalTopic = Annotated[
    str | None,
    typer.Argument(metavar="QUERY", help="A topic in quotes, e.g. cs.CV or '\"talking head\" AND cat:cs.CV'."),
]
About = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar="TEXT",
        help="What the papers should be about, in plain words and any language; “not …” pushes away.",
    ),
]
_TOPIC_COMMAND = {"allow_extra_args": True, "ignore_unknown_options": True}
"""For commands with a topic, which may begin with "-" like an option: `check_one_topic` refuses what is too much."""


def main() -> None:
    """Run a command. An error becomes one sentence on standard error and an exit status: 1 failed, 2 wrong usage."""
    try:
        app()
    except TellUser as error:
        _fail(str(error), 2)
    except PaperboyError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("Stopped.", 130)
    except BrokenPipeError:  # the reader of the output, such as `head`, has ended
        # Python would report the closed pipe once more while it exits.
        sys.stderr.close()
        raise SystemExit(0) from None
    except Exception as error:  # an error in Paperboy: the traceback is shown only if it is asked for
        if os.environ.get("LOG_LEVEL", "").lower() == "debug":
            raise
        from bot.service.logs import redact

        # The message may quote an address with a token or password in it.
        summary = f"{type(error).__name__}: {error}".splitlines()[0]
        _fail(f"This is an error in Paperboy ({redact(summary)}); LOG_LEVEL=debug shows where. Please report it.", 1)


def _fail(sentence: str, status: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(status)


def _settings(*, quiet: bool = True) -> Settings:
    """Load the settings and set up logging; with `quiet`, for one-shot commands, only errors are logged by default."""
    from bot import settings
    from bot.service import logs

    loaded = settings.load()
    if quiet and loaded.log_level == "info":
        logs.configure(loaded.model_copy(update={"log_level": "error"}))
    else:
        logs.configure(loaded)
    return loaded


def _run(work: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work()

    return asyncio.run(run())


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        typer.echo(f"paperboy {metadata.version('paperboy')}")
        raise typer.Exit


@app.callback()
def _global_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None: ...


@app.command()
def demo() -> None:
    """Run the whole pipeline on a bundled sample: no network, no token, no key."""
    from bot.operator import demo as demonstration

    _run(lambda: demonstration.run(_settings()))


@app.command()
def run() -> None:
    """Run the service: it polls, summarizes, delivers, and answers commands on every platform that has a token."""
    from bot.service import running

    settings = _settings(quiet=False)
    _run(lambda: running.serve(settings))


@app.command()
def worker(
    queues: Annotated[
        str | None,
        typer.Option("--queues", metavar="NAMES", help="Only these of read,summarize,compose,learn; by default all."),
    ] = None,
) -> None:
    """Read, summarize and compose what a service hands over, on this or another machine (WORKERS=procrastinate)."""
    from bot.service import worker

    settings, names = _settings(quiet=False), worker.parse_queues(queues)
    _run(lambda: worker.work(settings, names))


@app.command()
def once(day: Day = None) -> None:
    """Run every step once, then exit. With --date, every chat gets its digest up to that day now."""
    from bot.operator.console import say
    from bot.service import one_pass

    settings, upto = _settings(), arguments.parse_day(day)
    done = _run(lambda: one_pass.once(settings, upto, say=say))
    typer.echo(done.sentence())
    if done.failures:
        _fail("\n".join(f"arXiv: {failure}" for failure in done.failures), 1)


@app.command()
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

    settings = _settings()
    language, form = arguments.parse_language(lang, settings), arguments.parse_format(format)
    to = parse_output(output, form, of_digest=False)  # before the paper is read, which may take minutes
    card = _run(lambda: papers.summarize(settings, link, language, depth))
    _write(card, form, language, to, settings.data_dir)


@app.command(context_settings={"allow_extra_args": True})
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
    settings = _settings()
    language, form = arguments.parse_language(lang, settings), arguments.parse_format(format)
    upto = arguments.parse_day(day)
    to = parse_output(output, form, of_digest=True)
    result = _run(lambda: papers.digest(settings, wanted, upto, days, language, depth))
    _write(result, form, language, to, settings.data_dir)


# On standard error, so that only the result itself is on standard output.
def _write(shown: Card | Digest, form: str, language: str, output: Output | None, data_dir: Path) -> None:
    from bot.operator.output import write

    written = write(shown, form, language, output, data_dir)
    if written:
        typer.echo(f"Wrote {', '.join(str(path) for path in written)}", err=True)


@app.command(context_settings=_TOPIC_COMMAND)
def subscribe(
    context: typer.Context,
    chat: ChatOption,
    query: OptionalTopic = None,
    about: About = None,
) -> None:
    """Let a chat follow a topic, an interest, or a topic whose papers an interest orders."""
    from bot.operator import chats

    arguments.check_one_topic([*([query] if query is not None else []), *context.args])
    topic, settings = arguments.join_topic(query, about), _settings()
    sentence, tested = _run(lambda: chats.subscribe(settings, chat, topic))
    typer.echo(sentence)
    if tested:  # for people: scripts read standard output
        typer.echo(f"\n{tested}", err=True)


@app.command(context_settings=_TOPIC_COMMAND)
def unsubscribe(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help="The topic in quotes, as subscribed; or its number in `subscriptions`."),
    ],
    chat: ChatOption,
) -> None:
    """Let a chat stop following a topic."""
    from bot.operator import chats

    arguments.check_one_topic([query, *context.args])
    settings = _settings()
    typer.echo(_run(lambda: chats.unsubscribe(settings, chat, query)))


@app.command()
def like(
    papers: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|IDS|zotero|'au:\"NAME\"'",
            help="A file with ids or links, BibTeX or RIS; ids or links; the word zotero; or an author.",
        ),
    ],
    chat: ChatOption,
    remove: Annotated[bool, typer.Option("--remove", help="Take back what the chat has liked so.")] = False,
) -> None:
    """Tell what a chat likes: its next digests bring similar papers first."""
    from bot.operator import likes

    settings = _settings()
    _run(lambda: likes.like(settings, chat, papers, remove=remove))


@app.command()
def chats() -> None:
    """List the chats with their settings."""
    from bot.operator import chats

    settings = _settings()
    chats.show_chats(_run(lambda: chats.chats(settings)))


@app.command()
def subscriptions(
    chat: Annotated[str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="Only this chat's.")] = None,
) -> None:
    """List which chat follows which topic."""
    from bot.operator import chats

    settings = _settings()
    chats.show_subscriptions(_run(lambda: chats.subscriptions(settings, chat)), chat)


@app.command()
def doctor() -> None:
    """Check settings, database, arXiv, models and tokens, and say what to do."""
    from bot.operator import doctor as examination

    settings = _settings()
    if not _run(lambda: examination.run(settings)):
        raise SystemExit(1)


@app.command()
def status(
    by_category: Annotated[
        bool, typer.Option("--by-category", help="Count each listing's papers by their primary category.")
    ] = False,
) -> None:
    """Show what was announced, ingested, matched, summarized and delivered, and what waits and why."""
    from bot.operator import status

    settings = _settings()
    status.show_status(_run(lambda: status.status(settings, by_category=by_category)))


@app.command()
def migrate(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="REVISION", help="The revision of an older version that you want to install."),
    ] = None,
) -> None:
    """Migrate the database to this version's schema (as every start does), or back to an older one."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.migrate(settings, to)))


@app.command()
def backup(path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")]) -> None:
    """Copy the whole SQLite database, also while the service runs."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.backup(settings, path)))


@app.command()
def restore(path: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `paperboy backup` made.")]) -> None:
    """Replace the SQLite database by a copy; the present one is kept beside it. Stop the service first."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.restore(settings, path)))


@app.command()
def export(
    chat: Annotated[str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="Only this chat.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write this file instead of printing.")
    ] = None,
) -> None:
    """Write what is stored about chats as JSON: settings, topics, votes, and what was learned from them."""
    import tempfile

    from bot.operator import export as exporting

    settings = _settings()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        count = _run(lambda: exporting.export(settings, chat, file))
        exporting.put(file, output)
    if output:
        typer.echo(f"Wrote {output} ({count} {'chat' if count == 1 else 'chats'}).", err=True)


@app.command()
def tidy() -> None:
    """Delete old digests, matches and readings now, as the service does once a day, and shrink the SQLite database."""
    from bot.operator import upkeep

    settings = _settings()
    typer.echo(_run(lambda: upkeep.tidy(settings)))


@app.command()
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
    settings = _settings()
    typer.echo(_run(lambda: deliveries.replay(settings, delivery or [], given_up=given_up, unknown=unknown)))
