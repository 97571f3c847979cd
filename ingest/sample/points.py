"""The point cloud an aircraft would bring home: roofs, ground, water, trees, walls, cars and birds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ingest.sample.plan import Floats, Geometries, Ints
from ingest.sample.scan import Flight, flights, scan, uniform
from ingest.sample.surfaces import WATER
from ingest.sample.terrain import WATER_LEVEL
from ingest.sample.town import Town

CHUNK_POINTS = 1_500_000
"""Points worked on at a time: some 150 MB of arrays, so memory stays level however big the town."""

UNCLASSIFIED, GROUND, BUILDING, LOW_NOISE, WATER_CLASS, DECK = 1, 2, 6, 7, 9, 26

NOISE_XY, NOISE_Z = 0.025, 0.022
"""Standard deviation of a hit [m]."""


@dataclass(frozen=True, slots=True)
class Hits:
    """A chunk of the cloud: xyz (N, 3) float64 [m, RD + NAP], class (N,) uint8, flight line (N,) uint16."""

    xyz: Floats
    label: npt.NDArray[np.uint8]
    source: npt.NDArray[np.uint16]


def make_points(town: Town, density: float) -> Iterator[Hits]:
    """Fly over the town; chunks of the cloud, block by block."""
    targets = _Targets.of(town)
    shade = _Shade.of(town)
    passes = flights(density)
    rng = np.random.default_rng([town.seed, 4])
    load = np.cumsum(shapely.area(targets.geometry)[targets.order] * targets.rate[targets.order] * density)
    for chosen in np.split(targets.order, np.flatnonzero(np.diff(load // CHUNK_POINTS)) + 1):
        for flight in passes:
            yield _sweep(town, targets, chosen, shade, flight, rng)
    yield from _objects(town, density, rng)


@dataclass(frozen=True, slots=True)
class _Targets:
    """All that a pulse can hit from above, with what it is."""

    geometry: Geometries
    plane: Floats
    building: Ints
    label: Ints
    rate: Floats
    level: Floats
    order: Ints

    @classmethod
    def of(cls, town: Town) -> _Targets:
        facets = town.facets.select(town.facets.building < town.standing)
        ground = town.surfaces.kind != "pand"
        surface, kind = town.surfaces.geometry[ground], town.surfaces.kind[ground]
        wet = np.isin(kind, WATER)
        decks = town.surfaces.decks[:, 0] if len(town.surfaces.decks) else np.empty(0, dtype=object)
        if len(decks):
            surface = surface.copy()
            surface[wet] = shapely.difference(surface[wet], shapely.union_all(decks))
            surface, part = shapely.get_parts(surface, return_index=True)
            kind, wet = kind[part], wet[part]
        n, g, d = facets.building.size, surface.size, decks.size
        label = np.r_[np.full(n, BUILDING), np.where(wet, WATER_CLASS, GROUND), np.full(d, DECK)]
        level = np.r_[np.full(n, np.nan), [WATER_LEVEL.get(k, np.nan) for k in kind], np.full(d, np.nan)]
        geometry = np.concatenate([facets.geometry, surface, decks])
        plane = np.concatenate([facets.plane, np.zeros((g, 5)), _deck_planes(town, decks)])
        building = np.r_[facets.building, np.full(g + d, -1)]
        rate = np.where(label == WATER_CLASS, 0.08, 1.0)
        block = np.floor(shapely.get_coordinates(shapely.centroid(geometry)) / 120.0)
        return cls(
            geometry, plane, building, label, rate, level, np.lexsort((label, block[:, 0], block[:, 1]))
        )


@dataclass(frozen=True, slots=True)
class _Shade:
    """What hides the ground: crowns of trees (a raster of half metres), and roofs the scanner missed."""

    x0: float
    y0: float
    crown: npt.NDArray[np.bool_]
    hidden: Floats

    @classmethod
    def of(cls, town: Town) -> _Shade:
        low = np.array(town.surfaces.lake.bounds[:2]) - 10.0
        size = np.ceil((np.array(town.surfaces.lake.bounds[2:]) + 10.0 - low) * 2).astype(int)
        crown = np.zeros(size[::-1], dtype=bool)
        for x, y, _, radius in town.trees:
            i, j, r = int((y - low[1]) * 2), int((x - low[0]) * 2), int(radius * 2)
            di, dj = np.ogrid[-r : r + 1, -r : r + 1]
            crown[i - r : i + r + 1, j - r : j + r + 1] |= di**2 + dj**2 <= (radius * 2) ** 2
        return cls(float(low[0]), float(low[1]), crown, hidden_share(town))

    def under(self, xy: Floats) -> npt.NDArray[np.bool_]:
        """Which points (N, 2) lie under a crown."""
        covered: npt.NDArray[np.bool_] = self.crown[
            ((xy[:, 1] - self.y0) * 2).astype(np.int64), ((xy[:, 0] - self.x0) * 2).astype(np.int64)
        ]
        return covered


def hidden_share(town: Town) -> Floats:
    """Per building the share of its roof the scanner missed: all of it, nearly all, strips of it or none."""
    standing = town.standing
    rng = np.random.default_rng([town.seed, 5])
    share = np.where(rng.random(len(town.buildings)) < 0.03, 0.35, 0.0)
    small = np.flatnonzero(town.buildings["kind"].to_numpy()[:standing] == "rijwoning")
    some = small if small.size > 3 else np.arange(standing)
    lost = rng.permutation(some)[: max(2, standing // 250)]
    share[lost[::2]], share[lost[1::2]] = 1.0, 0.97
    return share


def _sweep(
    town: Town, targets: _Targets, chosen: Ints, shade: _Shade, flight: Flight, rng: np.random.Generator
) -> Hits:
    xy, local, line = scan(
        targets.geometry[chosen], flight, (float(town.cells[0].site[0]), float(town.cells[0].site[1]))
    )
    target = chosen[local]
    label = targets.label[target]
    chance = rng.random(target.size, dtype=np.float32)
    seen = np.where(label == WATER_CLASS, _on_water(xy, chance), True)
    under = shade.under(xy)
    seen &= ~under | (chance < np.where(label == GROUND, 0.22, 0.45))
    roof = np.flatnonzero(label == BUILDING)
    share = shade.hidden[targets.building[target[roof]]]
    strip = np.mod(xy[roof, 0] + 0.7 * xy[roof, 1], 9.0) < 9.0 * share
    seen[roof] &= np.where(share > 0.9, chance[roof] >= share, ~strip)
    xy, target, label, line, chance = xy[seen], target[seen], label[seen], line[seen], chance[seen]
    z = np.empty(target.size)
    planar = (label == BUILDING) | (label == DECK)
    a, b, c, x0, y0 = targets.plane[target[planar]].T
    z[planar] = a * (xy[planar, 0] - x0) + b * (xy[planar, 1] - y0) + c
    land = label == GROUND
    z[land] = town.terrain.height(xy[land])
    wet = label == WATER_CLASS
    z[wet] = targets.level[target[wet]]
    noise = rng.standard_normal((target.size, 3), dtype=np.float32)
    xyz = np.column_stack([xy, z]) + noise * np.array([NOISE_XY, NOISE_XY, NOISE_Z], dtype=np.float32)
    # Grass, hedges and bins: hits a little above the ground that no one classifies.
    low = land & (chance > 0.955)
    xyz[low, 2] += 0.08 + 1.1 * rng.random(int(low.sum())) ** 3
    label[low] = UNCLASSIFIED
    # A few hits on roofs stand out (chimneys, aerials) or were never classified.
    odd = planar & (chance > 0.992) & (label == BUILDING)
    xyz[odd, 2] += rng.uniform(0.15, 0.9, int(odd.sum()))
    label[odd & (chance > 0.996)] = UNCLASSIFIED
    return Hits(xyz, label.astype(np.uint8), (flight.source + line % 64).astype(np.uint16))


def _on_water(xy: Floats, chance: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Water answers seldom, and in whole patches not at all."""
    patch = np.sin(xy[:, 0] / 11.0) * np.sin(xy[:, 1] / 7.0 + xy[:, 0] / 29.0)
    wet: npt.NDArray[np.bool_] = (chance < 0.12) & (patch < 0.35)
    return wet


