"""Real Delft, built once for all tests of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from twin.build import BuildSummary, Silence, build
from twin.settings import load


@pytest.fixture(scope="session")
def delft_summary(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildSummary:
    """Summary of the twin of ``tests/real/delft.toml``, with the data where it is; not to be changed."""
    given = load(REPOSITORY / "tests" / "real" / "delft.toml")
    sources = tuple(
        s.model_copy(update={"path": tuple(real_data / "delft" / p.name for p in s.path)})
        for s in given.source
    )
    with ThreadPoolExecutor(1) as executor:
        settings = given.model_copy(update={"source": sources})
        return build(settings, tmp_path_factory.mktemp("delft") / "twin", executor, Silence())
