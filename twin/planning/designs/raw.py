"""What every reader of a design gives, and what no design may be more than."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.errors import ScenarioError, TooLargeError
from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.ragged import offsets_of
from twin.geometry.triangulate import triangulate
from twin.scenario.variant import Gebruiksdoel

MOST_RAW = 2_000_000
"""Corners and triangles of a file, before what is double goes: the memory of one request."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Triangles as they stand in a file.

    Attributes
    ----------
    xyz : (V, 3) float64
        In the unit and with the axes of the file.
    triangles : (T, 3) int64
    label : str
        Name that the file gives, not yet to be trusted.
    in_rd : bool
        In RD metres and NAP, by its own word.
    metres : bool
        The format leaves no other unit.
    level : float or None [unit of the file]
        Height in it that is that of the ground, where it lies between lowest and highest corner; else the
        lowest corner stands on the ground.
    floors : int or None
        As the file says.
    use : Gebruiksdoel or None
        As the file says.
    remarks : list of (code, what)
        On how it was read.
    """

    xyz: Floats
    triangles: Ints
    label: str = ""
    in_rd: bool = False
    metres: bool = False
    level: float | None = None
    floors: int | None = None
    use: Gebruiksdoel | None = None
    remarks: list[tuple[str, str]] = field(default_factory=list)


def require_few(what: str, count: int) -> None:
    """Refuse what would take too much memory.

    Raises
    ------
    TooLargeError
    """
    if count > MOST_RAW:
        raise TooLargeError(
            f"the design has {count} {what}; {MOST_RAW} are allowed. Leave out furniture, plants and "
            "fittings",
            f"Het ontwerp heeft {count} hoekpunten of driehoeken; {MOST_RAW} mogen. Laat meubels, planten en "
            "installaties weg",
        )


def triangles_of(xyz: Floats, rings: Ints, ring_sizes: Ints, surface_sizes: Ints) -> Ints:
    """Triangles ``(T, 3)`` of polygons that need not be convex and may have holes.

    Parameters
    ----------
    xyz : (V, 3) float64
    rings : (K,) int64
        Vertex numbers of all rings.
    ring_sizes : (R,) int64
        Corners of each ring.
    surface_sizes : (S,) int64
        Rings of each surface, the outer one first.

    Raises
    ------
    ScenarioError
        When a ring has no three corners, or a corner that is not there or no number.
    """
    require_few("corners", len(rings))
    if not len(rings):
        return np.zeros((0, 3), dtype=np.int64)
    if int(ring_sizes.min()) < 3:
        raise ScenarioError(
            "a face of the design has fewer than three corners. Export it again",
            "Een vlak van het ontwerp heeft minder dan drie hoeken. Exporteer het opnieuw",
        )
    if int(rings.min()) < 0 or int(rings.max()) >= len(xyz):
        raise ScenarioError(
            f"a face of the design names a corner beyond its {len(xyz)}. Export it again",
            f"Een vlak van het ontwerp noemt een hoek buiten de {len(xyz)} die er zijn. Exporteer "
            "het opnieuw",
        )
    require_numbers(xyz[rings])
    surfaces = len(surface_sizes)
    shells = Shells(
        xyz=xyz,
        ring_vertices=rings,
        ring_offsets=offsets_of(ring_sizes),
        surface_offsets=offsets_of(surface_sizes),
        object_offsets=np.array([0, surfaces]),
        semantics=np.full(surfaces, Semantic.OUTER_WALL, dtype=np.uint8),
    )
    return triangulate(shells)[0]


def require_numbers(xyz: Floats) -> None:
    """Refuse corners that are nowhere.

    Raises
    ------
    ScenarioError
    """
    nowhere = int((~np.isfinite(xyz).all(axis=1)).sum())
    if nowhere:
        raise ScenarioError(
            f"{nowhere} corners of the design are no numbers (NaN or infinite). Export it again",
            f"Hoeken van het ontwerp zonder plaats (NaN of oneindig): {nowhere}. Exporteer het opnieuw",
        )
