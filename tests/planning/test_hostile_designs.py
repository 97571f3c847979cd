"""Designs that nobody should trust: names, structures and sizes that are broken or hostile."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.ingest import ifc_house
from tests.planning import files
from twin.errors import ScenarioError
from twin.planning import Planner
from twin.planning.designs import read_design
from twin.planning.designs.read import plain
from twin.store import Layout


@pytest.fixture(scope="module")
def planner(sample_twin: Path) -> Planner:
    return Planner.open(Layout(sample_twin))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>alert(1)</script>Toren", "alert(1) Toren"),
        ("a\x00b\u202ec\nd", "a b c d"),
        ("<img src=x onerror=alert(1)>", ""),
        ("3 < 5 > 2", "3 2"),
        ("x" * 900, "x" * 200),
        ("\ud800", ""),
    ],
)
def test_a_name_is_one_line_of_text(name: str, shown: str) -> None:
    assert plain(name) == shown


def test_a_name_in_a_file_is_not_to_be_trusted(planner: Planner) -> None:
    assert read_design(files.obj(name="<script>x</script>"), planner).edit.label == "x"
    assert read_design(files.city_json(0, 0, 0, crs=None), planner).edit.label == "Ontwerp Blok"
    assert read_design(files.glb(), planner, label="Hof <i>Zuid</i>").edit.label == "Hof Zuid"


def below_itself() -> bytes:
    """An IFC that its reader does not survive."""
    house = ifc_house.house()
    house.site.ObjectPlacement.PlacementRelTo = house.building.ObjectPlacement
    return house.content()


def broken(change: Callable[[dict[str, Any]], Any]) -> bytes:
    header, binary = files.parts(files.glb())
    change(header)
    return files.packed(header, binary)


def chained(header: dict[str, Any]) -> None:
    """Thirty levels of two children that are one: a thousand million copies for whoever follows them all."""
    header["nodes"] = [{"children": [i + 1, i + 1]} for i in range(30)] + [{"mesh": 0}]
    header["scenes"][0]["nodes"] = [0]


def repeated(header: dict[str, Any]) -> None:
    header["meshes"][0]["primitives"] *= 5000
    header["nodes"] = [{"mesh": 0}] * 5000
    header["scenes"][0]["nodes"] = list(range(5000))


HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "zip": b"PK\x03\x04" + bytes(50),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "brackets": b"{" * 5000,
    "lists": b'{"a":' + b"[" * 100_000,
    "no json": b'{"asset": ',
    "empty gltf": b'{"asset": {"version": "2.0"}}',
    "glb head": b"glTF" + struct.pack("<II", 2, 20),
    "glb of version 1": b"glTF" + struct.pack("<II", 1, 20) + bytes(20),
    "glb cut off": files.glb()[:900],
    "glb without its end": files.glb()[:-60],
    "outside file": broken(lambda h: h["buffers"][0].update(uri="file:///etc/passwd")),
    "outside address": broken(lambda h: h["buffers"][0].update(uri="http://169.254.169.254/latest")),
    "data without base64": broken(lambda h: h["buffers"][0].update(uri="data:text/plain,hello")),
    "broken base64": broken(lambda h: h["buffers"][0].update(uri="data:;base64,@@@")),
    "draco": broken(lambda h: h.update(extensionsRequired=["KHR_draco_mesh_compression"])),
    "circle of nodes": broken(lambda h: h["nodes"][-1].update(children=[0])),
    "tree of copies": broken(chained),
    "many copies": broken(repeated),
    "huge accessor": broken(lambda h: h["accessors"][0].update(count=2**40)),
    "negative accessor": broken(lambda h: h["accessors"][0].update(count=-1)),
    "accessor of text": broken(lambda h: h["accessors"][0].update(count="12")),
    "accessor beyond": broken(lambda h: h["accessors"][0].update(count=4000)),
    "view beyond": broken(lambda h: h["bufferViews"][0].update(byteLength=10**9)),
    "stride of nothing": broken(lambda h: h["bufferViews"][1].update(byteStride=0)),
    "sparse": broken(lambda h: h["accessors"][0].update(sparse={})),
    "matrix of nine": broken(lambda h: h["nodes"][-1].update(matrix=[1] * 9)),
    "matrix of NaN": broken(lambda h: h["nodes"][-1].update(matrix=[1e308] * 16)),
    "scene beyond": broken(lambda h: h.update(scene=7)),
    "nodes as text": broken(lambda h: h.update(nodes="abc")),
    "meshes as numbers": broken(lambda h: h.update(meshes=[1, 2])),
    "points": broken(lambda h: [p.update(mode=0) for m in h["meshes"] for p in m["primitives"]]),
    "fan": broken(lambda h: [p.update(mode=6) for m in h["meshes"] for p in m["primitives"]]),
    "obj of lines": b"v 0 0 0\nv 1 1 1\nl 1 2\n",
    "obj without vertices": b"o x\nf 1 2 3\n",
    "obj beyond": b"v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 4\n",
    "obj back beyond": b"v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 -9\n",
    "obj zero": b"v 0 0 0\nv 9 0 0\nv 0 9 0\nf 0 1 2\n",
    "obj NaN": b"v nan 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n",
    "obj infinite": b"v inf 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n",
    "obj overflow": b"v 1e400 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3\n",
    "obj words": b"v a b c\nf 1 1 1\n",
    "obj huge index": b"v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 99999999999999999999999\n",
    "obj without area": b"v 0 0 0\nv 9 0 0\nv 18 0 0\nv 0 0 0\nf 1 4 1\n",
    "obj of one point": b"v 0 0 0\nf 1 1 1\n",
    "obj huge": b"v 0 0 0\nv 1e12 0 0\nv 0 1e12 0\nf 1 2 3\n",
    "obj tiny": b"v 0 0 0\nv 1e-3 0 0\nv 0 1e-3 0\nf 1 2 3\n",
    "obj binary": b"v 0 0\0 0\n" * 3,
    "ifc of nothing": b"ISO-10303-21;\nEND-ISO-10303-21;",
    "ifc cut off": ifc_house.house().content()[:9000],
    "ifc without a building": ifc_house.House().content(),
    "ifc that hangs below itself": below_itself(),
    "cityjson of WGS 84": files.city_json(4.4, 52.0, 0, crs="4979"),
    "cityjson beyond": files.city_json(0, 0, 0, vertices=[[0, 0, 0]]),
    "cityjson of text": files.city_json(0, 0, 0, vertices="abc"),
    "cityjson uneven": files.city_json(0, 0, 0, vertices=[[0, 0], [0, 0, 0]]),
    "cityjson of nothing": files.city_json(0, 0, 0, CityObjects={}),
    "cityjson objects as list": files.city_json(0, 0, 0, CityObjects=[1]),
    "cityjson of ground only": files.city_json(
        0, 0, 0, CityObjects={"g": {"type": "TINRelief", "geometry": []}}
    ),
    "cityjson flat boundaries": files.city_json(
        0,
        0,
        0,
        CityObjects={
            "b": {"type": "Building", "geometry": [{"type": "Solid", "lod": "2", "boundaries": [0, 1]}]}
        },
    ),
    "cityjson fractions": files.city_json(
        0,
        0,
        0,
        CityObjects={
            "b": {
                "type": "Building",
                "geometry": [{"type": "MultiSurface", "lod": "2", "boundaries": [[[0.5, 1.5, 2]]]}],
            }
        },
    ),
    "cityjson of version 3": files.city_json(0, 0, 0, version="3.0"),
    "cityjson broken transform": files.city_json(0, 0, 0, transform={"scale": [1]}),
    "cityjson without template": files.city_json(
        0,
        0,
        0,
        CityObjects={
            "b": {"type": "Building", "geometry": [{"type": "GeometryInstance", "boundaries": [0]}]}
        },
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_or_hostile_is_refused_with_a_remedy(planner: Planner, name: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_design(HOSTILE[name], planner)
    assert len(str(refused.value)) > 30
    assert len(str(refused.value)) < 400
    assert 30 < len(refused.value.nl) < 400
    assert refused.value.nl != str(refused.value)


def test_random_bytes_within_a_file_never_do_more_than_refuse(planner: Planner) -> None:
    random = np.random.default_rng(4)
    read = 0
    for content in (files.glb(), files.obj(), files.city_json(84_500, 447_000, 0)):
        for _ in range(60):
            spoiled = bytearray(content)
            for at in random.integers(0, len(spoiled), 2).tolist():
                spoiled[at] = int(random.integers(0, 256))
            try:
                read_design(bytes(spoiled), planner)
                read += 1
            except ScenarioError:
                continue
    assert read  # some changes do no harm, so that the others were looked at
