"""Settings of the real areas, and real Delft built once for all tests of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from twin.build import BuildSummary, Silence, build
from twin.settings import Settings, load


@pytest.fixture(scope="session")
def voorburg(real_data: Path) -> Settings:
    """Settings of all of real Voorburg."""
    return _with_data(real_data, "voorburg")


@pytest.fixture(scope="session")
def delft_summary(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildSummary:
    """Summary of the twin of real Delft; not to be changed."""
    settings = _with_data(real_data, "delft")
    with ThreadPoolExecutor(1) as executor:
        return build(settings, tmp_path_factory.mktemp("delft") / "twin", executor, Silence())


def _with_data(real_data: Path, area: str) -> Settings:
    """Settings of ``tests/real``, with their files where the data is."""
    given = load(REPOSITORY / "tests" / "real" / f"{area}.toml")
    sources = tuple(
        s.model_copy(update={"path": tuple(real_data / area / p.name for p in s.path)}) for s in given.source
    )
    return given.model_copy(update={"source": sources})
