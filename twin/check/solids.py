"""The solids of a twin as they stand in its CityJSON, tested by the rules of ISO 19107."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

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
            lod = geometry["lod"]
            batch = batches.setdefault(lod, _Batch())
            batch.add(object_id, geometry, vertices)
            if len(batch.ids) >= BATCH:
                _settle(result, lod, batches.pop(lod))
    for lod, batch in batches.items():
        _settle(result, lod, batch)
    return result


def _settle(result: dict[str, tuple[int, list[SolidFault]]], lod: str, batch: _Batch) -> None:
    count, faults = result.get(lod, (0, []))
    result[lod] = (count + len(batch.ids), faults + batch.faults())


def _solids(path: Path) -> Iterator[tuple[str, dict[str, Any], Floats]]:
    with path.open("rb") as lines:
        transform = orjson.loads(next(lines))["transform"]
        scale, translate = np.array(transform["scale"]), np.array(transform["translate"])
        for line in lines:
            feature = orjson.loads(line)
            vertices = None
            for object_id, entry in feature["CityObjects"].items():
                for geometry in entry.get("geometry", ()):
                    if geometry["type"] == "Solid":
                        if vertices is None:
                            vertices = np.array(feature["vertices"], dtype=np.float64) * scale + translate
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

    def add(self, object_id: str, geometry: dict[str, Any], xyz: Any) -> None:
        shell, base = geometry["boundaries"][0], self.base
        self.ids.append(object_id)
        self.xyz.append(xyz)
        self.base += len(xyz)
        self.object_sizes.append(len(shell))
        for surface in shell:
            self.surface_sizes.append(len(surface))
            for ring in surface:
                self.ring_sizes.append(len(ring))
                self.vertices.extend(base + v for v in ring)
        kinds = [_CODES[s["type"]] for s in geometry["semantics"]["surfaces"]]
        self.semantics.extend(kinds[v] for v in geometry["semantics"]["values"][0])

    def faults(self) -> list[SolidFault]:
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
