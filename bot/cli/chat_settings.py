"""`paperboy chat`: the settings of one chat."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.execution import load_settings, run_async
from bot.cli.options import ChatOption

commands = typer.Typer(no_args_is_help=True)


@commands.command("set")
def change(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="language, time, timezone, days, size, style, depth, quiet, pause or opens."
        ),
    ],
    value: Annotated[list[str], typer.Argument(metavar="VALUE", help="E.g. 9:00, Zurich, weekdays.")],
    chat: ChatOption,
) -> None:
    """Change a setting of a chat, as /settings does there."""
    from bot.operator import chat_settings

    settings = load_settings()
    typer.echo(run_async(lambda: chat_settings.change(settings, chat, name, " ".join(value))))


@commands.command("show")
def show(chat: ChatOption) -> None:
    """Show the settings of a chat and its next digest."""
    from bot.operator import chat_settings

    settings = load_settings()
    chat_settings.show(run_async(lambda: chat_settings.view(settings, chat)))
