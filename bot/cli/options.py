"""Arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.model import Depth
from bot.operator import arguments
from bot.render.formats import FORMATS

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
TOPIC_COMMAND = {"allow_extra_args": True, "ignore_unknown_options": True}
"""For commands with a topic, which may begin with "-" like an option: `check_one_topic` refuses what is too much."""
