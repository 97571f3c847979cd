"""The bytes of one tile: read back by our reader and by pygltflib, with and without compression."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pygltflib import GLTF2
from scipy.spatial import cKDTree

from tests.tiles.town import SCHEMA, houses, pavement
from tiles import Mesh, Property, TilesError, binary, glb, meshopt, properties, read_mesh
from tiles.weld import FINEST_STEP, Welded, step_for, weld

PACKED = pytest.param(
    True, marks=pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
)
EITHER = pytest.mark.parametrize("compress", [False, PACKED])


def centred(mesh: Mesh) -> Mesh:
    return Mesh(mesh.xyz - [84_750.0, 447_250.0, 0.0], mesh.triangles, mesh.feature, mesh.color)


def packed(count: int, compress: bool) -> tuple[bytes, Mesh, pd.DataFrame]:
    cell = houses(count, (84_500.0, 447_000.0))
    mesh, schema = centred(cell.detail), properties.complete(SCHEMA)
    columns = properties.encode(cell.properties, schema, cell.name)
    data = glb.pack(
        weld(mesh, FINEST_STEP),
        columns,
        theme="pand",
        schema=schema,
        compress=compress,
        attribution="Bron: test",
    )
    return data, mesh, cell.properties


def document(data: bytes) -> dict:
    return json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])


@EITHER
def test_reads_back_within_the_lattice(compress: bool, tmp_path: Path) -> None:
    data, mesh, table = packed(300, compress)
    (tmp_path / "tile.glb").write_bytes(data)
    back = read_mesh(tmp_path / "tile.glb")

    # Triangles come back in an order of their own, and compression may rotate their corners.
    expected, found = mesh.xyz[mesh.triangles], back.xyz[back.triangles]
    feature = back.feature[back.triangles]
    assert (feature == feature[:, :1]).all()
    apart = np.array([1000.0, 0.0, 0.0])  # the triangles of one feature are not looked for at another
    near = cKDTree(found.mean(axis=1) + feature[:, :1] * apart)
    _, match = near.query(expected.mean(axis=1) + mesh.feature[:, None] * apart)
    assert sorted(match.tolist()) == list(range(len(mesh.triangles)))
    found, corner = found[match], back.triangles[match, 0]
    turn = np.argmin(np.linalg.norm(found - expected[:, :1], axis=2), axis=1)
    found = np.take_along_axis(found, ((turn[:, None] + np.arange(3)) % 3)[:, :, None], axis=1)
    assert np.abs(found - expected).max() <= FINEST_STEP / 2 + 1e-9

    normal = np.cross(expected[:, 1] - expected[:, 0], expected[:, 2] - expected[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    assert np.abs(back.normal[corner] - normal).max() < (0.02 if compress else 0.51 / 127)
    assert np.abs(back.color[corner].astype(int) - mesh.color).max() <= 2
    pd.testing.assert_frame_equal(
        back.properties.drop(columns=["hoogte"]),
        table[back.properties.columns].drop(columns=["hoogte"]),
        check_dtype=False,
    )
    assert np.abs(back.properties["hoogte"].astype(float) - table["hoogte"]).max() < 1e-6


def test_pygltflib_reads_it_and_finds_the_declared_types(tmp_path: Path) -> None:
    data, _, _ = packed(50, compress=False)
    (tmp_path / "tile.glb").write_bytes(data)
    gltf = GLTF2().load(tmp_path / "tile.glb")
    attributes = gltf.meshes[0].primitives[0].attributes
    types = {
        name: (gltf.accessors[number].componentType, gltf.accessors[number].normalized or False)
        for name, number in (
            (name, getattr(attributes, name)) for name in ("POSITION", "NORMAL", "COLOR_0", "_FEATURE_ID_0")
        )
    }
    assert types == {
        "POSITION": (5123, False),
        "NORMAL": (5120, True),
        "COLOR_0": (5121, True),
        "_FEATURE_ID_0": (5123, False),
    }
    assert gltf.extensionsRequired == ["KHR_mesh_quantization"]
    assert gltf.asset.copyright == "Bron: test"
    assert all((view.byteStride or 4) % 4 == 0 for view in gltf.bufferViews)
    assert all((view.byteOffset or 0) % 8 == 0 for view in gltf.bufferViews)
    assert len(data) % 8 == 0


@EITHER
def test_without_normals_it_reads_back_the_same_triangles(compress: bool, tmp_path: Path) -> None:
    cell = houses(120, (84_500.0, 447_000.0))
    schema = properties.complete(SCHEMA)
    columns = properties.encode(cell.properties, schema, cell.name)
    mesh = weld(centred(cell.detail), FINEST_STEP)
    found = []
    for normals in (True, False):
        data = glb.pack(mesh, columns, theme="pand", schema=schema, compress=compress, normals=normals)
        (tmp_path / "tile.glb").write_bytes(data)
        back = read_mesh(tmp_path / "tile.glb")
        xyz = back.xyz[back.triangles].round(4)
        turn = np.lexsort(xyz.transpose(2, 0, 1), axis=1)[:, :1]  # from the lowest corner on
        xyz = np.take_along_axis(xyz, ((turn + np.arange(3)) % 3)[:, :, None], axis=1)
        first = back.triangles[:, 0]
        row = np.column_stack([xyz.reshape(-1, 9), back.feature[first]])
        order = np.lexsort(row.T)
        found.append((row[order], back.normal[first][order], back.color[first][order].astype(int)))
    (rows, normal, color), (bare_rows, bare_normal, bare_color) = found
    assert np.array_equal(rows, bare_rows)
    assert np.abs(normal - bare_normal).max() < 0.03  # rounding turns the small faces a little
    assert np.abs(color - bare_color).max() <= 2
    assert {tuple(c) for c in bare_color.tolist()} == {(200, 180, 160), (170, 70, 50)}


def test_without_normals_colours_share_the_corners() -> None:
    cell = houses(50, (84_500.0, 447_000.0))
    schema = properties.complete(SCHEMA)
    columns = properties.encode(cell.properties, schema, cell.name)
    mesh = weld(centred(cell.detail), FINEST_STEP)
    data = glb.pack(mesh, columns, theme="pand", schema=schema, compress=False, normals=False)
    gltf = document(data)
    primitives = gltf["meshes"][0]["primitives"]
    assert [p["attributes"] for p in primitives] == [{"POSITION": 0, "_FEATURE_ID_0": 1}] * 2
    assert [p["material"] for p in primitives] == [0, 1]
    assert sum(gltf["accessors"][p["indices"]]["count"] for p in primitives) == 50 * 16 * 3
    assert gltf["accessors"][0]["count"] == 50 * 10


@EITHER
def test_equal_input_gives_equal_bytes(compress: bool) -> None:
    assert packed(80, compress)[0] == packed(80, compress)[0]


@EITHER
def test_up_is_y(compress: bool) -> None:
    """The content stands on y, as glTF wants; 3D Tiles turns it upright again."""
    data, mesh, _ = packed(80, compress)
    gltf = document(data)
    accessor = gltf["accessors"][gltf["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]
    span = np.array(accessor["max"]) * gltf["nodes"][0]["scale"]
    assert span == pytest.approx(np.ptp(mesh.xyz, axis=0)[[0, 2, 1]], abs=0.01)


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
def test_streams_have_the_versions_of_the_extension() -> None:
    data, _, _ = packed(80, compress=True)
    gltf, start = document(data), 28 + struct.unpack_from("<I", data, 12)[0]
    views = [
        view["extensions"]["EXT_meshopt_compression"] for view in gltf["bufferViews"] if "extensions" in view
    ]
    first = {view["mode"]: data[start + view["byteOffset"]] for view in views}
    assert first == {"ATTRIBUTES": 0xA0, "TRIANGLES": 0xE1}
    assert len(views) == 5
    assert gltf["extensionsRequired"] == ["KHR_mesh_quantization", "EXT_meshopt_compression"]
    fallback = gltf["buffers"][1]
    assert "uri" not in fallback
    assert fallback["extensions"] == {"EXT_meshopt_compression": {"fallback": True}}
    own = [view for view in gltf["bufferViews"] if "extensions" in view]
    assert all(
        view["buffer"] == 1 and view["byteOffset"] + view["byteLength"] <= fallback["byteLength"]
        for view in own
    )
    assert len(data) < 0.5 * len(packed(80, compress=False)[0])


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
def test_damaged_stream_is_an_error() -> None:
    rows = np.arange(4096, dtype=np.uint8).reshape(-1, 8)
    stream = meshopt.encode_vertices(rows)
    view = {"count": len(rows), "byteStride": 8, "mode": "ATTRIBUTES"}
    assert meshopt.decode(view, stream) == rows.tobytes()
    with pytest.raises(TilesError, match="does not decode"):
        meshopt.decode(view, stream[: len(stream) // 2])


def test_without_meshoptimizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "meshoptimizer", None)
    monkeypatch.setattr(meshopt, "find_spec", lambda _: None)
    meshopt._library.cache_clear()
    assert meshopt.wanted(None) is False
    assert meshopt.wanted(False) is False
    with pytest.raises(TilesError, match=r"gemeentetwin\[meshopt\]"):
        meshopt.wanted(True)
    meshopt._library.cache_clear()


def test_welding_shares_what_is_equal_and_only_that() -> None:
    cell = houses(1, (0.0, 0.0), size=10)
    mesh = weld(cell.detail, FINEST_STEP)
    # Ground 4, two walls of 4, two gables of 4 + 3 (one plane, two faces with another colour), two roof
    # planes of 4.
    assert len(mesh.lattice) == 4 + 2 * 4 + 2 * (4 + 3) + 2 * 4
    assert len(mesh.triangles) == 16
    two = Mesh(cell.detail.xyz, cell.detail.triangles, np.arange(16) % 2, cell.detail.color)
    assert len(weld(two, FINEST_STEP).lattice) > len(mesh.lattice)


def test_shared_borders_stay_shared() -> None:
    """A closed pavement has as many open edges after rounding as before: its rim."""
    for step in (FINEST_STEP, 128 * FINEST_STEP):
        mesh = weld(centred(pavement(40, 400.0, (84_500.0, 447_000.0)).detail), step)
        _, point = np.unique(mesh.lattice, axis=0, return_inverse=True)
        edges = np.sort(point[mesh.triangles][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        _, uses = np.unique(edges, axis=0, return_counts=True)
        assert (uses == 1).sum() == 160
        assert uses.max() == 2


def test_coarse_steps_drop_what_collapses() -> None:
    mesh = centred(houses(200, (84_500.0, 447_000.0)).detail)
    fine, coarse = weld(mesh, FINEST_STEP), weld(mesh, 1024 * FINEST_STEP)
    assert len(coarse.triangles) < len(fine.triangles)
    corner = coarse.lattice[coarse.triangles]
    assert (corner[:, 0] != corner[:, 1]).any(axis=1).all()
    assert (corner[:, 1] != corner[:, 2]).any(axis=1).all()


@pytest.mark.parametrize("extent", [10.0, 639.9, 640.1, 4_000.0, 131_000.0])
def test_sixteen_bits_span_the_extent(extent: float) -> None:
    step = step_for(extent)
    assert extent / step <= 65_535 - 1
    assert step == FINEST_STEP or extent / (step / 2) > 65_535 - 4
    assert np.log2(step / FINEST_STEP) == round(np.log2(step / FINEST_STEP))


def test_many_features_get_float_ids_and_wide_indices(tmp_path: Path) -> None:
    count = 70_000
    lattice = np.stack([np.arange(count), np.arange(count) % 7, np.zeros(count)], axis=1).astype(np.int64)
    corners = (lattice[:, None] % 60_000 + [[0, 0, 0], [1, 0, 0], [0, 1, 0]]).reshape(-1, 3)
    mesh = Welded(
        1.0,
        corners,
        np.tile(np.array([0, 0, 127], dtype=np.int8), (3 * count, 1)),
        np.zeros((3 * count, 3), dtype=np.uint8),
        np.repeat(np.arange(count), 3),
        np.arange(3 * count).reshape(-1, 3),
    )
    schema = properties.complete(())
    columns = {"identificatie": np.array([f"{row:06d}".encode() for row in range(count)])}
    data = glb.pack(mesh, columns, theme="weg", schema=schema, compress=False)
    accessors = document(data)["accessors"]
    assert [entry["componentType"] for entry in accessors[3:]] == [binary.FLOAT, binary.UNSIGNED_INT]
    (tmp_path / "tile.glb").write_bytes(data)
    back = read_mesh(tmp_path / "tile.glb")
    assert (back.feature == np.repeat(np.arange(count), 3)).all()


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
def test_normals_come_back_as_the_library_brings_them_back() -> None:
    import meshoptimizer

    random = np.random.default_rng(3)
    vector = np.concatenate([random.normal(size=(2_000, 3)), np.eye(3), -np.eye(3)])
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    rows = meshopt.octahedral(np.rint(127 * vector).astype(np.int8))
    back = meshopt.unfolded(rows).view(np.int8)[:, :3].astype(np.float64)
    cosine = (back * vector).sum(axis=1) / np.linalg.norm(back, axis=1)
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 1.5
    theirs = meshoptimizer.decode_filter_oct(rows.copy(), len(rows), 4)
    assert np.abs(np.asarray(theirs).view(np.int8).reshape(-1, 4)[:, :3] - back).max() <= 1


def test_colours_are_linear_light() -> None:
    css = np.arange(256, dtype=np.uint8)
    assert glb.linear(np.array([0, 128, 255], dtype=np.uint8)).tolist() == [0, 55, 255]
    assert np.abs(glb.srgb(glb.linear(css)).astype(int) - css)[60:].max() <= 2


@pytest.mark.parametrize(("kind", "value"), [("int", 2**31), ("int", 1.5), ("float", 1e39), ("bool", 2)])
def test_values_that_do_not_fit_are_named(kind: str, value: float) -> None:
    table = pd.DataFrame({"identificatie": ["a", "b"], "p": [1.0, value]})
    schema = properties.complete([Property("p", kind)])
    with pytest.raises(TilesError, match="Cell here: b has p = "):
        properties.encode(table, schema, "here")


def test_missing_values_have_a_default_that_readers_can_tell_from_zero() -> None:
    schema = properties.schema_json("pand", properties.complete(SCHEMA), {})["classes"]["pand"]["properties"]
    assert list(schema) == ["identificatie", "bouwjaar", "hoogte", "gebruiksdoel", "leegstaand"]
    for name in ("bouwjaar", "hoogte", "leegstaand"):
        assert schema[name]["noData"] == schema[name]["default"] != 0
    # JavaScript compares the number it reads from 32 bits with the number in the JSON.
    assert float(np.float32(schema["hoogte"]["noData"])) == schema["hoogte"]["noData"]


def test_words_travel_as_numbers_where_they_are_few() -> None:
    table = pd.DataFrame(
        {
            "identificatie": [f"a{i}" for i in range(600)],
            "dak": ["hellend", None, "plat"] * 200,
            "straat": [f"Straat {i}" for i in range(600)],
        }
    )
    schema = properties.complete([Property("dak", "string"), Property("straat", "string")])
    columns = properties.encode(table, schema, "here")
    words = properties.vocabulary(schema, columns)
    assert {name: known.tolist() for name, known in words.items()} == {"dak": [b"", b"hellend", b"plat"]}
    views: list[bytes] = []

    def add(data: bytes) -> int:
        views.append(data)
        return len(views) - 1

    stored = properties.table_json("pand", schema, words, columns, add)
    told = properties.schema_json("pand", schema, words)
    assert told["classes"]["pand"]["properties"]["dak"] == {"type": "ENUM", "enumType": "dak", "noData": ""}
    metadata = {"schema": told, "propertyTables": [stored]}
    back = properties.decode_table(metadata, views.__getitem__)
    pd.testing.assert_frame_equal(back, table.astype("str"), check_dtype=False)
    views[stored["properties"]["dak"]["values"]] = bytes([7]) * 600
    with pytest.raises(TilesError, match="dak"):
        properties.decode_table(metadata, views.__getitem__)


@pytest.mark.parametrize("names", [("p", "p"), ("naam met spatie",)])
def test_property_names_are_checked(names: tuple[str, ...]) -> None:
    with pytest.raises(TilesError, match=names[0]):
        properties.complete([Property(name, "int") for name in names])


@pytest.mark.parametrize("cut", [4, 100, -8])
def test_damaged_file_is_named(cut: int, tmp_path: Path) -> None:
    (tmp_path / "tile.glb").write_bytes(packed(20, compress=False)[0][:cut])
    with pytest.raises(TilesError, match=r"tile\.glb"):
        read_mesh(tmp_path / "tile.glb")
