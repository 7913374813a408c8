"""Replies about votes. What a press comes to is one sentence, since platforms show it in a pop-up or to one person."""

from __future__ import annotations

from bot.conversation import PaperNotKept, Voted, VoteNotKept, VoteOptions
from bot.locales import N_, _
from bot.model import VoteKind
from bot.render.nodes import Document, Line, Reply, Text
from handlers.reply_parts import command, one_line, short_title, spans
from handlers.requests import ChatName
from handlers.vote_buttons import SIGNS, vote_buttons

_NOTED = {
    VoteKind.UP: N_("{sign} Noted: more like “{title}”"),
    VoteKind.DOWN: N_("{sign} Noted: less like “{title}”"),
    VoteKind.SAVED: N_("{sign} Saved: “{title}”"),
}


def voted(result: Voted, _chat: ChatName) -> Reply:
    line = _("{sign} Taken back: “{title}”") if result.is_taken_back else _(_NOTED[result.kind])
    return one_line(line.format(sign=SIGNS[result.kind], title=short_title(result.paper)))


def vote_options(result: VoteOptions, _chat: ChatName) -> Reply:
    return Reply(Document((Line((Text(short_title(result.paper), bold=True),)),)), (vote_buttons(result.paper.id),))


def vote_not_kept(_result: VoteNotKept, chat: ChatName) -> Reply:
    line = chat.either(
        _("This chat follows no topic yet, so there is no digest that a vote could change. Try {command} first."),
        _("{chat} follows no topic yet, so there is no digest that a vote could change."),
    )
    return Reply(Document((Line(spans(line, chat=str(chat), command=command("subscribe", "cs.CL"))),)))


def paper_not_kept(result: PaperNotKept, _chat: ChatName) -> Reply:
    line = _("I no longer keep that paper; {command} brings it back with its buttons.")
    return Reply(Document((Line(spans(line, command=command("summarize", result.paper_id))),)))
