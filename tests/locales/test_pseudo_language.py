"""Nothing that people read is written in code without the catalogues.

A pseudo-language puts marks around every sentence that goes through them. In every reply, button, command and label,
letters outside of the marks must be data: a command, a link, a text of the result itself.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator
from gettext import NullTranslations

import pytest

from bot.arxiv import ids
from bot.arxiv.categories import CATEGORIES
from bot.conversation import Result
from bot.errors import ModelUnavailable, Paused, RetryLater, SourceUnavailable, StoreUnavailable
from bot.locales import using_translations
from bot.render.labels import LABELS, label
from bot.render.nodes import Block, Bullets, Code, Fold, Heading, Line, Note, Reply, Span, Text
from handlers import replies
from handlers.commands import COMMANDS
from handlers.requests import ChatName
from tests.handlers.every_result import EVERY_RESULT

OPENING, CLOSING = "⟦", "⟧"
ELSEWHERE = ChatName("#4711", is_elsewhere=True)
HERE = ChatName("#4711")

BY_CLDR = {
    *[
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
    ],
    *[
        "September",
        "October",
        "November",
        "December",
        "second",
        "seconds",
        "minute",
        "minutes",
        "hour",
        "hours",
        "and",
        "or",
        "Berlin",
        "São",
        "UTC",
        "at",
    ],
}
"""Words of dates, durations, lists and cities, which Babel writes in the language of the context."""


NAMES = {"BibTeX", "RIS", "CSL", "JSON", "Markdown", "CSV"} | {
    word for name in CATEGORIES.values() for word in re.findall(r"[^\W\d_]+", name)
}
"""Names that are the same in every language: of formats, and arXiv's own of its categories."""

NOT_TRANSLATED = {
    "Health": "the state of the service is told to its operator in English, as the logs are",
}
"""Results whose replies are not in the catalogues, and why."""


class Marked(NullTranslations):
    """Translates a sentence into itself between marks."""

    def gettext(self, message: str) -> str:
        return f"{OPENING}{message}{CLOSING}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def outside(text: str) -> str:
    """What is left of a text without the parts between marks, which may stand inside each other."""
    while OPENING in text:
        shorter = re.sub(f"{OPENING}[^{OPENING}{CLOSING}]*{CLOSING}", "", text)
        assert shorter != text, f"marks do not pair: {text}"
        text = shorter
    return text


def shown(spans: tuple[Span, ...]) -> str:
    """The text of a line without links and code, which are titles, addresses and commands."""
    return "".join(span.text for span in spans if isinstance(span, Text) and not span.code)


def lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(spans) | Line(spans) | Note(spans):
                yield shown(spans)
            case Bullets(items):
                yield from map(shown, items)
            case Fold(title, inner):
                yield shown(title)
                yield from lines(inner)
            case Code():
                pass


def said(reply: Reply) -> Iterator[str]:
    yield from lines(reply.document.blocks)
    yield from (button.label for row in reply.buttons for button in row)


def data(value: object) -> Iterator[str]:
    """All texts that are in a result."""
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        yield value
    elif isinstance(value, enum.Enum):
        yield str(value.value)
    elif dataclasses.is_dataclass(value):
        yield from (text for field in dataclasses.fields(value) for text in data(getattr(value, field.name)))
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for each in pair for text in data(each))
    elif isinstance(value, (tuple, list, set, frozenset)):
        yield from (text for each in value for text in data(each))


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text))


def untranslated(reply: Reply, result: object) -> set[str]:
    """The words of a reply that came neither through the catalogues nor from the result."""
    known = {word for text in data(result) for word in words(text)} | BY_CLDR | NAMES
    # A word at "…" is the beginning of a longer one.
    shown = [re.sub(r"\w+…", "…", outside(line)) for line in said(reply)]
    return {word for line in shown for word in words(line) if len(word) > 1} - known


@pytest.mark.parametrize("chat", [HERE, ELSEWHERE], ids=["here", "elsewhere"])
@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_reply_is_said_through_the_catalogues(result: Result, chat: ChatName) -> None:
    if type(result).__name__ in NOT_TRANSLATED:
        pytest.skip(NOT_TRANSLATED[type(result).__name__])
    with using_translations(Marked()):
        reply = replies.reply(result, chat)
    assert not untranslated(reply, result)


@pytest.mark.parametrize(
    "error",
    [
        Paused("x"),
        SourceUnavailable("x"),
        ModelUnavailable("x"),
        StoreUnavailable("x"),
        RetryLater("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_person_is_told_the_kind_of_an_error_and_not_its_text(error: RetryLater) -> None:
    with using_translations(Marked()):
        reply = replies.put_off(error)
    assert not untranslated(reply, None)


def test_what_no_use_case_says_comes_through_the_catalogues() -> None:
    with using_translations(Marked()):
        for reply in (replies.apology("0a1b"), replies.unknown_command()):
            assert not untranslated(reply, "0a1b")


def test_every_command_and_argument_is_described_through_the_catalogues() -> None:
    described = [command.description for command in COMMANDS]
    described += [argument.description for command in COMMANDS for argument in command.arguments]
    known = template_ids()
    assert [text for text in described if text not in known] == []


def test_every_label_is_said_through_the_catalogues() -> None:
    values = dict.fromkeys(("n", "of", "m"), 2) | dict.fromkeys(
        ["model", "source", "judge", "parts", "reason", "words", "name", "venue", "honour", "licence", "day", "phrase"],
        "",
    )
    with using_translations(Marked()):
        assert [key for key in LABELS if words(outside(label(key, "en", **values)))] == []


def template_ids() -> set[str]:
    from tests.locales.test_catalogues import messages, template, texts

    return {text for message in messages(template()) for text in texts(message.id)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "x" * (ids.MAX_LENGTH + 1),
        "2413.14272",
        "hep-th/9913001",
        "10.1145/3292500.3330701",
        "https://doi.org/10.1038/nature14539",
        "https://doi.org/10.48550/arXiv.nonsense",
        "https://arxiv.org/list/cs.CV/new",
        "https://youtu.be/x",
        "https://example.org/x",
    ],
)
def test_reasons_why_a_text_names_no_paper_go_through_the_catalogues(text: str) -> None:
    with using_translations(Marked()):
        reason = ids.resolve(text)
    assert isinstance(reason, ids.NotAPaperLink)
    assert not re.search("[A-Za-z]", outside(reason.why)), reason.why
