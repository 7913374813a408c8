"""What people read: each result of a use case as a platform-neutral reply, short enough for a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import singledispatch

from bot import conversation as results
from bot.conversation import setting_values
from bot.errors import TellUser
from bot.model import Depth
from bot.render.cards import card_reply
from bot.render.nodes import Bullets, Button, Code, Document, Heading, Line, Note, Reply, Span, Text
from handlers.actions import Action
from handlers.commands import COMMANDS

EXAMPLES = (
    ("cs.CV", "everything in a category"),
    ("diffusion video", "papers that have both words"),
    ('"talking head" OR avatar', "a phrase, or a word"),
    ('abs:"gaussian splatting" cat:cs.CV -medical', "by field, without a word"),
    ("au:Gonzalez", "by author, accents or not"),
)
"""Queries to copy, and what they find."""

SHOWN_TOPICS = 20
"""Remove buttons under a list; platforms take about 25."""

SHOWN_LINES = 25
"""Sentences of /health; the rest is counted."""

_DIGEST = Button("Digest now", action=str(Action("digest")))
_SETTINGS = Button("Settings", action=str(Action("settings")))
_TOPICS = Button("My topics", action=str(Action("topics")))
_HELP = Button("Help", action=str(Action("help")))


@singledispatch
def reply(result: object) -> Reply:
    """The reply to a result of `bot.conversation`, or to a `TellUser`."""
    raise TypeError(f"no reply is written for {type(result).__name__}")


def apology(reference: str) -> Reply:
    """What is said when something broke on our side; the log names the same reference."""
    return _say("Something went wrong on my side; try again in a minute.", note=f"Reference {reference}")


def refused(why: str) -> Reply:
    """A refusal that no use case makes, as one sentence."""
    return _say(why)


def unknown_command() -> Reply:
    """For what looks like a command and is none."""
    line = (Text("I know no such command; "), _command("help"), Text(" lists them."))
    return Reply(Document((Line(line),)), ((_HELP,),))


@reply.register
def _(error: TellUser) -> Reply:
    return _say(str(error))


# ── beginning and help ────────────────────────────────────────────────────────────────────────────────────────────


@reply.register
def _(result: results.Welcome) -> Reply:
    if result.following:
        line = f"Welcome back. This chat follows {_count(result.following, 'topic')}."
        return _say(line, buttons=((_TOPICS, _DIGEST), (_SETTINGS, _HELP)))
    return Reply(
        Document(
            (
                Heading((Text("Paperboy brings new arXiv papers here.", bold=True),)),
                Line(
                    (Text("Tell me what to follow, and every day with something new a digest comes. For example:"),),
                ),
                _examples(EXAMPLES[:3]),
                Line((Text("Or send me a link to any arXiv paper, and I read it now."),)),
            )
        ),
        ((_SETTINGS, _HELP),),
        private=False,
    )


@reply.register
def _(_: results.Help) -> Reply:
    commands = tuple((Text(f"/{each.name}", code=True), Text(f" {each.description}")) for each in COMMANDS)
    return Reply(
        Document(
            (
                Heading((Text("What I can do", bold=True),)),
                Bullets(commands),
                Heading((Text("Topics by example", bold=True),), level=2),
                _examples(EXAMPLES),
                Note((Text("Fields are ti: abs: au: cat: co:, joined by AND, OR, NOT and parentheses."),)),
            )
        ),
        ((_TOPICS, _SETTINGS),),
    )


@reply.register
def _(_: results.Privacy) -> Reply:
    kept = (
        "this chat's id and title, its topics and settings",
        "which papers it has had, so that none comes twice",
        "messages that are on their way, and whether they arrived",
        "of a Telegram group or channel the ids of those who set me up there, to tell them when I cannot post",
    )
    return Reply(
        Document(
            (
                Line((Text("What I keep about this chat:"),)),
                Bullets(tuple((Text(each),) for each in kept)),
                Line(
                    (
                        Text("Not what you write, and nothing else about who you are. "),
                        _command("stop"),
                        Text(" deletes it."),
                    )
                ),
            )
        )
    )


# ── topics ────────────────────────────────────────────────────────────────────────────────────────────────────────


@reply.register
def _(result: results.Subscribed) -> Reply:
    return Reply(
        Document(
            (
                Line((Text("Subscribed to "), Text(result.topic, code=True))),
                Line((Text(f"That is: {_sentence(result.explained)}"),)),
                Note((Text(f"First digest: {_when(result.first_due)}. It begins with the latest listing."),)),
            )
        ),
        ((_DIGEST, _SETTINGS), (_TOPICS,)),
    )


@reply.register
def _(result: results.AlreadySubscribed) -> Reply:
    line = (Text("This chat follows "), Text(result.topic, code=True), Text(" already."))
    return Reply(Document((Line(line),)), ((_TOPICS, _DIGEST),))


@reply.register
def _(result: results.NotUnderstood) -> Reply:
    shown = (Code(result.pointer),) if result.query.strip() else ()
    return Reply(Document((Line((Text(_sentence(result.why)),)), *shown)), ((_HELP,),))


@reply.register
def _(result: results.TooMany) -> Reply:
    line = f"A chat can follow {result.limit} topics. Remove one first, or join several with OR."
    return _say(line, buttons=((_TOPICS,),))


@reply.register
def _(result: results.Unsubscribed) -> Reply:
    rest = "This chat follows nothing now." if not result.following else f"{_count(result.following, 'topic')} left."
    line = Line((Text("Unsubscribed from "), Text(result.topic, code=True), Text(f". {rest}")))
    return Reply(Document((line,)), ((_TOPICS,),) if result.following else ())


@reply.register
def _(result: results.NotSubscribed) -> Reply:
    if not result.following:
        return Reply(Document((Line((Text("This chat follows no topic yet. "), *_try_subscribe())),)), ((_HELP,),))
    asked = (Text("This chat does not follow "), Text(result.asked, code=True), Text(". Did you mean one of these?"))
    closest = result.following[:5]
    lines = Bullets(tuple((Text(each.topic, code=True),) for each in closest))
    return Reply(Document((Line(asked), lines)), _removals(closest))


@reply.register
def _(result: results.Subscriptions) -> Reply:
    if not result.topics:
        return Reply(Document((Line((Text("This chat follows no topic yet. "), *_try_subscribe())),)), ((_HELP,),))
    items: list[tuple[Span, ...]] = []
    for each in result.topics:
        said = f" {each.explained}" if each.explained != each.topic else ""
        items.append((Text(each.topic, code=True), Text(said)))
    head = Heading((Text(f"This chat follows {_count(len(items), 'topic')}", bold=True),))
    rows = ((_DIGEST, _SETTINGS), *_removals(result.topics[:SHOWN_TOPICS]))
    return Reply(Document((head, Bullets(tuple(items), numbered=True))), rows)


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


@reply.register
def _(result: results.PaperCard) -> Reply:
    card = card_reply(result.card, result.language, private=False)
    if result.depth is Depth.DEEP:
        return card
    deep = Button("Read it all", action=str(Action("deep", result.card.paper.versioned_id)))
    return Reply(card.document, (*card.buttons, (deep,)), card.private)


@reply.register
def _(result: results.Withdrawn) -> Reply:
    return card_reply(result.card, "en", private=False)


@reply.register
def _(result: results.NotALink) -> Reply:
    return _say(_sentence(result.why))


@reply.register
def _(result: results.UnknownPaper) -> Reply:
    return _say(_sentence(result.why))


@reply.register
def _(result: results.Unreadable) -> Reply:
    return _say(f"I could not read {result.paper_id}: {_sentence(result.why)}")


@reply.register
def _(result: results.Busy) -> Reply:
    later = f"Try again in {_duration(result.retry_after)}." if result.retry_after else None
    return _say(_sentence(result.why), note=later)


@reply.register
def _(result: results.DigestComing) -> Reply:
    also = f", and {_count(result.also, 'more title')}" if result.also else ""
    return _say(f"Your digest is on its way: {_count(result.shown, 'paper')}{also}.")


@reply.register
def _(result: results.NothingNow) -> Reply:
    if not result.following:
        return Reply(Document((Line((Text(f"{_sentence(result.why)} "), *_try_subscribe())),)), ((_HELP,),))
    return _say(_sentence(result.why), buttons=((_TOPICS, _SETTINGS),))


# ── settings ──────────────────────────────────────────────────────────────────────────────────────────────────────

_LABELS = {
    "language": "Language",
    "time": "Digest time",
    "timezone": "Time zone",
    "size": "Papers a digest",
    "style": "Style",
    "depth": "Depth",
}


@reply.register
def _(result: results.SettingsView) -> Reply:
    lines: list[tuple[Span, ...]] = []
    for name in setting_values.NAMES:
        lines.append((Text(f"{_LABELS[name]}: "), Text(setting_values.current(result.chat, name)[1], bold=True)))
    buttons = [Button(_LABELS[name], action=str(Action("choose", name))) for name in setting_values.NAMES]
    next_one = Note((Text(f"Next digest: {_when(result.first_due)}."),))
    return Reply(
        Document((Heading((Text("Settings", bold=True),)), Bullets(tuple(lines)), next_one)), _rows(buttons, 3)
    )


@reply.register
def _(result: results.Choices) -> Reply:
    buttons = [
        Button(f"✓ {label}" if value == result.current else label, action=str(Action("set", f"{result.name}={value}")))
        for value, label in result.options
    ]
    ask = (Text(f"{_LABELS[result.name]}: choose one", bold=True), Text(f", {result.hint}:"))
    line = Line((*ask, Text(" "), Text(f"/settings {result.name} …", code=True)))
    return Reply(Document((line,)), (*_rows(buttons, 1 if result.name in ("style", "depth") else 3), (_SETTINGS,)))


@reply.register
def _(result: results.Changed) -> Reply:
    line = Line((Text(f"{_LABELS[result.name]} is now "), Text(result.shown, bold=True), Text(".")))
    blocks: list[Line | Note] = [line]
    if result.name in ("time", "timezone"):
        blocks.append(Note((Text(f"Next digest: {_when(result.first_due)}."),)))
    return Reply(Document(tuple(blocks)), ((_SETTINGS,),))


@reply.register
def _(result: results.NotAccepted) -> Reply:
    line: list[Span] = [Text(f"{_sentence(result.why)} Try ")]
    for number, example in enumerate(result.examples):
        line += [Text(" or " if number else ""), Text(example, code=True)]
    buttons = [
        Button(each, action=str(Action("set", f"{result.name}={each}")))
        for each in result.examples
        if result.name in setting_values.NAMES and each.isascii() and " " not in each
    ]
    return Reply(Document((Line((*line, Text("."))),)), _rows(buttons, 3))


@reply.register
def _(result: results.ConfirmForget) -> Reply:
    line = f"This unsubscribes {_count(result.following, 'topic')} and deletes everything I know of this chat."
    yes = Button("Yes, delete it", action=str(Action("forget", "yes")))
    return _say(line, buttons=((yes, _TOPICS),))


@reply.register
def _(_: results.Resent) -> Reply:
    return _say("It is on its way again.")


@reply.register
def _(_: results.Forgotten) -> Reply:
    return Reply(
        Document(
            (Line((Text("Done: everything about this chat is deleted. "), _command("start"), Text(" begins anew."))),)
        )
    )


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@reply.register
def _(result: results.NotAllowed) -> Reply:
    return _say(f"Only admins of this chat can {result.what}.")


@reply.register
def _(_: results.NotOperator) -> Reply:
    return _say("Only whoever runs me can ask that, in a private chat with me.")


@reply.register
def _(result: results.Health) -> Reply:
    shown = [line if len(line) <= 300 else f"{line[:299]}…" for line in result.lines[:SHOWN_LINES]]
    if left := len(result.lines) - len(shown):
        shown.append(f"{left} more: see `paperboy status`.")
    return Reply(Document(tuple(Line((Text(line),)) for line in shown)))


@reply.register
def _(result: results.Incomplete) -> Reply:
    match result.command:
        case "subscribe":
            return Reply(
                Document(
                    (
                        Line((Text("Say what to follow after the command, for example:"),)),
                        _examples(EXAMPLES, "/subscribe "),
                    )
                )
            )
        case "unsubscribe":
            return _say("Say which topic, or its number in the list.", buttons=((_TOPICS,),))
    line = (Text("Say which paper: "), Text("/summarize 2406.14272", code=True), Text(", or send its link."))
    return Reply(Document((Line(line),)))


@reply.register
def _(_: results.Stale) -> Reply:
    return _say("That button no longer means anything; here is what still works.", buttons=((_TOPICS, _SETTINGS),))


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _say(line: str, *, note: str | None = None, buttons: tuple[tuple[Button, ...], ...] = ()) -> Reply:
    notes = (Note((Text(note),)),) if note else ()
    return Reply(Document((Line((Text(line),)), *notes)), buttons)


def _command(name: str, argument: str = "") -> Text:
    return Text(f"/{name} {argument}".strip(), code=True)


def _try_subscribe() -> tuple[Span, ...]:
    return Text("Try "), _command("subscribe", EXAMPLES[0][0]), Text(".")


def _examples(examples: Iterable[tuple[str, str]], before: str = "/subscribe ") -> Bullets:
    return Bullets(tuple((Text(f"{before}{query}", code=True), Text(f" {meaning}")) for query, meaning in examples))


def _removals(topics: Sequence[results.Followed]) -> tuple[tuple[Button, ...], ...]:
    buttons = [Button(f"✕ {_cut(each.topic, 30)}", action=str(Action("drop", each.key))) for each in topics]
    return _rows(buttons, 2)


def _rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _when(due: datetime) -> str:
    zone = getattr(due.tzinfo, "key", "UTC").rpartition("/")[2].replace("_", " ")
    return f"{due:%A} {due.day} {due:%B} at {due:%H:%M} ({zone} time)"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{round(seconds / 3600)} hours"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
