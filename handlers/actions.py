"""What buttons do: short "verb:argument" actions, read back with suspicion and carried out as use cases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.arxiv import ids
from bot.conversation import Conversation, Requester, Result, Stale
from bot.model import ChatRef, Depth

LONGEST = 48
"""Bytes of an action; platforms add a little of their own and allow 64 (Telegram) or 100 (Discord)."""

_ACTION = re.compile(r"(?P<verb>[a-z]{1,12}):(?P<argument>[\x21-\x7e]{0,40})")


@dataclass(frozen=True, slots=True)
class Action:
    verb: str
    argument: str = ""

    def __str__(self) -> str:
        text = f"{self.verb}:{self.argument}"
        if len(text.encode()) > LONGEST:
            raise ValueError(f"the action {text!r} is longer than {LONGEST} bytes")
        return text


VERBS = frozenset({"digest", "topics", "help", "drop", "settings", "choose", "set", "deep", "forget", "resend"})
"""digest: now; topics: list; help; drop:TOPIC_KEY; settings; choose:NAME; set:NAME=VALUE; deep:PAPER_ID; forget:yes;
resend:DELIVERY_ID"""

SLOW = frozenset({"digest", "deep"})
"""Verbs that may take minutes: platforms say so and answer later."""


def parse(text: object) -> Action | None:
    """An action that we could have made, or None. Whether it still means something, `perform` finds out."""
    # What matches is ASCII, a byte a character; what does not may not even be text that can be encoded.
    match = _ACTION.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST else None
    if match is None or match["verb"] not in VERBS:
        return None
    return Action(match["verb"], match["argument"])


async def perform(conversation: Conversation, asker: Requester, ref: ChatRef, action: Action) -> Result:
    """Do what a button says, for this asker in this chat; rights are checked as for the command."""
    argument = action.argument
    match action.verb:
        case "digest":
            return await conversation.digest_now(asker, ref)
        case "topics":
            return await conversation.subscriptions(ref)
        case "help":
            return await conversation.help()
        case "drop":
            return await conversation.unsubscribe_key(asker, ref, argument)
        case "settings":
            return await conversation.settings(ref)
        case "choose":
            return await conversation.choices(ref, argument)
        case "set":
            name, _, value = argument.partition("=")
            return await conversation.change(asker, ref, name, value)
        case "deep" if ids.parse_id(argument):
            return await conversation.summarize(ref, argument, Depth.DEEP)
        case "resend":
            return await conversation.resend(asker, ref, argument)
        case "forget" if argument == "yes":
            return await conversation.forget(asker, ref)
        case "forget":
            return await conversation.ask_forget(asker, ref)
    return Stale()
