"""The platforms that Paperboy posts to, and the ids of chats there."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Platform(enum.StrEnum):
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SITE = "site"


@dataclass(frozen=True, slots=True, order=True)
class Bot:
    """One of the bots that the settings have tokens for, by its id on its platform.

    `is_first`: it is the platform's first, which also serves the chats that are bound to no bot.
    """

    platform: Platform
    id: str
    is_first: bool = True

    def __str__(self) -> str:
        return f"{self.platform} {self.id}"

    @property
    def served(self) -> frozenset[str]:
        """The values of `Chat.bot` of the chats that it serves."""
        return frozenset((self.id, "") if self.is_first else (self.id,))


# Telegram's groups and channels have negative ids; the part after "/" is a forum topic. Telegram's ids have at most 52
# significant bits, those of forum topics 31, and Discord's 64. `\d` would also match digits of other scripts, which
# would name the same chat a second time.
_CHAT_IDS = {
    "telegram": r"-?[1-9][0-9]{0,15}(/[1-9][0-9]{0,9})?",
    "discord": r"[1-9][0-9]{0,19}",
    "site": "archive",
}


@dataclass(frozen=True, slots=True, order=True)
class ChatRef:
    """The address of a chat: `telegram:-100123`, `telegram:-100123/45` (forum topic), `discord:987`, `site:archive`."""

    platform: Platform
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> ChatRef:
        """Parse `PLATFORM:ID`; raises ValueError with a sentence that says what is expected."""
        platform, _, ident = text.strip().partition(":")
        is_chat_id = platform in _CHAT_IDS and re.fullmatch(_CHAT_IDS[platform], ident) is not None
        if not is_chat_id and ident and platform in _CHAT_IDS and platform != Platform.SITE:
            raise ValueError(
                f"“{ident}” is not a chat id on {platform}; ids are numbers. Send /subscribe in the chat itself "
                "instead, or take the id from `paperboy chats`, which lists the chats that the bot knows."
            )
        if not is_chat_id:
            raise ValueError(f"“{text}” is not a chat; write telegram:ID, discord:ID or site:archive.")
        return cls(Platform(platform), ident)

    @property
    def place(self) -> str:
        """For a Telegram forum topic, the id of its group; for any other chat, its own id."""
        return self.id.partition("/")[0]

    @property
    def thread(self) -> int | None:
        """The id of a Telegram forum topic inside its chat; None for a chat that is no forum topic."""
        thread = self.id.partition("/")[2]
        return int(thread) if thread else None

    @property
    def is_group(self) -> bool:
        """Whether the chat is a Telegram group or channel: their ids are negative, other platforms' are not."""
        return self.id.startswith("-")

    def with_place(self, place: str | int) -> ChatRef:
        """The same chat, or the same forum topic, under another id of the chat."""
        return ChatRef(self.platform, str(place) if self.thread is None else f"{place}/{self.thread}")


ARCHIVE = ChatRef(Platform.SITE, "archive")
"""The web archive, which follows topics like a chat and gets no messages."""
