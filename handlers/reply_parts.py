"""Pieces of replies: sentences, counts, times, examples, and the buttons that several replies have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from string import Formatter

from bot.locales import N_, _, formats, pgettext
from bot.model import Paper, join_query, split_query, topic_label
from bot.render.addresses import paper_urls
from bot.render.cards import title_of
from bot.render.nodes import Bullets, Button, Document, Line, Link, Note, Reply, Span, Text
from bot.render.plain import shortened
from handlers.button_actions import Action
from handlers.requests import ChatName

EXAMPLES = (
    ("cs.CV", N_("everything in a category")),
    ("talking heads driven by audio; not face recognition", N_("what you work on, in your own words")),
    ("diffusion video", N_("papers that have both words")),
    ('"talking head" OR avatar', N_("a phrase, or a word")),
    ('abs:"gaussian splatting" cat:cs.CV -medical', N_("by field, without a word")),
    ("au:Gonzalez", N_("by author, accents or not")),
)
"""Queries to copy, and what they find, to be translated."""

MAX_TITLE = 90
"""Characters of a title in an answer: two lines on a phone. A pop-up of Telegram holds 200 in all."""


def digest_button() -> Button:
    return Button(pgettext("button", "Digest now"), action=str(Action("digest")))


def settings_button() -> Button:
    return Button(pgettext("button", "Settings"), action=str(Action("settings")))


def help_button() -> Button:
    return Button(pgettext("button", "Help"), action=str(Action("help")))


def undo_button(key: str) -> tuple[Button, ...]:
    """The button that takes a change back, for a row; none if `key` is empty, because nothing can be taken back."""
    return (Button(pgettext("button", "Undo"), action=str(Action("undo", key))),) if key else ()


def topics_button(chat: ChatName) -> Button:
    text = chat.either(pgettext("button", "My topics"), pgettext("button", "Its topics"))
    return Button(text, action=str(Action("topics")))


def spans(template: str, **values: str | Span | tuple[Span, ...]) -> tuple[Span, ...]:
    """A sentence as spans: each named field of the translated `template` is replaced by its value.

    A text becomes part of the sentence; spans keep their styles and links. Raises KeyError for a field without a value.
    """
    made: list[Span] = []
    for literal, field, _format, _conversion in Formatter().parse(template):
        made.append(Text(literal))
        if field is not None:
            value = values[field]
            made += (Text(value),) if isinstance(value, str) else value if isinstance(value, tuple) else (value,)
    return _joined(made)


def _joined(parts: Iterable[Span]) -> tuple[Span, ...]:
    """The spans without empty texts; neighbours of the same style are one."""
    joined: list[Span] = []
    for part in parts:
        before = joined[-1] if joined else None
        if isinstance(part, Text) and isinstance(before, Text) and replace(before, text="") == replace(part, text=""):
            joined[-1] = replace(before, text=before.text + part.text)
        elif part.text:
            joined.append(part)
    return tuple(joined)


def topic_spans(topic: str) -> tuple[Span, ...]:
    """A normalized topic as people read it: its query as code, its interest in quotation marks."""
    exact, about = split_query(topic)
    if not about:
        return (Text(exact, code=True),)
    shown = Text(topic_label(join_query("", about)))
    return (Text(exact, code=True), Text(", "), shown) if exact else (shown,)


def short_title(paper: Paper) -> str:
    return shortened(title_of(paper), MAX_TITLE)


def title_link(paper: Paper) -> Link:
    return Link(short_title(paper), paper_urls(paper)["abs"])


def one_line(line: str, *, note: str | None = None, buttons: tuple[tuple[Button, ...], ...] = ()) -> Reply:
    """A reply of one sentence, with a note below it."""
    notes = (Note((Text(note),)),) if note else ()
    return Reply(Document((Line((Text(line),)), *notes)), buttons)


def about(chat: ChatName) -> tuple[Note, ...]:
    """A note with the chat's name, for answers whose sentences do not name it; empty for the chat that was asked in."""
    return (Note((Text(_("This is about {chat}.").format(chat=chat)),)),) if chat.is_elsewhere else ()


def with_note(reply: Reply, chat: ChatName) -> Reply:
    """The reply with `about` below it."""
    return Reply(Document((*reply.document.blocks, *about(chat))), reply.buttons, reply.private)


def command(name: str, argument: str = "") -> Text:
    """A command as people type it, to copy."""
    return Text(f"/{name} {argument}".strip(), code=True)


def follows_nothing(chat: ChatName) -> Reply:
    """What to say where a chat has no topic. The command to try is for the chat that it is typed in."""
    if chat.is_elsewhere:
        template = _("{chat} follows no topic yet.")
    else:
        template = chat.either(
            _("This chat follows no topic yet. Try {command}."), _("{chat} follows no topic yet. Try {command}.")
        )
    line = spans(template, chat=str(chat), command=command("subscribe", EXAMPLES[0][0]))
    return Reply(Document((Line(line),)), ((help_button(),),))


def examples(shown: Iterable[tuple[str, str]], before: str = "/subscribe ") -> Bullets:
    """Commands to copy with their meanings, which are translated here."""
    return Bullets(tuple((Text(f"{before}{query}", code=True), Text(f": {_(meaning)}")) for query, meaning in shown))


def rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence."""
    text = text.strip()
    is_sentence = text.rstrip(")”）」").endswith((".", "!", "?", "…", "。", "！", "？"))
    return text if is_sentence else f"{text}{pgettext('end of a sentence', '.')}"


def when(due: datetime) -> str:
    """A time of the chat's own clock with the city of its time zone: "Wednesday 3 June at 08:30 (Berlin time)"."""
    # Only the city: names such as "America/Argentina/Buenos_Aires" are for the database.
    city = formats.city(due.tzinfo)
    return _("{day} at {time} ({city} time)").format(day=formats.day(due), time=formats.clock(due), city=city)


def next_digest(first_due: datetime | None) -> str:
    """When the next digest comes, as a sentence; `first_due` is None while the chat is paused until told."""
    if first_due is None:
        return _("No digest comes while this is paused.")
    return _("Next digest: {moment}.").format(moment=when(first_due))
