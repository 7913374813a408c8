"""Replies about what topics bring, the next digest, what became of a paper, and what was learned from votes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.conversation import (
    ConfirmUnlearn,
    Explained,
    Learned,
    NothingLearned,
    Preview,
    Unlearned,
)
from bot.decisions import refinements
from bot.model import Backtest, Card, Lift, PaperOutcome, Refinement, RefinementKind, Whereabouts
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.reasons import reasons_line
from handlers.button_actions import Action
from handlers.reply_parts import (
    DIGEST,
    SETTINGS,
    about,
    command,
    count,
    next_digest,
    one_line,
    shortened,
    title_link,
    topic_spans,
    topics_button,
    when,
    with_note,
)
from handlers.requests import ChatName

MAX_SENTENCE = 140
"""Characters of what is said of a paper in a list."""

_NEVER_DELIVERED = (PaperOutcome.REPLACEMENT, PaperOutcome.LONG_AGO, PaperOutcome.NOT_ANNOUNCED)

MOST_PREVIEWED = 10
"""Papers of the next digest that are named; two more screens of a phone."""

_FORGET = Button("Forget what you learned", action=str(Action("unlearn")))


# ── what a topic would have brought ───────────────────────────────────────────────────────────────────────────────


def backtest_blocks(tested: Backtest) -> list[Block]:
    """What a topic would have brought; nothing where no listing is stored."""
    if not tested.days:
        return []
    blocks: list[Block] = [Line((Text(_frequency(tested)),))]
    if tested.shown:
        blocks += [Line((Text("The best of them:"),)), Bullets(tuple((title_link(each),) for each in tested.shown))]
    if tested.left_out:
        papers = tuple((title_link(each),) for each in tested.left_out)
        blocks += [Line((Text("Close, but left out:"),)), Bullets(papers)]
    if advice := _advice(tested):
        blocks.append(Line(advice))
    return blocks


def refinement_rows(instead: Iterable[tuple[Refinement, str]], days: int) -> tuple[tuple[Button, ...], ...]:
    """A row with a button for each topic that is offered instead; `days` are those of the backtest."""
    return tuple((Button(_offer(each, days), action=str(Action("instead", key))),) for each, key in instead)


def _frequency(tested: Backtest) -> str:
    days = _listings(len(tested.days))
    least = "at least " if tested.is_least else ""
    if tested.count and tested.a_day < 2:
        return f"On {days} it would have brought {least}{count(tested.count, 'paper')}."
    if tested.count:
        return f"On {days} it would have brought {least or 'about '}{round(tested.a_day)} papers a day."
    before = f" and the {len(tested.earlier)} before" if tested.earlier else ""
    if tested.last_match is None:
        return f"On {days}{before} it would have brought nothing."
    return f"On {days} it would have brought nothing; the last one came on {_day(tested.last_match)}."


def _listings(number: int) -> str:
    return "the last listing day" if number == 1 else f"the last {number} listing days"


def _advice(tested: Backtest) -> tuple[Span, ...]:
    """What to do about a topic that brings too much or nothing, where a button alone would not say it."""
    if tested.is_by_words and refinements.is_foreign(tested.query):
        return (Text("I compare words here, and papers are in English: describe it in English, too."),)
    if refinements.is_too_broad(tested):
        if refinements.has_words(tested.query):
            return (Text("That is a lot: a digest shows the best of them. Say more, or choose below."),)
        return (
            Text("That is a lot: a digest shows the best of them. Describe your work in a sentence after "),
            command("subscribe"),
            Text(", and papers close to it come first."),
        )
    if not refinements.is_empty(tested):
        return ()
    return (Text("Did you mean this?"),) if tested.refinements else ()


def _offer(refinement: Refinement, days: int) -> str:
    number = ""
    if refinement.count is not None:
        is_daily = refinement.count >= 2 * days
        number = f" ({round(refinement.count / days)} a day)" if is_daily else f" ({count(refinement.count, 'paper')})"
    match refinement.kind:
        case RefinementKind.CATEGORY:
            return f"Only in {refinement.detail}{number}"
        case RefinementKind.SPELLING:
            return f"With “{shortened(refinement.detail, 40)}”{number}"
        case RefinementKind.WORDING:
            return f"Also “{shortened(refinement.detail, 40)}”{number}"
        case RefinementKind.INTEREST:
            return f"Papers about this{number}"
        case RefinementKind.EVERYWHERE:
            return f"In all categories{number}"


# ── the next digest ───────────────────────────────────────────────────────────────────────────────────────────────


def preview(result: Preview, chat: ChatName) -> Reply:
    digest = result.digest
    shown = digest.cards[:MOST_PREVIEWED]
    items = tuple(_previewed(card) for card in shown)
    size = len(digest.cards)
    how = f"{count(size, 'card')}, {digest.unlisted} only counted" if digest.unlisted else count(size, "card")
    subject = f"The next digest of {chat}" if chat.is_elsewhere else "Your next digest"
    blocks: list[Block] = [
        Heading((Text(f"{subject}: {count(digest.matched, 'paper')} so far", bold=True),)),
        Bullets(items, numbered=True),
    ]
    if size > len(shown):
        blocks.append(Line((Text(f"… and {count(size - len(shown), 'more card')}."),)))
    comes = f"It comes on {when(result.first_due)}, as {how}." if result.first_due else next_digest(None)
    blocks.append(Note((Text(f"{comes} New listings may change the order."),)))
    return Reply(Document(tuple(blocks)), ((DIGEST, SETTINGS),))


def _previewed(card: Card) -> tuple[Span, ...]:
    headline = card.summary.headline.text if card.summary and card.summary.headline else ""
    sentence = headline or reasons_line(card, "en")
    link = title_link(card.paper)
    return (link, Text(f": {shortened(sentence, MAX_SENTENCE)}")) if sentence else (link,)


# ── one paper ─────────────────────────────────────────────────────────────────────────────────────────────────────


def explained(result: Explained, chat: ChatName) -> Reply:
    found = result.found
    title = (Heading((title_link(found.paper),), level=2),) if found.paper else ()
    lines: list[Block] = [Line(_outcome(found, chat))]
    if found.reasons and found.paper and (why := reasons_line(Card(found.paper, reasons=found.reasons), "en")):
        lines.append(Line((Text(f"{why[0].upper()}{why[1:]}."),)))
    if found.lifts:
        lines.append(Line(_lift(found, result.chat.size)))
    if found.nearest:
        lines.append(Line(_nearest(found)))
    if found.outcome in _NEVER_DELIVERED:
        lines.append(Line((command("summarize", found.paper_id), Text(" reads it all the same."))))
    buttons = (Button("Read it all", action=str(Action("deep", found.paper_id))), topics_button(chat))
    return Reply(Document((*title, *lines, *about(chat))), (buttons,))


def _outcome(found: Whereabouts, chat: ChatName) -> tuple[Span, ...]:
    announced = f" on {_day(found.announced_on)}" if found.announced_on else ""
    match found.outcome:
        case PaperOutcome.SENT:
            return (Text(f"It came with the digest of {_day(found.digest_day)}{_place(found)}."),)
        case PaperOutcome.COUNTED:
            when_counted = f"The digest of {_day(found.digest_day)}" if found.digest_day else "An earlier digest"
            return (Text(f"{when_counted} only counted it: it was matched{_place(found)}."),)
        case PaperOutcome.CARD:
            return (Text(f"It comes with the next digest, as a card{_place(found)}."),)
        case PaperOutcome.UNLISTED:
            return (Text(f"The next digest only counts it: it is matched{_place(found)}."),)
        case PaperOutcome.BEFORE_SUBSCRIPTION:
            since = f" from {_day(found.since)} on" if found.since else ""
            matched = (Text("It matches "), *topic_spans(found.topics[0]))
            return (*matched, Text(f", but was announced{announced}; {chat} follows that only{since}."))
        case PaperOutcome.NO_TOPIC:
            return (Text(f"It was announced{announced}, and {chat} follows no topic."),)
        case PaperOutcome.NO_MATCH:
            return (Text(f"It was announced{announced}, and no topic of {chat} matches it."),)
        case PaperOutcome.REPLACEMENT:
            return (Text(f"It was announced only as a new version{announced}; digests bring papers that are new."),)
        case PaperOutcome.LONG_AGO:
            return (Text(f"It was announced{announced}; I look back one month."),)
        case PaperOutcome.NOT_ANNOUNCED:
            return (Text(f"No listing that I have read announced {found.paper_id}."),)


def _place(found: Whereabouts) -> str:
    if not found.place:
        return ""
    return f", {'about ' if found.is_about else ''}{_ordinal(found.place)} of {count(found.of, 'paper')}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _lift(found: Whereabouts, size: int) -> tuple[Span, ...]:
    """What would bring papers like this one further up."""
    ways: list[tuple[Span, ...]] = []
    if Lift.VOTES in found.lifts:
        ways.append((Text("👍 on papers like it"),))
    if Lift.INTEREST in found.lifts:
        ways.append((Text("a sentence about your work after "), command("subscribe")))
    if Lift.SIZE in found.lifts:
        ways.append((Text(f"a digest of more than {count(size, 'paper')} ("), command("settings", "size"), Text(")")))
    spans: list[Span] = [Text("What brings such papers further up: ")]
    for number, way in enumerate(ways):
        spans += [Text(", or " if number == len(ways) - 1 else ", "), *way] if number else way
    return (*spans, Text("."))


def _nearest(found: Whereabouts) -> tuple[Span, ...]:
    nearest = found.nearest
    if nearest is None:
        return ()
    topic = (Text("The nearest is "), *topic_spans(nearest.topic))
    if nearest.lacks:
        return (*topic, Text(f": the paper {_listed(nearest.lacks)}."))
    if nearest.is_crowded_out:
        return (*topic, Text(": it is close, but others of that day were closer."))
    return (*topic, Text(": it is not close enough."))


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


# ── what was learned ──────────────────────────────────────────────────────────────────────────────────────────────


def learned(result: Learned, chat: ChatName) -> Reply:
    who = str(chat) if chat.is_elsewhere else "you"
    likes = [term for term, _ in result.taste.likes]
    dislikes = [term for term, _ in result.taste.dislikes]
    blocks: list[Block] = [
        Heading((Text(f"What I learned from votes on {count(result.papers, 'paper')}", bold=True),)),
    ]
    if likes:
        blocks.append(Line((Text("More of: ", bold=True), Text(", ".join(likes)))))
    if dislikes:
        blocks.append(Line((Text("Less of: ", bold=True), Text(", ".join(dislikes)))))
    if not (likes or dislikes):
        blocks.append(Line((Text(f"No word stands out yet; a few more votes tell what {who} like."),)))
    behind = " The latest votes are not in it yet." if result.is_behind else ""
    following = "Words of what is followed count, too."
    blocks.append(Note((Text(f"The first vote was given on {_day(result.since)}. {following}{behind}"),)))
    return Reply(Document((*blocks, *about(chat))), ((_FORGET,), (topics_button(chat),)))


def nothing_learned(result: NothingLearned, chat: ChatName) -> Reply:
    if result.votes:
        line = f"I have {count(result.votes, 'vote')} and learn from them in the next minutes."
        return with_note(one_line(line, buttons=((_FORGET,),)), chat)
    spans = (
        Text("Nothing yet. Teach me: press 👍 and 👎 below papers, name some that you like ("),
        command("like", "2406.14272"),
        Text("), or send me your .bib or .ris file."),
    )
    return with_note(Reply(Document((Line(spans),)), ((topics_button(chat),),)), chat)


def confirm_unlearn(result: ConfirmUnlearn, chat: ChatName) -> Reply:
    # Named also where it was asked: people have several chats open, and this cannot be undone.
    line = f"This deletes {count(result.votes, 'vote')} of {chat.full} and what I learned from them."
    yes = Button("Yes, forget it", action=str(Action("unlearn", "yes")))
    return one_line(line, buttons=((yes, Button("Keep it", action=str(Action("tune")))),))


def unlearned(result: Unlearned, chat: ChatName) -> Reply:
    return with_note(one_line(f"Done: {count(result.votes, 'vote')} and what I learned from them are deleted."), chat)


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(day: date | None) -> str:
    """ "Tuesday 2 June"."""
    return f"{day:%A} {day.day} {day:%B}" if day else "an earlier day"
