"""Buttons: the data they carry ("verb:argument@chat"), its validation when it comes back, and what each verb does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.arxiv import ids
from bot.conversation import Conversation, NotAllowed, Result, Stale
from bot.model import ChatRef, Depth, Summary, SummaryKey, VoteKind
from handlers import (
    beginning_actions,
    card_actions,
    commands,
    library_actions,
    news_actions,
    setting_actions,
    stop_actions,
    understanding_actions,
)
from handlers.requests import ARGUMENT, Operation, Request, Target, UseCase, dispatch

MAX_ACTION_BYTES = 38
"""Bytes of "verb:argument". Telegram's callback data holds 64, of which "@" and the longest id of a chat with its forum
topic ("-1001234567890/2147483647") take 26; Discord's custom_id holds 100 characters."""

APART = "new"
"""The argument of "settings" below a digest, which stays as it is."""

MAX_DATA_LENGTH = 100
"""Characters of what a button sends back, with its chat; longer data was not made by this module."""

# Buttons in messages of earlier releases have no chat, and arguments of up to 40 characters. An argument is printable
# ASCII without a space and without "@", which begins the chat.
_ACTION = re.compile(
    r"(?P<verb>[a-z]{1,12}):(?P<argument>[\x21-\x3f\x41-\x7e]{0,40})(?:@(?P<chat>-?[0-9]{1,20}(?:/[0-9]{1,10})?))?"
)


