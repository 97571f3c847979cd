"""The points around a tile: which of the point store, and what they are worth as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.ahn import Points, PointStore
from twin.reconstruction.parameters import PlaneParameters

Bbox = tuple[float, float, float, float]

MARGIN = 50.0
"""How far [m] points around objects may matter to them: a pand looks for ground up to 25 m from its walls,
beyond that it takes the nearest, and terrain is filled from the nearest as well."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points, and how to read their classes.

    Attributes
    ----------
    points : Points
    parameters : PlaneParameters
    delivered : bool
        Whether the build has a point cloud at all.
    """

    points: Points
    parameters: PlaneParameters
    delivered: bool


@dataclass(frozen=True, slots=True)
class CloudPart:
    """The part of the point store that a tile needs; small enough to send to a worker.

    Attributes
    ----------
    folder : Path or None
        Of the store; None if there is none.
    box : (4,) of float [m, RD]
    has_buildings : bool
        Whether the source has points of class 6 anywhere, in this tile or not.
    digest : str
        Of all that the points follow from.
    """

    folder: Path | None = None
    box: Bbox = (0.0, 0.0, 0.0, 0.0)
    has_buildings: bool = False
    digest: str = ""

    @classmethod
    def around(
        cls, bounds: Bbox, store: PointStore, checksums: Mapping[str, str], area: Bbox | None
    ) -> CloudPart:
        """What a store holds around some bounds.

        Parameters
        ----------
        bounds : (4,) of float [m, RD]
        store : PointStore
        checksums : mapping
            Of the files of the store, by path.
        area : (4,) of float [m, RD] or None
            What the store was cut to.
        """
        box = grown(bounds)
        known = has_buildings(store)
        # Neither the place nor the time stamps of the files, nor files and areas far away, change a tile.
        inputs = sorted(checksums[f.path] for f in store.summary.files if _meets(f.extent, box))
        digest = hashlib.sha256(repr((inputs, _clipped(box, area), known)).encode()).hexdigest()
        return cls(store.folder, box, known, digest)

    def read(self) -> Cloud:
        """The points.

        Raises
        ------
        SourceError
            When the store can't be read.
        """
        planes = PlaneParameters()
        if self.folder is None:
            return Cloud(
                Points(np.empty((0, 3)), np.empty(0, np.uint8), np.empty(0, np.uint8)), planes, False
            )
        if self.has_buildings:
            # A tile without any building point must not take those of other classes for roofs instead.
            planes = replace(planes, other_class=planes.building_class)
        return Cloud(PointStore.open(self.folder).read(self.box), planes, True)


def has_buildings(store: PointStore) -> bool:
    """Whether a store has points of class 6 anywhere: then no other class stands in for it."""
    return PlaneParameters().building_class in store.summary.classes


def grown(bbox: Bbox) -> Bbox:
    """An area with the margin that its edges need."""
    return (bbox[0] - MARGIN, bbox[1] - MARGIN, bbox[2] + MARGIN, bbox[3] + MARGIN)


def _meets(extent: tuple[float, ...] | None, box: Bbox) -> bool:
    """Whether ``minx, miny, minz, maxx, maxy, maxz`` and a box have anything in common."""
    return extent is not None and (
        extent[0] <= box[2] and box[0] <= extent[3] and extent[1] <= box[3] and box[1] <= extent[4]
    )


def _clipped(box: Bbox, area: Bbox | None) -> Bbox:
    if area is None:
        return box
    return (max(box[0], area[0]), max(box[1], area[1]), min(box[2], area[2]), min(box[3], area[3]))
