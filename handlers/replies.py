"""Replies: each result of a use case as a text with buttons that fits every platform and a phone.

The writers are grouped by subject in `topic_replies`, `paper_replies`, `like_replies`, `vote_replies`,
`setting_replies`, `insight_replies` and `learning_replies`; the others are here.
"""

from __future__ import annotations

from functools import singledispatch

from bot import conversation as results
from bot.errors import RetryLater, TellUser
from bot.locales import _, ngettext, using
from bot.render.nodes import Bullets, Document, Heading, Line, Note, Reply, Text
from bot.render.plain import shortened
from handlers import (
    beginning_replies,
    card_replies,
    insight_replies,
    learning_replies,
    library_replies,
    like_replies,
    news_replies,
    paper_replies,
    setting_replies,
    stop_replies,
    subscription_replies,
    topic_replies,
    understanding_replies,
    undo_replies,
    vote_replies,
)
from handlers.commands import COMMANDS
from handlers.reply_parts import (
    EXAMPLES,
    command,
    digest_button,
    examples,
    help_button,
    one_line,
    settings_button,
    spans,
    topics_button,
    with_note,
)
from handlers.requests import HERE, ChatName

MAX_HEALTH_LINES = 25
"""Sentences of /health; the rest is counted."""


def reply(result: object, chat: ChatName = HERE) -> Reply:
    """The reply to a result of `bot.conversation` about this chat, or to a `TellUser`.

    A reply about another chat than the one it is given in names that chat. A language that was just chosen for the chat
    is spoken at once.
    """
    if isinstance(result, results.Changed) and result.name == "language" and not chat.is_elsewhere:
        with using(result.chat.language):
            return _write(result, chat)
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
    learning_replies.learned,
    learning_replies.nothing_learned,
    learning_replies.confirm_unlearn,
    learning_replies.unlearned,
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
    setting_replies.which_setting,
    stop_replies.confirm_forget,
    stop_replies.confirm_erase,
    stop_replies.erased,
    stop_replies.unchanged,
    stop_replies.forgotten,
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
    news_replies.digest_promised,
    news_replies.too_many_readings,
    news_replies.paper_news,
    news_replies.broadcast_plan,
    news_replies.broadcast_too_long,
    news_replies.broadcast_sent,
):
    _write.register(_writer)


# ── without a use case ────────────────────────────────────────────────────────────────────────────────────────────


def apology(reference: str) -> Reply:
    """For an unexpected error; the log has the same reference, so that the operator finds the error of a report."""
    line = _("Something went wrong on my side; try again in a minute.")
    return one_line(line, note=_("Reference {reference}").format(reference=reference))


def put_off(error: RetryLater) -> Reply:
    """For a request that cannot be carried out now; the log has the details."""
    return paper_replies.busy(results.Busy(results.why_put_off(error), error.retry_after), HERE)


def refused(reason: str) -> Reply:
    """A refusal that no use case makes, as one sentence."""
    return one_line(reason)


def unknown_command() -> Reply:
    """For a text that begins with a slash and is no command of the table."""
    line = spans(_("There is no such command; {help} lists them."), help=command("help"))
    return Reply(Document((Line(line),)), ((help_button(),),))


@_write.register
def _told(error: TellUser, _chat: ChatName) -> Reply:
    return one_line(str(error))


# ── beginning and help ────────────────────────────────────────────────────────────────────────────────────────────


@_write.register
def _welcome(result: results.Welcome, chat: ChatName) -> Reply:
    n = result.following
    line = chat.either(
        ngettext("Welcome back. This chat follows {n} topic.", "Welcome back. This chat follows {n} topics.", n),
        ngettext("Welcome back. {chat} follows {n} topic.", "Welcome back. {chat} follows {n} topics.", n),
    ).format(chat=chat, n=n)
    return one_line(line, buttons=((topics_button(chat), digest_button()), (settings_button(), help_button())))


