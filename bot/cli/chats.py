"""The commands on chats: what they follow and like, and the lists of them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.execution import load_settings, run_async
from bot.cli.options import TOPIC_COMMAND, About, ChatOption, OptionalTopic
from bot.operator import arguments

commands = typer.Typer()


@commands.command(context_settings=TOPIC_COMMAND)
def subscribe(
    context: typer.Context,
    chat: ChatOption,
    query: OptionalTopic = None,
    about: About = None,
) -> None:
    """Let a chat follow a topic, an interest, or a topic whose papers an interest orders."""
    from bot.operator import chats

    arguments.check_one_topic([*([query] if query is not None else []), *context.args])
    topic, settings = arguments.join_topic(query, about), load_settings()
    sentence, tested = run_async(lambda: chats.subscribe(settings, chat, topic))
    typer.echo(sentence)
    if tested:  # for people: scripts read standard output
        typer.echo(f"\n{tested}", err=True)


@commands.command(context_settings=TOPIC_COMMAND)
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
    settings = load_settings()
    typer.echo(run_async(lambda: chats.unsubscribe(settings, chat, query)))


@commands.command()
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

    settings = load_settings()
    run_async(lambda: likes.like(settings, chat, papers, remove=remove))


@commands.command()
def chats() -> None:
    """List the chats with their settings."""
    from bot.operator import chats

    settings = load_settings()
    from bot.service.clock import SystemClock

    chats.show_chats(run_async(lambda: chats.chats(settings)), SystemClock().now())


@commands.command()
def subscriptions(
    chat: Annotated[str | None, typer.Option("--chat", metavar="PLATFORM:ID", help="Only this chat's.")] = None,
) -> None:
    """List which chat follows which topic."""
    from bot.operator import chats

    settings = load_settings()
    chats.show_subscriptions(run_async(lambda: chats.subscriptions(settings, chat)), chat)
