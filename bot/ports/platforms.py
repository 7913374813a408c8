"""What is needed of a chat platform. Implemented by `handlers`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.model import Chat, ChatRef, Digest, NotSent, Outcome, Part, Platform, Priority


class Renderer(Protocol):
    """Turns a digest into the messages of one platform, each within the platform's limits. Pure."""

    def parts(self, digest: Digest, chat: Chat) -> list[Part]: ...


class Sender(Protocol):
    """Sends parts to one platform."""

    @property
    def platform(self) -> Platform: ...

    @property
    def can_verify(self) -> bool:
        """Whether `find` can tell if a part has arrived, so that an attempt of unknown outcome may be repeated."""

    def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AbstractAsyncContextManager[NotSent | None]:
        """Wait until the platform's rate limits leave room for this part; inside, it may be sent at once.

        Yields `NotSent` where it may not be sent now after all. Whoever waits here has not begun to send.
        """

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        """Send one part once. `key` identifies the part across restarts; a nonce is derived from it where the platform
        has nonces.

        It ends in "|NUMBER", and the parts of one digest share everything before that.
        """

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        """Look among the bot's own messages from `since` on for a part that may have arrived, and return its id; None
        where it is surely not there, or where sending it again makes no second message in any case.

        Raises `RetryLater` where the platform does not allow the look now, and `CannotTell` where it never will: then
        sending could repeat the message. A platform that cannot verify always raises `CannotTell`.
        """

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Tell the managers of a chat, outside that chat and as well as possible, that nothing is sent there any more.

        `text` is the reason ("bot was kicked from the channel"). Raises nothing.
        """
