"""Why a request cannot be carried out now, for the person who made it. Pure."""

from __future__ import annotations

from bot.errors import ModelUnavailable, Paused, RetryLater, SourceUnavailable, StoreUnavailable
from bot.locales import _


def why_put_off(error: RetryLater) -> str:
    """A sentence in the language of the answer, by the kind of the error: its own text is for the log."""
    match error:
        case Paused():
            return _("arXiv asks me to make no requests for a while; try again later.")
        case SourceUnavailable():
            return _("arXiv does not answer me at the moment; try again later.")
        case ModelUnavailable():
            return _("The model that writes the summaries does not answer at the moment; try again later.")
        case StoreUnavailable():
            return _("My database does not answer at the moment; try again later.")
    return _("I cannot do that at the moment; try again later.")
