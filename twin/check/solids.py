"""The solids of a twin as they stand in its CityJSON, tested by the rules of ISO 19107."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin.cityjson.features import features, transform
from twin.cityjson.solids import SolidBatch, solids_of
from twin.geometry.columns import Floats
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
    batches: dict[str, SolidBatch] = {}
    for path in sequences:
        for object_id, geometry, vertices in _solids(path):
            lod = str(geometry.get("lod"))
            batch = batches.setdefault(lod, SolidBatch())
            if message := batch.add(object_id, geometry, vertices):
                count, faults = result.get(lod, (0, []))
                result[lod] = (count + 1, [*faults, SolidFault(object_id, message)])
            if len(batch.ids) >= BATCH:
                _settle(result, lod, batches.pop(lod))
    for lod, batch in batches.items():
        _settle(result, lod, batch)
    return result


def _settle(result: dict[str, tuple[int, list[SolidFault]]], lod: str, batch: SolidBatch) -> None:
    count, faults = result.get(lod, (0, []))
    result[lod] = (count + len(batch.ids), faults + _faults(batch))


def _faults(batch: SolidBatch) -> list[SolidFault]:
    """The solids of a batch that break a rule."""
    if not batch.ids:
        return []
    first = check(batch.shells()).first
    return [
        SolidFault(batch.ids[i], f"{Code(first[i]).value} {Code(first[i]).name.lower().replace('_', ' ')}")
        for i in np.flatnonzero(first).tolist()
    ]


def _solids(path: Path) -> Iterator[tuple[str, dict[str, Any], Floats]]:
    scale, translate = transform(path)
    for _, feature in features(path):
        yield from solids_of(feature, scale, translate)
