"""Shells from and to what the tests find easy to write: lists of rings, CityJSON, trimesh."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import trimesh

from twin.geometry.columns import Semantic, Shells
from twin.geometry.ragged import offsets_of
from twin.geometry.triangulate import triangulate

SEMANTIC_OF = {
    "GroundSurface": Semantic.GROUND,
    "RoofSurface": Semantic.ROOF,
    "WallSurface": Semantic.OUTER_WALL,
}


def shells_of(
    xyz: Any, objects: Sequence[Sequence[Sequence[Sequence[int]]]], semantics: Any = None
) -> Shells:
    """Shells from nested lists: objects, surfaces, rings, vertex numbers."""
    surfaces = [s for o in objects for s in o]
    rings = [r for s in surfaces for r in s]
    return Shells(
        xyz=np.asarray(xyz, dtype=np.float64).reshape(-1, 3),
        ring_vertices=np.array([v for r in rings for v in r], dtype=np.int64),
        ring_offsets=offsets_of(np.array([len(r) for r in rings], dtype=np.int64)),
        surface_offsets=offsets_of(np.array([len(s) for s in surfaces], dtype=np.int64)),
        object_offsets=offsets_of(np.array([len(o) for o in objects], dtype=np.int64)),
        semantics=np.full(len(surfaces), Semantic.ROOF, dtype=np.uint8)
        if semantics is None
        else np.asarray(semantics, dtype=np.uint8),
    )


def nested(shells: Shells, number: int = 0) -> list[list[list[int]]]:
    """Surfaces of one object as nested lists."""
    return [
        [
            shells.ring_vertices[shells.ring_offsets[r] : shells.ring_offsets[r + 1]].tolist()
            for r in range(shells.surface_offsets[s], shells.surface_offsets[s + 1])
        ]
        for s in range(shells.object_offsets[number], shells.object_offsets[number + 1])
    ]


def meshes(shells: Shells) -> list[trimesh.Trimesh]:
    """Each object as a mesh of its triangles."""
    triangles, surface = triangulate(shells)
    cuts = np.searchsorted(surface, shells.object_offsets)
    return [trimesh.Trimesh(shells.xyz, triangles[a:b], process=False) for a, b in pairwise(cuts)]


def solids_of_cityjson(city: dict[str, Any], lod: str) -> tuple[Shells, list[str]]:
    """Outer shells of all solids of one LoD, with the ids of their objects."""
    xyz = (
        np.asarray(city["vertices"], float).reshape(-1, 3) * city["transform"]["scale"]
        + city["transform"]["translate"]
    )
    objects, semantics, ids = [], [], []
    for key, item in city["CityObjects"].items():
        for geometry in item.get("geometry", []):
            if geometry["type"] != "Solid" or str(geometry["lod"]) != lod:
                continue
            ids.append(key)
            objects.append(geometry["boundaries"][0])
            kinds = [SEMANTIC_OF[s["type"]] for s in geometry["semantics"]["surfaces"]]
            semantics += [kinds[value] for value in geometry["semantics"]["values"][0]]
    return shells_of(xyz, objects, semantics), ids
