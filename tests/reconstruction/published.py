"""Published solids of real buildings as truth: their roofs, and the clouds that a scanner would bring home.

The solids are 3DBAG's (CC BY 4.0, 3DBAG by tudelft3d and 3DGI), themselves reconstructions: what is measured
with them is how well a *simulated* cloud of a real-looking roof is turned back into that roof.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ingest.sample.scan import Flight, flights, scan, uniform

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FILES = ("3dbag_v210908_fd2cee53_5910.json", "3dbag_v210908_fd2cee53_5907_subset.json")
NOISE = 0.03  # m, of a height
SHADE = np.tan(np.radians(15.0))  # a pulse leans by up to so much: walls hide what lies low beside them
CELL = 0.25  # m, of the raster that tells what hides what
TREE = 2.0  # m, radius of a crown over a roof
BARE = 0.5  # m2; smaller footprints are left out


@dataclass(frozen=True)
class Published:
    """Roofs of ``B`` buildings.

    ``footprint (B,)`` polygons, ``facet (F,)`` polygons in plan with ``plane (F, 5)``: ``z = z0 + a (x - x0)
    + b (y - y0)`` as ``x0, y0, z0, a, b``, ``building (F,)`` and ``ground (B,)`` [m NAP].
    """

    footprint: npt.NDArray[Any]
    facet: npt.NDArray[Any]
    plane: Floats
    building: Ints
    ground: Floats

    def heights(self, xy: Floats, facet: Ints) -> Floats:
        """Height of facets at points."""
        x0, y0, z0, a, b = self.plane[facet].T
        return np.asarray(z0 + a * (xy[:, 0] - x0) + b * (xy[:, 1] - y0))


@cache
def read_published(real_data: Path) -> Published:
    """Buildings of the reference files with LoD 2.2; every roof facet that is not a wall."""
    footprints, facets, planes, owners, grounds = [], [], [], [], []
    for file in FILES:
        model = json.loads((real_data / "reference" / file).read_text())
        scale, shift = (np.array(model["transform"][k]) for k in ("scale", "translate"))
        xyz = np.array(model["vertices"]) * scale + shift
        for building in model["CityObjects"].values():
            if building["type"] != "Building":
                continue
            members = [building, *(model["CityObjects"][c] for c in building.get("children", ()))]
            roofs, floors = [], []
            for geometry in (g for m in members for g in m.get("geometry", ()) if str(g["lod"]) == "2.2"):
                kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
                for surface, value in zip(
                    geometry["boundaries"][0], geometry["semantics"]["values"][0], strict=True
                ):
                    shape = shapely.Polygon(xyz[surface[0]], [xyz[hole] for hole in surface[1:]])
                    (
                        roofs
                        if kinds[value] == "RoofSurface"
                        else floors
                        if kinds[value] == "GroundSurface"
                        else []
                    ).append(shape)
            footprint = shapely.union_all(shapely.force_2d(floors)) if floors else shapely.Polygon()
            if not roofs or footprint.area < BARE:
                continue
            number = len(footprints)
            footprints.append(footprint)
            grounds.append(min(shapely.get_coordinates(f, include_z=True)[0, 2] for f in floors))
            for roof in roofs:
                ring = shapely.get_coordinates(roof.exterior, include_z=True)[:-1]
                d = ring - ring[0]
                (a, b), *_ = np.linalg.lstsq(d[:, :2], d[:, 2], rcond=None)
                if roof.area > 0.01:
                    facets.append(shapely.force_2d(roof))
                    planes.append((*ring[0], a, b))
                    owners.append(number)
    return Published(
        np.array(footprints), np.array(facets), np.array(planes), np.array(owners), np.array(grounds)
    )


def simulate(roofs: Published, density: float, seed: int = 0) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """A cloud over the roofs and the ground around them: ``xyz (N, 3)`` and classes ``(N,)``.

    Scan lines of two passes, noise of 3 cm in height, places that higher roofs hide from a leaning pulse, and
    for one building in ten a crown that takes three quarters of the points under it.
    """
    rng = np.random.default_rng(seed)
    origin = tuple(np.floor(shapely.total_bounds(roofs.footprint)[:2]))
    around = shapely.buffer(shapely.union_all(roofs.footprint), 6.0)
    yards = shapely.get_parts(shapely.difference(around, shapely.union_all(roofs.footprint)))
    surfaces = np.concatenate((roofs.facet, yards))
    spots, hit, lean = [], [], []
    for sign, flight in zip((1, -1), flights(density), strict=True):
        xy, surface, line = scan(surfaces, flight, origin)
        spots.append(xy)
        hit.append(surface)
        lean.append(sign * SHADE * (2 * uniform(line // 256, 7) - 1))
    xy, surface, lean_of = np.concatenate(spots), np.concatenate(hit), np.concatenate(lean)
    roof = surface < len(roofs.facet)
    z = np.empty(len(xy))
    z[roof] = roofs.heights(xy[roof], surface[roof])
    trees = shapely.STRtree(roofs.footprint)
    near = trees.query_nearest(shapely.points(xy[~roof]), all_matches=False)[1]
    z[~roof] = roofs.ground[near]
    seen = ~_hidden(xy, z, lean_of)
    crowned = rng.random(len(roofs.footprint)) < 0.1
    edge = np.array(
        [
            g.exterior.interpolate(0.3, normalized=True)
            for g in shapely.get_parts(shapely.convex_hull(roofs.footprint[crowned]))
        ]
    )
    if len(edge):
        away = shapely.STRtree(edge).query(shapely.points(xy), predicate="dwithin", distance=TREE)[0]
        under = np.zeros(len(xy), bool)
        under[away] = True
        seen &= ~(under & (rng.random(len(xy)) < 0.75))
    xyz = np.column_stack((xy, z + rng.normal(0, NOISE, len(z))))[seen]
    return np.round(xyz, 3), np.where(roof, 6, 2).astype(np.uint8)[seen]


def spots(roofs: Published, step: float = 0.25) -> tuple[Floats, Ints]:
    """Points ``(M, 3)`` of the true roofs on a regular grid, and the building of each."""
    origin = tuple(np.floor(shapely.total_bounds(roofs.footprint)[:2]))
    xy, facet, _ = scan(roofs.facet, Flight(0.3, step, step, (310.0, 310.0), 1), origin)
    return np.column_stack((xy, roofs.heights(xy, facet))), roofs.building[facet]


def _hidden(xy: Floats, z: Floats, lean: Floats) -> npt.NDArray[np.bool_]:
    """Whether something higher stands between a spot and the aircraft, which flies along y."""
    low = xy.min(axis=0)
    ix, iy = ((xy - low) / CELL).astype(np.int64).T
    width, height = ix.max() + 1, iy.max() + 1
    top = np.full(width * height, -np.inf)
    np.maximum.at(top, iy * width + ix, z)
    hidden = np.zeros(len(xy), bool)
    for distance in np.arange(1, 21) * CELL:
        x = np.clip(ix + np.rint(np.sign(lean) * distance / CELL).astype(np.int64), 0, width - 1)
        hidden |= top[iy * width + x] > z + distance / np.maximum(np.abs(lean), 1e-3) + 0.3
    return hidden
