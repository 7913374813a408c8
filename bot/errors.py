"""Errors, grouped by what the caller does about them: retry later, give up, or tell the user.

Each has its data as attributes. `str(error)` is one plain sentence that may be shown to a person; code decides by the
type and the attributes, never by that text.
"""

from __future__ import annotations


# An exception that is not one of these is an error in the program itself; boundaries log it with its traceback.
class PaperboyError(Exception):
    """Base of all errors that Paperboy raises itself."""


class RetryLater(PaperboyError):
    """The operation may succeed later.

    `retry_after` is the number of seconds to wait, if the other side named one.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceUnavailable(RetryLater):
    """arXiv did not answer, or its answer was incomplete or invalid."""


class Unreachable(SourceUnavailable):
    """No connection to arXiv: the host name was not found, or the host does not accept connections."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"arXiv cannot be reached ({reason}); check the network, or try again later.")


class Paused(SourceUnavailable):
    """Nothing was requested: arXiv asked us to stay away for `retry_after` seconds more."""


class LibraryUnavailable(RetryLater):
    """A person's library of references (Zotero) did not answer, or asks for a pause."""


class ModelUnavailable(RetryLater):
    """A model is down, over its quota, or slow; the next model of the list may work."""


class ModelTimedOut(ModelUnavailable):
    """A model did not answer in time."""


class StoreUnavailable(RetryLater):
    """The database did not answer, is locked, read-only or full.

    `public` is the message for pages that anybody can open: it does not say where the database is.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, public: str = "The database does not answer."
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.public = public


class GiveUp(PaperboyError):
    """Retrying cannot help."""


class ModelRefused(GiveUp):
    """A model gave no usable answer, not even after a second request that named the errors of the first answer."""


class TextTooLong(ModelRefused):
    """A model refused a text because of its length; a shorter one may be accepted."""


class CannotTell(GiveUp):
    """It cannot be found out whether a message arrived, so that sending it again might duplicate it."""


class StoreTooNew(GiveUp):
    """The database was written by a newer version of Paperboy than this one."""


class NotReadable(GiveUp):
    """A full text that cannot be read: damaged, encrypted, images only, too large, or missing."""


class TellUser(PaperboyError):
    """The user's input is wrong; the message says what is wrong and what to do."""


class BadSetting(TellUser):
    """The setting `name` has an invalid value.

    `message` is a sentence; unless it begins with the name, the name is put before it.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message if message.startswith(f"{name} ") else f"{name}: {message}")
        self.name = name


class BadTopic(TellUser):
    """A topic query that does not parse; `position` is the offset of the mistake in `query`, from 0."""

    def __init__(self, message: str, *, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class NoSuchPaper(TellUser):
    """arXiv has no paper with that id, or not in that version."""

    def __init__(self, paper_id: str, message: str | None = None) -> None:
        super().__init__(message or f"arXiv has no paper {paper_id}; check the id.")
        self.paper_id = paper_id
