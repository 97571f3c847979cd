"""CityJSON features as one binary glTF 2.0 file, for programs that draw: Blender, game engines, browsers.

A node per object, named after it, with its attributes as ``extras``; its best level of detail, coloured by
what each surface is. Metres; y is up, x is east and -z is north, from an origin near the objects that
``asset.extras`` gives in RD and NAP: float32 could not hold RD coordinates to the centimetre.

Source: glTF 2.0 (ISO/IEC 12113:2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pygltflib

from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.ragged import offsets_of
from twin.geometry.triangulate import triangulate

MEDIA_TYPE = "model/gltf-binary"
_COLOURS = {"RoofSurface": (184, 111, 82), "WallSurface": (231, 223, 210), "GroundSurface": (200, 198, 192)}
_PLAIN = (205, 203, 198)
_VERTEX = np.dtype([("position", "<f4", 3), ("normal", "<f4", 3), ("color", "u1", 4)])


def to_glb(header: dict[str, Any], features: Iterable[dict[str, Any]]) -> bytes:
    """One file of all features; an object without surfaces is a node without a mesh.

    Parameters
    ----------
    header : dict
        First line of the sequence that the features are from.
    features : iterable of dict
        CityJSONFeatures.
    """
    surfaces = _Surfaces()
    for feature in features:
        surfaces.add(feature, header["transform"])
    shells = surfaces.shells()
    triangles, surface = triangulate(shells)
    corner = shells.xyz[triangles.reshape(-1)].reshape(-1, 3, 3)
    origin = np.floor(shells.xyz.mean(axis=0)) if len(shells.xyz) else np.zeros(3)
    origin[2] = 0.0
    vertices = _vertices(corner - origin, np.array(surfaces.colors, dtype=np.uint8).reshape(-1, 3)[surface])
    cuts = np.searchsorted(surface, shells.object_offsets) * 3
    return _packed(surfaces, vertices, cuts, origin)


@dataclass(slots=True)
class _Surfaces:
    """Surfaces of the best geometry of every object, gathered from JSON."""

    names: list[str] = field(default_factory=list)
    attributes: list[dict[str, Any]] = field(default_factory=list)
    xyz: list[Floats] = field(default_factory=list)
    rings: list[list[int]] = field(default_factory=list)
    ring_counts: list[int] = field(default_factory=list)
    surface_counts: list[int] = field(default_factory=list)
    colors: list[tuple[int, int, int]] = field(default_factory=list)
    base: int = 0

    def add(self, feature: dict[str, Any], transform: dict[str, Any]) -> None:
        """A feature: its parts are drawn as one object."""
        before = len(self.ring_counts)
        objects = feature["CityObjects"]
        own = objects[feature["id"]]
        best = max((_level(g) for o in objects.values() for g in o.get("geometry", ())), default="")
        parts = [g for o in objects.values() for g in _best(o, detailed=best > "0")]
        for geometry in parts:
            self._geometry(geometry)
        whole = np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3)
        self.xyz.append(whole * transform["scale"] + transform["translate"])
        self.base += len(whole)
        self.names.append(feature["id"])
        self.attributes.append(own.get("attributes", {}))
        self.surface_counts.append(len(self.ring_counts) - before)

    def _geometry(self, geometry: dict[str, Any]) -> None:
        solid = geometry["type"] == "Solid"
        drawn = [s for shell in geometry["boundaries"] for s in shell] if solid else geometry["boundaries"]
        semantics = geometry.get("semantics")
        kinds = [s["type"] for s in semantics["surfaces"]] if semantics else []
        values = semantics["values"] if semantics else []
        flat = [v for shell in values for v in shell] if solid else values
        for number, surface in enumerate(drawn):
            self.rings.extend([[v + self.base for v in ring] for ring in surface])
            self.ring_counts.append(len(surface))
            self.colors.append(_COLOURS.get(kinds[flat[number]], _PLAIN) if flat else _PLAIN)

    def shells(self) -> Shells:
        return Shells(
            xyz=np.concatenate(self.xyz) if self.xyz else np.empty((0, 3)),
            ring_vertices=np.array([v for ring in self.rings for v in ring], dtype=np.int64),
            ring_offsets=offsets_of(np.array([len(r) for r in self.rings], dtype=np.int64)),
            surface_offsets=offsets_of(np.array(self.ring_counts, dtype=np.int64)),
            object_offsets=offsets_of(np.array(self.surface_counts, dtype=np.int64)),
            semantics=np.full(len(self.ring_counts), Semantic.ROOF, dtype=np.uint8),
        )


def _best(city_object: dict[str, Any], *, detailed: bool) -> list[dict[str, Any]]:
    """The most detailed surfaces of an object; its outline only where nothing else is drawn."""
    drawn = [
        g
        for g in city_object.get("geometry", ())
        if g["type"] in ("Solid", "MultiSurface", "CompositeSurface")
    ]
    best = max(drawn, key=_level, default=None)
    return [best] if best is not None and (not detailed or _level(best) > "0") else []


def _level(geometry: dict[str, Any]) -> str:
    return str(geometry.get("lod", "0"))


def _vertices(corners: Floats, colors: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """Three vertices per triangle ``(T, 3, 3)``, with the normal of the triangle: edges stay sharp."""
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.divide(normal, length, out=np.tile((0.0, 0.0, 1.0), (len(normal), 1)), where=length > 0)
    result = np.empty(3 * len(corners), dtype=_VERTEX)
    result["position"] = _up(corners.reshape(-1, 3))
    result["normal"] = _up(np.repeat(normal, 3, axis=0))
    result["color"][:, :3] = np.repeat(_linear(colors), 3, axis=0)
    result["color"][:, 3] = 255
    return result


def _up(xyz: Floats) -> Floats:
    """Axes of glTF, in which y is up."""
    return np.column_stack((xyz[:, 0], xyz[:, 2], -xyz[:, 1]))


def _linear(srgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    value = srgb / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    rounded: npt.NDArray[np.uint8] = np.rint(light * 255).astype(np.uint8)
    return rounded


def _packed(surfaces: _Surfaces, vertices: npt.NDArray[Any], cuts: Ints, origin: Floats) -> bytes:
    file = pygltflib.GLTF2(
        asset=pygltflib.Asset(
            version="2.0",
            generator="gemeentetwin",
            extras={"crs": "https://www.opengis.net/def/crs/EPSG/0/7415", "origin": origin.tolist()},
        ),
        materials=[
            pygltflib.Material(
                pbrMetallicRoughness=pygltflib.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=0.9)
            )
        ],
        scene=0,
    )
    data = vertices.tobytes()
    if data:
        file.buffers = [pygltflib.Buffer(byteLength=len(data))]
        file.bufferViews = [
            pygltflib.BufferView(
                buffer=0, byteLength=len(data), byteStride=_VERTEX.itemsize, target=pygltflib.ARRAY_BUFFER
            )
        ]
    bounds = cuts.tolist()
    for number, (name, attributes) in enumerate(zip(surfaces.names, surfaces.attributes, strict=True)):
        node = pygltflib.Node(name=name, extras=attributes)
        first, last = bounds[number], bounds[number + 1]
        if last > first:
            node.mesh = len(file.meshes)
            file.meshes.append(_mesh(file, name, vertices["position"][first:last], first))
        file.nodes.append(node)
    file.scenes = [pygltflib.Scene(nodes=list(range(len(file.nodes))))]
    file.set_binary_blob(data)
    return b"".join(file.save_to_bytes())


def _mesh(file: pygltflib.GLTF2, name: str, position: Floats, first: int) -> pygltflib.Mesh:
    at = len(file.accessors)
    offset, count = first * _VERTEX.itemsize, len(position)
    low, high = position.min(axis=0).tolist(), position.max(axis=0).tolist()
    for kind, shift, parts, more in (
        (pygltflib.FLOAT, 0, "VEC3", {"min": low, "max": high}),
        (pygltflib.FLOAT, 12, "VEC3", {}),
        (pygltflib.UNSIGNED_BYTE, 24, "VEC4", {"normalized": True}),
    ):
        file.accessors.append(
            pygltflib.Accessor(
                bufferView=0, byteOffset=offset + shift, componentType=kind, count=count, type=parts, **more
            )
        )
    drawn = pygltflib.Attributes(POSITION=at, NORMAL=at + 1, COLOR_0=at + 2)
    return pygltflib.Mesh(name=name, primitives=[pygltflib.Primitive(attributes=drawn, material=0)])
