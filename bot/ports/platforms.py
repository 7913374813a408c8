"""What is needed of a chat platform. Implemented by `handlers`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.model import Chat, ChatRef, Digest, NotSent, Outcome, Part, Platform


class Renderer(Protocol):
    """Turns a digest into the messages of one platform, each within its limits. Pure."""

    def parts(self, digest: Digest, chat: Chat) -> list[Part]: ...


class Sender(Protocol):
    """Sends parts to one platform."""

    @property
    def platform(self) -> Platform: ...

    def turn(self, chat: ChatRef, part: Part) -> AbstractAsyncContextManager[NotSent | None]:
        """Wait until the platform's limits leave room for this part; inside, it may be sent at once.

        `NotSent` says that it may not be sent now, after all. Who waits here has not begun to send.
        """

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        """Send one part once. `key` names the part for ever: a nonce, where the platform has them, derives from it.

        It ends in "|NUMBER", and the parts of one digest share what stands before that.
        """

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        """Look for a part of unknown fate among one's own messages from `since` on: its id, or None where it is surely
        not there, or where sending it again makes no second message in any case.

        Raises `RetryLater` where the platform does not let us look now, and `CannotTell` where it never will; sending
        then could repeat it.
        """

    async def warn(self, chat: ChatRef, text: str) -> None:
        """Tell those who manage a chat, elsewhere than there and as well as that can be done, that it will be left
        alone; `text` says why ("bot was kicked from the channel"). Raises nothing."""
