"""One small town, written once, for all tests of the sample municipality."""

from __future__ import annotations

import pytest

from ingest.sample import SampleTown, generate
from ingest.sample.town import Town, build_town

BUILDINGS, SEED, DENSITY = 90, 4, 6.0


@pytest.fixture(scope="session")
def truth_town() -> Town:
    return build_town(BUILDINGS, SEED)


@pytest.fixture(scope="session")
def varied_town() -> Town:
    return build_town(400, 1)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleTown:
    return generate(tmp_path_factory.mktemp("sample"), buildings=BUILDINGS, seed=SEED, density=DENSITY)
