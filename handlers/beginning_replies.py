"""Replies of the first minute: what somebody works on, what that brings, where they are, and when it comes."""

from __future__ import annotations

from datetime import time, timedelta

from bot.arxiv.categories import CATEGORIES
from bot.conversation import AREAS, AreaOffer, AskPlace, AskTopic, GroupWelcome, Settled
from bot.locales import _, formats, ngettext, pgettext
from bot.model import Backtest, Card
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.one_sentence import sentence_of, shortened_sentence
from bot.render.plain import shortened
from handlers.beginning_actions import SKIP
from handlers.button_actions import Action
from handlers.insight_replies import backtest_blocks
from handlers.reply_parts import (
    about,
    command,
    rows,
    settings_button,
    spans,
    title_link,
    topic_spans,
    topics_button,
    undo_button,
)
from handlers.requests import ChatName

HOURS = (7, 8, 9, 12, 18)
"""Hours of the day that buttons offer."""

MAX_SENTENCE = 120
"""Characters of what is said of an example."""

A_MESSAGE = 10
"""Papers that a new chat's message shows."""

MAX_LABEL = 28
"""Characters on a button of which two stand in a row on a phone."""


# ── what somebody works on ────────────────────────────────────────────────────────────────────────────────────────


def ask_topic(result: AskTopic, chat: ChatName) -> Reply:
    if chat.is_elsewhere or (chat.title and not result.may_type):
        hello = spans(_("What should {chat} follow?"), chat=Text(chat.title or str(chat), bold=True))
    else:
        hello = (Text(_("I bring you new arXiv papers on what you work on, in one message a day."), bold=True),)
    question = (
        _("What do you work on? Write it in your own words, or tap an area.")
        if result.may_type
        else _("Tap an area, or write what you work on after the command {command}.")
    )
    ask = Line(spans(question, command=command("subscribe")))
    link = (Note((Text(_("Or send me a link to any arXiv paper, and I read it now.")),)),) if result.may_type else ()
    buttons = [Button(_(area.name), action=str(Action("area", area.key))) for area in AREAS]
    return Reply(Document((Line(hello), ask, *link)), rows(buttons, 2))


def area_offer(result: AreaOffer, chat: ChatName) -> Reply:
    area, tested = result.area, result.backtest
    blocks: list[Block] = [Heading((Text(_(area.name), bold=True),)), *_what_it_brings(tested)]
    if result.examples:
        blocks.append(Line((Text(_("Last week you would have got, for example:")),)))
        blocks.append(Bullets(tuple(map(_example, result.examples))))
    if result.may_type:
        blocks.append(Note((Text(_("Fewer papers come if you write what you work on in a sentence.")),)))
    follow = pgettext("button", "✓ Follow all of it") if area.parts else pgettext("button", "✓ Follow")
    parts = [
        Button(shortened(f"{code} {CATEGORIES[code]}", MAX_LABEL), action=str(Action("area", code)))
        for code in area.parts
    ]
    last = Button(pgettext("button", "Something else"), action=str(Action("begin")))
    return Reply(
        Document((*blocks, *about(chat))),
        ((Button(follow, action=str(Action("pick", area.key))),), *rows(parts, 2), (last,)),
    )


def _what_it_brings(tested: Backtest) -> tuple[Line, ...]:
    if not tested.days:
        return (Line((Text(_("The first papers come as soon as arXiv announces the next ones.")),)),)
    return (Line((Text(_frequency(tested)),)),)


def _frequency(tested: Backtest) -> str:
    a_day = round(tested.a_day)
    if a_day > A_MESSAGE:
        return _("About {n} new papers a day; the message shows the best of them.").format(n=formats.number(a_day))
    if a_day > 1:
        return ngettext("About {n} new paper a day.", "About {n} new papers a day.", a_day).format(
            n=formats.number(a_day)
        )
    if tested.count:
        return ngettext("{n} new paper last week.", "{n} new papers last week.", tested.count).format(
            n=formats.number(tested.count)
        )
    return _("Nothing new last week; I look every day.")


def _example(card: Card) -> tuple[Span, ...]:
    link, found = title_link(card.paper), sentence_of(card)
    return (link, Text(f" – {shortened_sentence(found[1], MAX_SENTENCE)}")) if found else (link,)