# A summary's key and fingerprint: "2406.14272v2:zh-Hant:d1f3a".
_SUMMARY = re.compile(r"(?P<paper>[^:]+):(?P<language>[A-Za-z-]{2,8}):(?P<depth>[bd])(?P<fingerprint>[0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Action:
    """`chat_id` is the `ChatRef.id` of the chat that the button is about; None stands for the chat of its message."""

    verb: str
    argument: str = ""
    chat_id: str | None = None

    def __str__(self) -> str:
        text = f"{self.verb}:{self.argument}"
        return f"{text}@{self.chat_id}" if self.chat_id else text


def with_chat(action: str, chat: ChatRef | None) -> str:
    """An action as text with the chat it is about; one that names a chat already keeps it."""
    return action if chat is None or "@" in action else f"{action}@{chat.id}"  # no argument holds an "@"


def parse(text: object) -> Action | None:
    """An action of the form that `Action` writes, or None. Whether its topic still exists is not checked here."""
    # The pattern is matched, not a length in bytes: a client may send text that cannot be encoded (lone surrogates).
    match = _ACTION.fullmatch(text) if isinstance(text, str) and len(text) <= MAX_DATA_LENGTH else None
    if match is None or match["verb"] not in BUTTONS:
        return None
    return Action(match["verb"], match["argument"], match["chat"])


def is_in_place(action: Action) -> bool:
    """Whether the answer takes the place of the message with the button. Settings that are opened below a digest are a
    message of their own."""
    return BUTTONS[action.verb].is_in_place and action != Action("settings", APART, action.chat_id)


def evidence_action(summary: Summary | None) -> str | None:
    """The action of a button that shows a summary's evidence; None for a summary that may not be stored."""
    if summary is None:
        return None
    # Such a summary stands in for a model's, perhaps in one digest only.
    if summary.provenance.model == "extractive" and summary.provenance.instead_of:
        return None
    key = summary.key
    argument = f"{key.paper_id}v{key.version}:{key.language}:{key.depth.value[0]}{summary.fingerprint}"
    return str(Action("cite", argument))


async def perform(conversation: Conversation, target: Target, action: Action) -> Result:
    """Do what a button says, in the target's chat; rights are checked as for commands."""
    return await dispatch(conversation, BUTTONS[action.verb], Request(target, {ARGUMENT: action.argument}))


# ── use cases that only buttons have ──────────────────────────────────────────────────────────────────────────────


async def _drop(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.unsubscribe_key(target.requester, target.chat, request.arguments[ARGUMENT])


async def _why(conversation: Conversation, request: Request) -> Result:
    paper_id = request.arguments[ARGUMENT]
    # `why` takes links as well; a button only ever carries an id.
    return Stale() if ids.parse_id(paper_id) is None else await conversation.insights.why(request.target.chat, paper_id)


async def _unlearn(conversation: Conversation, request: Request) -> Result:
    target = request.target
    # Any argument but the exact word asks, as for `_forget`.
    if request.arguments[ARGUMENT] != "yes":
        return await conversation.insights.ask_unlearn(target.requester, target.chat)
    return await conversation.insights.unlearn(target.requester, target.chat)


async def _deep(conversation: Conversation, request: Request) -> Result:
    paper_id = request.arguments[ARGUMENT]
    # `summarize` takes links as well; a button only ever carries an id.
    paper = ids.parse_id(paper_id)
    if paper is None:
        return Stale()
    target = request.target
    await conversation.votes.opened(target.requester, target.chat, paper.id)
    return await conversation.papers.summarize(target.chat, paper_id, target.requester.user_id, Depth.DEEP)


async def _evidence(conversation: Conversation, request: Request) -> Result:
    match = _SUMMARY.fullmatch(request.arguments[ARGUMENT])
    paper = ids.parse_id(match["paper"]) if match else None
    if match is None or paper is None or paper.version is None:
        return Stale()
    depth = Depth.DEEP if match["depth"] == "d" else Depth.BRIEF
    key = SummaryKey(paper.id, paper.version, match["language"], depth)
    await conversation.votes.opened(request.target.requester, request.target.chat, paper.id)
    return await conversation.papers.evidence(key, match["fingerprint"])


def _vote(kind: VoteKind) -> UseCase:
    async def vote(conversation: Conversation, request: Request) -> Result:
        target = request.target
        await conversation.beginning.note_kind(target.chat, target.kind)
        return await conversation.votes.vote(target.requester, target.chat, request.arguments[ARGUMENT], kind)

    return vote


async def _vote_options(conversation: Conversation, request: Request) -> Result:
    return await conversation.votes.options(request.arguments[ARGUMENT])


async def _resend(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.digests.resend(target.requester, target.chat, request.arguments[ARGUMENT])


async def _which(conversation: Conversation, request: Request) -> Result:
    target = request.target
    if not target.requester.is_admin:
        return NotAllowed()
    where = target.asked_in or target.chat
    chosen = await conversation.chat_choices.chosen(where, request.arguments[ARGUMENT], target.chat)
    command = next((each for each in commands.COMMANDS if chosen is not None and each.name == chosen[0]), None)
    if chosen is None or command is None:
        return Stale()
    return await command.operation.use_case(conversation, Request(target, command.read_line(chosen[1])))


# ── the table ─────────────────────────────────────────────────────────────────────────────────────────────────────

# Lists and settings are shown to all members of a chat; rights are needed to change something or to cause a digest.
BUTTONS = {
    **setting_actions.ACTIONS,
    **stop_actions.ACTIONS,
    "digest": Operation(use_case=commands.digest_now, needs_rights=True, needs_posting=True, is_slow=True),
    "help": Operation(use_case=commands.show_help, is_in_place=True),
    "drop": Operation(use_case=_drop, needs_rights=True, is_in_place=True),
    "which": Operation(use_case=_which, needs_rights=True, needs_posting=True, is_in_place=True),
    # Public, as /summarize is: the reading is interesting for everybody who sees the card.
    "deep": Operation(use_case=_deep, is_slow=True, is_public=True, is_for_members=True),
    # For the one who asks alone: it is long, and the card it belongs to is there for everybody.
    "cite": Operation(use_case=_evidence, is_for_members=True),
    # Everybody votes for themself, so no rights are needed.
    "up": Operation(use_case=_vote(VoteKind.UP), is_for_members=True),
    "down": Operation(use_case=_vote(VoteKind.DOWN), is_for_members=True),
    "save": Operation(use_case=_vote(VoteKind.SAVED), is_for_members=True),
    # Of the menus in messages of earlier releases.
    "rate": Operation(use_case=_vote_options, is_for_members=True),
    # For the one who asks alone, as the evidence.
    "why": Operation(use_case=_why, is_slow=True, is_for_members=True),
    "preview": Operation(use_case=commands.preview, is_slow=True),
    "tune": Operation(use_case=commands.tune, is_in_place=True),
    "unlearn": Operation(use_case=_unlearn, needs_rights=True, is_in_place=True),
    "resend": Operation(use_case=_resend, needs_rights=True),
    **card_actions.ACTIONS,
    **beginning_actions.ACTIONS,
    **news_actions.ACTIONS,
    **library_actions.ACTIONS,
    **understanding_actions.ACTIONS,
}
"""Every verb. Arguments: drop:TOPIC_KEY, which:KEY (see `ChatChoices.ask`), deep:,
why:, up:, down:, save: and rate:PAPER_ID, cite:SUMMARY (see `evidence_action`), unlearn:yes (without "yes" it asks
first), resend:DELIVERY_ID; the modules of actions name those of theirs; the others take none."""
