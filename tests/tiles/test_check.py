"""Every fault that the check promises to find is put into a sound tileset, and found."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tiles.town import SCHEMA, town
from tiles import Limits, check_tileset, write_root, write_tileset


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiles")
    summary = write_tileset(
        folder / "pand",
        town(3, 2, 40),
        title="Test",
        theme="pand",
        property_schema=SCHEMA,
        compress=False,
        limits=Limits(json_bytes=1_500),
    )
    write_root(folder, [("pand", summary)])
    assert check_tileset(folder) == []
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "tiles"))


def codes(folder: Path) -> set[str]:
    return {finding.code for finding in check_tileset(folder)}


def leaf(folder: Path) -> Path:
    return sorted((folder / "pand" / "500").glob("*.glb"))[0]


def edit_tree(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))


def edit_tile(path: Path, change: Callable[[dict[str, Any], bytearray], None]) -> None:
    """Change a GLB's JSON and binary chunk and put it together again."""
    data = path.read_bytes()
    size = struct.unpack_from("<I", data, 12)[0]
    document, binary = json.loads(data[20 : 20 + size]), bytearray(data[28 + size :])
    change(document, binary)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(
        struct.pack("<III", 0x46546C67, 2, 28 + len(text) + len(binary))
        + struct.pack("<II", len(text), 0x4E4F534A)
        + text
        + struct.pack("<II", len(binary), 0x004E4942)
        + binary
    )


def test_geometry_outside_its_box(folder: Path) -> None:
    def shift(document: dict[str, Any], _: bytearray) -> None:
        document["nodes"][0]["translation"][1] += 40

    edit_tile(leaf(folder), shift)
    (finding,) = check_tileset(folder)
    assert finding.code == "box"
    assert finding.file == leaf(folder).relative_to(folder).as_posix()
    assert "outside the tile's box" in str(finding)


def test_child_outside_its_parent(folder: Path) -> None:
    def grow(document: dict[str, Any]) -> None:
        document["root"]["children"][0]["boundingVolume"]["box"][3] *= 5

    edit_tree(folder / "pand" / "tileset.json", grow)
    assert "box" in codes(folder)


def test_theme_outside_the_root(folder: Path) -> None:
    def sink(document: dict[str, Any]) -> None:
        document["root"]["boundingVolume"]["box"][2] -= 43

    edit_tree(folder / "tileset.json", sink)
    assert codes(folder) == {"box"}


def test_geometric_error_that_grows_downwards(folder: Path) -> None:
    def raise_error(document: dict[str, Any]) -> None:
        document["root"]["children"][0]["geometricError"] = 1e4

    edit_tree(folder / "pand" / "tileset.json", raise_error)
    assert "geometric-error" in codes(folder)


def test_files_that_lack_and_files_too_many(folder: Path) -> None:
    shutil.copy(leaf(folder), folder / "pand" / "500" / "old.glb")
    leaf(folder).unlink()
    assert codes(folder) == {"missing-file", "orphan", "counts"}


def test_damaged_json(folder: Path) -> None:
    (folder / "pand" / "tileset.json").write_text('{"asset": ')
    assert codes(folder) == {"unreadable"}


def test_truncated_tile(folder: Path) -> None:
    leaf(folder).write_bytes(leaf(folder).read_bytes()[:-100])
    assert "unreadable" in codes(folder)


def _feature_id_out_of_range(document: dict[str, Any], binary: bytearray) -> None:
    number = document["meshes"][0]["primitives"][0]["attributes"]["_FEATURE_ID_0"]
    view = document["bufferViews"][document["accessors"][number]["bufferView"]]
    count = document["accessors"][number]["count"]
    for vertex in range(count):
        struct.pack_into("<H", binary, view["byteOffset"] + 4 * vertex, 40)


