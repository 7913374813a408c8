"""Errors by what the caller does about them: retry later, give up, or tell the user.

Each carries its data as attributes; `str(error)` is one plain sentence that may be shown to a person.
"""

from __future__ import annotations


class PaperboyError(Exception):
    """Something went wrong that Paperboy has a sentence for."""


class RetryLater(PaperboyError):
    """It did not work now and may work later. `retry_after` is in seconds where the other side named a time."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceUnavailable(RetryLater):
    """arXiv did not answer, or answered with something that must not be believed."""


class Unreachable(SourceUnavailable):
    """No connection came about: the name was not found, or nobody answers at its address."""

    def __init__(self, why: str) -> None:
        super().__init__(f"arXiv cannot be reached ({why}); check the network, or try again later.")


class Paused(SourceUnavailable):
    """Nothing was requested: arXiv asked us to stay away for `retry_after` seconds more."""


class ModelUnavailable(RetryLater):
    """A model is down, over its quota, or slow; the next model of the list may serve."""


class ModelTimedOut(ModelUnavailable):
    """A model did not answer in time."""


class StoreUnavailable(RetryLater):
    """The database did not answer, is locked, read-only or full. `public` says it to strangers: not where it is."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, public: str = "The database does not serve."
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.public = public


class GiveUp(PaperboyError):
    """Trying again cannot help."""


class ModelRefused(GiveUp):
    """A model answered, but with nothing usable, also after it was told what was wrong."""


class TextTooLong(ModelRefused):
    """A model refused a text because of its length; a shorter one may be accepted."""


class CannotTell(GiveUp):
    """Whether a message arrived cannot be found out, so that sending it again might repeat it."""


class StoreTooNew(GiveUp):
    """The database was made by a newer version than this one."""


class NotReadable(GiveUp):
    """A full text that cannot be read: broken, encrypted, image-only, too large, or simply not there."""


class TellUser(PaperboyError):
    """The input is at fault; the message says what is wrong and what to do."""


class BadSetting(TellUser):
    """A setting has a value that cannot be used. `name` is the setting's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class BadTopic(TellUser):
    """A topic query that does not parse. `position` is the 0-based offset of the mistake in `query`."""

    def __init__(self, message: str, *, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class NoSuchPaper(TellUser):
    """arXiv knows no paper (or no such version) under that id."""

    def __init__(self, paper_id: str, message: str | None = None) -> None:
        super().__init__(message or f"arXiv has no paper {paper_id}; check the id.")
        self.paper_id = paper_id
