"""The commands that do the work: the service, its workers, one pass, the demo."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.execution import fail, load_settings, run_async
from bot.cli.options import Day
from bot.operator import arguments

commands = typer.Typer()


@commands.command()
def demo() -> None:
    """Run the whole pipeline on a bundled sample: no network, no token, no key."""
    from bot.operator import demo as demonstration

    run_async(lambda: demonstration.run(load_settings()))


@commands.command()
def run() -> None:
    """Run the service: it polls, summarizes, delivers, and answers commands on every platform that has a token."""
    from bot.service import running

    settings = load_settings(quiet=False)
    run_async(lambda: running.serve(settings))


@commands.command()
def worker(
    queues: Annotated[
        str | None,
        typer.Option("--queues", metavar="NAMES", help="Only these of read,summarize,compose,learn; by default all."),
    ] = None,
) -> None:
    """Read, summarize, compose and learn for a service, on this or another machine (WORKERS=procrastinate)."""
    from bot.service import worker

    settings, names = load_settings(quiet=False), worker.parse_queues(queues)
    run_async(lambda: worker.work(settings, names))


@commands.command()
def once(day: Day = None) -> None:
    """Run every step once, then exit. With --date, every chat gets its digest up to that day now."""
    from bot.operator.console import say
    from bot.service import one_pass

    settings, upto = load_settings(), arguments.parse_day(day)
    done = run_async(lambda: one_pass.once(settings, upto, say=say))
    typer.echo(done.sentence())
    if done.failures:
        fail("\n".join(f"arXiv: {failure}" for failure in done.failures), 1)
