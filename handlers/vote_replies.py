"""Replies about votes. What a press comes to is one sentence, since platforms show it in a pop-up or to one person."""

from __future__ import annotations

from bot.conversation import PaperNotKept, Voted, VoteNotKept, VoteOptions
from bot.model import VoteKind
from bot.render.nodes import Document, Line, Reply, Text
from handlers.reply_parts import command, one_line, short_title
from handlers.requests import ChatName
from handlers.vote_buttons import SIGNS, vote_buttons

_NOTED = {VoteKind.UP: "Noted: more like", VoteKind.DOWN: "Noted: less like", VoteKind.SAVED: "Saved:"}


def voted(result: Voted, _: ChatName) -> Reply:
    done = "Taken back:" if result.is_taken_back else _NOTED[result.kind]
    return one_line(f"{SIGNS[result.kind]} {done} “{short_title(result.paper)}”")


def vote_options(result: VoteOptions, _: ChatName) -> Reply:
    return Reply(Document((Line((Text(short_title(result.paper), bold=True),)),)), (vote_buttons(result.paper.id),))


def vote_not_kept(_: VoteNotKept, chat: ChatName) -> Reply:
    line = f"{chat.subject} follows nothing yet, so there is no digest that a vote could change. Try "
    return Reply(Document((Line((Text(line), command("subscribe", "cs.CL"), Text(" first."))),)))


def paper_not_kept(result: PaperNotKept, _: ChatName) -> Reply:
    line = (
        Text("I no longer keep that paper; "),
        command("summarize", result.paper_id),
        Text(" brings it back with its buttons."),
    )
    return Reply(Document((Line(line),)))
