"""The commands of `paperboy`: only parsing and printing. Heavy modules are imported when a command needs them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bot.cli import chat_settings, chats, papers, service, upkeep
from bot.cli.execution import fail
from bot.errors import PaperboyError, TellUser

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Paperboy delivers new arXiv papers to Telegram and Discord chats, summarized and true to the source.",
)
# `--help` lists the commands in this order.
for part in (service, papers, chats, upkeep):
    app.add_typer(part.commands)
app.add_typer(chat_settings.commands, name="chat", help="Show and change the settings of a chat.")


def main() -> None:
    """Run a command. An error becomes one sentence on standard error and an exit status: 1 failed, 2 wrong usage."""
    try:
        app()
    except TellUser as error:
        fail(str(error), 2)
    except PaperboyError as error:
        fail(str(error), 1)
    except KeyboardInterrupt:
        fail("Stopped.", 130)
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
        fail(f"This is an error in Paperboy ({redact(summary)}); LOG_LEVEL=debug shows where. Please report it.", 1)


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
