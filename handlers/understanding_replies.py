"""Replies to what people type in their own words: offers of topics, papers they may mean, small talk."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import (
    AskWords,
    DidYouMeanCommand,
    DidYouMeanPaper,
    ManyPapers,
    NoSubject,
    OfferedTopic,
    OfferNote,
    SmallTalk,
    TopicOffer,
    UnknownFile,
    UnsubscribedSeveral,
)
from bot.decisions import refinements
from bot.locales import _, formats, ngettext, pgettext
from bot.model import Backtest, Card, topic_label
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from bot.render.one_sentence import sentence_of, shortened_sentence
from bot.render.plain import shortened
from bot.topics.typed import GuessKind, Talk
from handlers.button_actions import Action
from handlers.reply_parts import (
    EXAMPLES,
    about,
    command,
    help_button,
    one_line,
    rows,
    spans,
    title_link,
    topic_spans,
    topics_button,
    undo_button,
)
from handlers.requests import ChatName
from handlers.topic_words import topic_meaning

MAX_LABEL = 30
"""Characters on a button that fills a row of a phone, beside a count."""

MAX_SENTENCE = 120
"""Characters of the sentence about a paper in a list."""

MANY_A_DAY = 2
"""From so many papers a day on, a count is given for a day instead of the week."""


# ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def topic_offer(result: TopicOffer, chat: ChatName) -> Reply:
    first, *others = result.options
    blocks: list[Block] = [Heading(topic_meaning(first.query, in_order_of=result.text))]
    blocks += [Line(note) for kind, text in result.notes if (note := _reading_note(kind, text))]
    blocks.append(Line((Text(_frequency(result.backtest)),)))
    if result.backtest.shown:
        blocks.append(Bullets(tuple((title_link(paper),) for paper in result.backtest.shown)))
    notes = dict(result.notes)
    blocks += [Note((Text(text),)) for kind in notes if (text := _advice(kind, notes[kind]))]
    is_doubtful = any(kind in notes for kind in (OfferNote.BROAD, OfferNote.EMPTY, OfferNote.UNKNOWN_WORDS))
    return Reply(Document((*blocks, *about(chat))), _offer_buttons(first, others, notes, is_doubtful=is_doubtful))


def _offer_buttons(
    first: OfferedTopic, others: Sequence[OfferedTopic], notes: dict[OfferNote, str], *, is_doubtful: bool
) -> tuple[tuple[Button, ...], ...]:
    label = pgettext("button", "Follow anyway") if is_doubtful else pgettext("button", "✓ Follow")
    follow = (Button(label, action=str(Action("take", first.key))),)
    alternatives = [(Button(_label(option), action=str(Action("take", option.key))),) for option in others]
    if OfferNote.BROAD in notes:
        narrow = Button(pgettext("button", "Only with my words …"), action=str(Action("narrow", first.key)))
        return ((narrow,), *alternatives, follow)
    # What brings nothing comes last.
    return (*alternatives, follow) if is_doubtful else (follow, *alternatives)


def _label(option: OfferedTopic) -> str:
    """How a topic differs from the first one, and how many papers it would have brought."""
    match option.kind:
        case GuessKind.CATEGORY:
            label = pgettext("button", "All of {category}").format(category=option.detail)
        case GuessKind.NARROWER:
            label = pgettext("button", "Only {category}").format(category=option.detail)
        case GuessKind.SPELLING:
            label = pgettext("button", "With {words}").format(words=f"“{shortened(option.detail, 24)}”")
        case GuessKind.WIDER:
            label = pgettext("button", "Wider: {words}").format(words=f"“{shortened(option.detail, 24)}”")
        case GuessKind.ABOUT:
            label = pgettext("button", "Wider: papers about this")
        case GuessKind.WORDS:
            label = pgettext("button", "Exactly these words")
        case GuessKind.EITHER:
            label = pgettext("button", "Any one of them")
        case GuessKind.BOTH:
            label = pgettext("button", "All of them together")
        case GuessKind.AS_TYPED:
            label = pgettext("button", "No, {words}").format(words=f"“{shortened(option.detail, 24)}”")
        case GuessKind.EVERYWHERE:
            label = pgettext("button", "In all categories")
        case _:
            label = topic_label(option.query)
    label = shortened(label, MAX_LABEL)
    if option.a_day is None or option.count is None:
        return label
    if option.a_day >= MANY_A_DAY:
        return _("{label} · {n} a day").format(label=label, n=formats.number(round(option.a_day)))
    return _("{label} · {n} a week").format(label=label, n=formats.number(option.count))


def _frequency(tested: Backtest) -> str:
    """How many papers a topic would have brought."""
    if not tested.days or (refinements.is_empty(tested) and not refinements.has_words(tested.query)):
        return _("The first papers come as soon as arXiv announces the next ones.")
    if tested.a_day >= MANY_A_DAY:
        number = round(tested.a_day)
        return ngettext("About {n} new paper a day.", "About {n} new papers a day.", number).format(
            n=formats.number(number)
        )
    if tested.count > len(tested.shown) > 0:
        return ngettext(
            "{n} new paper in the last week, for example:",
            "{n} new papers in the last week, for example:",
            tested.count,
        ).format(n=formats.number(tested.count))
    if tested.count:
        return ngettext("{n} new paper in the last week:", "{n} new papers in the last week:", tested.count).format(
            n=formats.number(tested.count)
        )
    if tested.last_match is not None:
        return _("Nothing in the last week; the last one came on {day}.").format(
            day=formats.short_day(tested.last_match)
        )
    return _("Nothing in the last month.") if tested.earlier else _("Nothing in the last days.")


def _reading_note(kind: OfferNote, text: str) -> tuple[Span, ...]:
    """What is said of how the text was read; nothing for other notes."""
    match kind:
        case OfferNote.CORRECTED:
            return spans(_("I read it as {text}."), text=Text(text, bold=True))
        case OfferNote.NO_CATEGORY:
            return spans(_("arXiv has no category {code}."), code=Text(text, code=True))
        case OfferNote.TRANSLATED:
            return spans(_("arXiv's papers are in English, so I look for {text}."), text=Text(text, bold=True))
        case OfferNote.LEFT_OUT:
            return spans(_("I do not know these words: {words}."), words=text)
    return ()


def _advice(kind: OfferNote, text: str) -> str:
    """What to do about an offer, below its papers; nothing for other notes."""
    match kind:
        case OfferNote.BROAD:
            return _("That is more than anybody reads; each message shows the best of them. Add words to get fewer.")
        case OfferNote.EMPTY:
            return _("You can follow it and wait, or try other words.")
        case OfferNote.UNKNOWN_WORDS:
            return _("No paper that I know has this: {words}. Check the spelling.").format(words=text)
        case OfferNote.FOREIGN:
            return _("I compare words, and papers are in English: describe it in English, too.")
        case OfferNote.EITHER:
            return _("A paper that fits one of them is enough.")
        case OfferNote.SHORTENED:
            return _("Your text is long, so I used its beginning.")
    return ""


def ask_words(result: AskWords, chat: ChatName) -> Reply:
    if result.may_type:
        line = Line(
            spans(_("Which words should papers of {topic} have? Write them here."), topic=topic_spans(result.query))
        )
        return Reply(Document((line, *about(chat))))
    example = command("subscribe", f"{_EXAMPLE_WORDS} {result.query}")
    line = Line(spans(_("Add your words after the command, for example {command}."), command=example))
    return Reply(Document((line, *about(chat))))


_EXAMPLE_WORDS = "diffusion"


def no_subject(_result: NoSubject, chat: ChatName) -> Reply:
    """A text without a subject; it is not repeated, since it may be long or strange."""
    shown = tuple((Text(query, code=True),) for query, _meaning in EXAMPLES[:3])
    line = Line((Text(_("I did not find a subject in that. Write what you work on, for example:")),))
    link = Note((Text(_("Or send me a link to any arXiv paper, and I read it now.")),))
    area = Button(pgettext("button", "Choose an area"), action=str(Action("begin")))
    return Reply(Document((line, Bullets(shown), link, *about(chat))), ((area, help_button()),))


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def did_you_mean_paper(result: DidYouMeanPaper, chat: ChatName) -> Reply:
    several = len(result.papers) > 1
    question = _("Do you mean one of these papers?") if several else _("Do you mean this paper?")
    shown = tuple((title_link(paper), Text(f" · {', '.join(paper.authors[:2])}")) for paper in result.papers)
    items: tuple[Block, ...] = (Bullets(shown, numbered=True),) if several else (Line(shown[0]),)
    read = [
        Button(
            pgettext("button", "Read {number}").format(number=number) if several else pgettext("button", "Read"),
            action=str(Action("open", paper.id)),
        )
        for number, paper in enumerate(result.papers, 1)
    ]
    follow = [
        (Button(pgettext("button", "Follow papers like this"), action=str(Action("take", option.key))),)
        for option in (result.offer.options if result.offer else ())
        if option.kind is GuessKind.ABOUT
    ]
    return Reply(Document((Line((Text(question),)), *items, *about(chat))), (*rows(read, 3), *follow[:1]))


def many_papers(result: ManyPapers, _chat: ChatName) -> Reply:
    heading = ngettext("{n} paper", "{n} papers", len(result.cards)).format(n=formats.number(len(result.cards)))
    blocks: list[Block] = [
        Heading((Text(heading, bold=True),)),
        Bullets(tuple(map(_line_of, result.cards)), numbered=True),
    ]
    if result.unknown:
        unknown = formats.listing(result.unknown)
        blocks.append(Note((Text(_("arXiv does not know these ids: {ids}.").format(ids=unknown)),)))
    if result.left_out:
        left = ngettext("{n} more link was left out.", "{n} more links were left out.", result.left_out)
        blocks.append(Note((Text(left.format(n=formats.number(result.left_out))),)))
    buttons = [
        Button(str(number), action=str(Action("open", card.paper.id))) for number, card in enumerate(result.cards, 1)
    ]
    return Reply(Document(tuple(blocks)), rows(buttons, 5), private=False)


def _line_of(card: Card) -> tuple[Span, ...]:
    link, found = title_link(card.paper), sentence_of(card)
    return (link, Text(f" {shortened_sentence(found[1], MAX_SENTENCE)}")) if found else (link,)


def unknown_file(_result: UnknownFile, _chat: ChatName) -> Reply:
    return one_line(_("I find no arXiv id in that PDF. Send me the paper's link or its title."))


# ── small talk and commands ───────────────────────────────────────────────────────────────────────────────────────


def small_talk(result: SmallTalk, chat: ChatName) -> Reply:
    if result.talk is Talk.NO:
        return one_line(_("All right."))
    if result.talk is Talk.UNDO:
        line = _("Press Undo below the answer whose change you want to take back; it works for ten minutes.")
        return one_line(line, buttons=((topics_button(chat), help_button()),))
    if result.talk is Talk.THANKS:
        return one_line(_("You are welcome."))
    if result.following:
        ours = ngettext(
            "Hello! This chat follows {n} topic. Send me a link to read a paper, or write what else you work on.",
            "Hello! This chat follows {n} topics. Send me a link to read a paper, or write what else you work on.",
            result.following,
        )
        theirs = ngettext(
            "Hello! {chat} follows {n} topic. Send me a link to read a paper, or write what else you work on.",
            "Hello! {chat} follows {n} topics. Send me a link to read a paper, or write what else you work on.",
            result.following,
        )
        line = chat.either(ours, theirs).format(chat=chat, n=formats.number(result.following))
        return one_line(line, buttons=((topics_button(chat), help_button()),))
    line = _("Hello! Write what you work on, and I bring you new arXiv papers about it.")
    return one_line(
        line, buttons=((Button(pgettext("button", "Choose an area"), action=str(Action("begin"))), help_button()),)
    )


def did_you_mean_command(result: DidYouMeanCommand, chat: ChatName) -> Reply:
    name = result.line.partition(" ")[0]
    line = Line(spans(_("There is no such command. Did you mean {command}?"), command=command(name)))
    run = Button(shortened(f"/{result.line}", MAX_LABEL), action=str(Action("run", result.key)))
    return Reply(Document((line, *about(chat))), ((run,), (help_button(),)))


def unsubscribed_several(result: UnsubscribedSeveral, chat: ChatName) -> Reply:
    gone = ngettext("{n} topic is not followed any more:", "{n} topics are not followed any more:", len(result.topics))
    shown = tuple(topic_spans(topic) for topic in result.topics)
    blocks: list[Block] = [Line((Text(gone.format(n=formats.number(len(result.topics)))),)), Bullets(shown)]
    if result.missing:
        missing = _("Not followed, so nothing was done: {names}.").format(names=formats.listing(result.missing))
        blocks.append(Note((Text(missing),)))
    buttons = (*((topics_button(chat),) if result.following else ()), *undo_button(result.undo))
    return Reply(Document((*blocks, *about(chat))), (buttons,) if buttons else ())


WRITERS = (
    topic_offer,
    ask_words,
    no_subject,
    did_you_mean_paper,
    many_papers,
    unknown_file,
    small_talk,
    did_you_mean_command,
    unsubscribed_several,
)
