"""A source that twin.toml keeps from the public leaves no trace in what is passed on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tiles import read_mesh
from twin.build import Silence, build
from twin.catalogue import CATALOGUE
from twin.check import check_twin
from twin.settings import SourceKind, load
from twin.store import Layout

if TYPE_CHECKING:
    from tests.conftest import Sample


@pytest.fixture(scope="module")
def discreet_twin(sample_registers: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its energy labels for internal use."""
    settings = load(sample_registers.settings)
    sources = tuple(
        s.model_copy(update={"classification": "intern"}) if s.kind is SourceKind.ENERGIELABEL else s
        for s in settings.source
    )
    out = tmp_path_factory.mktemp("discreet") / "twin"
    with ThreadPoolExecutor(1) as executor:
        build(settings.model_copy(update={"source": sources}), out, executor, Silence())
    return out


def test_withheld_attributes_are_in_the_restricted_tables_only(discreet_twin: Path) -> None:
    layout = Layout(discreet_twin)
    labels = [a.name for a in CATALOGUE.attributes if a.source == "energielabel"]
    panden = pd.concat([pd.read_parquet(p) for p in layout.restricted_tables("pand")])
    assert panden["energielabel"].notna().any()
    assert all(p.stat().st_mode & 0o077 == 0 for p in layout.restricted_tables("pand"))
    for path in layout.tables("pand"):
        assert not set(labels) & set(pd.read_parquet(path).columns)
    for path in layout.sequences():
        text = path.read_bytes()
        assert not [name for name in labels if f'"{name}"'.encode() in text], path.name
        assert b"EP-online" not in text
    for path in layout.tiles3d.rglob("*.glb"):
        assert not set(labels) & set(read_mesh(path).properties.columns), path


def test_what_is_withheld_is_no_fault(discreet_twin: Path) -> None:
    assert check_twin(discreet_twin, Silence()).findings == []
