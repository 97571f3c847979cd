"""The BGT of Delft as a tileset: real shapes, with holes, slivers and neighbours that share borders."""

from __future__ import annotations

from pathlib import Path

import geopandas
import mapbox_earcut
import numpy as np
import pytest
import shapely

from tiles import Cell, Mesh, Property, check_tileset, read_tileset, write_tileset

LAYERS = ("wegdeel", "begroeidterreindeel", "onbegroeidterreindeel", "waterdeel")


@pytest.fixture(scope="module")
def ground(real_data: Path) -> geopandas.GeoDataFrame:
    parts = [geopandas.read_file(real_data / "delft" / "bgt.gpkg", layer=name) for name in LAYERS]
    frame = geopandas.pd.concat([part[["lokaalid", "geometry"]] for part in parts], ignore_index=True)
    flat = geopandas.GeoDataFrame(frame, geometry=shapely.force_2d(frame.geometry.to_numpy()), crs=28992)
    return (
        flat.drop_duplicates("lokaalid")
        .explode(ignore_index=True)
        .drop_duplicates("lokaalid", ignore_index=True)
    )


def triangulated(frame: geopandas.GeoDataFrame) -> Mesh:
    xy, triangles, feature = [np.empty((0, 2))], [], []
    for row, polygon in enumerate(frame.geometry):
        rings = [np.array(ring.coords)[:-1] for ring in (polygon.exterior, *polygon.interiors)]
        points = np.concatenate(rings)
        ends = np.cumsum([len(ring) for ring in rings]).astype(np.uint32)
        found = mapbox_earcut.triangulate_float64(points, ends).reshape(-1, 3).astype(np.int64)
        side = np.diff(points[found], axis=1)
        clockwise = side[:, 0, 0] * side[:, 1, 1] < side[:, 0, 1] * side[:, 1, 0]
        found[clockwise] = found[clockwise][:, ::-1]
        triangles.append(found + sum(map(len, xy)))
        feature.append(np.full(len(found), row))
        xy.append(points)
    points = np.concatenate(xy)
    count = np.concatenate(feature)
    height = np.full((len(points), 1), -0.4)
    color = np.full((len(count), 3), 140, dtype=np.uint8)
    return Mesh(np.hstack([points, height]), np.concatenate(triangles), count, color)


def test_delft_ground_keeps_its_area_place_and_ids(ground: geopandas.GeoDataFrame, tmp_path: Path) -> None:
    table = ground[["lokaalid"]].rename(columns={"lokaalid": "identificatie"}).assign(oppervlakte=ground.area)
    cell = Cell(
        "084500_447000", triangulated(ground), None, table, (84_500.0, 447_000.0, 85_500.0, 448_000.0)
    )
    summary = write_tileset(
        tmp_path / "weg",
        [cell],
        title="Delft",
        theme="weg",
        property_schema=[Property("oppervlakte", "float")],
    )
    assert check_tileset(tmp_path / "weg") == []
    assert summary.features + len(summary.empty) == len(ground) > 300
    assert len(summary.empty) <= 2

    area: dict[str, float] = {}
    for mesh, found in read_tileset(tmp_path / "weg"):
        assert np.abs(mesh.xyz[:, 2] + 0.4).max() < 0.006
        a, b, c = (mesh.xyz[mesh.triangles[:, k], :2] for k in range(3))
        half = ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
        area |= dict(zip(found["identificatie"], np.bincount(mesh.feature, half), strict=True))
    drawn = ground[ground["lokaalid"].isin(area)]
    found_area = drawn["lokaalid"].map(area).to_numpy()
    # A border that moves by at most half a lattice step.
    assert (np.abs(found_area - drawn.area) <= 0.005 * drawn.length + 1e-3).all()
    assert found_area.sum() == pytest.approx(drawn.area.sum(), rel=1e-5)
