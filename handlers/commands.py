"""The one table of commands that every platform registers and answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Suggests(enum.Enum):
    """What completes an argument while it is typed, where the platform can."""

    TOPICS = "the chat's own topics"
    CATEGORIES = "arXiv's categories"
    SETTINGS = "the names of settings"


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands after a command; everything up to the end of the line."""

    name: str
    description: str
    required: bool = True
    suggests: Suggests | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """`name` without the slash; `description` at most 100 characters, as platforms show it beside the name."""

    name: str
    description: str
    arguments: tuple[Argument, ...] = ()


COMMANDS = (
    Command("start", "Say hello and see how to begin"),
    Command("help", "What I can do, by example"),
    Command(
        "subscribe",
        "Follow a topic: new papers come as a daily digest",
        (Argument("query", "A category, words, or a query", suggests=Suggests.CATEGORIES),),
    ),
    Command(
        "unsubscribe",
        "Stop following a topic",
        (Argument("topic", "The topic, or its number in the list", suggests=Suggests.TOPICS),),
    ),
    Command("subscriptions", "The topics that this chat follows"),
    Command(
        "summarize",
        "Read one paper now",
        (
            Argument("link", "An arXiv link, id or DOI"),
            Argument("depth", "brief (abstract) or deep (whole paper)", required=False),
        ),
    ),
    Command("digest", "Get what is new now instead of waiting"),
    Command(
        "settings",
        "Language, time, time zone, size and style of digests",
        (
            Argument("name", "Which setting to change", required=False, suggests=Suggests.SETTINGS),
            Argument("value", "Its new value", required=False),
        ),
    ),
    Command("privacy", "What I keep about this chat"),
    Command("health", "How I am doing, for whoever runs me"),
    Command("stop", "Unsubscribe from everything and delete what I know of this chat"),
)
"""In the order in which people see them."""

BY_NAME = {command.name: command for command in COMMANDS}
