"""Where the tests find real data, and what they share."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import settings
from jsonschema import Draft7Validator
from jsonschema.validators import validator_for

if TYPE_CHECKING:
    from ingest.sample import SampleTown

# A test says nothing of the clock: the machine may be busy.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: of two processes none then waits for the other's at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real register data beside the repository; skips the test where it is absent."""
    folder = Path(os.environ.get("TWIN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"real data not found at {folder}; set TWIN_TEST_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def validators(real_data: Path) -> tuple[Draft7Validator, Draft7Validator]:
    """Validators of a whole CityJSON model and of a feature, by the official schemas."""
    made = []
    for name in ("cityjson", "cityjsonfeature"):
        schema = orjson.loads((real_data / "schemas" / f"{name}.min.schema.json").read_bytes())
        made.append(validator_for(schema)(schema))
    return made[0], made[1]


@dataclass(frozen=True)
class Sample:
    """The files of a sample municipality, and the ``twin.toml`` that names them."""

    town: SampleTown
    settings: Path


@pytest.fixture(scope="session")
def sample_registers(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Registers of a small sample municipality, written once; not to be changed."""
    from twin.cli.demo import write_sample

    return Sample(*write_sample(tmp_path_factory.mktemp("sample") / "bron", buildings=80, seed=1))


@pytest.fixture(scope="session")
def sample_twin(sample_registers: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of the twin of that municipality, built once; not to be changed."""
    from twin.build import Silence, build
    from twin.settings import load

    out = tmp_path_factory.mktemp("sample_twin") / "twin"
    with ThreadPoolExecutor(1) as executor:
        build(load(sample_registers.settings), out, executor, Silence())
    return out
