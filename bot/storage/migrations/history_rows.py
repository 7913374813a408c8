from __future__ import annotations

from sqlalchemy import Connection


def pack(connection: Connection) -> None: ...
def unpack(connection: Connection) -> None: ...