# ── where they are ────────────────────────────────────────────────────────────────────────────────────────────────


def ask_place(result: AskPlace, chat: ChatName) -> Reply:
    blocks: list[Block] = [Line(_followed(result.topic, chat))]
    if result.backtest is not None:
        blocks += backtest_blocks(result.backtest)
    at = Text(formats.clock(result.at), bold=True)
    if result.may_type:
        question = _("Where are you? Tap a place or write your city, and the papers come at {time} there.")
    else:
        question = _("Where are the readers? Tap a place, and the papers come at {time} there.")
    blocks.append(Line(spans(question, time=at)))
    places = [Button(formats.city(zone), action=str(Action("zone", zone))) for zone in result.zones]
    hours = tuple(Button(_hour_label(hour, result.at), action=str(Action("hour", str(hour)))) for hour in HOURS)
    skip = Button(pgettext("button", "Skip"), action=str(Action("zone", SKIP)))
    last = (skip, *undo_button(result.undo))
    return Reply(Document(tuple(blocks)), (*rows(places, 3), hours, last))


def _followed(topic: str, chat: ChatName) -> tuple[Span, ...]:
    name = next((_(area.name) for area in AREAS if area.query == topic), "")
    shown = (Text(name, bold=True),) if name else topic_spans(topic)
    if chat.is_named:
        return spans(_("{chat} now follows {topic}."), chat=chat.title or str(chat), topic=shown)
    return spans(_("You now follow {topic}."), topic=shown)


def _hour_label(hour: int, chosen: time) -> str:
    label = formats.clock(time(hour))
    return f"✓ {label}" if chosen == time(hour) else label


def settled(result: Settled, chat: ChatName) -> Reply:
    line = spans(
        _when(result, chat),
        day=formats.day(result.first_due.date()),
        time=Text(formats.clock(result.first_due), bold=True),
        city=formats.city(result.first_due.tzinfo),
        chat=chat.title or str(chat),
    )
    blocks: list[Block] = [Line(line)]
    if not chat.is_named:
        more = _("Until then, send me a link to any paper and I read it. {command} shows what you follow.")
        blocks.append(Note(spans(more, command=command("subscriptions"))))
    now = Button(pgettext("button", "Show me today's now"), action=str(Action("digest")))
    another = Button(pgettext("button", "Another time"), action=str(Action("choose", "time")))
    return Reply(Document(tuple(blocks)), ((now,), (another, *undo_button(result.undo))))


def _when(result: Settled, chat: ChatName) -> str:
    days = result.first_due.date() - result.now.date()
    if days == timedelta():
        ours = _("Today, {time} ({city} time): your first papers.")
        theirs = _("Today, {time} ({city} time): the first papers of {chat}.")
    elif days == timedelta(days=1):
        ours = _("Tomorrow, {time} ({city} time): your first papers.")
        theirs = _("Tomorrow, {time} ({city} time): the first papers of {chat}.")
    else:
        ours = _("{day}, {time} ({city} time): your first papers.")
        theirs = _("{day}, {time} ({city} time): the first papers of {chat}.")
    return theirs if chat.is_named else ours


# ── in a group ────────────────────────────────────────────────────────────────────────────────────────────────────


def group_welcome(result: GroupWelcome, chat: ChatName) -> Reply:
    name = Text(chat.title or _("this group"), bold=True)
    if result.following:
        again = ngettext(
            "Here I am again, and go on with the topic of {chat}.",
            "Here I am again, and go on with the {n} topics of {chat}.",
            result.following,
        ).format(n=formats.number(result.following), chat=chat.title or _("this group"))
        return Reply(Document((Line((Text(again),)),)), ((topics_button(chat), settings_button()),), private=False)
    choose = Button(pgettext("button", "Choose a topic"), action=str(Action("begin")))
    who = _("Its admins choose what it follows: with the button, or by writing {command} and what they work on.")
    everybody = _("Everybody here may ask me to read a paper: {command} and its link.")
    blocks = (
        Line(spans(_("I bring new arXiv papers to {chat}, in one message a day."), chat=name)),
        Line(spans(who, command=command("subscribe"))),
        Line(spans(everybody, command=command("summarize"))),
    )
    # Everybody in the group should see what was added to it.
    return Reply(Document(blocks), ((choose,),), private=False)
