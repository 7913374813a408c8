"""Says in words why a platform cannot be reached, from the errors behind its library's error."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit


def cannot_be_reached(platform: str, address: str, error: BaseException) -> str:
    """Describe a failed connection to `address` in a sentence without a full stop; it names no library."""
    host = urlsplit(address).hostname or address
    return f"{platform} cannot be reached ({_reason(host, error)}); check the network"


def _reason(host: str, error: BaseException) -> str:
    errors = tuple(_chain(error))
    if any(isinstance(cause, socket.gaierror) for cause in errors):
        return f"{host} was not found"
    # On an OSError the errno of a timeout makes it a TimeoutError too.
    if any(isinstance(cause, TimeoutError) for cause in errors):
        return f"{host} did not answer in time"
    return f"no connection to {host}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
