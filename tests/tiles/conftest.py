"""What all tests of tilesets share."""

from __future__ import annotations

import pytest

from tiles import RdNap


@pytest.fixture(scope="session")
def rdnap() -> RdNap:
    """A map over the places of all towns; making it takes a second."""
    return RdNap((84_000, 446_000, 95_000, 458_000))
