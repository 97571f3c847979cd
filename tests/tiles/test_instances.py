"""Shapes that are drawn many times: read back as what they stand for, in far fewer bytes."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pygltflib import GLTF2

from tiles import (
    Cell,
    Instances,
    Limits,
    Mesh,
    Property,
    Prototype,
    TilesError,
    check_tileset,
    meshopt,
    read_tileset,
    write_tileset,
)
from tiles.instances import joined
from tiles.rdnap import RdNap
from twin.ground.tree_shapes import tree_parts

CORNER = (84_500.0, 447_000.0)
SIZE = 500.0
SCHEMA = [Property("collection", "string")]
PACKED = pytest.param(
    True, marks=pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
)
EITHER = pytest.mark.parametrize("compress", [False, PACKED])
GREEN, BROWN = (140, 170, 120), (120, 100, 80)


def nobody() -> Mesh:
    return joined([])


def copies(count: int, seed: int, corner: tuple[float, float] = CORNER, *, simple: bool = False) -> Instances:
    """Trees as the build makes them."""
    rng = np.random.default_rng(seed)
    base = np.column_stack((rng.uniform(0, SIZE, (count, 2)) + corner, rng.uniform(-1, 3, count)))
    parts = tree_parts(base, rng.uniform(4, 20, count), rng.uniform(1, 5, count), simple=simple)
    return Instances.merged(
        [
            Instances(
                (Prototype(p.xyz, p.triangles, np.tile(np.array(color, np.uint8), (len(p.triangles), 1))),),
                np.zeros(count, dtype=np.int64),
                p.place,
                p.scale,
                np.arange(count),
            )
            for p, color in zip(parts, (GREEN, BROWN), strict=False)
        ]
    )


def cell(count: int, seed: int, column: int = 0, **changes: Any) -> Cell:
    x, y = CORNER[0] + column * SIZE, CORNER[1]
    table = pd.DataFrame(
        {"identificatie": [f"{seed}-{n}" for n in range(count)], "collection": "boom"}, dtype="str"
    )
    made = Cell(
        f"{x:06.0f}_{y:06.0f}",
        nobody(),
        None,
        table,
        (x, y, x + SIZE, y + SIZE),
        instances=copies(count, seed, (x, y)),
        overview_instances=copies(count, seed, (x, y), simple=True),
    )
    return replace(made, **changes)


def write(folder: Path, cells: list[Cell], compress: bool = False, **options: Any) -> Any:
    return write_tileset(
        folder, cells, title="Bomen", theme="bomen", property_schema=SCHEMA, cell_size=SIZE,
        compress=compress, rdnap=RdNap(), **options,
    )  # fmt: skip


def document(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    found: dict[str, Any] = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    return found


def leaves(folder: Path) -> dict[str, np.ndarray]:
    """Corners ``(T, 3, 3)`` of each object, in RD, as the leaves have them."""
    found: dict[str, np.ndarray] = {}
    for mesh, table in read_tileset(folder):
        names = table["identificatie"].to_numpy()[mesh.feature]
        for name in np.unique(names):
            found[str(name)] = mesh.xyz[mesh.triangles[names == name]]
    return found


@EITHER
def test_what_is_read_back_is_what_they_stand_for(tmp_path: Path, compress: bool) -> None:
    cells = [cell(60, 1), cell(40, 2, 1)]
    summary = write(tmp_path / "t", cells, compress)
    assert (summary.features, summary.empty) == (100, ())
    assert check_tileset(tmp_path / "t") == []
    found = leaves(tmp_path / "t")
    for given in cells:
        assert given.instances is not None
        mesh = given.instances.expanded()
        for row, name in enumerate(given.properties["identificatie"]):
            expected = mesh.xyz[mesh.triangles[mesh.feature == row]]
            own = found[name]
            assert own.shape == expected.shape
            # Whatever the order of the triangles, and of the corners in each.
            middle, true = own.mean(axis=1), expected.mean(axis=1)
            near = np.linalg.norm(middle[:, None] - true[None], axis=2)
            assert near.min(axis=0).max() < 0.02
            assert near.min(axis=1).max() < 0.02
            assert np.abs(own.reshape(-1, 3).min(axis=0) - expected.reshape(-1, 3).min(axis=0)).max() < 0.02


@EITHER
def test_equal_input_gives_equal_bytes(tmp_path: Path, compress: bool) -> None:
    for name in ("one", "other"):
        write(tmp_path / name, [cell(50, 3), cell(50, 4, 1)], compress)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(files) > 3
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_other_libraries_read_it_and_viewers_find_the_ids(tmp_path: Path) -> None:
    write(tmp_path / "t", [cell(30, 5)])
    (path,) = (tmp_path / "t").rglob("500/*.glb")
    gltf = GLTF2().load(path)
    assert gltf.extensionsRequired == ["KHR_mesh_quantization", "EXT_mesh_gpu_instancing"]
    assert {"EXT_instance_features", "EXT_structural_metadata"} <= set(gltf.extensionsUsed)
    assert "EXT_mesh_features" not in gltf.extensionsUsed
    assert len(gltf.nodes) == 2
    for node in gltf.nodes:
        attributes = node.extensions["EXT_mesh_gpu_instancing"]["attributes"]
        assert set(attributes) == {"TRANSLATION", "SCALE", "_FEATURE_ID_0"}
        (ids,) = node.extensions["EXT_instance_features"]["featureIds"]
        assert ids == {"featureCount": 30, "attribute": 0, "propertyTable": 0, "label": "bomen"}
        for name, number in attributes.items():
            accessor = gltf.accessors[number]
            assert (accessor.componentType, accessor.count) == (5126, 30), name
            # three.js takes the array of an instance attribute as it is: no padding between its values.
            width = {"VEC3": 12, "SCALAR": 4}[accessor.type]
            assert gltf.bufferViews[accessor.bufferView].byteStride == width


@EITHER
def test_they_take_a_fraction_of_the_bytes_of_their_triangles(tmp_path: Path, compress: bool) -> None:
    given = cell(400, 6)
    assert given.instances is not None
    merged = replace(given, detail=given.instances.expanded(), instances=None, overview_instances=None)
    few, many = (
        write(tmp_path / name, [c], compress, limits=Limits(vertices=10**6)).bytes
        for name, c in (("few", given), ("many", merged))
    )
    print(f"compressed {compress}: {few / 400:.0f} of {many / 400:.0f} bytes per tree")
    assert few < many / (4 if compress else 15)


def test_the_levels_above_draw_the_simpler_ones_and_the_largest_first(tmp_path: Path) -> None:
    cells = [cell(300, 7), cell(300, 8, 1)]
    summary = write(tmp_path / "t", cells, limits=Limits(features=100, upper_vertices=7_200))
    assert check_tileset(tmp_path / "t") == []
    assert summary.levels > 2
    above = document(max((tmp_path / "t").rglob("*.glb"), key=lambda path: float(path.parent.name)))
    (node,) = above["nodes"]
    count = above["accessors"][node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]["SCALE"]]["count"]
    # A double cone of six sides has 36 corners.
    assert count == 7_200 // 36


def test_instances_and_a_mesh_share_a_tile(tmp_path: Path) -> None:
    given = cell(20, 9)
    assert given.instances is not None
    hedge = Mesh(
        np.array([[0, 0, 0], [4, 0, 0], [4, 1, 0], [0, 1, 0.5]]) + np.array([*CORNER, 1.0]),
        np.array([[0, 1, 2], [0, 2, 3]]),
        np.array([20, 20]),
        np.full((2, 3), 90, dtype=np.uint8),
    )
    table = pd.concat([given.properties, pd.DataFrame({"identificatie": ["haag"], "collection": ["heg"]})])
    summary = write(tmp_path / "t", [replace(given, detail=hedge, properties=table.reset_index(drop=True))])
    assert summary.features == 21
    assert check_tileset(tmp_path / "t") == []
    found = leaves(tmp_path / "t")
    assert len(found) == 21
    assert len(found["haag"]) == 2


def test_a_cell_of_instances_without_bounds_lies_where_they_are(tmp_path: Path) -> None:
    summary = write(tmp_path / "t", [cell(10, 10, bounds=None)])
    assert summary.features == 10
    assert check_tileset(tmp_path / "t") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"feature": np.array([0, 99])}, "feature row 99 of 2"),
        ({"prototype": np.array([0, 5])}, "prototype 5 of 1"),
        ({"scale": np.array([[1.0, 1.0], [np.nan, 1.0]])}, "feature 11-1 has a place or a size"),
        ({"scale": np.array([[1.0, 1.0], [0.0, 1.0]])}, "feature 11-1 has a place or a size"),
        ({"place": np.zeros((2, 2))}, r"place has shape \(2, 2\)"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    given = cell(2, 11, overview_instances=None)
    assert given.instances is not None
    crowns = given.instances.select(given.instances.prototype == 0)
    wrong = replace(crowns, prototypes=crowns.prototypes[:1], **change)
    with pytest.raises(TilesError, match=message):
        write(tmp_path / "t", [replace(given, instances=wrong)])


def test_a_check_finds_instances_of_nobody(tmp_path: Path) -> None:
    write(tmp_path / "t", [cell(5, 12)])
    (path,) = (tmp_path / "t").rglob("500/*.glb")
    data = bytearray(path.read_bytes())
    gltf = document(path)
    number = gltf["nodes"][0]["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]["_FEATURE_ID_0"]
    view = gltf["bufferViews"][gltf["accessors"][number]["bufferView"]]
    start = 28 + struct.unpack_from("<I", data, 12)[0] + view["byteOffset"]
    struct.pack_into("<f", data, start, 77.0)
    path.write_bytes(data)
    assert [f.code for f in check_tileset(tmp_path / "t")] == ["feature-id"]


def test_merging_keeps_equal_shapes_once() -> None:
    one, other = copies(3, 1), copies(4, 2)
    both = Instances.merged([one, other])
    assert len(both.prototypes) == 2
    assert both.prototype.tolist() == [0] * 3 + [1] * 3 + [0] * 4 + [1] * 4
    back = Instances.of_arrays(both.arrays())
    np.testing.assert_array_equal(back.expanded().xyz, both.expanded().xyz)
    assert len(Instances.merged([])) == 0
