"""Connections for downloads: the resolved addresses are checked, and the connection goes to a checked address.

Otherwise a host name could resolve to a public address for the check and to a private one for the connection (DNS
rebinding).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import cache

import httpcore
import httpx

from bot.errors import GiveUp, Unreachable

# httpcore's errors beside httpx's: this transport calls httpcore itself, without httpx's translation of errors.
NETWORK_FAULTS = (httpx.HTTPError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


Resolve = Callable[[str, int], Awaitable[list[str]]]
"""From host and port to IP addresses."""


class Forbidden(GiveUp):
    """An address from which nothing may be downloaded."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    An IPv6 address that stands for an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that one.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])  # "fe80::1%eth0" names an interface after the address
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if embedded:
            return is_public(str(embedded))
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64, RFC 6052
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def addresses(host: str, port: int) -> list[str]:
    """Resolve a host with the system's resolver. Raises `Unreachable`."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} was not found") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only; the hosts and ports in `private` may be on a private network."""

    def __init__(self, private: frozenset[tuple[str, int]], resolve: Resolve = addresses) -> None:
        self._private = private
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await self._resolve(host, port)
        # All of them: a host with one private address among public ones is not arXiv's.
        if (host, port) not in self._private and not all(map(is_public, found)):
            raise Forbidden(f"{host} has an address in a private network; nothing is downloaded from there.")
        last_error: Exception | None = None
        # A host may have an IPv6 address that this machine cannot reach; then the next one is tried.
        for address in found:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last_error = error
        raise last_error or httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Body(httpx.AsyncByteStream):
    """The body of a response of httpcore in the type that httpx expects."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:  # type: ignore[attr-defined]
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # cached: loading the certificates takes tens of milliseconds


class PinnedTransport(httpx.AsyncBaseTransport):
    """An httpx transport with one connection over `PinnedBackend`.

    The host name stays in the Host header and in SNI. No proxy is used: it would resolve the name by itself.
    """

    def __init__(self, private: frozenset[tuple[str, int]], resolve: Resolve = addresses) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=1,  # arXiv asks for one connection at a time
            keepalive_expiry=10.0,  # seconds: longer than the delay between two requests
            network_backend=PinnedBackend(private, resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