def _feature_without_triangles(document: dict[str, Any], binary: bytearray) -> None:
    number = document["meshes"][0]["primitives"][0]["attributes"]["_FEATURE_ID_0"]
    view = document["bufferViews"][document["accessors"][number]["bufferView"]]
    for vertex in range(document["accessors"][number]["count"]):
        at = view["byteOffset"] + 4 * vertex
        if struct.unpack_from("<H", binary, at) == (3,):
            struct.pack_into("<H", binary, at, 4)


def _normals_gone(document: dict[str, Any], binary: bytearray) -> None:
    number = document["meshes"][0]["primitives"][0]["attributes"]["NORMAL"]
    view = document["bufferViews"][document["accessors"][number]["bufferView"]]
    binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]] = bytes(view["byteLength"])


def _table(document: dict[str, Any]) -> dict[str, Any]:
    return document["extensions"]["EXT_structural_metadata"]["propertyTables"][0]


def _string_offsets(document: dict[str, Any], binary: bytearray) -> None:
    view = document["bufferViews"][_table(document)["properties"]["identificatie"]["stringOffsets"]]
    struct.pack_into("<I", binary, view["byteOffset"] + 4, 9_999)


def _same_id_twice(document: dict[str, Any], binary: bytearray) -> None:
    view = document["bufferViews"][_table(document)["properties"]["identificatie"]["values"]]
    at = view["byteOffset"]
    binary[at + 16 : at + 32] = binary[at : at + 16]


def _values_too_short(document: dict[str, Any], _: bytearray) -> None:
    document["bufferViews"][_table(document)["properties"]["bouwjaar"]["values"]]["byteLength"] -= 4


def _row_count(document: dict[str, Any], _: bytearray) -> None:
    features = document["meshes"][0]["primitives"][0]["extensions"]["EXT_mesh_features"]["featureIds"]
    features[0]["featureCount"] += 1


def _beyond_buffer(document: dict[str, Any], binary: bytearray) -> None:
    document["bufferViews"][0]["byteOffset"] = len(binary)


def _index_too_high(document: dict[str, Any], binary: bytearray) -> None:
    view = document["bufferViews"][document["accessors"][4]["bufferView"]]
    struct.pack_into("<H", binary, view["byteOffset"], 60_000)


def _wrong_limits(document: dict[str, Any], _: bytearray) -> None:
    document["accessors"][0]["max"][1] += 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (_feature_id_out_of_range, "feature-id"),
        (_feature_without_triangles, "feature-id"),
        (_normals_gone, "normal"),
        (_string_offsets, "unreadable"),
        (_same_id_twice, "identificatie"),
        (_values_too_short, "unreadable"),
        (_row_count, "unreadable"),
        (_beyond_buffer, "unreadable"),
        (_index_too_high, "unreadable"),
        (_wrong_limits, "unreadable"),
    ],
)
def test_faults_inside_a_tile(
    fault: Callable[[dict[str, Any], bytearray], None], code: str, folder: Path
) -> None:
    edit_tile(leaf(folder), fault)
    assert code in codes(folder)


def test_feature_in_two_leaves(folder: Path) -> None:
    first, second = sorted((folder / "pand" / "500").glob("*.glb"))[:2]
    tables: list[bytes] = []

    def copy_ids(document: dict[str, Any], binary: bytearray) -> None:
        view = document["bufferViews"][_table(document)["properties"]["identificatie"]["values"]]
        at = view["byteOffset"]
        if tables:
            binary[at : at + 16] = tables[0]
        tables.append(bytes(binary[at : at + 16]))

    edit_tile(first, copy_ids)
    edit_tile(second, copy_ids)
    assert any("more than one leaf" in finding.message for finding in check_tileset(folder))


def test_counts_that_do_not_add_up(folder: Path) -> None:
    def lose(document: dict[str, Any]) -> None:
        document["asset"]["extras"]["counts"]["drawn"] -= 1

    edit_tree(folder / "pand" / "tileset.json", lose)
    assert codes(folder) == {"counts"}
