"""A chat platform as a port. Implemented by `handlers`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.model import Chat, ChatRef, Digest, NotSent, Outcome, Part, Platform, Priority


class Renderer(Protocol):
    """Turns a digest into the messages of one platform, each within the platform's limits. No I/O."""

    def parts(self, digest: Digest, chat: Chat) -> list[Part]: ...

    def forget(self) -> None:
        """Drop what is kept of cards for further digests with the same ones."""


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

        Yields `NotSent` if it may not be sent now after all. A worker that ends during this wait has sent nothing.
        """

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        """Send one part once. `key` identifies the part across restarts; a nonce is derived from it where the platform
        has nonces.

        It ends in "|NUMBER", and the parts of one digest share everything before that. A payload with "silent": True
        makes no sound; that is decided right before sending, and no renderer sets it.
        """

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        """Look among the bot's own messages from `since` on for a part that may have arrived, and return its id; None
        if it is surely not there, or if sending it again would make no second message in any case.

        Raises `RetryLater` if the platform does not allow this now, and `CannotTell` if it never will: then sending
        could repeat the message. A platform that cannot verify always raises `CannotTell`.
        """

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Tell the managers of a chat, outside that chat, that nothing is sent there any more; as far as possible.

        `text` is the reason ("bot was kicked from the channel"). Raises nothing.
        """
