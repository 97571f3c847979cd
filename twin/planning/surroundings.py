"""The part of a twin that a variant needs, read once and kept."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import shapely

from tiles import RdNap
from twin.catalogue import Classification
from twin.geometry.columns import Floats
from twin.geometry.select import concatenate
from twin.planning.tile import TilePart, read_column, read_shapes, read_tile
from twin.scenario.masses import empty_shells
from twin.scenario.town import Buurten, Panden, Texts, Town, Trees
from twin.scenario.variant import Add, Import, Move, Variant
from twin.store import Layout, Manifest, read_manifest

AROUND = 350.0  # metres around all that changes: as far as shadow is looked at, and a building more
KEPT_TILES = 64
KEPT_TOWNS = 4
WOZ = "woz_waarde"

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Planner:
    """A twin, opened for variants. Safe to share between threads.

    Attributes
    ----------
    layout : Layout
    manifest : Manifest
    clearance : str
        The strictest classification that the audience may see.
    """

    layout: Layout
    manifest: Manifest
    clearance: Classification = "openbaar"
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _tiles: dict[str, TilePart] = field(default_factory=dict, repr=False)
    _towns: dict[tuple[str, ...], Town] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, layout: Layout, clearance: Classification = "openbaar") -> Planner:
        """Open the twin in a folder.

        Raises
        ------
        StoreError
            When there is none, or it is of another format.
        """
        return cls(layout, read_manifest(layout), clearance)

    @cached_property
    def internal(self) -> bool:
        """Whether the audience may see WOZ, in this twin."""
        seen = self.manifest.catalogue.seen_by(self.clearance, self.manifest.classifications)
        return any(a.name == WOZ for a in seen.of("pand"))

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Sources that may be named to the audience."""
        return self.manifest.sources_for(self.clearance)

    def town(self, variant: Variant) -> Town:
        """All that the variant touches, the buurten it touches and the surroundings of both.

        Raises
        ------
        StoreError
            When a file of the twin can't be read.
        """
        boxes = self._touched(variant)
        if variant.area is not None:
            boxes = np.concatenate((boxes, shapely.bounds(shapely.Polygon(variant.area))[None]))
        elif len(self._buurten) and len(boxes):
            rows = np.unique(shapely.STRtree(self._buurten.shape).query(shapely.box(*boxes.T))[1])
            # of an edit at the border all buurten around come along; which count is decided later
            boxes = np.concatenate((boxes, shapely.bounds(self._buurten.shape[rows])))
        names = self._tile_names(boxes)
        with self._lock:
            if names not in self._towns:
                _forget(self._towns, KEPT_TOWNS)
                self._towns[names] = self._joined([self._tile(n) for n in names])
            return self._towns[names]

    def _touched(self, variant: Variant) -> Floats:
        """Boxes [m, RD] of all that the edits name or place, ``(M, 4)``."""
        boxes: list[tuple[float, ...]] = []
        known = {str(name): row for row, name in enumerate(self._index[0].tolist())}
        for edit in variant.edits:
            if isinstance(edit, Add):
                xy = np.array([p for ring in edit.rings for p in ring])
                boxes.append((*xy.min(axis=0), *xy.max(axis=0)))
            elif isinstance(edit, Import):
                reach = edit.scale * max(math.hypot(x, y) for x, y, _ in edit.mesh.vertices)
                x, y = edit.position
                boxes.append((x - reach, y - reach, x + reach, y + reach))
            elif (row := known.get(edit.pand)) is not None:
                x0, y0, x1, y1 = self._index[1][row]
                boxes.append((x0, y0, x1, y1))
                if isinstance(edit, Move):
                    boxes.append((x0 + edit.dx, y0 + edit.dy, x1 + edit.dx, y1 + edit.dy))
        return np.array(boxes, dtype=np.float64).reshape(-1, 4)

    def _tile_names(self, boxes: Floats) -> tuple[str, ...]:
        """Tiles that any of the boxes lies in or near; within the twin."""
        if not len(boxes):
            return ()
        size = self.manifest.tile
        have = {p.stem for c in self.layout.collections() for p in self.layout.tables(c)}
        corners = np.array([name.split("_") for name in sorted(have)], dtype=np.float64).reshape(-1, 2)
        x0, y0, x1, y1 = (boxes[:, k] for k in range(4))
        near = (
            (corners[:, :1] + size >= x0 - AROUND)
            & (corners[:, :1] <= x1 + AROUND)
            & (corners[:, 1:] + size >= y0 - AROUND)
            & (corners[:, 1:] <= y1 + AROUND)
        ).any(axis=1)
        return tuple(
            name for name, wanted in zip(sorted(have), np.atleast_1d(near).tolist(), strict=True) if wanted
        )

    def _tile(self, name: str) -> TilePart:
        if name not in self._tiles:
            _forget(self._tiles, KEPT_TILES)
            self._tiles[name] = read_tile(self.layout, name, internal=self.internal)
        return self._tiles[name]

    def _joined(self, parts: list[TilePart]) -> Town:
        first = np.cumsum([0, *(len(p.ids) for p in parts)])[:-1].tolist()

        def stack(get: Callable[[TilePart], Any], empty: Any) -> Any:
            return np.concatenate([empty, *(get(p) for p in parts)])

        numbers, texts = np.zeros(0), np.zeros(0, dtype=object)
        code = {str(c): row for row, c in enumerate(self._buurten.codes.tolist())}
        middle = [(self.extent[0] + self.extent[2]) / 2, (self.extent[1] + self.extent[3]) / 2]
        lon, lat = self._rdnap.to_lonlat(middle).tolist()
        buurt = [code.get(str(c), -1) for p in parts for c in p.buurt.tolist()]
        panden = Panden(
            ids=stack(lambda p: p.ids, texts),
            outline=stack(lambda p: p.outline, texts),
            gebruiksdoel=stack(lambda p: p.gebruiksdoel, texts),
            usable=stack(lambda p: p.usable, numbers),
            dwellings=stack(lambda p: p.dwellings, numbers),
            buurt=np.array(buurt, dtype=np.int64),
            footprint=stack(lambda p: p.footprint, numbers),
            volume=stack(lambda p: p.volume, numbers),
            ground=stack(lambda p: p.ground, numbers),
            standing=stack(lambda p: p.standing, np.zeros(0, dtype=bool)),
            woz=stack(lambda p: p.woz, numbers) if self.internal else None,
        )
        owners = [p.owner + f for p, f in zip(parts, first, strict=True)]
        return Town(
            panden=panden,
            shells=concatenate([p.shells for p in parts]) if parts else empty_shells(),
            owner=np.concatenate([np.zeros(0, dtype=np.int64), *owners]),
            buurten=self._buurten,
            ground=stack(lambda p: p.ground_points, np.zeros((0, 3))),
            green=stack(lambda p: p.green, texts),
            gardens=stack(lambda p: p.gardens, texts),
            trees=Trees(
                ids=stack(lambda p: p.trees.ids, texts),
                place=stack(lambda p: p.trees.place, texts),
                height=stack(lambda p: p.trees.height, numbers),
                radius=stack(lambda p: p.trees.radius, numbers),
            ),
            lonlat=(lon, lat),
            convergence=self._convergence(middle),
            extent=self.extent,
        )

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """Box of the twin [m, RD]."""
        return self.manifest.bbox

    @cached_property
    def _rdnap(self) -> RdNap:
        return RdNap(self.manifest.bbox)

    @property
    def rdnap(self) -> RdNap:
        """Exact transformation between RD and ETRS89, around this twin."""
        return self._rdnap

    def _convergence(self, middle: list[float]) -> float:
        """By how many degrees the north of RD is turned clockwise from true north."""
        ends = self._rdnap.to_lonlat([middle, [middle[0], middle[1] + 100.0]])
        east = (ends[1, 0] - ends[0, 0]) * math.cos(math.radians(float(ends[0, 1])))
        return math.degrees(math.atan2(east, float(ends[1, 1] - ends[0, 1])))

    @cached_property
    def _index(self) -> tuple[Texts, Floats]:
        """Ids and boxes of all panden."""
        tables = self.layout.tables("pand")
        ids = read_column(tables, "identificatie")
        sides = [read_column(tables, side).astype(np.float64) for side in ("minx", "miny", "maxx", "maxy")]
        return ids, np.column_stack(sides)

    @cached_property
    def _buurten(self) -> Buurten:
        tables = self.layout.tables("buurt")
        codes = read_column(tables, "identificatie")
        names = read_column(tables, "buurtnaam")
        household = read_column(tables, "buurt_gemiddelde_huishoudsgrootte")
        shown = np.array(
            [str(n if n is not None else c) for n, c in zip(names, codes, strict=True)], dtype=object
        )
        sizes = np.array([math.nan if v is None else float(v) for v in household])
        return Buurten(codes, shown, read_shapes(tables), sizes)


def _forget(kept: dict[Any, Value], most: int) -> None:
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
