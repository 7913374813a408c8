"""Replies about what topics bring, the next digest, and what became of a paper."""

from __future__ import annotations

from datetime import date

from bot.conversation import (
    Explained,
    Preview,
)
from bot.decisions import refinements
from bot.locales import _, current_language, formats, ngettext, pgettext
from bot.model import Backtest, Card, Lift, Nearest, PaperOutcome, Whereabouts
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.one_sentence import sentence_of, shortened_sentence
from bot.render.reasons import reason_sentences, reasons_line
from handlers.button_actions import Action
from handlers.reply_parts import (
    about,
    command,
    digest_button,
    next_digest,
    settings_button,
    spans,
    title_link,
    topic_spans,
    topics_button,
)
from handlers.requests import ChatName

MAX_SENTENCE = 140
"""Characters of what is said of a paper in a list."""

_NEVER_DELIVERED = (PaperOutcome.REPLACEMENT, PaperOutcome.LONG_AGO, PaperOutcome.NOT_ANNOUNCED)

MOST_PREVIEWED = 10
"""Papers of the next digest that are named; two more screens of a phone."""


# ── what a topic would have brought ───────────────────────────────────────────────────────────────────────────────


def backtest_blocks(tested: Backtest) -> list[Block]:
    """What a topic would have brought; nothing where no listing is stored."""
    if not tested.days:
        return []
    blocks: list[Block] = [Line((Text(_frequency(tested)),))]
    if tested.shown:
        papers = tuple((title_link(each),) for each in tested.shown)
        blocks += [Line((Text(_("The best of them:")),)), Bullets(papers)]
    if tested.left_out:
        papers = tuple((title_link(each),) for each in tested.left_out)
        blocks += [Line((Text(_("Close, but left out:")),)), Bullets(papers)]
    if advice := _advice(tested):
        blocks.append(Line(advice))
    return blocks


def _frequency(tested: Backtest) -> str:
    days = len(tested.days)
    period = ngettext("On the last listing day", "On the last {n} listing days", days).format(n=days)
    if tested.count:
        return _("{period} it would have brought {papers}.").format(period=period, papers=_papers_of(tested))
    if tested.last_match is not None:
        last = _day(tested.last_match)
        return _("{period} it would have brought nothing; the last one came on {day}.").format(period=period, day=last)
    if tested.earlier:
        template = ngettext(
            "On the last listing day and the {earlier} before it would have brought nothing.",
            "On the last {n} listing days and the {earlier} before it would have brought nothing.",
            days,
        )
        return template.format(n=days, earlier=len(tested.earlier))
    return _("{period} it would have brought nothing.").format(period=period)


def _papers_of(tested: Backtest) -> str:
    n = tested.count if tested.a_day < 2 else round(tested.a_day)
    if tested.a_day < 2 and tested.is_least:
        return ngettext("at least {n} paper", "at least {n} papers", n).format(n=n)
    if tested.a_day < 2:
        return ngettext("{n} paper", "{n} papers", n).format(n=n)
    if tested.is_least:
        return ngettext("at least {n} paper a day", "at least {n} papers a day", n).format(n=n)
    return ngettext("about {n} paper a day", "about {n} papers a day", n).format(n=n)


def _advice(tested: Backtest) -> tuple[Span, ...]:
    """What to do about a topic that brings too much, or whose words are in no paper."""
    if tested.is_by_words and refinements.is_foreign(tested.query):
        return (Text(_("I compare words here, and papers are in English: describe it in English, too.")),)
    if not refinements.is_too_broad(tested):
        return ()
    if refinements.has_words(tested.query):
        advice = _("That is more than anybody reads; each message shows the best of them. Add words to get fewer.")
        return (Text(advice),)
    template = _(
        "That is a lot: a digest shows the best of them. Describe your work in a sentence after {command}, and "
        "papers close to it come first."
    )
    return spans(template, command=command("subscribe"))


# ── the next digest ───────────────────────────────────────────────────────────────────────────────────────────────


def preview(result: Preview, chat: ChatName) -> Reply:
    digest = result.digest
    shown = digest.cards[:MOST_PREVIEWED]
    items = tuple(_previewed(card) for card in shown)
    n = digest.matched
    heading = chat.either(
        ngettext("Your next digest: {n} paper so far", "Your next digest: {n} papers so far", n),
        ngettext("The next digest of {chat}: {n} paper so far", "The next digest of {chat}: {n} papers so far", n),
    ).format(chat=chat, n=n)
    blocks: list[Block] = [
        Heading((Text(heading, bold=True),)),
        Bullets(items, numbered=True),
    ]
    if more := len(digest.cards) - len(shown):
        blocks.append(Line((Text(ngettext("… and {n} more paper.", "… and {n} more papers.", more).format(n=more)),)))
    note = _("{next_digest} New listings may change the order.")
    blocks.append(Note((Text(note.format(next_digest=next_digest(result.first_due))),)))
    return Reply(Document(tuple(blocks)), ((digest_button(), settings_button()),))


def _previewed(card: Card) -> tuple[Span, ...]:
    found = sentence_of(card)
    said = shortened_sentence(found[1], MAX_SENTENCE) if found else reasons_line(card, current_language())
    link = title_link(card.paper)
    return (link, Text(f": {said}")) if said else (link,)


