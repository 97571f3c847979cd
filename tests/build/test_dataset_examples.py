"""Every example of docs/nl/eigen-gegevens.md joins a file written as it says; the values are invented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.docs.pages import page
from tests.end_to_end.twins import read_collection
from twin.build import Silence
from twin.build.joins import try_joins
from twin.settings import Dataset, load

if TYPE_CHECKING:
    from tests.conftest import Sample

BLOCKS = re.findall(r"^```toml\n(.*?)^```$", page("nl/eigen-gegevens.md"), flags=re.M | re.S)
VALUES = {"integer": 12, "number": 1.5, "string": "A"}
OF = {
    "verblijfsobject": "verblijfsobject",
    "adres": "verblijfsobject",
    "lokaalid": "wegdeel",
    "buurt": "buurt",
}


def name_of(block: str) -> str:
    return str(tomllib.loads(block)["dataset"][0]["name"])


def write_file(path: Path, made: Dataset, twin: Path) -> None:
    """A record for each object that the example joins, in the columns and the format that it names."""
    objects = read_collection(twin, OF.get(made.by.value, "pand"))
    if any(made.guarded(a) for a in made.attribute):
        # The one unit of another buurt would have to be hidden, and this one with it.
        objects = objects[objects["buurtcode"] == objects["buurtcode"].mode()[0]]
    columns: dict[str, Any] = {a.source_column: VALUES[a.type] for a in made.attribute if a.source_column}
    table = pd.DataFrame(columns, index=objects.index)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gpkg":
        gpd.GeoDataFrame(table, geometry=objects.geometry.buffer(1), crs=28992).to_file(path)
        return
    if made.xy:
        places = objects.geometry.representative_point()
        table[list(made.xy)] = np.column_stack((places.x, places.y))
    elif made.by.value == "adres":
        parts = ["adres_postcode", "huisnummer", "huisletter", "huisnummertoevoeging"]
        table[list(made.key)] = objects[parts].to_numpy()
    else:
        table[list(made.key)] = objects[["identificatie"]].to_numpy()
    table.to_csv(path, sep=made.delimiter, decimal=made.decimal, encoding=made.encoding, index=False)


@pytest.mark.parametrize("block", BLOCKS, ids=name_of)
def test_the_example_joins(block: str, sample_registers: Sample, sample_twin: Path, tmp_path: Path) -> None:
    own = sample_registers.settings.read_text(encoding="utf-8")
    bron = sample_registers.settings.parent
    rooted = re.sub(r"(?m)^path = .*$", lambda m: re.sub(r'"(.+?)"', rf'"{bron}/\1"', m[0]), own)
    settings = tmp_path / "twin.toml"
    year = read_collection(sample_twin, "buurt")["cbs_jaar"].iloc[0]
    settings.write_text(rooted + re.sub(r"(?m)^year = \d+$", f"year = {year}", block), encoding="utf-8")
    (made,) = load(settings).dataset
    write_file(made.file, made, sample_twin)
    (trial,) = try_joins(load(settings), Silence())
    assert trial.report.right > 0
    assert trial.report.rate > 0.99
    assert all(n > 0 for n in trial.filled.values())
    assert not trial.rejected
    assert not [note for note in trial.notes if "left out" in note]
