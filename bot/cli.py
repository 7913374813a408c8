"""The commands of `paperboy`. Only parsing and printing; everything heavy is imported when a command runs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from bot.errors import PaperboyError, TellUser
from bot.model import Depth
from bot.render.formats import FORMATS

if TYPE_CHECKING:
    from bot.model import Card, Digest
    from bot.operator.output import Output
    from bot.settings import Settings

T = TypeVar("T")

MAX_DAYS = 60

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Paperboy delivers new arXiv papers to Telegram and Discord chats, summarized and true to the source.",
)

Day = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The listing day; the latest if left out.")
]
Lang = Annotated[str | None, typer.Option("--lang", help="The language of summaries, e.g. en, zh, es.")]


def _depth(text: str) -> Depth:
    if text not in tuple(Depth):
        raise TellUser(f"“{text}” is no depth; write brief (from the abstract) or deep (from the whole paper).")
    return Depth(text)


def _days(given: str | int) -> int:
    text = str(given)  # the default is a number already
    if not (text.isdecimal() and 1 <= int(text) <= MAX_DAYS):
        raise TellUser(f"“{text}” is no number of days; write one from 1 to {MAX_DAYS}.")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:  # as many digits as a database's number has at least
        raise TellUser(f"“{text}” is no number of a delivery; `paperboy status` shows them.")
    return int(text)


DepthOption = Annotated[
    Depth,
    typer.Option(
        "--depth", parser=_depth, metavar="brief|deep", help="brief: from the abstract; deep: from the whole paper."
    ),
]
Format = Annotated[str, typer.Option("--format", help="One of: " + ", ".join(FORMATS) + ".")]
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


def main() -> None:
    """Run a command; what goes wrong becomes one plain sentence and an exit status (1 failed, 2 wrong usage)."""
    try:
        app()
    except TellUser as error:
        _fail(str(error), 2)
    except PaperboyError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("Stopped.", 130)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except Exception as error:  # a mistake of ours: the sentence goes to the user, the traceback to whoever asks for it
        if os.environ.get("LOG_LEVEL", "").lower() == "debug":
            raise
        from bot.service.logs import redact

        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _fail(f"Paperboy itself made a mistake ({redact(what)}); LOG_LEVEL=debug shows where, please report it.", 1)


def _fail(sentence: str, status: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(status)


def _settings(*, quiet: bool = True) -> Settings:
    """The settings; logging is set up as they say, for one-shot commands with warnings only."""
    from bot import settings
    from bot.service import logs

    loaded = settings.load()
    if quiet and loaded.log_level == "info":
        logs.configure(loaded.model_copy(update={"log_level": "error"}))
    else:
        logs.configure(loaded)
    return loaded


def _run(work: Callable[[], Awaitable[T]]) -> T:
    async def whole() -> T:
        return await work()

    return asyncio.run(whole())


def _day(text: str | None) -> date | None:
    """A listing day that a person wrote. Raises `TellUser` for what is no day, or one that has not come."""
    if text is None:
        return None
    from bot.arxiv import calendar
    from bot.decisions.ledger import ARXIV_BEGAN
    from bot.service.clock import SystemClock

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise TellUser(f"“{text}” is no day; write it as YYYY-MM-DD, like 2026-06-02.") from None
    now = SystemClock().now()
    if day > calendar.listing_day(now):
        raise TellUser(f"The listing of {day} is not out yet; the latest is that of {calendar.listing_day(now)}.")
    if day < ARXIV_BEGAN:
        raise TellUser(f"arXiv did not exist on {day}; it began on 14 August 1991.")
    return day


def _format(name: str) -> str:
    if name not in FORMATS:
        raise TellUser(f"“{name}” is no format; choose one of {', '.join(FORMATS)}.")
    return name


def _language(given: str | None, settings: Settings) -> str:
    if given is None:
        return settings.language
    from bot.conversation.languages import language_code

    code = language_code(given)
    if code is None:
        raise TellUser(f"“{given}” is no language that Paperboy knows; write its code or name, like es or Spanish.")
    return code


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        typer.echo(f"paperboy {metadata.version('paperboy')}")
        raise typer.Exit


@app.callback()
def _paperboy(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None: ...


@app.command()
def demo() -> None:
    """The whole job on a bundled sample: no network, no token, no key."""
    from bot.operator import demo as demonstration

    _run(lambda: demonstration.run(_settings()))


@app.command()
def run() -> None:
    """The service: polls, summarizes, delivers, answers commands on every platform that has a token."""
    from bot.service import running

    settings = _settings(quiet=False)
    _run(lambda: running.serve(settings))


@app.command()
def once(day: Day = None) -> None:
    """One pass of every step, then exit. With --date, every chat's digest up to that day goes out now."""
    from bot.service import one_pass

    settings, upto = _settings(), _day(day)
    done = _run(lambda: one_pass.once(settings, upto))
    typer.echo(done.sentence())
    if done.failures:
        _fail("\n".join(f"arXiv: {failure}" for failure in done.failures), 1)


