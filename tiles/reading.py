"""Read tiles back: for checks, and for the way home to RD and NAP."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tiles import glb, meshopt
from tiles.binary import BYTE, FLOAT, UNSIGNED_BYTE, UNSIGNED_INT, UNSIGNED_SHORT
from tiles.errors import TilesError
from tiles.frame import Frame
from tiles.mesh import Mesh
from tiles.properties import decode_table
from tiles.rdnap import RdNap
from tiles.weld import normals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Json = dict[str, Any]
Accessor = Callable[[int], "NDArray[Any]"]
_Part = tuple["NDArray[Any]", "NDArray[np.int64]", "NDArray[Any]", "NDArray[np.uint8]", "NDArray[np.int64]"]
_TYPES = {
    BYTE: "i1",
    UNSIGNED_BYTE: "u1",
    UNSIGNED_SHORT: "<u2",
    UNSIGNED_INT: "<u4",
    FLOAT: "<f4",
}
_WIDTHS = {"SCALAR": 1, "VEC3": 3}


@dataclass(frozen=True)
class TileMesh:
    """Content of one tile in the tileset's frame (east, north, up).

    `xyz` (V, 3) float64 [m]; `triangles` (T, 3) int64; `normal` (V, 3) float64; `color` (V, 3) uint8 sRGB;
    `feature` (V,) int64 rows of `properties`, which starts with ``identificatie``. Of a tile without normals
    each triangle has corners of its own, that face where it does.
    """

    xyz: NDArray[np.float64]
    triangles: NDArray[np.int64]
    normal: NDArray[np.float64]
    color: NDArray[np.uint8]
    feature: NDArray[np.int64]
    properties: pd.DataFrame


@dataclass(frozen=True)
class Tile:
    """A tile as its tileset.json tells it.

    `file` is the JSON that holds it and `content` what it shows, `None` for nothing. `box` (4, 3) is middle
    and half axes in the tile's own frame, `matrix` (4, 4) leads from there to the earth, `local` (4, 4) to
    the parent's frame.
    """

    file: Path
    content: Path | None
    box: NDArray[np.float64]
    error: float
    refine: str
    local: NDArray[np.float64]
    matrix: NDArray[np.float64]
    parent: Tile | None
    leaf: bool

    @property
    def name(self) -> str:
        """For messages."""
        return self.content.name if self.content else "a tile without content"


def read_mesh(path: Path) -> TileMesh:
    """Read one tile that `write_tileset` wrote.

    Parameters
    ----------
    path
        Of a ``.glb``.

    Returns
    -------
    TileMesh
        In metres east, north and up of the tileset's frame.

    Raises
    ------
    TilesError
        Naming the file and what is wrong in it; also for a compressed tile where `meshoptimizer` is not
        installed.
    """
    path = Path(path)
    try:
        return _mesh(*_chunks(path.read_bytes()))
    except OSError as error:
        raise TilesError(f"{path}: cannot be read: {error.strerror}") from error
    except TilesError as error:
        raise TilesError(f"{path}: {error}") from error
    except (KeyError, IndexError, ValueError, TypeError, StopIteration, struct.error) as error:
        raise TilesError(
            f"{path}: not a tile of this package, or damaged ({type(error).__name__}: {error})"
        ) from error


def read_tileset(folder: Path, rdnap: RdNap | None = None) -> Iterator[tuple[Mesh, pd.DataFrame]]:
    """Leaves of a tileset in RD + NAP, within 9 mm of what was written.

    Parameters
    ----------
    folder
        With a ``tileset.json``; that of all themes works too.

    Yields
    ------
    Mesh, DataFrame
        As in a `Cell`, without its overview. Triangles too small for the tiles' lattice of 1 cm are missing.
    """
    rdnap = rdnap or RdNap()
    for tile in walk(Path(folder) / "tileset.json"):
        if tile.content is None or tile.content.suffix == ".json" or not tile.leaf:
            continue
        mesh = read_mesh(tile.content)
        frame = Frame(tile.matrix[:3, 3], tile.matrix[:3, :3])
        first = mesh.triangles[:, 0]
        rd = rdnap.from_ecef(frame.to_ecef(mesh.xyz))
        yield Mesh(rd, mesh.triangles, mesh.feature[first], mesh.color[first]), mesh.properties


def walk(path: Path) -> Iterator[Tile]:
    """Every tile of a tileset.json and of the external tilesets in it that exist, parents first."""
    yield from _walk(path, None, np.eye(4))


def _walk(path: Path, above: Tile | None, matrix: NDArray[np.float64]) -> Iterator[Tile]:
    def visit(entry: dict[str, Any], parent: Tile | None, matrix: NDArray[np.float64]) -> Iterator[Tile]:
        local = np.array(entry.get("transform", np.eye(4).ravel()), dtype=np.float64).reshape(4, 4).T
        uri = entry.get("content", {}).get("uri")
        content = None if uri is None else (path.parent / uri).resolve()
        tile = Tile(
            file=path,
            content=content,
            box=np.array(entry["boundingVolume"]["box"], dtype=np.float64).reshape(4, 3),
            error=float(entry["geometricError"]),
            refine=entry.get("refine", parent.refine if parent else ""),
            local=local,
            matrix=matrix @ local,
            parent=parent,
            leaf=not entry.get("children"),
        )
        yield tile
        if content and content.suffix == ".json" and content.is_file():
            yield from _walk(content, tile, tile.matrix)
        for child in entry.get("children", ()):
            yield from visit(child, tile, tile.matrix)

    try:
        root = json.loads(path.read_bytes())["root"]
        yield from visit(root, above, matrix)
    except OSError as error:
        raise TilesError(f"{path}: cannot be read: {error.strerror}. Write the tileset again") from error
    except (KeyError, ValueError, TypeError) as error:
        raise TilesError(f"{path}: not a 3D Tiles tileset ({type(error).__name__}: {error})") from error


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = struct.unpack_from("<III", data)
    if magic != glb.MAGIC or version != 2:
        raise TilesError("not a binary glTF 2.0 file")
    if length != len(data):
        raise TilesError(
            f"the header says {length} bytes, the file has {len(data)}: it is truncated or has a tail"
        )
    size, kind = struct.unpack_from("<II", data, 12)
    bin_size, bin_kind = struct.unpack_from("<II", data, 20 + size)
    if kind != glb.JSON_CHUNK or bin_kind != glb.BIN_CHUNK or 28 + size + bin_size != length:
        raise TilesError("the JSON and BIN chunks do not fill the file")
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def _mesh(document: dict[str, Any], data: bytes) -> TileMesh:
    def view(number: int) -> bytes:
        entry = document["bufferViews"][number]
        packed = entry.get("extensions", {}).get("EXT_meshopt_compression")
        source = packed or entry
        start = int(source.get("byteOffset", 0))
        end = start + int(source["byteLength"])
        if source["buffer"] != 0 or end > len(data):
            raise TilesError(f"bufferView {number} reaches byte {end} of {len(data)}")
        return meshopt.decode(packed, data[start:end]) if packed else data[start:end]

    @cache
    def accessor(number: int) -> NDArray[Any]:
        entry = document["accessors"][number]
        dtype, width = np.dtype(_TYPES[entry["componentType"]]), _WIDTHS[entry["type"]]
        raw, count = view(entry["bufferView"]), int(entry["count"])
        stride = int(document["bufferViews"][entry["bufferView"]].get("byteStride", dtype.itemsize * width))
        if stride * (count - 1) + dtype.itemsize * width > len(raw):
            raise TilesError(
                f"accessor {number} wants {count} elements of {stride} bytes from {len(raw)} bytes"
            )
        raw = raw.ljust(stride * count, b"\0")
        rows = np.frombuffer(raw, dtype=np.uint8, count=stride * count).reshape(count, stride)
        values = np.ascontiguousarray(rows[:, : dtype.itemsize * width]).view(dtype)
        for limit, found in (("min", values.min(axis=0)), ("max", values.max(axis=0))):
            if limit in entry and entry[limit] != found.tolist():
                raise TilesError(
                    f"accessor {number} says its {limit} is {entry[limit]}, it is {found.tolist()}"
                )
        return values

    table = decode_table(document["extensions"]["EXT_structural_metadata"], view)
    parts = []
    for node in document["nodes"]:
        read = _copies if "EXT_mesh_gpu_instancing" in node.get("extensions", {}) else _whole
        for primitive in document["meshes"][node["mesh"]]["primitives"]:
            material = document["materials"][primitive["material"]]
            parts.append(read(node, primitive, material, accessor, len(table)))
    first = np.cumsum([0, *(len(part[0]) for part in parts)]).tolist()
    position, triangles, normal, color, feature = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    triangles = triangles + np.repeat(first[:-1], [len(part[1]) for part in parts])[:, None]
    return TileMesh(_z_up(position), triangles, _z_up(normal), color, feature, table)


def _whole(node: Json, primitive: Json, material: Json, accessor: Accessor, rows: int) -> _Part:
    """A mesh with a feature id per vertex."""
    position, triangles, normal, color = _primitive(primitive, material, accessor)
    position = position * np.array(node["scale"]) + np.array(node["translation"])
    feature = accessor(primitive["attributes"]["_FEATURE_ID_0"])[:, 0].astype(np.int64)
    if len(feature) != len(position):
        raise TilesError(f"{len(position)} positions, but {len(feature)} feature ids")
    _same_count("EXT_mesh_features", primitive["extensions"], rows)
    if normal is None:
        position, triangles, normal, corner = _flat(position, triangles)
        color, feature = color[corner], feature[corner]
    return position, triangles, normal, color, feature


def _copies(node: Json, primitive: Json, material: Json, accessor: Accessor, rows: int) -> _Part:
    """All instances of a prototype, written out."""
    attributes = node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]
    place, scale, feature = (
        accessor(attributes[name]).astype(np.float64) for name in ("TRANSLATION", "SCALE", "_FEATURE_ID_0")
    )
    if {len(scale), len(feature)} != {len(place)}:
        raise TilesError(f"{len(place)} instances, but {len(scale)} sizes and {len(feature)} feature ids")
    _same_count("EXT_instance_features", node["extensions"], rows)
    shape, triangles, normal, color = _primitive(primitive, material, accessor)
    if normal is None:
        raise TilesError("what is drawn many times has no normals")
    position = shape[None] * scale[:, None] + place[:, None] + np.array(node["translation"])
    direction = normal[None] / scale[:, None]
    direction /= np.linalg.norm(direction, axis=2, keepdims=True)
    count, size = len(place), len(shape)
    return (
        position.reshape(-1, 3),
        (triangles[None] + size * np.arange(count)[:, None, None]).reshape(-1, 3),
        direction.reshape(-1, 3),
        np.tile(color, (count, 1)),
        np.repeat(feature[:, 0].astype(np.int64), size),
    )


def _primitive(
    primitive: Json, material: Json, accessor: Accessor
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.float64] | None, NDArray[np.uint8]]:
    """Positions, triangles, normals if there are any, and colours, in units of the node."""
    attributes = primitive["attributes"]
    position = accessor(attributes["POSITION"]).astype(np.float64)
    triangles = accessor(primitive["indices"])[:, 0].astype(np.int64).reshape(-1, 3)
    if triangles.max() >= len(position):
        raise TilesError(f"triangles refer to vertex {triangles.max()} of {len(position)}")
    if "NORMAL" not in attributes:
        plain = glb.srgb_of(np.array(material["pbrMetallicRoughness"]["baseColorFactor"][:3]))
        return position, triangles, None, np.tile(plain, (len(position), 1))
    normal = np.maximum(accessor(attributes["NORMAL"]).astype(np.float64) / 127, -1)
    if len(normal) != len(position):
        raise TilesError(f"{len(position)} positions, but {len(normal)} normals")
    return position, triangles, normal, glb.srgb(accessor(attributes["COLOR_0"]))


def _flat(
    position: NDArray[np.float64], triangles: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Give each triangle corners of its own that face where it does; also which vertex each corner was."""
    corner = triangles.ravel()
    normal = np.repeat(normals(position, triangles), 3, axis=0) / 127
    return position[corner], np.arange(len(corner)).reshape(-1, 3), normal, corner


def _same_count(extension: str, extensions: Json, rows: int) -> None:
    declared = extensions[extension]["featureIds"][0]["featureCount"]
    if declared != rows:
        raise TilesError(f"{extension} counts {declared} features, the property table has {rows} rows")


def _z_up(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([values[:, 0], -values[:, 2], values[:, 1]])
