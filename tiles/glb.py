"""A tile as bytes: binary glTF 2.0 with feature ids and a property table.

The bytes are put together here because no Python library keeps the fallback buffer of EXT_meshopt_compression
alive. Equal input gives equal bytes.
"""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from tiles import meshopt, order, properties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tiles.instances import Instances, Prototype
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
    instances: Instances | None = None,
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
    instances
        Shapes that are drawn many times, as `Instances.snapped` gives them; `feature` as in `mesh`.

    Returns
    -------
    bytes
        GLB with u16 positions, i8 normals, u8 colours (KHR_mesh_quantization) and ``_FEATURE_ID_0``. A node
        per prototype holds the instances (EXT_mesh_gpu_instancing, EXT_instance_features).
    """
    content = _Binary(compress)
    count = len(columns["identificatie"])
    features = {"featureCount": count, "attribute": 0, "propertyTable": 0, "label": theme}
    nodes, primitives = [], []
    parts: dict[int, dict[str, Any]] = {}
    if len(mesh.triangles):
        node, primitive = _whole(content, mesh, features)
        nodes.append(node)
        primitives.append(primitive)
    copied = instances is not None and len(instances) > 0
    if instances is not None:
        for number, shape in enumerate(instances.prototypes):
            own = instances.select(instances.prototype == number)
            if len(own):
                nodes.append(_copied(content, own, features))
                primitives.append(_shape(content, shape))
                parts[len(nodes) - 1] = {"extras": {"part": shape.name}} if shape.name else {}
    words = properties.vocabulary(schema, columns)
    table = properties.table_json(theme, schema, words, columns, content.view)
    required = [
        "KHR_mesh_quantization",
        *(["EXT_meshopt_compression"] if compress else []),
        *(["EXT_mesh_gpu_instancing"] if copied else []),
    ]
    used = [
        *required,
        *(["EXT_mesh_features"] if len(mesh.triangles) else []),
        *(["EXT_instance_features"] if copied else []),
        "EXT_structural_metadata",
    ]
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "gemeentetwin"}
        | ({"copyright": attribution} if attribution else {}),
        "extensionsUsed": used,
        "extensionsRequired": required,
        "extensions": {
            "EXT_structural_metadata": {
                "schema": properties.schema_json(theme, schema, words),
                "propertyTables": [table],
            }
        },
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": [{"mesh": number} | node for number, node in enumerate(nodes)],
        "meshes": [
            {"name": theme, "primitives": [primitive]} | parts.get(number, {})
            for number, primitive in enumerate(primitives)
        ],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}],
        "accessors": content.accessors,
        "bufferViews": content.views,
        "buffers": content.buffers(),
    }
    return _assemble(document, bytes(content.data))


def _whole(content: _Binary, mesh: Welded, features: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Node and primitive of a mesh with a feature id per vertex."""
    mesh = order.compact(mesh)
    position = _y_up(mesh.lattice)
    corner = position.min(axis=0)
    position = (position - corner).astype("<u2")
    # Vertex attributes know no 32-bit integers; float32 is exact up to 2^24.
    short = features["featureCount"] <= _SHORT_LIMIT
    attributes = {
        "POSITION": content.attribute(position, UNSIGNED_SHORT, "VEC3", limits=True),
        "NORMAL": content.attribute(_y_up(mesh.normal), BYTE, "VEC3", normalized=True),
        "COLOR_0": content.attribute(linear(mesh.color), UNSIGNED_BYTE, "VEC3", normalized=True),
        "_FEATURE_ID_0": content.attribute(
            mesh.feature.astype("<u2" if short else "<f4")[:, None],
            UNSIGNED_SHORT if short else FLOAT,
            "SCALAR",
        ),
    }
    node = {"translation": [float(value) for value in corner * mesh.step], "scale": [mesh.step] * 3}
    primitive = {
        "attributes": attributes,
        "indices": content.indices(mesh.triangles, len(position)),
        "material": 0,
        "mode": 4,
        "extensions": {"EXT_mesh_features": {"featureIds": [features]}},
    }
    return node, primitive


def _copied(content: _Binary, instances: Instances, features: dict[str, Any]) -> dict[str, Any]:
    """Node of the instances of one prototype.

    All numbers are 32-bit floats: viewers take the accessors of instances as they are, without padding.
    """
    place = _y_up(instances.place)
    corner = place.min(axis=0)
    scale = instances.scale[:, [0, 1, 0]]
    attributes = {
        "TRANSLATION": content.attribute((place - corner).astype("<f4"), FLOAT, "VEC3"),
        "SCALE": content.attribute(scale.astype("<f4"), FLOAT, "VEC3"),
        "_FEATURE_ID_0": content.attribute(instances.feature.astype("<f4")[:, None], FLOAT, "SCALAR"),
    }
    return {
        "translation": corner.tolist(),
        "extensions": {
            "EXT_mesh_gpu_instancing": {"attributes": attributes},
            "EXT_instance_features": {"featureIds": [features]},
        },
    }


def _shape(content: _Binary, shape: Prototype) -> dict[str, Any]:
    """Primitive of a prototype."""
    xyz, normal, color, triangles = shape.corners()
    attributes = {
        "POSITION": content.attribute(_y_up(xyz).astype("<f4"), FLOAT, "VEC3", limits=True),
        "NORMAL": content.attribute(_y_up(normal), BYTE, "VEC3", normalized=True),
        "COLOR_0": content.attribute(linear(color), UNSIGNED_BYTE, "VEC3", normalized=True),
    }
    indices = content.indices(triangles, len(xyz))
    return {"attributes": attributes, "indices": indices, "material": 0, "mode": 4}


def _y_up(values: NDArray[Any]) -> NDArray[Any]:
    """As glTF has them, y-up: 3D Tiles turns (x, y, z) of the content into (x, -z, y) of the tile."""
    return np.column_stack([values[:, 0], values[:, 2], -values[:, 1]]).astype(values.dtype)


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
        filtered: dict[str, str] = {}
        if packed is not None and component == BYTE:  # the only signed bytes are those of normals
            folded = meshopt.encode_vertices(meshopt.octahedral(values))
            if len(gzip.compress(folded)) < len(gzip.compress(packed)):
                packed, filtered = folded, {"filter": "OCTAHEDRAL"}
        accessor: dict[str, Any] = {
            "bufferView": self._geometry(
                rows.tobytes(),
                packed,
                "ATTRIBUTES",
                len(rows),
                rows.shape[1],
                filtered,
            ),
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

    def _geometry(
        self,
        data: bytes,
        packed: bytes | None,
        mode: str,
        count: int,
        stride: int,
        filtered: dict[str, str] | None = None,
    ) -> int:
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
            } | (filtered or {})
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
