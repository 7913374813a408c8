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
from bot.locales import _, current_language, formats, ngettext, pgettext
from bot.model import Depth
from bot.render.cards import card_reply
from bot.render.evidence import evidence_document
from bot.render.nodes import Button, Document, Line, Reply
from handlers.button_actions import Action, evidence_action
from handlers.reply_parts import (
    command,
    follows_nothing,
    one_line,
    sentence,
    settings_button,
    spans,
    topics_button,
    with_note,
)
from handlers.requests import ChatName
from handlers.vote_buttons import vote_buttons


def paper_card(result: PaperCard, _chat: ChatName) -> Reply:
    card = card_reply(result.card, result.language, evidence_action(result.card.summary), private=False)
    rows = [*card.buttons]
    if result.depth is not Depth.DEEP:
        # With the version, so that the deep reading is of the same text even if the paper is replaced meanwhile.
        rows.append(
            (Button(pgettext("button", "Read it all"), action=str(Action("deep", result.card.paper.versioned_id))),)
        )
    return Reply(card.document, (*rows, vote_buttons(result.card.paper.id)), card.private)


def paper_evidence(result: PaperEvidence, _chat: ChatName) -> Reply:
    return Reply(evidence_document(result.card, result.language))


def no_evidence(result: NoEvidence, _chat: ChatName) -> Reply:
    line = _("The summary on that card is no longer kept; {command} makes one that can be checked.")
    return Reply(Document((Line(spans(line, command=command("summarize", result.paper_id))),)))


def withdrawn(result: Withdrawn, _chat: ChatName) -> Reply:
    # It has no summary, so no language: the labels are in the language of the replies.
    return card_reply(result.card, current_language(), private=False)


def not_a_link(result: NotALink, _chat: ChatName) -> Reply:
    return one_line(sentence(result.why))


def unknown_paper(result: UnknownPaper, _chat: ChatName) -> Reply:
    return one_line(sentence(result.why))


def unreadable(result: Unreadable, _chat: ChatName) -> Reply:
    line = _("I could not read {paper}: {reason}")
    return one_line(line.format(paper=result.paper_id, reason=sentence(result.why)))


def busy(result: Busy, chat: ChatName) -> Reply:
    wait = formats.duration(result.retry_after) if result.retry_after else ""
    later = _("Try again in {duration}.").format(duration=wait) if wait else None
    return with_note(one_line(sentence(result.why), note=later), chat)


def digest_coming(result: DigestComing, chat: ChatName) -> Reply:
    n = result.shown + result.also
    if chat.is_named:
        line = ngettext(
            "The digest of {chat} is on its way: {n} paper.", "The digest of {chat} is on its way: {n} papers.", n
        )
        return one_line(line.format(chat=chat, n=formats.number(n)))
    line = ngettext("Your digest is on its way: {n} paper.", "Your digest is on its way: {n} papers.", n)
    return one_line(line.format(n=formats.number(n)))


def nothing_now(result: NothingNow, chat: ChatName) -> Reply:
    if not result.following:
        return follows_nothing(chat)
    return with_note(one_line(sentence(result.why), buttons=((topics_button(chat), settings_button()),)), chat)


def resent(_result: Resent, chat: ChatName) -> Reply:
    return with_note(one_line(_("It is on its way again.")), chat)
