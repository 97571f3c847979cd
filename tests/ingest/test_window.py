"""A window on a layer: what lies in it, and what lies nowhere."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from ingest.errors import SourceError
from ingest.window import read_layer

BOX = (100_000.0, 450_000.0, 100_100.0, 450_100.0)


def write(path: Path, crs: int) -> Path:
    shapes = [
        shapely.Point(100_500, 450_050),
        None,
        shapely.Point(100_050, 450_050),
        shapely.Point(),
        shapely.Point(100_100, 450_100),
    ]
    frame = gpd.GeoDataFrame({"nummer": range(5)}, geometry=shapes, crs=28992).to_crs(crs)
    frame.to_file(path, layer="punten", driver="GPKG" if path.suffix == ".gpkg" else "GeoJSON")
    return path


@pytest.mark.parametrize(
    ("name", "crs"), [("a.gpkg", 28992), ("a.gpkg", 4258), ("punten.geojson", 28992)], ids=str
)
def test_records_in_the_window_and_nowhere_in_the_order_of_the_file(
    tmp_path: Path, name: str, crs: int
) -> None:
    path = write(tmp_path / name, crs)
    # On its border in degrees is a matter of rounding.
    box = BOX if crs == 28992 else (BOX[0], BOX[1], BOX[2] + 1, BOX[3] + 1)
    frame, outside, notes = read_layer(path, "punten", box)
    assert frame["nummer"].tolist() == [1, 2, 3, 4]
    assert (frame.geometry.isna() | frame.geometry.is_empty).tolist() == [True, False, True, False]
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert outside == 1
    assert frame.crs.to_epsg() == 28992
    assert bool(notes) == (crs != 28992)
    whole, outside, _ = read_layer(path, "punten", None)
    assert (len(whole), outside) == (5, 0)


def test_a_layer_that_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", 28992)
    with pytest.raises(SourceError, match=r"a\.gpkg: layer panden breaks off"):
        read_layer(path, "panden", BOX)
