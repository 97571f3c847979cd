"""A tile as bytes: binary glTF 2.0 with feature ids and a property table.

The bytes are put together here because no Python library keeps the fallback buffer of EXT_meshopt_compression
alive. Equal input gives equal bytes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from tiles import meshopt, order, properties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tiles.mesh import Property
    from tiles.weld import Welded

MAGIC, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
BYTE, UNSIGNED_BYTE, UNSIGNED_SHORT, UNSIGNED_INT, FLOAT = 5120, 5121, 5123, 5125, 5126
_VERTEX_BUFFER, _INDEX_BUFFER = 34962, 34963
_SHORT_LIMIT = 65_535  # 65535 itself restarts a primitive


def pack(
    mesh: Welded,
    columns: properties.Columns,
    *,
    theme: str,
    schema: Sequence[Property],
    compress: bool,
    attribution: str = "",
) -> bytes:
    """One tile.

    Parameters
    ----------
    mesh
        Vertices on the tileset's lattice; `feature` holds rows of `columns`.
    columns
        The property table, from `properties.encode`.
    theme, schema
        Name and properties of the metadata class.
    compress
        Whether to write EXT_meshopt_compression.
    attribution
        Goes into ``asset.copyright``, where viewers look for credits.

    Returns
    -------
    bytes
        GLB with u16 positions, i8 normals, u8 colours (KHR_mesh_quantization) and ``_FEATURE_ID_0``.
    """
    content, mesh = _Binary(compress), order.compact(mesh)
    # glTF is y-up: 3D Tiles turns (x, y, z) of the content into (x, -z, y) of the tile.
    position = np.column_stack([mesh.lattice[:, 0], mesh.lattice[:, 2], -mesh.lattice[:, 1]])
    corner = position.min(axis=0)
    position = (position - corner).astype("<u2")
    normal = np.column_stack([mesh.normal[:, 0], mesh.normal[:, 2], -mesh.normal[:, 1]]).astype(np.int8)
    count = len(columns["identificatie"])
    # Vertex attributes know no 32-bit integers; float32 is exact up to 2^24.
    short = count <= _SHORT_LIMIT
    attributes = {
        "POSITION": content.attribute(position, UNSIGNED_SHORT, "VEC3", limits=True),
        "NORMAL": content.attribute(normal, BYTE, "VEC3", normalized=True),
        "COLOR_0": content.attribute(linear(mesh.color), UNSIGNED_BYTE, "VEC3", normalized=True),
        "_FEATURE_ID_0": content.attribute(
            mesh.feature.astype("<u2" if short else "<f4")[:, None],
            UNSIGNED_SHORT if short else FLOAT,
            "SCALAR",
        ),
    }
    indices = content.indices(mesh.triangles, len(position))
    words = properties.vocabulary(schema, columns)
    table = properties.table_json(theme, schema, words, columns, content.view)
    features = {"featureCount": count, "attribute": 0, "propertyTable": 0, "label": theme}
    required = ["KHR_mesh_quantization", *(["EXT_meshopt_compression"] if compress else [])]
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "gemeentetwin"}
        | ({"copyright": attribution} if attribution else {}),
        "extensionsUsed": [*required, "EXT_mesh_features", "EXT_structural_metadata"],
        "extensionsRequired": required,
        "extensions": {
            "EXT_structural_metadata": {
                "schema": properties.schema_json(theme, schema, words),
                "propertyTables": [table],
            }
        },
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {
                "mesh": 0,
                "translation": [float(value) for value in corner * mesh.step],
                "scale": [mesh.step] * 3,
            }
        ],
        "meshes": [
            {
                "name": theme,
                "primitives": [
                    {
                        "attributes": attributes,
                        "indices": indices,
                        "material": 0,
                        "mode": 4,
                        "extensions": {"EXT_mesh_features": {"featureIds": [features]}},
                    }
                ],
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}],
        "accessors": content.accessors,
        "bufferViews": content.views,
        "buffers": content.buffers(),
    }
    return _assemble(document, bytes(content.data))


def empty() -> bytes:
    """A document in which there is nothing to draw."""
    return _assemble(
        {"asset": {"version": "2.0", "generator": "gemeentetwin"}, "scenes": [{}], "scene": 0}, b""
    )


def linear(srgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of CSS as the linear light that glTF's COLOR_0 holds (IEC 61966-2-1)."""
    light: NDArray[np.uint8] = _LINEAR[srgb]
    return light


