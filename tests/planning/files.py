"""Designs as other programs write them: an L-shaped block of 20 by 10 m and 6 m high, 720 m3."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import numpy as np
import shapely
import trimesh

from twin.geometry.columns import Floats

L_SHAPE = [(0.0, 0.0), (20.0, 0.0), (20.0, 4.0), (10.0, 4.0), (10.0, 8.0), (0.0, 8.0)]
AREA, HEIGHT = 120.0, 6.0
VOLUME = AREA * HEIGHT


def block() -> trimesh.Trimesh:
    """The block, z up, its corner at the origin."""
    return trimesh.creation.extrude_polygon(shapely.Polygon(L_SHAPE), HEIGHT)


def y_up(xyz: Floats) -> Floats:
    return np.column_stack((xyz[:, 0], xyz[:, 2], -xyz[:, 1]))


def glb(*meshes: trimesh.Trimesh) -> bytes:
    """GLB as trimesh writes it, a node with a matrix for each mesh."""
    scene = trimesh.Scene()
    for number, mesh in enumerate(meshes or (block(),)):
        turned = trimesh.Trimesh(y_up(mesh.vertices), mesh.faces, process=False)
        turned.apply_translation([-5.0, 0, 0])
        scene.add_geometry(turned, transform=trimesh.transformations.translation_matrix([5.0, 0, 0]))
        assert number < 10
    content = scene.export(file_type="glb")
    assert isinstance(content, bytes)
    return content


def parts(content: bytes) -> tuple[dict[str, Any], bytes]:
    """JSON and binary part of a GLB."""
    (length,) = struct.unpack("<I", content[12:16])
    return json.loads(content[20 : 20 + length]), content[20 + length + 8 :]


def packed(header: dict[str, Any], binary: bytes) -> bytes:
    """GLB of a JSON and a binary part."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    chunks = (
        struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    )
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def embedded(content: bytes) -> bytes:
    """A GLB as glTF in JSON, its buffer inside."""
    header, binary = parts(content)
    header["buffers"] = [
        {
            "byteLength": len(binary),
            "uri": "data:application/octet-stream;base64," + base64.b64encode(binary).decode(),
        }
    ]
    return json.dumps(header).encode()


def obj(*, up: str = "y", name: str = "Blok", scale: float = 1.0, at: tuple[float, float] = (0, 0)) -> bytes:
    """OBJ as drawing programs write an extrusion: top and bottom are one concave face each."""
    n = len(L_SHAPE)
    xyz = np.array([(x + at[0], y + at[1], z) for z in (0.0, HEIGHT) for x, y in L_SHAPE]) * scale
    if up == "y":
        xyz = y_up(xyz)
    lines = ["# a program", "mtllib https://example.org/steal.mtl", f"o {name}"]
    lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in xyz.tolist()]
    lines += ["usemtl steen"]
    lines += ["f " + " ".join(f"{i + 1}//{i + 1}" for i in reversed(range(n)))]
    lines += ["f " + " ".join(str(n + i + 1) for i in range(n))]
    lines += [f"f {i + 1} {(i + 1) % n + 1} {n + (i + 1) % n + 1} {n + i + 1}" for i in range(n)]
    return "\n".join(lines).encode()


def city_json(x: float, y: float, z: float, *, crs: str | None = "7415", **more: Any) -> bytes:
    """CityJSON 2.0 of the block with its corner at a place, its outline as LoD 0 beside it."""
    n = len(L_SHAPE)
    vertices = [[round(1000 * v) for v in (a, b, c)] for c in (0.0, HEIGHT) for a, b in L_SHAPE]
    ground = [list(reversed(range(n)))]
    walls = [[[i, (i + 1) % n, n + (i + 1) % n, n + i]] for i in range(n)]
    shell = [ground, [list(range(n, 2 * n))], *walls]
    metadata: dict[str, Any] = {"title": "Ontwerp <b>Blok</b>"}
    if crs is not None:
        metadata["referenceSystem"] = f"https://www.opengis.net/def/crs/EPSG/0/{crs}"
    return json.dumps(
        {
            "type": "CityJSON",
            "version": "2.0",
            "metadata": metadata,
            "transform": {"scale": [0.001] * 3, "translate": [x, y, z]},
            "CityObjects": {
                "b": {
                    "type": "Building",
                    "children": ["b-0"],
                    "geometry": [{"type": "MultiSurface", "lod": "0", "boundaries": [ground]}],
                },
                "b-0": {
                    "type": "BuildingPart",
                    "parents": ["b"],
                    "geometry": [{"type": "Solid", "lod": "2.2", "boundaries": [shell]}],
                },
                "g": {
                    "type": "TINRelief",
                    "geometry": [{"type": "CompositeSurface", "lod": "1", "boundaries": [ground]}],
                },
            },
            "vertices": vertices,
        }
        | more
    ).encode()
