"""What a variant puts into a town, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import rows_of
from twin.geometry.select import concatenate, ring_vertex_surfaces
from twin.scenario.town import Shapes, Texts


@dataclass(frozen=True)
class Objects:
    """What a variant puts there: new masses, designs, and panden of another shape. A row each.

    Attributes
    ----------
    edit : (K,) object of str
        Id of the edit; of a pand changed by several, the last.
    pand : (K,) int64
        Row of the pand it was, -1 for what is new.
    outline : (K,) object of shapely geometry
    gebruiksdoel : (K,) object of str
    gross, dwellings, footprint, volume : (K,) float64
        Gross floor area [m2], number, [m2], [m3].
    label : (K,) object of str
    shells : Shells
        Solids; of a design its triangles.
    owner : (len(shells),) int64
        Row here of each solid.
    closed : (K,) bool
        Has an inside; a design need not.
    solid : (len(shells),) bool
        A Solid of CityJSON, and not just triangles.
    """

    edit: Texts
    pand: Ints
    outline: Shapes
    gebruiksdoel: Texts
    gross: Floats
    dwellings: Floats
    footprint: Floats
    volume: Floats
    label: Texts
    shells: Shells
    owner: Ints
    closed: Bools
    solid: Bools

    def __len__(self) -> int:
        return len(self.edit)


def joined(parts: Sequence[Objects]) -> Objects:
    """Several sets of objects as one, in their order."""
    first = np.cumsum([0, *(len(p) for p in parts)])[:-1].tolist()
    columns = (
        "edit",
        "pand",
        "outline",
        "gebruiksdoel",
        "gross",
        "dwellings",
        "footprint",
        "volume",
        "label",
    )
    joined = {name: np.concatenate([getattr(p, name) for p in parts]) for name in columns}
    return Objects(
        **joined,
        shells=concatenate([p.shells for p in parts]),
        owner=np.concatenate([p.owner + f for p, f in zip(parts, first, strict=True)]),
        closed=np.concatenate([p.closed for p in parts]),
        solid=np.concatenate([p.solid for p in parts]),
    )


def heights(shells: Shells, owner: Ints, count: int) -> tuple[Floats, Floats]:
    """Lowest and highest corner of the solids of each of ``count`` owners [m, NAP]; inf and -inf without."""
    row = owner[rows_of(shells.object_offsets)[ring_vertex_surfaces(shells)]]
    z = shells.xyz[shells.ring_vertices, 2]
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, row, z)
    np.maximum.at(high, row, z)
    return low, high


def texts(values: Iterable[Any]) -> Texts:
    """A column of any objects, whatever their own length."""
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column
