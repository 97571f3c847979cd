"""The points around a tile: which of the point store, and what they are worth as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ingest.ahn import Points, PointStore
from twin.geometry.columns import Bools, Bytes, Floats, Ints
from twin.reconstruction.epochs import Epoch
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
        Of several years, the newest in every cell of 100 m that has any.
    parameters : PlaneParameters
    delivered : bool
        Whether the build has a point cloud at all.
    epochs : tuple of (str, Epoch)
        All clouds whole, by name, newest first; none if there is no cloud.
    """

    points: Points
    parameters: PlaneParameters
    delivered: bool
    epochs: tuple[tuple[str, Epoch], ...] = ()


@dataclass(frozen=True, slots=True)
class CloudYear:
    """One of the clouds in the point store.

    Attributes
    ----------
    name : str
        Title of its source.
    files : tuple of int
        Of the store, as its points refer to them.
    has_buildings : bool
        Whether it has points of class 6 anywhere, in a tile or not.
    """

    name: str
    files: tuple[int, ...]
    has_buildings: bool

    @classmethod
    def of(cls, name: str, store: PointStore, files: Collection[str]) -> CloudYear:
        """The cloud in some ``files`` of a store, by path."""
        mine = [(i, f) for i, f in enumerate(store.summary.files) if f.path in files]
        building = PlaneParameters().building_class
        return cls(name, tuple(i for i, _ in mine), any(building in f.classes for _, f in mine))

    @property
    def parameters(self) -> PlaneParameters:
        """How to read its classes."""
        planes = PlaneParameters()
        # A tile without any building point must not take those of other classes for roofs instead.
        return replace(planes, other_class=planes.building_class) if self.has_buildings else planes


@dataclass(frozen=True, slots=True)
class CloudPart:
    """The part of the point store that a tile needs; small enough to send to a worker.

    Attributes
    ----------
    folder : Path or None
        Of the store; None if there is none.
    box : (4,) of float [m, RD]
    years : tuple of CloudYear
        The clouds in it, newest first.
    digest : str
        Of all that the points follow from.
    """

    folder: Path | None = None
    box: Bbox = (0.0, 0.0, 0.0, 0.0)
    years: tuple[CloudYear, ...] = ()
    digest: str = ""

    @classmethod
    def around(
        cls,
        bounds: Bbox,
        store: PointStore,
        years: tuple[CloudYear, ...],
        checksums: Mapping[str, str],
        area: Bbox | None,
    ) -> CloudPart:
        """What a store holds around some bounds.

        Parameters
        ----------
        bounds : (4,) of float [m, RD]
        store : PointStore
        years : tuple of CloudYear
            What is in it, newest first.
        checksums : mapping
            Of the files of the store, by path.
        area : (4,) of float [m, RD] or None
            What the store was cut to.
        """
        box = grown(bounds)
        # Neither the place nor the time stamps of the files, nor files and areas far away, change a tile.
        near = {f.path: checksums[f.path] for f in store.summary.files if _meets(f.extent, box)}
        inputs = [
            (y.name, y.has_buildings, sorted(near.get(store.summary.files[i].path, "") for i in y.files))
            for y in years
        ]
        digest = hashlib.sha256(repr((inputs, _clipped(box, area))).encode()).hexdigest()
        return cls(store.folder, box, years, digest)

    def read(self) -> Cloud:
        """The points.

        Raises
        ------
        SourceError
            When the store can't be read.
        """
        if self.folder is None:
            nothing = Points(np.empty((0, 3)), np.empty(0, np.uint8), np.empty(0, np.uint8))
            return Cloud(nothing, PlaneParameters(), False)
        store = PointStore.open(self.folder)
        if len(self.years) == 1:
            (only,) = self.years
            points = store.read(self.box)
            epoch = Epoch(points.xyz, points.classification, only.parameters)
            return Cloud(points, only.parameters, True, ((only.name, epoch),))
        return self._read_years(store)

    def _read_years(self, store: PointStore) -> Cloud:
        """Several clouds; whole cells are read, so that no box decides which is the newest in one."""
        x0, y0, x1, y1 = self.box
        side = store.cell
        wide = (np.floor(x0 / side), np.floor(y0 / side), np.ceil(x1 / side), np.ceil(y1 / side))
        points = store.read((*(float(v) * side for v in wide),))  # type: ignore[arg-type]
        year = _year_of(points.source, self.years)
        newest = _newest_in_cell(points.xyz, year, side)
        inside = ((points.xyz[:, :2] >= (x0, y0)) & (points.xyz[:, :2] < (x1, y1))).all(axis=1)
        epochs = []
        for number, cloud in enumerate(self.years):
            mine = inside & (year == number)
            epoch = Epoch(points.xyz[mine], points.classification[mine], cloud.parameters)
            epochs.append((cloud.name, epoch))
        kept = inside & newest
        seen = Points(points.xyz[kept], points.classification[kept], points.source[kept])
        return Cloud(seen, self.years[0].parameters, True, tuple(epochs))


def _year_of(source: Bytes, years: tuple[CloudYear, ...]) -> Ints:
    """Place in ``years`` of the cloud of each point ``(N,)``."""
    table = np.zeros(256, dtype=np.int64)
    for number, cloud in enumerate(years):
        table[list(cloud.files)] = number
    return np.asarray(table[source])


def _newest_in_cell(xyz: Floats, year: Ints, side: float) -> Bools:
    """Which points ``(N,)`` are of the newest cloud that has any in their cell of the RD grid."""
    column, row = np.floor(xyz[:, :2] / side).astype(np.int64).T
    _, cell = np.unique(row * (1 << 20) + column, return_inverse=True)
    first = np.full(cell.max(initial=-1) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, cell, year)
    return np.asarray(first[cell] == year)


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
