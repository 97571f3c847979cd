"""Solids as they stand in CityJSON, gathered into columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.geometry.columns import Floats, Semantic, Shells
from twin.geometry.ragged import offsets_of

_CODES = {
    "GroundSurface": Semantic.GROUND,
    "RoofSurface": Semantic.ROOF,
    "WallSurface": Semantic.OUTER_WALL,
    "ClosureSurface": Semantic.CLOSURE,
}


@dataclass(slots=True)
class SolidBatch:
    """Solids gathered from JSON, to become columns."""

    ids: list[str] = field(default_factory=list)
    xyz: list[Any] = field(default_factory=list)
    vertices: list[int] = field(default_factory=list)
    ring_sizes: list[int] = field(default_factory=list)
    surface_sizes: list[int] = field(default_factory=list)
    object_sizes: list[int] = field(default_factory=list)
    semantics: list[int] = field(default_factory=list)
    base: int = 0

    def add(self, object_id: str, geometry: dict[str, Any], xyz: Floats) -> str | None:
        """Add a solid; what is wrong with one that is not built as CityJSON says, which is then left out."""
        try:
            (shell,) = geometry["boundaries"]
            rings = [ring for surface in shell for ring in surface]
            used = [int(v) for ring in rings for v in ring]
            kinds = [_CODES[s["type"]] for s in geometry["semantics"]["surfaces"]]
            semantics = [kinds[v] for v in geometry["semantics"]["values"][0]]
            sizes = [len(ring) for ring in rings]
            surfaces = [len(surface) for surface in shell]
        except (IndexError, KeyError, TypeError, ValueError) as error:
            return f"not built as a Solid: {type(error).__name__} {error}"
        if not 0 <= min(used, default=-1) <= max(used, default=0) < len(xyz) or min(sizes) < 3:
            return "has rings without three vertices, or vertices that aren't there"
        self.ids.append(object_id)
        self.xyz.append(xyz)
        self.object_sizes.append(len(shell))
        self.surface_sizes.extend(surfaces)
        self.ring_sizes.extend(sizes)
        self.vertices.extend(self.base + v for v in used)
        self.semantics.extend(semantics)
        self.base += len(xyz)
        return None

    def shells(self) -> Shells:
        """All solids added, one object each; not for an empty batch."""
        return Shells(
            xyz=np.concatenate(self.xyz),
            ring_vertices=np.array(self.vertices, dtype=np.int64),
            ring_offsets=offsets_of(np.array(self.ring_sizes, dtype=np.int64)),
            surface_offsets=offsets_of(np.array(self.surface_sizes, dtype=np.int64)),
            object_offsets=offsets_of(np.array(self.object_sizes, dtype=np.int64)),
            semantics=np.array(self.semantics, dtype=np.uint8),
        )


def solids_of(
    feature: dict[str, Any], scale: Floats, translate: Floats
) -> Iterator[tuple[str, dict[str, Any], Floats]]:
    """Object id, geometry and vertices ``(V, 3)`` [m, RD+NAP] of every Solid of a feature."""
    vertices = None
    for object_id, entry in feature["CityObjects"].items():
        for geometry in entry.get("geometry", ()):
            if geometry.get("type") == "Solid":
                if vertices is None:
                    whole = np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3)
                    vertices = whole * scale + translate
                yield object_id, geometry, vertices