@_write.register
def _help(_result: results.Help, chat: ChatName) -> Reply:
    # From the table, so that no command can be missing here.
    offered = [each for each in COMMANDS if not each.is_for_operators]
    commands = tuple((Text(f"/{each.name}", code=True), Text(f" {_(each.description)}")) for each in offered)
    teaching = _(
        "👍 and 👎 below a paper bring more or less like it, 🔖 saves it. "
        "A .bib or .ris file that you send me in private counts as papers you like."
    )
    return Reply(
        Document(
            (
                Heading((Text(_("What I can do"), bold=True),)),
                Bullets(commands),
                Heading((Text(_("Topics by example"), bold=True),), level=2),
                examples(EXAMPLES),
                Note((Text(_("Fields are ti: abs: au: cat: co:, joined by AND, OR, NOT and parentheses.")),)),
                Line((Text(teaching),)),
            )
        ),
        ((topics_button(chat), settings_button()),),
    )


@_write.register
def _privacy(_result: results.Privacy, _chat: ChatName) -> Reply:
    kept = (
        _("this chat's id and title, its topics and settings"),
        _("which papers it has received, so that none comes twice"),
        _("who (your id here) liked, saved, opened or voted on which paper, and what I learned from that"),
        _("of a channel's readers no id, but a code made from it that names nobody, so that votes can be taken back"),
        _("messages that are on their way, and whether they arrived"),
        _("what I have asked, and what can be undone, for an hour; the words of a search, for a week"),
        _("which of my messages shows which paper, for a month"),
        _("of a Telegram group or channel the ids of those who set me up there, to tell them when I cannot post"),
    )
    not_kept = spans(
        _("Nothing else of what you write, and nothing else about who you are. {stop} deletes it."),
        stop=command("stop"),
    )
    return Reply(
        Document(
            (
                Line((Text(_("What I keep about this chat:")),)),
                Bullets(tuple((Text(item),) for item in kept)),
                Line(not_kept),
            )
        )
    )


# ── refused ───────────────────────────────────────────────────────────────────────────────────────────────────────


@_write.register
def _not_allowed(_result: results.NotAllowed, chat: ChatName) -> Reply:
    line = chat.either(_("Only admins of this chat can do that."), _("Only admins of {chat} can do that."))
    return one_line(line.format(chat=chat))


@_write.register
def _not_operator(_result: results.NotOperator, _chat: ChatName) -> Reply:
    return one_line(_("Only the operators of this service can ask that, in a private chat with me."))


@_write.register
def _health(result: results.Health, _chat: ChatName) -> Reply:
    # In English, as the logs are. A sentence may quote the error of a server, which can be a page of text.
    shown = [shortened(line, 300) for line in result.lines[:MAX_HEALTH_LINES]]
    if left := len(result.lines) - len(shown):
        shown.append(f"{left} more: see `paperboy status`.")
    return Reply(Document(tuple(Line((Text(line),)) for line in shown)))


@_write.register
def _incomplete(result: results.Incomplete, chat: ChatName) -> Reply:
    match result.command:
        case "subscribe":
            line = chat.either(
                _("Say what this chat should follow after the command, for example:"),
                _("Say what {chat} should follow after the command, for example:"),
            ).format(chat=chat)
            shown = examples(EXAMPLES, "" if chat.is_elsewhere else "/subscribe ")
            return Reply(Document((Line((Text(line),)), shown)))
        case "unsubscribe":
            question = _("Say which topic, or its number in the list.")
            return with_note(one_line(question, buttons=((topics_button(chat),),)), chat)
        case "why":
            asked = _("Say which paper: {command}, or send its link after the command.")
            return with_note(Reply(Document((Line(spans(asked, command=command("why", "2406.14272"))),))), chat)
        case "like":
            return like_replies.what_to_like(chat)
        case "cite":
            return library_replies.what_to_cite(chat)
        case "search":
            return library_replies.what_to_search(chat)
    asked = _("Say which paper: {command}, or send its link.")
    return Reply(Document((Line(spans(asked, command=command("summarize", "2406.14272"))),)))


@_write.register
def _stale(_result: results.Stale, chat: ChatName) -> Reply:
    line = _("That button no longer means anything; here is what still works.")
    return with_note(one_line(line, buttons=((topics_button(chat), settings_button()),)), chat)
