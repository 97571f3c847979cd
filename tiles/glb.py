"""A tile as bytes: binary glTF 2.0 with feature ids and a property table.

The bytes are put together here because no Python library keeps the fallback buffer of EXT_meshopt_compression
alive. Equal input gives equal bytes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from tiles import order, properties
from tiles.binary import BYTE, FLOAT, SHORT_LIMIT, UNSIGNED_BYTE, UNSIGNED_SHORT, Binary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tiles.instances import Instances, Prototype
    from tiles.mesh import Property
    from tiles.weld import Welded

MAGIC, JSON_CHUNK, BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942


def pack(
    mesh: Welded,
    columns: properties.Columns,
    *,
    theme: str,
    schema: Sequence[Property],
    compress: bool,
    normals: bool = True,
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
    normals
        Whether vertices say where their face looks. Without, a face is as flat as glTF says that it then is,
        each corner of a feature is there once, and each colour is a primitive with a material of its own.
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
    content = Binary(compress)
    count = len(columns["identificatie"])
    features = {"featureCount": count, "attribute": 0, "propertyTable": 0, "label": theme}
    nodes: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    materials: list[dict[str, Any]] = []
    if len(mesh.triangles):
        draw = _whole if normals else _bare
        node, primitives = draw(content, mesh, features, materials)
        nodes.append(node)
        meshes.append({"name": theme, "primitives": primitives})
    copied = instances is not None and len(instances) > 0
    if instances is not None and copied:
        plain = _add_material(materials)
        for number, shape in enumerate(instances.prototypes):
            own = instances.select(instances.prototype == number)
            if len(own):
                nodes.append(_copied(content, own, features))
                part = {"extras": {"part": shape.name}} if shape.name else {}
                meshes.append({"name": theme, "primitives": [_shape(content, shape, plain)]} | part)
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
        "meshes": meshes,
        "materials": materials,
        "accessors": content.accessors,
        "bufferViews": content.views,
        "buffers": content.buffers(),
    }
    return _assemble(document, bytes(content.data))


def _whole(
    content: Binary, mesh: Welded, features: dict[str, Any], materials: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Node and primitive of a mesh with a normal, a colour and a feature id per vertex."""
    mesh = order.compact(mesh)
    node, position = _placed(mesh.lattice, mesh.step)
    attributes = {
        "POSITION": content.attribute(position, UNSIGNED_SHORT, "VEC3", limits=True),
        "NORMAL": content.attribute(_y_up(mesh.normal), BYTE, "VEC3", normalized=True),
        "COLOR_0": content.attribute(linear(mesh.color), UNSIGNED_BYTE, "VEC3", normalized=True),
        "_FEATURE_ID_0": _feature_ids(content, mesh.feature, features),
    }
    indices = content.indices(mesh.triangles, len(position))
    return node, [_primitive(attributes, indices, features, _add_material(materials))]


def _bare(
    content: Binary, mesh: Welded, features: dict[str, Any], materials: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Node of a mesh with a place and a feature id per vertex, and a primitive for each of its colours.

    The primitives share the vertices; the colour of each is that of a material.
    """
    shared = order.bare(mesh)
    node, position = _placed(shared.lattice, shared.step)
    attributes = {
        "POSITION": content.attribute(position, UNSIGNED_SHORT, "VEC3", limits=True),
        "_FEATURE_ID_0": _feature_ids(content, shared.feature, features),
    }
    primitives = []
    for color, triangles in zip(shared.colors, shared.triangles, strict=True):
        indices = content.indices(triangles, len(position))
        primitives.append(_primitive(attributes, indices, features, _add_material(materials, color)))
    return node, primitives


def _placed(lattice: NDArray[np.int64], step: float) -> tuple[dict[str, Any], NDArray[np.uint16]]:
    """Node that puts positions, counted in steps from their lowest corner, where they belong."""
    position = _y_up(lattice)
    corner = position.min(axis=0)
    node = {"translation": [float(value) for value in corner * step], "scale": [step] * 3}
    return node, (position - corner).astype("<u2")


def _feature_ids(content: Binary, feature: NDArray[np.int64], features: dict[str, Any]) -> int:
    # Vertex attributes know no 32-bit integers; float32 is exact up to 2^24.
    short = features["featureCount"] <= SHORT_LIMIT
    values = feature.astype("<u2" if short else "<f4")[:, None]
    return content.attribute(values, UNSIGNED_SHORT if short else FLOAT, "SCALAR")


def _primitive(
    attributes: dict[str, int], indices: int, features: dict[str, Any], material: int
) -> dict[str, Any]:
    return {
        "attributes": attributes,
        "indices": indices,
        "material": material,
        "mode": 4,
        "extensions": {"EXT_mesh_features": {"featureIds": [features]}},
    }


def _add_material(materials: list[dict[str, Any]], color: NDArray[np.uint8] | None = None) -> int:
    """Number of a new matt material, in one colour or in those of the vertices."""
    matt: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": 0.9}
    if color is not None:
        matt["baseColorFactor"] = [*np.round(light(color), 4).tolist(), 1.0]
    materials.append({"pbrMetallicRoughness": matt})
    return len(materials) - 1


def _copied(content: Binary, instances: Instances, features: dict[str, Any]) -> dict[str, Any]:
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


def _shape(content: Binary, shape: Prototype, material: int) -> dict[str, Any]:
    """Primitive of a prototype."""
    xyz, normal, color, triangles = shape.corners()
    attributes = {
        "POSITION": content.attribute(_y_up(xyz).astype("<f4"), FLOAT, "VEC3", limits=True),
        "NORMAL": content.attribute(_y_up(normal), BYTE, "VEC3", normalized=True),
        "COLOR_0": content.attribute(linear(color), UNSIGNED_BYTE, "VEC3", normalized=True),
    }
    indices = content.indices(triangles, len(xyz))
    return {"attributes": attributes, "indices": indices, "material": material, "mode": 4}


def _y_up(values: NDArray[Any]) -> NDArray[Any]:
    """As glTF has them, y-up: 3D Tiles turns (x, y, z) of the content into (x, -z, y) of the tile."""
    return np.column_stack([values[:, 0], values[:, 2], -values[:, 1]]).astype(values.dtype)


def empty() -> bytes:
    """A document in which there is nothing to draw."""
    return _assemble(
        {"asset": {"version": "2.0", "generator": "gemeentetwin"}, "scenes": [{}], "scene": 0}, b""
    )


def light(srgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Colours of CSS as linear light from 0 to 1 (IEC 61966-2-1)."""
    value = srgb / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def linear(srgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of CSS as the linear light that glTF's COLOR_0 holds."""
    eight_bits: NDArray[np.uint8] = _LINEAR[srgb]
    return eight_bits


def srgb(linear: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Inverse of `linear`, as far as eight bits allow."""
    nearest = np.abs(_LINEAR[None, :].astype(np.int64) - np.arange(256)[:, None]).argmin(axis=1)
    css: NDArray[np.uint8] = nearest.astype(np.uint8)[linear]
    return css


def srgb_of(light: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Inverse of `light`: the nearest colours of CSS."""
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    css: NDArray[np.uint8] = np.rint(np.clip(value, 0, 1) * 255).astype(np.uint8)
    return css


_LINEAR: NDArray[np.uint8] = np.rint(light(np.arange(256, dtype=np.uint8)) * 255).astype(np.uint8)


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
