"""The tiles and models of a twin, by Khronos' own validator of glTF."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from tests.tiles.test_check import edit_tile
from tests.tiles.town import SCHEMA, town
from tests.viewer.conftest import Run
from tiles import write_tileset
from twin.planning import Planner
from twin.planning.models import glb
from twin.scenario import evaluate, read_variant
from twin.store import Layout


def validate(npm: Run, *folders: Path) -> tuple[int, list[dict[str, object]]]:
    """Exit code, and the lines that the validator prints."""
    done = npm("run", "--silent", "gltf", "--", *map(str, folders))
    assert not done.stderr, done.stderr
    return done.returncode, [orjson.loads(line) for line in done.stdout.splitlines()]


def test_every_tile_of_the_sample_is_valid_gltf(npm: Run, sample_twin: Path) -> None:
    tiles = Layout(sample_twin).tiles3d
    code, told = validate(npm, tiles)
    assert (code, told[:-1]) == (0, [])
    assert told[-1]["files"] == len(list(tiles.rglob("*.glb"))) > 10


@pytest.mark.parametrize("normals", [True, False])
def test_tiles_without_compression_are_valid_gltf(npm: Run, tmp_path: Path, normals: bool) -> None:
    write_tileset(
        tmp_path / "pand",
        town(2, 1, 60),
        title="Test",
        theme="pand",
        property_schema=SCHEMA,
        compress=False,
        normals=normals,
    )
    assert validate(npm, tmp_path)[0] == 0


def test_the_model_of_a_variant_is_valid_gltf(npm: Run, sample_twin: Path, tmp_path: Path) -> None:
    planner = Planner.open(Layout(sample_twin))
    x0, y0, x1, y1 = planner.extent
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    edit = {
        "id": "a",
        "kind": "add",
        "rings": [[[x, y], [x + 9, y], [x + 9, y + 6]]],
        "height": 6.0,
        "roof": {"form": "hip", "slope": 30},
    }
    variant = read_variant({"type": "gemeentetwin-variant", "version": 1, "edits": [edit]})
    (tmp_path / "variant.glb").write_bytes(glb(evaluate(variant, planner.town(variant)), planner, "Plan"))
    assert validate(npm, tmp_path)[0] == 0


@pytest.mark.parametrize("fault", ["normals", "accessor", "view"])
def test_a_broken_tile_is_not(npm: Run, tmp_path: Path, fault: str) -> None:
    """Else the three tests above would prove nothing."""
    write_tileset(
        tmp_path / "pand",
        town(1, 1, 20),
        title="Test",
        theme="pand",
        property_schema=SCHEMA,
        compress=False,
    )
    path = next((tmp_path / "pand").rglob("*.glb"))

    def spoil(document: dict, binary: bytearray) -> None:
        primitive = document["meshes"][0]["primitives"][0]
        if fault == "normals":
            view = document["bufferViews"][document["accessors"][1]["bufferView"]]
            start = view["byteOffset"]
            binary[start : start + view["byteLength"]] = bytes(view["byteLength"])
        elif fault == "accessor":
            document["accessors"][primitive["attributes"]["POSITION"]]["max"][0] += 5
        else:
            document["bufferViews"].append(dict(document["bufferViews"][0], byteLength=10**8))

    edit_tile(path, spoil)
    lone = tmp_path / "lone"
    lone.mkdir()
    shutil.copy(path, lone)
    code, told = validate(npm, lone)
    assert code == 1
    assert len(told) > 1
