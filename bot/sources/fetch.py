"""Downloads from arXiv: only from the configured addresses, within size and time limits, through arXiv's gate."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpcore
import httpx

from bot.decisions.http_headers import retry_after_seconds
from bot.errors import SourceUnavailable, Unreachable
from bot.settings import Settings
from bot.sources.gate import MAX_PAUSE_SECONDS, Gate, Throttled
from bot.sources.transport import NETWORK_FAULTS, Forbidden, PinnedTransport, Resolve, addresses

__all__ = ["Fetched", "Fetcher", "Forbidden", "Gate", "Throttled", "TooLarge", "user_agent"]

MAX_REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_RETRIED = frozenset({408, 425, 500, 502, 503, 504})
"""Statuses after which the same request may succeed later. 429 is not among them: it also counts towards a pause."""


class TooLarge(Forbidden):
    """A download that is larger than the caller accepts; `limit` is in bytes."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(f"{url} is larger than the limit of {limit / 1e6:.1f} MB.")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole response, decompressed. `url` is the one after redirects; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def user_agent(contact: str) -> str:
    """Return the User-Agent: "Paperboy/0.1.0 (+mailto:me@example.org)".

    Characters of `contact` that a header or its comment cannot contain are left out.
    """
    try:
        version = metadata.version("paperboy")
    except metadata.PackageNotFoundError:
        version = "0"
    # Parentheses would end the comment in which the contact stands.
    contact = "".join(char for char in contact if char.isprintable() and char.isascii() and char not in "()").strip()
    return f"Paperboy/{version} (+{contact})" if contact else f"Paperboy/{version}"


class Fetcher:
    """Downloads from the configured arXiv addresses and from nowhere else, each request through the gate."""

    def __init__(self, settings: Settings, gate: Gate, *, resolve: Resolve = addresses) -> None:
        configured = (settings.arxiv_api_url, settings.arxiv_feed_url, settings.arxiv_oai_url, settings.arxiv_url)
        self._origins = frozenset(_origin(httpx.URL(url)) for url in configured)
        # arXiv's own hosts must resolve to public addresses; another configured host may be a mirror or a test server
        # on the operator's own network.
        private = frozenset((host, port) for _, host, port in self._origins if not _is_arxiv(host))
        self._gate = gate
        self._client = httpx.AsyncClient(
            transport=PinnedTransport(private, resolve),
            # gzip alone, because its decompression can be stopped at the size limit.
            headers={"User-Agent": user_agent(settings.arxiv_contact), "Accept-Encoding": "gzip"},
            follow_redirects=False,  # every address is checked by `_allowed` first
            trust_env=False,  # a proxy would resolve host names without our checks
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout: float,
        accept: str | None = None,
        check: Callable[[Fetched], object] | None = None,
    ) -> Fetched:
        """Return the response of `url`, after redirects; a status of 4xx is returned like any other.

        `max_bytes` limits the body as sent and as decompressed, `timeout` (seconds) each request as a whole. `check`
        may inspect the response and raise `SourceUnavailable`; then the request is repeated, as it is after a 429, a
        5xx or a broken connection. Raises `SourceUnavailable`, or `Forbidden` (`TooLarge`) if retrying cannot help.
        """
        current = url
        for _ in range(MAX_REDIRECTS + 1):
            # Each redirect is a request of its own: it is checked like the first address, and waits at the gate.
            allowed = self._allowed(current)
            fetched = await self._gate.call(partial(self._request, allowed, max_bytes, timeout, accept, check))
            if fetched.status not in _REDIRECT or "location" not in fetched.headers:
                return fetched
            try:
                current = urljoin(current, fetched.headers["location"])
            except ValueError as error:  # such as an incomplete IPv6 address
                raise Forbidden(f"{url} redirects to an invalid address.") from error
        raise Forbidden(f"{url} redirects more than {MAX_REDIRECTS} times.")

    def _allowed(self, url: str) -> httpx.URL:
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise Forbidden("The address is not valid.") from error
        if parsed.scheme not in _PORTS:
            raise Forbidden("Only http:// and https:// addresses are downloaded.")
        scheme, host, port = _origin(parsed)
        # arXiv redirects http:// to https:// on the same host.
        is_upgrade = scheme == "https" and port == 443 and ("http", host, 80) in self._origins
        if parsed.userinfo or not ((scheme, host, port) in self._origins or is_upgrade):
            shown = host or "an address without a host"
            raise Forbidden(f"Nothing is downloaded from {shown}: it is not one of the configured addresses.")
        return parsed

    async def _request(
        self,
        url: httpx.URL,
        max_bytes: int,
        timeout: float,
        accept: str | None,
        check: Callable[[Fetched], object] | None,
    ) -> Fetched:
        request = self._client.build_request(
            "GET", url, headers={"Accept": accept} if accept else None, timeout=httpx.Timeout(timeout)
        )
        try:
            # httpx's own timeout is for each read: a server that sends a byte now and then would never reach it.
            async with asyncio.timeout(timeout):
                response = await self._client.send(request, stream=True)
                try:
                    fetched = await self._read(response, url, max_bytes)
                finally:
                    await response.aclose()
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise SourceUnavailable(f"{url.host} did not answer within {timeout:g} seconds.") from error
        except httpcore.ConnectError as error:
            raise Unreachable(f"no connection to {url.host}") from error
        except NETWORK_FAULTS as error:
            raise SourceUnavailable(f"The connection to {url.host} broke before the response was complete.") from error
        # Inside of the request that the gate repeats, so that an incomplete response is requested again.
        if check is not None and fetched.status not in _REDIRECT:
            check(fetched)
        return fetched

    async def _read(self, response: httpx.Response, url: httpx.URL, max_bytes: int) -> Fetched:
        if response.status_code == 429 or response.status_code in _RETRIED:
            wait = retry_after_seconds(response.headers.get("retry-after"), self._gate.now(), at_most=MAX_PAUSE_SECONDS)
            kind = Throttled if response.status_code == 429 else SourceUnavailable
            raise kind(f"{url.host} answered with status {response.status_code}.", retry_after=wait)
        # A declared length saves the download; if it is missing or wrong, the limit holds while reading.
        declared = response.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared) > max_bytes:
            raise TooLarge(str(url), max_bytes)
        body = bytearray()
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        async for chunk in _decompressed(response.aiter_raw(), encoding, max_bytes):
            body += chunk
            if len(body) > max_bytes:
                raise TooLarge(str(url), max_bytes)
        return Fetched(response.status_code, str(url), dict(response.headers.items()), bytes(body))


async def _decompressed(chunks: AsyncIterator[bytes], encoding: str, max_bytes: int) -> AsyncIterator[bytes]:
    """Decompress gzip step by step, never much more than `max_bytes` at once: a small body may expand without limit."""
    if encoding in ("", "identity"):
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip"):
        raise SourceUnavailable(f"The response is encoded as {encoding[:20]}, which was not asked for.")
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: with the header of gzip
    try:
        async for chunk in chunks:
            # One byte more than the limit, by which the caller sees that the limit is exceeded.
            yield decompressor.decompress(chunk, max_bytes + 1)
            if decompressor.unconsumed_tail:  # more than the limit came out of this chunk; the caller stops here
                yield decompressor.decompress(decompressor.unconsumed_tail, max_bytes + 1)
    except zlib.error as error:
        raise SourceUnavailable("The response is damaged: it cannot be decompressed.") from error
    if not decompressor.eof:
        raise SourceUnavailable("The response ended before it was complete.")


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


def _is_arxiv(host: str) -> bool:
    return host == "arxiv.org" or host.endswith(".arxiv.org")