def srgb(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Inverse of `linear`, as far as eight bits allow."""
    nearest = np.abs(_LINEAR[None, :].astype(np.int64) - np.arange(256)[:, None]).argmin(axis=1)
    css: NDArray[np.uint8] = nearest.astype(np.uint8)[light]
    return css


def _linear_table() -> NDArray[np.uint8]:
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    table: NDArray[np.uint8] = np.rint(light * 255).astype(np.uint8)
    return table


_LINEAR = _linear_table()


class _Binary:
    """The BIN chunk while it grows, with the bufferViews and accessors that describe it."""

    def __init__(self, compress: bool) -> None:
        self.compress = compress
        self.data = bytearray()
        self.unpacked = 0  # length of the fallback buffer, which exists only in name
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def attribute(
        self,
        values: NDArray[Any],
        component: int,
        kind: str,
        *,
        normalized: bool = False,
        limits: bool = False,
    ) -> int:
        """Accessor of (N, k) values; each vertex is padded to four bytes, as glTF and meshopt want it."""
        width = values.shape[1] * values.itemsize
        rows = np.zeros((len(values), -(-width // 4) * 4), dtype=np.uint8)
        rows[:, :width] = np.ascontiguousarray(values).view(np.uint8)
        packed = meshopt.encode_vertices(rows) if self.compress else None
        accessor: dict[str, Any] = {
            "bufferView": self._geometry(rows.tobytes(), packed, "ATTRIBUTES", len(rows), rows.shape[1]),
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if normalized:
            accessor["normalized"] = True
        if limits:
            accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def indices(self, triangles: NDArray[np.int64], vertices: int) -> int:
        short = vertices <= _SHORT_LIMIT
        values = triangles.astype("<u2" if short else "<u4")
        packed = meshopt.encode_triangles(triangles, vertices) if self.compress else None
        self.accessors.append(
            {
                "bufferView": self._geometry(
                    values.tobytes(), packed, "TRIANGLES", values.size, values.itemsize
                ),
                "componentType": UNSIGNED_SHORT if short else UNSIGNED_INT,
                "count": values.size,
                "type": "SCALAR",
            }
        )
        return len(self.accessors) - 1

    def view(self, data: bytes) -> int:
        """Number of a plain bufferView, on a multiple of eight as property tables want it."""
        self.views.append({"buffer": 0, "byteOffset": self._append(data), "byteLength": len(data)})
        return len(self.views) - 1

    def buffers(self) -> list[dict[str, Any]]:
        self.data += bytes(-len(self.data) % 8)
        own: list[dict[str, Any]] = [{"byteLength": len(self.data)}]
        if not self.compress:
            return own
        fallback = {"EXT_meshopt_compression": {"fallback": True}}
        return [*own, {"byteLength": self.unpacked, "extensions": fallback}]

    def _geometry(self, data: bytes, packed: bytes | None, mode: str, count: int, stride: int) -> int:
        view: dict[str, Any] = {"byteLength": len(data)}
        if mode == "ATTRIBUTES":
            view |= {"byteStride": stride, "target": _VERTEX_BUFFER}
        else:
            view |= {"target": _INDEX_BUFFER}
        if packed is None:
            view |= {"buffer": 0, "byteOffset": self._append(data)}
        else:
            compression = {
                "buffer": 0,
                "byteOffset": self._append(packed),
                "byteLength": len(packed),
                "byteStride": stride,
                "count": count,
                "mode": mode,
            }
            view |= {
                "buffer": 1,
                "byteOffset": self.unpacked,
                "extensions": {"EXT_meshopt_compression": compression},
            }
            self.unpacked += -(-len(data) // 8) * 8
        self.views.append(view)
        return len(self.views) - 1

    def _append(self, data: bytes) -> int:
        self.data += bytes(-len(self.data) % 8)
        start = len(self.data)
        self.data += data
        return start


def _assemble(document: dict[str, Any], data: bytes) -> bytes:
    text = orjson.dumps(document)
    # Headers are 20 + 8 bytes: the text is padded so that the binary chunk starts on a multiple of eight.
    text += b" " * (-(len(text) + 28) % 8)
    return b"".join(
        [
            struct.pack("<III", MAGIC, 2, 28 + len(text) + len(data)),
            struct.pack("<II", len(text), JSON_CHUNK),
            text,
            struct.pack("<II", len(data), BIN_CHUNK),
            data,
        ]
    )