# ── one paper ─────────────────────────────────────────────────────────────────────────────────────────────────────


def explained(result: Explained, chat: ChatName) -> Reply:
    found = result.found
    title = (Heading((title_link(found.paper),), level=2),) if found.paper else ()
    lines: list[Block] = [Line(_outcome(found, chat)), *_place(found)]
    if found.reasons and found.paper:
        reasons = reason_sentences(Card(found.paper, reasons=found.reasons), current_language())
        lines += [Line((Text(" ".join(reasons)),))] if reasons else []
    if found.lifts:
        lines += _lift(found, result.chat.size)
    if found.nearest:
        lines.append(Line(_nearest(found.nearest)))
    if found.outcome in _NEVER_DELIVERED:
        lines.append(Line(spans(_("{command} reads it all the same."), command=command("summarize", found.paper_id))))
    read = Button(pgettext("button", "Read it all"), action=str(Action("deep", found.paper_id)))
    return Reply(Document((*title, *lines, *about(chat))), ((read, topics_button(chat)),))


def _outcome(found: Whereabouts, chat: ChatName) -> tuple[Span, ...]:
    match found.outcome:
        case PaperOutcome.SENT | PaperOutcome.COUNTED:
            return (Text(_past(found)),)
        case PaperOutcome.CARD:
            return (Text(_("It comes with the next digest, among its first papers.")),)
        case PaperOutcome.UNLISTED:
            return (Text(_("The next digest only counts it.")),)
        case PaperOutcome.BEFORE_SUBSCRIPTION:
            return _before_subscription(found, chat)
    return (Text(_never(found, chat)),)


def _past(found: Whereabouts) -> str:
    is_sent = found.outcome is PaperOutcome.SENT
    if found.digest_day is None:
        return _("It came with an earlier digest.") if is_sent else _("An earlier digest only counted it.")
    template = _("It came with the digest of {day}.") if is_sent else _("The digest of {day} only counted it.")
    return template.format(day=formats.day(found.digest_day))


def _before_subscription(found: Whereabouts, chat: ChatName) -> tuple[Span, ...]:
    template = chat.either(
        _("It matches {topic}, but was announced on {day}; this chat follows that only from {since} on."),
        _("It matches {topic}, but was announced on {day}; {chat} follows that only from {since} on."),
    )
    days = {"day": _day(found.announced_on), "since": _day(found.since)}
    return spans(template, topic=topic_spans(found.topics[0]), chat=str(chat), **days)


def _never(found: Whereabouts, chat: ChatName) -> str:
    """For a paper that no digest of the chat brings."""
    match found.outcome:
        case PaperOutcome.NO_TOPIC:
            template = chat.either(
                _("It was announced on {day}, and this chat follows no topic."),
                _("It was announced on {day}, and {chat} follows no topic."),
            )
        case PaperOutcome.NO_MATCH:
            template = chat.either(
                _("It was announced on {day}, and no topic of this chat matches it."),
                _("It was announced on {day}, and no topic of {chat} matches it."),
            )
        case PaperOutcome.REPLACEMENT:
            template = _("It was announced only as a new version on {day}; digests bring papers that are new.")
        case PaperOutcome.LONG_AGO:
            template = _("It was announced on {day}; I look back one month.")
        case _:
            template = _("No listing that I have read announced {paper}.")
    return template.format(day=_day(found.announced_on), chat=chat, paper=found.paper_id)


def _place(found: Whereabouts) -> list[Block]:
    if not found.place:
        return []
    of = found.of
    template = (
        ngettext("About place {place} of {n} paper.", "About place {place} of {n} papers.", of)
        if found.is_about
        else ngettext("Place {place} of {n} paper.", "Place {place} of {n} papers.", of)
    )
    return [Line((Text(template.format(place=found.place, n=of)),))]


def _lift(found: Whereabouts, size: int) -> list[Block]:
    """What would bring papers like this one further up."""
    ways: list[tuple[Span, ...]] = []
    if Lift.VOTES in found.lifts:
        ways.append((Text(_("👍 on papers like it")),))
    if Lift.INTEREST in found.lifts:
        ways.append(spans(_("a sentence about your work after {command}"), command=command("subscribe")))
    if Lift.SIZE in found.lifts:
        larger = ngettext(
            "a digest of more than {n} paper: {command}", "a digest of more than {n} papers: {command}", size
        )
        ways.append(spans(larger, n=str(size), command=command("settings", "size")))
    return [Line((Text(_("What brings such papers further up:")),)), Bullets(tuple(ways))]


def _nearest(nearest: Nearest) -> tuple[Span, ...]:
    topic = topic_spans(nearest.topic)
    if nearest.lacks:
        return spans(_("The nearest is {topic}: the paper {lacks}."), topic=topic, lacks=formats.listing(nearest.lacks))
    if nearest.is_crowded_out:
        return spans(_("The nearest is {topic}: it is close, but others of that day were closer."), topic=topic)
    return spans(_("The nearest is {topic}: it is not close enough."), topic=topic)


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(day: date | None) -> str:
    """ "Tuesday 2 June"."""
    return formats.day(day) if day else _("an earlier day")
