"""Structured logs: text on a terminal, JSON elsewhere. Secrets are removed, whichever module logs them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import structlog
from pydantic import SecretStr

from bot.model import Platform
from bot.settings import Settings

_TOKENS = re.compile(r"(?<=/bot)\d+:[\w-]{20,}|\b\d{6,}:[\w-]{30,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
"""Telegram tokens, also inside addresses, and passwords inside addresses."""

NOISY_LOGGERS = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpx2",
    "httpcore2",
    "bibtexparser",
    "apscheduler",
    "discord",
    "telegram",
    "aiohttp.access",
    "alembic",
    "arxiv",
    "google_genai",
    "openai",
    "hpack",
    "aiosqlite",
    "sqlalchemy",
    "asyncio",
    "PIL",
)


def configure(settings: Settings) -> None:
    """Send the events of structlog and of the standard library to standard error, in one format."""
    level = getattr(logging, settings.log_level.upper())
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Redactor(secrets_of(settings)),
    ]
    # The redactor runs twice: here, and below once the traceback has become text.
    last = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,  # loggers made at import must follow a later configuration too
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _Redactor(secrets_of(settings)),
                last,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    _quiet_libraries(level)


def _quiet_libraries(level: int) -> None:
    for name in NOISY_LOGGERS:  # at info they log every request, addresses with tokens, and every stored value
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.getLogger("discord.client").setLevel(logging.ERROR)  # it warns that voice support is not installed


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return the values that must never be printed."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    found += [token.get_secret_value() for platform in Platform for token in settings.bot_tokens(platform)]
    # A shorter value would be replaced inside of ordinary words; a real secret is longer.
    return tuple(value for value in found if len(value) >= 6)


class _Redactor:
    """Replaces known secrets, and what looks like one, in all values of an event, also nested ones."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: a secret that contains another would be replaced only in part.
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            # A traceback is formatted and cleaned later; names with an underscore are structlog's own.
            if key != "exc_info" and not key.startswith("_"):
                event[key] = self._clean(value)
        return event

    def _clean(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | float():  # these stay values in JSON
                return value
            case str():
                return redact(value, self._secrets)
            case Mapping():
                return {self._clean(key): self._clean(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean(item) for item in value]
            case BaseException():
                return redact(str(value), self._secrets)
        text = repr(value)  # what the renderers print for any other type
        clean = redact(text, self._secrets)
        return value if clean == text else clean


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace these secrets, and whatever looks like a token, in a text."""
    for secret in secrets:
        text = text.replace(secret, "•••")
    return _TOKENS.sub("•••", text)
