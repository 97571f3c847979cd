"""A small built twin for the pages and the notebook."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import sample
from twin.build import build
from twin.settings import BuildSettings, Settings, Source, SourceKind, TwinSettings


class _Silent:
    def stage(self, title: str, total: int) -> None: ...

    def doing(self, what: str) -> None: ...

    def advance(self) -> None: ...


@pytest.fixture(scope="session")
def small_twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the built twin of a sample of 50 panden."""
    folder = tmp_path_factory.mktemp("small")
    town = sample.generate(folder / "bron", buildings=50, seed=3, density=8.0)
    files = {
        SourceKind.BGT: (town.bgt,),
        SourceKind.BAG: (town.bag,),
        SourceKind.AHN: town.ahn,
        SourceKind.CBS: (town.cbs,),
        SourceKind.WOZ: (town.woz,),
        SourceKind.ENERGIELABEL: (town.energielabel,),
    }
    settings = Settings(
        twin=TwinSettings(name=town.name, municipality=f"GM{town.code}", bbox=town.bbox),
        build=BuildSettings(tile=200.0),
        source=tuple(Source(kind=kind, path=paths) for kind, paths in files.items()),
    )
    with ThreadPoolExecutor(1) as executor:
        build(settings, folder / "twin", executor, _Silent())
    return folder / "twin"
