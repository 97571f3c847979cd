"""The solids of a twin as they stand in its CityJSON, tested by the rules of ISO 19107."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from twin.check.features import features, transform
from twin.geometry.columns import Floats, Semantic, Shells
from twin.geometry.ragged import offsets_of
from twin.geometry.validity import Code, check

BATCH = 2000  # solids tested at once: some tens of MB of arrays


@dataclass(frozen=True, slots=True)
class SolidFault:
    """A solid that is not valid.

    Attributes
    ----------
    object_id : str
    message : str
        Code and meaning, as val3dity numbers them.
    """

    object_id: str
    message: str


def check_solids(sequences: Iterable[Path]) -> dict[str, tuple[int, list[SolidFault]]]:
    """Number of solids and the invalid ones, per LoD."""
    result: dict[str, tuple[int, list[SolidFault]]] = {}
    batches: dict[str, _Batch] = {}
    for path in sequences:
        for object_id, geometry, vertices in _solids(path):
            lod = str(geometry.get("lod"))
            batch = batches.setdefault(lod, _Batch())
            if fault := batch.add(object_id, geometry, vertices):
                count, faults = result.get(lod, (0, []))
                result[lod] = (count + 1, [*faults, fault])
            if len(batch.ids) >= BATCH:
                _settle(result, lod, batches.pop(lod))
    for lod, batch in batches.items():
        _settle(result, lod, batch)
    return result


def _settle(result: dict[str, tuple[int, list[SolidFault]]], lod: str, batch: _Batch) -> None:
    count, faults = result.get(lod, (0, []))
    result[lod] = (count + len(batch.ids), faults + batch.faults())


def _solids(path: Path) -> Iterator[tuple[str, dict[str, Any], Floats]]:
    scale, translate = transform(path)
    for _, feature in features(path):
        vertices = None
        for object_id, entry in feature["CityObjects"].items():
            for geometry in entry.get("geometry", ()):
                if geometry.get("type") == "Solid":
                    if vertices is None:
                        whole = np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3)
                        vertices = whole * scale + translate
                    yield object_id, geometry, vertices


_CODES = {"GroundSurface": Semantic.GROUND, "RoofSurface": Semantic.ROOF, "WallSurface": Semantic.OUTER_WALL}


@dataclass(slots=True)
class _Batch:
    """Solids gathered from JSON, to become columns."""

    ids: list[str] = field(default_factory=list)
    xyz: list[Any] = field(default_factory=list)
    vertices: list[int] = field(default_factory=list)
    ring_sizes: list[int] = field(default_factory=list)
    surface_sizes: list[int] = field(default_factory=list)
    object_sizes: list[int] = field(default_factory=list)
    semantics: list[int] = field(default_factory=list)
    base: int = 0

    def add(self, object_id: str, geometry: dict[str, Any], xyz: Floats) -> SolidFault | None:
        """Add a solid; one that is not built as CityJSON says is a fault, and is left out."""
        try:
            (shell,) = geometry["boundaries"]
            rings = [ring for surface in shell for ring in surface]
            used = [int(v) for ring in rings for v in ring]
            kinds = [_CODES[s["type"]] for s in geometry["semantics"]["surfaces"]]
            semantics = [kinds[v] for v in geometry["semantics"]["values"][0]]
            sizes = [len(ring) for ring in rings]
            surfaces = [len(surface) for surface in shell]
        except (IndexError, KeyError, TypeError, ValueError) as error:
            return SolidFault(object_id, f"not built as a Solid: {type(error).__name__} {error}")
        if not 0 <= min(used, default=-1) <= max(used, default=0) < len(xyz) or min(sizes) < 3:
            return SolidFault(object_id, "has rings without three vertices, or vertices that aren't there")
        self.ids.append(object_id)
        self.xyz.append(xyz)
        self.object_sizes.append(len(shell))
        self.surface_sizes.extend(surfaces)
        self.ring_sizes.extend(sizes)
        self.vertices.extend(self.base + v for v in used)
        self.semantics.extend(semantics)
        self.base += len(xyz)
        return None

    def faults(self) -> list[SolidFault]:
        """The solids that break a rule."""
        if not self.ids:
            return []
        shells = Shells(
            xyz=np.concatenate(self.xyz),
            ring_vertices=np.array(self.vertices, dtype=np.int64),
            ring_offsets=offsets_of(np.array(self.ring_sizes, dtype=np.int64)),
            surface_offsets=offsets_of(np.array(self.surface_sizes, dtype=np.int64)),
            object_offsets=offsets_of(np.array(self.object_sizes, dtype=np.int64)),
            semantics=np.array(self.semantics, dtype=np.uint8),
        )
        first = check(shells).first
        return [
            SolidFault(self.ids[i], f"{Code(first[i]).value} {Code(first[i]).name.lower().replace('_', ' ')}")
            for i in np.flatnonzero(first).tolist()
        ]
