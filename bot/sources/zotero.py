"""A person's Zotero library, by its web API: the papers that they have collected.

The API: https://www.zotero.org/support/dev/web_api/v3/start
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import BadSetting, LibraryUnavailable
from bot.model import PaperList
from bot.references import zotero_items
from bot.references.collected import MOST_ENTRIES
from bot.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from pyzotero.zotero import Zotero

PAGE = 100
"""Items of one answer, the most that Zotero gives."""

MAX_WAIT_SECONDS = 60.0
"""A longer pause is not waited for."""

MAX_SECONDS = 180.0
"""Time limit of the whole reading."""


class ZoteroLibrary:
    """Implements `bot.ports.Library` with `ZOTERO_KEY`."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` is a clock in seconds that is never set back. Raises `BadSetting` without a key."""
        if settings.zotero_key is None:
            raise BadSetting("ZOTERO_KEY", "it is not set; make a key at zotero.org/settings/keys.")
        self._key = settings.zotero_key.get_secret_value()
        self._library = settings.zotero_library
        self._url = settings.zotero_api_url
        self._monotonic = monotonic

    async def papers(self) -> PaperList:
        """Return the papers of the library, the latest additions first."""
        return await asyncio.to_thread(self._read)  # the package blocks

    def _read(self) -> PaperList:
        import httpx2  # here and below: imported when needed, since it takes time

        until = self._monotonic() + MAX_SECONDS

        def check(response: httpx2.Response) -> None:
            # The package would sleep for however long a server says.
            wait = _number(response.headers.get("backoff") or response.headers.get("retry-after"))
            if wait > MAX_WAIT_SECONDS or self._monotonic() + wait > until:
                raise LibraryUnavailable("Zotero asks to be left alone for a while; try again later.", retry_after=wait)

        # Redirects are not followed: the key would go to another host.
        with httpx2.Client(event_hooks={"response": [check]}) as client, _errors():
            zotero = self._client(client)
            page = items = zotero.top(limit=PAGE, sort="dateAdded", direction="desc")
            total = _number(zotero.request.headers.get("Total-Results")) if zotero.request else 0
            while len(items) < MOST_ENTRIES and (page := zotero.follow()):
                items.extend(page)
        found = zotero_items.read(items)
        found.leave_out(max(0, total - len(items)))
        return found.as_list()

    def _client(self, client: httpx2.Client) -> Zotero:
        from pyzotero.zotero import Zotero

        kind, _, number = (self._library or "user:0").partition(":")
        zotero = Zotero(number, kind, self._key, client=client)
        zotero.endpoint = self._url
        if not self._library:
            # Only the key is known, and Zotero says whose it is.
            zotero.library_id = str(zotero.key_info()["userID"])
        return zotero


def _number(header: str | None) -> int:
    return int(header) if header and header.isascii() and header.isdecimal() and len(header) < 10 else 0


@contextmanager
def _errors() -> Iterator[None]:
    """Translate the errors of the package, whose messages quote the address with the key."""
    import httpx2
    from pyzotero import errors

    try:
        yield
    except (errors.UserNotAuthorisedError, errors.ResourceNotFoundError):
        why = "Zotero does not accept it, or it may not read this library; look at zotero.org/settings/keys."
        raise BadSetting("ZOTERO_KEY", why) from None
    except (errors.TooManyRetriesError, errors.TooManyRequestsError):
        raise LibraryUnavailable("Zotero has too many requests from here; try again in some minutes.") from None
    except httpx2.TransportError:
        raise LibraryUnavailable("Zotero cannot be reached; check the network, or try again later.") from None
    except (errors.PyZoteroError, httpx2.HTTPError):
        raise LibraryUnavailable("Zotero answered with an error; try again later.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LibraryUnavailable("Zotero's answer cannot be read; check ZOTERO_API_URL.") from None
