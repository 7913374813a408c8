"""The types of settings: what a written value is turned into, and in plain sentences why one cannot be used."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from bot.model import ChatRef


def timezone(name: str) -> str:
    try:
        ZoneInfo(name)  # looking it up in the list of all zones would add 50 ms to every start
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("that is not a time zone; write one like Europe/Berlin or UTC.") from None
    return name


def split_at(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(separator) if part.strip())
        return value

    return BeforeValidator(split)


def url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("that is not a web address; it starts with https:// or http://.")
    return value.rstrip("/")


def models(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        provider, _, rest = name.partition(":")
        if name != "extractive" and (provider not in ("google", "openai") or not rest):
            raise ValueError(f"“{name}” is not a model; write extractive, google:NAME or openai:NAME.")
    return value


def judge(value: str) -> str:
    if value == "extractive":
        raise ValueError("extractive picks sentences and cannot judge any; write google:NAME or openai:NAME.")
    provider, _, name = value.partition(":")
    if provider not in ("google", "openai") or not name:
        raise ValueError(f"“{value}” is not a model; write google:NAME or openai:NAME.")
    return value


def embeddings(value: str) -> str:
    provider, _, name = value.partition(":")
    if value.lower() in ("none", "local"):
        return value.lower()
    if provider not in ("google", "openai") or not name:
        raise ValueError(f"“{value}” is none of its values; write none, local, google:NAME or openai:NAME.")
    return value


def admins(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        try:
            ref = ChatRef.parse(name)
        except ValueError:
            ref = None
        # The id of a person is that of their private chat; groups are negative, and forum topics have a second number.
        if ref is None or not ref.id.isdecimal():
            raise ValueError(f"“{name}” is not a person; write telegram:ID or discord:ID, with the person's number.")
    return value


def zotero_library(value: str) -> str:
    if value and re.fullmatch(r"(?:user|group):[0-9]{1,18}", value, re.ASCII) is None:
        raise ValueError(f"“{value}” is not a library; write group:ID or user:ID, with the number in its address.")
    return value


def database(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Hosting services give such addresses; SQLAlchemy needs the name of the driver in them.
    for prefix, full in (("postgres://", "postgresql://"), ("postgresql://", "postgresql+psycopg://")):
        value = value.replace(prefix, full, 1) if value.startswith(prefix) else value
    if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+psycopg://")):
        raise ValueError("that is not a database address; write sqlite+aiosqlite:///PATH or postgresql+psycopg://….")
    return value


def gateway(value: str) -> str:
    if not value.startswith(("ws://", "wss://")):
        raise ValueError("that is not a gateway address; it starts with wss:// or ws://.")
    return value


def webhook(value: str) -> str:
    try:
        parts = urlsplit(value)
        has_host_alone = bool(parts.hostname) and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        has_host_alone = False
    if not (value.startswith("https://") and has_host_alone):
        raise ValueError("Telegram cannot post there; write a public address like https://bot.example.org.")
    return value.rstrip("/")


def webhook_secret(value: SecretStr) -> SecretStr:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()) is None:
        raise ValueError("a secret has 1 to 256 characters of A-Z, a-z, 0-9, _ and -.")
    return value


def clock_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    # Not by pydantic, which also accepts seconds and an offset: the time zone is a setting of its own.
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value.strip())
    if match is None:
        raise ValueError(f"“{value}” is not a time; write HH:MM, like 09:00.")
    return time(int(match[1]), int(match[2]))


Url = Annotated[str, AfterValidator(url)]
LOWER = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
# NoDecode: pydantic-settings would expect JSON in a variable with several values.
Words = Annotated[tuple[str, ...], NoDecode]
