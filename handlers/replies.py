"""Replies: each result of a use case as a text with buttons that fits every platform and a phone.

The writers are grouped by subject in `topic_replies`, `paper_replies`, `like_replies`, `vote_replies` and
`setting_replies`; the others are here.
"""

from __future__ import annotations

from functools import singledispatch

from bot import conversation as results
from bot.errors import TellUser
from bot.render.nodes import Bullets, Button, Document, Heading, Line, Note, Reply, Text
from handlers import (
    beginning_replies,
    card_replies,
    insight_replies,
    library_replies,
    like_replies,
    paper_replies,
    setting_replies,
    subscription_replies,
    topic_replies,
    understanding_replies,
    undo_replies,
    vote_replies,
)
from handlers.button_actions import Action
from handlers.commands import COMMANDS
from handlers.reply_parts import (
    DIGEST,
    EXAMPLES,
    HELP,
    SETTINGS,
    command,
    count,
    examples,
    one_line,
    shortened,
    topics_button,
    with_note,
)
from handlers.requests import HERE, ChatName

MAX_HEALTH_LINES = 25
"""Sentences of /health; the rest is counted."""


_TEACHING = (
    "👍 and 👎 below a paper bring more or less like it, 🔖 saves it. "
    "A .bib or .ris file that you send me in private counts as papers you like."
)


def reply(result: object, chat: ChatName = HERE) -> Reply:
    """The reply to a result of `bot.conversation` about this chat, or to a `TellUser`.

    A reply about another chat than the one it is given in names that chat.
    """
    return _write(result, chat)


@singledispatch
def _write(result: object, _: ChatName) -> Reply:
    raise TypeError(f"no reply is written for {type(result).__name__}")


# singledispatch takes the kind of result from the annotation of each writer's first parameter.
for _writer in (
    beginning_replies.ask_topic,
    beginning_replies.area_offer,
    beginning_replies.ask_place,
    beginning_replies.settled,
    beginning_replies.group_welcome,
    *understanding_replies.WRITERS,
    topic_replies.subscribed,
    topic_replies.already_subscribed,
    topic_replies.not_understood,
    topic_replies.too_many,
    topic_replies.offer_expired,
    topic_replies.unsubscribed,
    topic_replies.not_subscribed,
    subscription_replies.subscriptions,
    subscription_replies.shared,
    subscription_replies.link_damaged,
    subscription_replies.which_chat,
    paper_replies.paper_card,
    paper_replies.paper_evidence,
    paper_replies.no_evidence,
    paper_replies.withdrawn,
    paper_replies.not_a_link,
    paper_replies.unknown_paper,
    paper_replies.unreadable,
    paper_replies.busy,
    like_replies.liked,
    paper_replies.digest_coming,
    paper_replies.nothing_now,
    paper_replies.resent,
    insight_replies.preview,
    insight_replies.explained,
    insight_replies.learned,
    insight_replies.nothing_learned,
    insight_replies.confirm_unlearn,
    insight_replies.unlearned,
    card_replies.opened_card,
    card_replies.being_read,
    card_replies.cited_paper,
    card_replies.card_figures,
    card_replies.card_closed,
    card_replies.digest_page,
    setting_replies.settings_view,
    setting_replies.choices,
    setting_replies.changed,
    setting_replies.not_accepted,
    undo_replies.undone,
    undo_replies.undo_expired,
    undo_replies.undo_refused,
    vote_replies.voted,
    vote_replies.vote_options,
    vote_replies.vote_not_kept,
    vote_replies.paper_not_kept,
    library_replies.saved_papers,
    library_replies.not_yours,
    library_replies.references,
    library_replies.found_in_chat,
    library_replies.nothing_to_search,
    library_replies.search_expired,
    library_replies.past_digests,
    library_replies.exported_chat,
):
    _write.register(_writer)


# ── without a use case ────────────────────────────────────────────────────────────────────────────────────────────


def apology(reference: str) -> Reply:
    """For an unexpected error; the log has the same reference, so that the operator finds the error of a report."""
    return one_line("Something went wrong on my side; try again in a minute.", note=f"Reference {reference}")


def refused(reason: str) -> Reply:
    """A refusal that no use case makes, as one sentence."""
    return one_line(reason)


def unknown_command() -> Reply:
    """For a text that begins with a slash and is no command of the table."""
    line = (Text("There is no such command; "), command("help"), Text(" lists them."))
    return Reply(Document((Line(line),)), ((HELP,),))


@_write.register
def _(error: TellUser, _chat: ChatName) -> Reply:
    return one_line(str(error))


# ── beginning and help ────────────────────────────────────────────────────────────────────────────────────────────