@app.command()
def summarize(
    link: Annotated[str, typer.Argument(help="An arXiv id, link or DOI.")],
    lang: Lang = None,
    depth: DepthOption = Depth.BRIEF,
    format: Format = "text",
    output: PaperOutput = None,
) -> None:
    """One paper, read now."""
    from bot.operator import papers
    from bot.operator.output import parse_output

    settings = _settings()
    language, form = _language(lang, settings), _format(format)
    to = parse_output(output, form, of_digest=False)
    card = _run(lambda: papers.summarize(settings, link, language, depth))
    _write(card, form, language, to, settings.data_dir)


@app.command()
def digest(
    query: Annotated[str, typer.Argument(help="A topic, e.g. 'cat:cs.CV AND \"talking head\"'.")],
    day: Day = None,
    days: Annotated[
        int,
        typer.Option(parser=_days, metavar=f"1-{MAX_DAYS}", help="How many listing days, up to --date."),
    ] = 1,
    lang: Lang = None,
    depth: DepthOption = Depth.BRIEF,
    format: Format = "text",
    output: DigestOutput = None,
) -> None:
    """What a subscriber of QUERY would get, nothing cut off."""
    from bot.operator import papers
    from bot.operator.output import parse_output

    settings = _settings()
    language, form, upto = _language(lang, settings), _format(format), _day(day)
    to = parse_output(output, form, of_digest=True)
    found = _run(lambda: papers.digest(settings, query, upto, days, language, depth))
    _write(found, form, language, to, settings.data_dir)


def _write(shown: Card | Digest, form: str, language: str, output: Output | None, data_dir: Path) -> None:
    from bot.operator.output import write

    written = write(shown, form, language, output, data_dir)
    if written:
        typer.echo(f"Wrote {', '.join(str(path) for path in written)}", err=True)


@app.command()
def subscribe(
    query: Annotated[str, typer.Argument(help="A topic, e.g. cs.CV or '\"talking head\" AND cat:cs.CV'.")],
    chat: ChatOption,
) -> None:
    """Let a chat follow a topic."""
    from bot.operator import chats

    settings = _settings()
    typer.echo(_run(lambda: chats.subscribe(settings, chat, query)))


@app.command()
def unsubscribe(
    query: Annotated[str, typer.Argument(help="The topic, as subscribed or by its number in `subscriptions`.")],
    chat: ChatOption,
) -> None:
    """Let a chat follow a topic no more."""
    from bot.operator import chats

    settings = _settings()
    typer.echo(_run(lambda: chats.unsubscribe(settings, chat, query)))


@app.command()
def chats() -> None:
    """The chats, with their settings."""
    from bot.operator import chats

    settings = _settings()
    chats.show_chats(_run(lambda: chats.chats(settings)))


@app.command()
def subscriptions(
    chat: Annotated[str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="Only this chat's.")] = None,
) -> None:
    """Which chat follows what."""
    from bot.operator import chats

    settings = _settings()
    chats.show_subscriptions(_run(lambda: chats.subscriptions(settings, chat)), chat)


@app.command()
def doctor() -> None:
    """Checks settings, database, arXiv, models and tokens, and says what to do."""
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
    """What was announced, ingested, matched, summarized, delivered; what waits and why."""
    from bot.operator import status

    settings = _settings()
    status.show_status(_run(lambda: status.status(settings, by_category=by_category)))


@app.command()
def migrate(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="REVISION", help="Back to an older version's form, before you install that one."),
    ] = None,
) -> None:
    """Bring the database to this version's form (done by itself at every start), or back to an older one's."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.migrate(settings, to)))


@app.command()
def backup(path: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """A whole copy of the SQLite database, also while the service runs."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.backup(settings, path)))


@app.command()
def restore(path: Annotated[Path, typer.Argument(help="A copy that `paperboy backup` made.")]) -> None:
    """Put a copy in the place of the SQLite database, which is kept beside it. Stop the service first."""
    from bot.operator import database

    settings = _settings()
    typer.echo(_run(lambda: database.restore(settings, path)))


@app.command()
def replay(
    delivery: Annotated[
        list[int] | None, typer.Argument(parser=_number, help="Numbers of deliveries, as `status` shows them.")
    ] = None,
    given_up: Annotated[bool, typer.Option("--given-up", help="All that were given up.")] = False,
    unknown: Annotated[bool, typer.Option("--unknown", help="All of unknown fate: they may then come twice.")] = False,
) -> None:
    """Send deliveries again that were given up or whose fate is unknown."""
    from bot.operator import deliveries

    if delivery and (given_up or unknown):
        raise TellUser("Name deliveries either by number or with --given-up and --unknown, not both at once.")
    settings = _settings()
    typer.echo(_run(lambda: deliveries.replay(settings, delivery or [], given_up=given_up, unknown=unknown)))
