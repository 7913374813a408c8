"""Types of columns that are the same on SQLite and PostgreSQL: times, text from strangers, compressed JSON."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Text, TypeDecorator

COMPRESSION = 6
"""Level of zlib: level 9 saves another 1% of a message and takes twice as long."""

WINDOW_BITS, MEMORY_LEVEL = 14, 7
"""Half of zlib's memory each: preparing all of it takes a third of the time of a message, and makes none smaller."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL refuses NUL, and UTF-8 has no lone surrogates


def compact_json(value: Any) -> str:
    """Text as it is takes less room than escape sequences, and can be read and searched in the database."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        compact.encode()
    except UnicodeEncodeError:  # a lone surrogate: UTF-8 cannot hold it, an escape sequence can
        return json.dumps(value, separators=(",", ":"))
    return compact


class Moment(TypeDecorator[datetime]):
    """A point in time: takes aware times, stores UTC, returns aware UTC times, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the store takes aware times only.")
        value = value.astimezone(UTC)
        # SQLite stores times as text without a zone.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class ForeignText(TypeDecorator[str]):
    """Text from strangers: characters that a database cannot hold (NUL, lone surrogates) become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - its signature
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class PackedJSON(TypeDecorator[Any]):
    """JSON, compressed by zlib. `bytes` are taken for the result of `pack` and stored as they are."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - its signature
        return value if value is None or isinstance(value, bytes) else pack(compact_json(value).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002 - its signature
        return None if value is None else json.loads(zlib.decompress(value))


def pack(encoded: bytes) -> bytes:
    packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL)
    return packer.compress(encoded) + packer.flush()