@_write.register
def _(result: results.Welcome, chat: ChatName) -> Reply:
    line = f"Welcome back. {chat.subject} follows {count(result.following, 'topic')}."
    return one_line(line, buttons=((topics_button(chat), DIGEST), (SETTINGS, HELP)))


@_write.register
def _(_: results.Help, chat: ChatName) -> Reply:
    # From the table, so that no command can be missing here.
    commands = tuple((Text(f"/{offered.name}", code=True), Text(f" {offered.description}")) for offered in COMMANDS)
    return Reply(
        Document(
            (
                Heading((Text("What I can do", bold=True),)),
                Bullets(commands),
                Heading((Text("Topics by example", bold=True),), level=2),
                examples(EXAMPLES),
                Note((Text("Fields are ti: abs: au: cat: co:, joined by AND, OR, NOT and parentheses."),)),
                Line((Text(_TEACHING),)),
            )
        ),
        ((topics_button(chat), SETTINGS),),
    )


@_write.register
def _(_: results.Privacy, _chat: ChatName) -> Reply:
    kept = (
        "this chat's id and title, its topics and settings",
        "which papers it has received, so that none comes twice",
        "who (your id here) liked, saved, opened or voted on which paper, and what I learned from that",
        "messages that are on their way, and whether they arrived",
        "words that may be a query or a description, for an hour, while I ask which of the two you mean",
        "of a Telegram group or channel the ids of those who set me up there, to tell them when I cannot post",
    )
    not_kept = (
        Text("Nothing else of what you write, and nothing else about who you are. "),
        command("stop"),
        Text(" deletes it."),
    )
    return Reply(
        Document(
            (
                Line((Text("What I keep about this chat:"),)),
                Bullets(tuple((Text(item),) for item in kept)),
                Line(not_kept),
            )
        )
    )


# ── stopping ──────────────────────────────────────────────────────────────────────────────────────────────────────


@_write.register
def _(result: results.ConfirmForget, chat: ChatName) -> Reply:
    topics = f" and unsubscribes it from {count(result.following, 'topic')}" if result.following else ""
    # Named also where it was asked: people have several chats open, and this cannot be undone.
    line = f"This deletes everything I know of {chat.full}{topics}."
    yes = Button("Yes, delete it", action=str(Action("forget", "yes")))
    return one_line(line, buttons=((yes, topics_button(chat)),))


@_write.register
def _(_: results.Forgotten, chat: ChatName) -> Reply:
    line = Text(f"Done: everything about {chat} is deleted.")
    # /start acts on the chat in which it is typed, so it is not offered for another chat.
    restart = () if chat.is_elsewhere else (Text(" "), command("start"), Text(" starts again."))
    return Reply(Document((Line((line, *restart)),)))


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@_write.register
def _(result: results.NotAllowed, chat: ChatName) -> Reply:
    return one_line(f"Only admins of {chat} can {result.what}.")


@_write.register
def _(_: results.NotOperator, _chat: ChatName) -> Reply:
    return one_line("Only the operators of this service can ask that, in a private chat with me.")


@_write.register
def _(result: results.Health, _: ChatName) -> Reply:
    # A sentence may quote the error of a server, which can be a page of text.
    shown = [shortened(line, 300) for line in result.lines[:MAX_HEALTH_LINES]]
    if left := len(result.lines) - len(shown):
        shown.append(f"{left} more: see `paperboy status`.")
    return Reply(Document(tuple(Line((Text(line),)) for line in shown)))


@_write.register
def _(result: results.Incomplete, chat: ChatName) -> Reply:
    match result.command:
        case "subscribe":
            line = Line((Text(f"Say what {chat} should follow after the command, for example:"),))
            return Reply(Document((line, examples(EXAMPLES, "" if chat.is_elsewhere else "/subscribe "))))
        case "unsubscribe":
            question = "Say which topic, or its number in the list."
            return with_note(one_line(question, buttons=((topics_button(chat),),)), chat)
        case "why":
            line = Line((Text("Say which paper: "), command("why", "2406.14272"), Text(", or send its link after it.")))
            return with_note(Reply(Document((line,))), chat)
        case "like":
            return like_replies.what_to_like(chat)
        case "cite":
            return library_replies.what_to_cite(chat)
        case "search":
            return library_replies.what_to_search(chat)
    paper = (Text("Say which paper: "), command("summarize", "2406.14272"), Text(", or send its link."))
    return Reply(Document((Line(paper),)))


@_write.register
def _(_: results.Stale, chat: ChatName) -> Reply:
    line = "That button no longer means anything; here is what still works."
    return with_note(one_line(line, buttons=((topics_button(chat), SETTINGS),)), chat)