def _deck_planes(town: Town, decks: Geometries) -> Floats:
    """Level decks, a little above the quays they join."""
    if not decks.size:
        return np.zeros((0, 5))
    spot = shapely.get_coordinates(shapely.centroid(decks))
    height = town.terrain.height(spot) + 0.35
    return np.column_stack([np.zeros((decks.size, 2)), height, spot])


def _objects(town: Town, density: float, rng: np.random.Generator) -> Iterator[Hits]:
    yield from _crowns(town, density, rng)
    yield _walls(town, density, rng)
    yield _chimneys(town, density, rng)
    yield _cars(town, density, rng)
    yield _strays(town, rng)


def _crowns(town: Town, density: float, rng: np.random.Generator) -> Iterator[Hits]:
    """Crowns of trees: an outer shell, thicker above, with hits inside."""
    per = np.maximum(3, (density * 1.15 * np.pi * town.trees[:, 3] ** 2)).astype(np.int64)
    load = np.cumsum(per)
    for some in np.split(np.arange(per.size), np.flatnonzero(np.diff(load // CHUNK_POINTS)) + 1):
        tree = np.repeat(some, per[some])
        x, y, height, radius = town.trees[tree].T
        r, turn = np.sqrt(rng.random(tree.size)), rng.uniform(0, 2 * np.pi, tree.size)
        shell = np.sqrt(1.0 - r**2)
        deep = rng.random(tree.size) ** 3
        xy = np.column_stack([x + radius * r * np.cos(turn), y + radius * r * np.sin(turn)])
        base = town.terrain.height(np.column_stack([x, y]))
        z = (
            base
            + height * (0.62 + 0.38 * shell * (1.0 - deep) - 0.22 * deep)
            + rng.normal(0, 0.12, tree.size)
        )
        yield _hits(np.column_stack([xy, z]), UNCLASSIFIED)


def _walls(town: Town, density: float, rng: np.random.Generator) -> Hits:
    """Hits on outer walls, below the gutter; walls shared by two buildings are not hit."""
    outlines = town.footprints[: town.standing]
    rings, owner = shapely.get_rings(outlines, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    start, end, who = xy[edge], xy[edge + 1], owner[ring[edge]]
    keys = np.round(np.sort(np.stack([start, end], axis=1) @ np.array([1.0, 1e-7]), axis=1), 9)
    _, first, number = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    alone = number[first] == 1
    start, end, who = start[alone], end[alone], who[alone]
    facing = ((end - start) @ np.array([0.8, 0.6])) > 0
    per = np.linalg.norm(end - start, axis=1) * np.sqrt(density) * np.where(facing, 0.9, 0.25)
    count = rng.poisson(per)
    wall = np.repeat(np.arange(who.size), count)
    along = rng.random((wall.size, 1))
    base = town.ground[who[wall]]
    eave = town.buildings["eave"].to_numpy()[who[wall]]
    z = base + eave * rng.random(wall.size) ** 0.6 * 0.97
    spot = start[wall] + along * (end[wall] - start[wall]) + rng.normal(0, 0.03, (wall.size, 2))
    label = np.where(rng.random(wall.size) < 0.3, BUILDING, UNCLASSIFIED)
    unseen = hidden_share(town)[who[wall]] > 0.9
    return _hits(np.column_stack([spot, z])[~unseen], label[~unseen])


def _chimneys(town: Town, density: float, rng: np.random.Generator) -> Hits:
    """Chimneys just beside the ridge: a handful of hits above the roof."""
    table = town.buildings.iloc[: town.standing]
    has = np.flatnonzero((table["chimney"].to_numpy() > 0) & (hidden_share(town)[: town.standing] < 0.9))
    if not has.size:
        return _hits(np.empty((0, 3)), UNCLASSIFIED)
    u = table["u0"].to_numpy()[has] + 0.9
    v = (table["v0"].to_numpy()[has] + table["v1"].to_numpy()[has]) / 2 + 0.6
    cos, sin = np.cos(table["angle"].to_numpy()[has]), np.sin(table["angle"].to_numpy()[has])
    spot = np.column_stack(
        [table["x"].to_numpy()[has] + u * cos - v * sin, table["y"].to_numpy()[has] + u * sin + v * cos]
    )
    facet = town.facets.select((town.facets.kind == "hoofddak") & (town.facets.building < town.standing))
    at, on = shapely.STRtree(facet.geometry).query(shapely.points(spot), predicate="within")
    top = facet.height(on, spot[at]) + rng.uniform(0.7, 1.2, at.size)
    each = np.repeat(np.arange(at.size), rng.poisson(0.5 * density, at.size))
    xy = spot[at][each] + rng.uniform(-0.35, 0.35, (each.size, 2))
    return _hits(np.column_stack([xy, top[each] + rng.normal(0, NOISE_Z, each.size)]), BUILDING)


def _cars(town: Town, density: float, rng: np.random.Generator) -> Hits:
    cars = np.array([a[0] for a in town.content.areas if a[1] == "auto"], dtype=object)
    if not cars.size:
        return _hits(np.empty((0, 3)), UNCLASSIFIED)
    xy, car, _ = scan(cars, flights(density)[0], (float(town.cells[0].site[0]), float(town.cells[0].site[1])))
    height = 1.35 + 0.35 * uniform(np.arange(cars.size), 9)
    z = town.terrain.height(xy) + height[car] + rng.normal(0, 0.06, car.size)
    return _hits(np.column_stack([xy, z]), UNCLASSIFIED)


def _strays(town: Town, rng: np.random.Generator) -> Hits:
    """Birds, and echoes from below the ground."""
    low, high = np.array(town.surfaces.lake.bounds).reshape(2, 2)
    count = max(8, int(town.surfaces.lake.area / 9000.0))
    xy = rng.uniform(low, high, (count, 2))
    xy = xy[shapely.contains_xy(town.surfaces.island, *xy.T)]
    bird = rng.random(len(xy)) < 0.6
    z = town.terrain.height(xy) + np.where(bird, rng.uniform(18, 60, len(xy)), -rng.uniform(1.5, 6, len(xy)))
    return _hits(np.column_stack([xy, z]), np.where(bird, UNCLASSIFIED, LOW_NOISE))


def _hits(xyz: Floats, label: Ints | int) -> Hits:
    size = len(xyz)
    return Hits(
        xyz, np.broadcast_to(np.asarray(label, dtype=np.uint8), size), np.full(size, 5701, dtype=np.uint16)
    )
