"""The platforms of the kill test: stand-ins that fail at random, the chats on them, and the messages they accepted."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field

from bot.model import ChatRef, Platform
from tests.fakes.discord import CREATE_MESSAGE, CREATE_POST, Bucket, FakeDiscord
from tests.fakes.discord import Fault as DiscordFault
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_http import Fault, How

PAPER = re.compile(r"\b(\d{4}\.\d{5})v\d")

TELEGRAM_FAULTS: tuple[tuple[How, bool], ...] = (
    ("500", True),
    ("reset", True),
    ("hang", True),
    ("garbage", True),
    ("500", False),
    ("reset", False),
    ("429", False),
)
"""How a request fails, and whether the message was stored before: only then may a repetition duplicate it."""

DISCORD_FAULTS = (
    ("500", True),
    ("reset", True),
    ("hang", True),
    ("cut", True),
    ("503", False),
    ("reset", False),
    ("429", False),
)


class FlakyTelegram(FakeTelegram):
    """Fails requests to send at random, with the probability `rate`, in a random way of `TELEGRAM_FAULTS`."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = 0.0
        self.failed: Counter[str] = Counter()

    def _fault(self, method: str) -> Fault | None:
        if not method.startswith("send") or random.random() >= self.rate:
            return None
        how, stored = random.choice(TELEGRAM_FAULTS)
        self.failed[f"{how} {'after' if stored else 'before'} storing"] += 1
        # 20 seconds: longer than a service under test lives.
        return Fault(method, how, stored, seconds=1.0 if how == "429" else 20.0)


class FlakyDiscord(FakeDiscord):
    """The same for Discord; it accepts many messages a second, so that limits do not hide the faults."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = 0.0
        self.failed: Counter[str] = Counter()
        self.channel_limit, self.overall = (50, 1.0), Bucket(1_000, 1.0)

    def _fault_for(self, line: str) -> DiscordFault | None:
        creates = re.fullmatch(CREATE_MESSAGE, line) or re.fullmatch(CREATE_POST, line)
        if not creates or random.random() >= self.rate:
            return None
        how, stored = random.choice(DISCORD_FAULTS)
        self.failed[f"{how} {'after' if stored else 'before'} storing"] += 1
        return DiscordFault(how, line, store=stored)


@dataclass
class Places:
    """Chats on both platforms: people and groups on Telegram, channels and forums on Discord."""

    telegram: FlakyTelegram
    discord: FlakyDiscord
    chats: list[ChatRef] = field(default_factory=list)
    _forums: set[str] = field(default_factory=set)

    def open(self, telegram: int, discord: int) -> None:
        """Create this number of chats on each platform; one in five is a group, one in ten a forum."""
        for number in range(telegram):
            # Telegram gives groups negative ids.
            ident = -1_000_000_000_000 - number if number % 5 == 0 else 1_000 + number
            if ident < 0:
                self.telegram.group(ident)
            else:
                self.telegram.world.user(ident)
            self.chats.append(ChatRef(Platform.TELEGRAM, str(ident)))
        guild = self.discord.world.add_guild()
        for number in range(discord):
            forum = number % 10 == 0
            ident = self.discord.world.add_forum(guild) if forum else self.discord.world.add_channel(guild)
            if forum:
                self._forums.add(str(ident))
            self.chats.append(ChatRef(Platform.DISCORD, str(ident)))

    def set_fault_rate(self, rate: float) -> None:
        """Let this share of the requests to send fail; 0 for none."""
        self.telegram.rate = self.discord.rate = rate

    def count(self) -> int:
        """How many messages both platforms have accepted."""
        return len(self.telegram.world.messages) + len(self.discord.world.accepted)

    def shown(self) -> Counter[tuple[ChatRef, str]]:
        """How many messages show each paper to each chat."""
        seen: Counter[tuple[ChatRef, str]] = Counter()
        for message in self.telegram.world.messages:
            ref = ChatRef(Platform.TELEGRAM, str(message.chat.id))
            seen.update((ref, paper) for paper in set(PAPER.findall(message.html)))
        for accepted in self.discord.world.accepted:
            # A post in a forum counts for its forum.
            channel = self.discord.world.channels[accepted["channel"]]
            ident = channel.get("parent_id") if channel.get("parent_id") in self._forums else channel["id"]
            text = json.dumps(accepted["message"]["components"])
            seen.update((ChatRef(Platform.DISCORD, str(ident)), paper) for paper in set(PAPER.findall(text)))
        return seen
