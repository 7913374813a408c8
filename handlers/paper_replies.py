"""Replies about papers and digests: a card or why there is none, a digest on its way or why there is none."""

from __future__ import annotations

from bot.conversation import (
    Busy,
    DigestComing,
    NoEvidence,
    NotALink,
    NothingNow,
    PaperCard,
    PaperEvidence,
    Resent,
    UnknownPaper,
    Unreadable,
    Withdrawn,
)
from bot.locales import formats
from bot.model import Depth
from bot.render.cards import card_reply
from bot.render.evidence import evidence_document
from bot.render.nodes import Button, Document, Line, Note, Reply, Text
from handlers.button_actions import Action, evidence_action
from handlers.reply_parts import (
    command,
    count,
    follows_nothing,
    one_line,
    sentence,
    settings_button,
    topics_button,
    with_note,
)
from handlers.requests import ChatName
from handlers.vote_buttons import vote_buttons


def paper_card(result: PaperCard, _: ChatName) -> Reply:
    card = card_reply(result.card, result.language, evidence_action(result.card.summary), private=False)
    rows = [*card.buttons]
    if result.depth is not Depth.DEEP:
        # With the version, so that the deep reading is of the same text even if the paper is replaced meanwhile.
        rows.append((Button("Read it all", action=str(Action("deep", result.card.paper.versioned_id))),))
    return Reply(card.document, (*rows, vote_buttons(result.card.paper.id)), card.private)


def paper_evidence(result: PaperEvidence, _: ChatName) -> Reply:
    return Reply(evidence_document(result.card, result.language))


def no_evidence(result: NoEvidence, _: ChatName) -> Reply:
    line = (
        Text("The summary on that card is no longer kept; "),
        command("summarize", result.paper_id),
        Text(" makes one that can be checked."),
    )
    return Reply(Document((Line(line),)))


def withdrawn(result: Withdrawn, _: ChatName) -> Reply:
    # It has no summary, so no language: the labels are in the language of the replies.
    return card_reply(result.card, "en", private=False)


def not_a_link(result: NotALink, _: ChatName) -> Reply:
    reply = one_line(sentence(result.why))
    if not result.is_plain_text:
        return reply
    # A new user may simply write what they work on.
    hint = Note((Text("For new papers about something, write it after "), command("subscribe"), Text(".")))
    return Reply(Document((*reply.document.blocks, hint)))


def unknown_paper(result: UnknownPaper, _: ChatName) -> Reply:
    return one_line(sentence(result.why))


def unreadable(result: Unreadable, _: ChatName) -> Reply:
    return one_line(f"I could not read {result.paper_id}: {sentence(result.why)}")


def busy(result: Busy, chat: ChatName) -> Reply:
    later = f"Try again in {formats.duration(result.retry_after)}." if result.retry_after else None
    return with_note(one_line(sentence(result.why), note=later), chat)


def digest_coming(result: DigestComing, chat: ChatName) -> Reply:
    also = f", and {count(result.also, 'more title')}" if result.also else ""
    digest = f"The digest of {chat}" if chat.is_elsewhere else "Your digest"
    return one_line(f"{digest} is on its way: {count(result.shown, 'paper')}{also}.")


def nothing_now(result: NothingNow, chat: ChatName) -> Reply:
    if not result.following:
        return follows_nothing(chat)
    return with_note(one_line(sentence(result.why), buttons=((topics_button(chat), settings_button()),)), chat)


def resent(_: Resent, chat: ChatName) -> Reply:
    return with_note(one_line("It is on its way again."), chat)
