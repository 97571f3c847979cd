"""The surfaces that objects stand on the ground with, gathered from CityJSON into columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints

BANK = "WaterGroundSurface"


def lower_rings(geometries: Iterable[dict[str, Any]], collection: str) -> list[tuple[bool, list[int]]]:
    """Rings of the surfaces of an object that are the ground, as seen from above, and which are banks.

    Of a building they are its LoD 0, of a structure the underside of its solid, of a deck at level 0 its top.
    """
    found: list[tuple[bool, list[int]]] = []
    for geometry in geometries:
        if geometry["type"] == "MultiSurface":
            semantics = geometry.get("semantics", {})
            kinds = [s["type"] for s in semantics.get("surfaces", ())]
            values = semantics.get("values") or [None] * len(geometry["boundaries"])
            for surface, value in zip(geometry["boundaries"], values, strict=True):
                bank = value is not None and kinds[value] == BANK
                found += [(bank, ring) for ring in surface]
        elif geometry["type"] == "Solid":
            deck = collection == "overbruggingsdeel"
            wanted = "RoofSurface" if deck else "GroundSurface"
            kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
            (shell,), (values,) = geometry["boundaries"], geometry["semantics"]["values"]
            for surface, value in zip(shell, values, strict=True):
                if kinds[value] == wanted:
                    found += [(False, ring if deck else ring[::-1]) for ring in surface]
    return found


@dataclass(slots=True)
class Rings:
    """Rings of many objects, corner by corner.

    Attributes
    ----------
    owner, bank, size : list
        Of each ring: its object, whether it is of a bank, and its number of corners.
    corners : list of (N, 3) int64 [mm]
        Per object.
    """

    owner: list[int] = field(default_factory=list)
    bank: list[bool] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    corners: list[Ints] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.owner)

    def add(self, owner: int, rings: list[tuple[bool, list[int]]], mm: Ints) -> None:
        """Add the rings of an object, whose corners are rows of ``mm (V, 3)``."""
        if not rings:
            return
        numbers = np.array([v for _, ring in rings for v in ring], dtype=np.int64)
        if numbers.min(initial=0) < 0:
            raise IndexError
        self.corners.append(mm[numbers])
        self.owner += [owner] * len(rings)
        self.bank += [bank for bank, _ in rings]
        self.size += [len(ring) for _, ring in rings]

    def unevenness(self, first: int) -> str:
        """What is wrong with the water that was added last, from ring ``first`` on; empty if nothing."""
        if first == len(self):
            return ""
        bank = np.repeat(self.bank[first:], self.size[first:])
        z = self.corners[-1][:, 2]
        level, shore = z[~bank], z[bank]
        if not len(level):
            return "has banks but no water"
        if np.ptp(level):
            return f"the water is not flat: from {level.min() / 1000:.3f} to {level.max() / 1000:.3f} m NAP"
        if len(shore) and shore.min() < level[0]:
            return f"lies at {level[0] / 1000:.3f} m NAP, above its bank at {shore.min() / 1000:.3f}"
        return ""

    def corners_of(self) -> tuple[Ints, Ints, Bools]:
        """All corners ``(N, 3)`` [mm], ring by ring, the object of each and whether it is of a bank."""
        xyz, size = self._corners()
        owner = np.repeat(np.array(self.owner, dtype=np.int64), size)
        return xyz, owner, np.repeat(np.array(self.bank, dtype=bool), size)

    def edges(self) -> tuple[Ints, Ints, Bools]:
        """Ends ``(E, 6)`` [mm] of all edges, the object of each and whether it is of a bank."""
        xyz, owner, bank = self.corners_of()
        size = np.array(self.size, dtype=np.int64)
        following = np.arange(len(xyz)) + 1
        last = np.cumsum(size) - 1
        following[last] = last - size + 1
        return np.concatenate((xyz, xyz[following]), axis=1), owner, bank

    def areas(self, objects: int) -> Floats:
        """Area in the plane of each object ``(O,)`` [m2]; 0 for one without rings."""
        ends, owner, _ = self.edges()
        low = ends.min(axis=0) if len(ends) else np.zeros(6, np.int64)
        low[3:] = low[:3]
        x0, y0, _, x1, y1, _ = ((ends - low) / 1000).T
        return np.asarray(np.bincount(owner, weights=(x0 * y1 - x1 * y0) / 2, minlength=objects))

    def _corners(self) -> tuple[Ints, Ints]:
        xyz = np.concatenate([np.empty((0, 3), dtype=np.int64), *self.corners])
        return xyz, np.array(self.size, dtype=np.int64)
