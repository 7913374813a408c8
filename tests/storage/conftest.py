"""What tests of the store share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.stores import postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL that only this module's tests use."""
    with postgres() as url:
        yield url
