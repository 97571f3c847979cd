"""Puts the town together: plan, blocks, buildings, ground, heights and trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ingest.sample.blocks import fill
from ingest.sample.content import Content
from ingest.sample.drawing import Facets
from ingest.sample.plan import CANAL, Cell, Floats, Geometries, make_plan
from ingest.sample.roofs import make_roofs
from ingest.sample.surfaces import WATER, Surfaces, make_surfaces
from ingest.sample.terrain import Terrain, make_terrain


@dataclass(frozen=True, slots=True)
class Town:
    """The invented municipality as it truly is, before anyone registers or measures it.

    Attributes
    ----------
    buildings : pandas.DataFrame
        A row per building that stands, and after those the ``planned`` ones that don't.
    standing : int
        How many stand.
    footprints : (B,) shapely polygons
    facets : Facets
        Roofs of all ``buildings``.
    ground : (B,) float64
        Height of the ground at each building [m, NAP].
    trees : (T, 4) float64
        x, y, height, crown radius [m].
    """

    seed: int
    cells: list[Cell]
    content: Content
    buildings: pd.DataFrame
    standing: int
    footprints: Geometries
    facets: Facets
    ground: Floats
    surfaces: Surfaces
    terrain: Terrain
    trees: Floats


def build_town(buildings: int, seed: int) -> Town:
    """Make a town with ``buildings`` standing panden, the same for the same ``seed``."""
    plan = make_plan(buildings, seed)
    content = Content()
    cells: list[Cell] = []
    planned = max(6, buildings // 100)
    spare = 12 + buildings // 40
    while content.count < buildings + planned + spare:
        cells.append(plan.cell(len(cells)))
        fill(cells[-1], plan.old_centre, content, seed)
    table = _planned_last(_fewer(_apart(content), buildings + planned, seed), planned, seed)
    cells = cells[: int(table["cell"].max()) + 1]
    content.keep(len(cells))
    outlines, _ = make_roofs(table, content.rings, np.zeros(len(table)))
    surfaces = make_surfaces(plan, cells, content, outlines[:buildings])
    terrain = make_terrain(cells, surfaces.island, surfaces.lake)
    spots = shapely.get_coordinates(shapely.centroid(outlines))
    ground = _level_rows(table, terrain.height(spots))
    outlines, facets = make_roofs(table, content.rings, ground)
    trees = _trees(content, cells, surfaces, seed)
    return Town(seed, cells, content, table, buildings, outlines, facets, ground, surfaces, terrain, trees)


def _apart(content: Content) -> pd.DataFrame:
    """All buildings but those that overlap an earlier one, as happens where rows meet in a sharp corner."""
    table = content.buildings()
    outlines, _ = make_roofs(table, content.rings, np.zeros(len(table)))
    one, other = shapely.STRtree(outlines).query(outlines, predicate="overlaps")
    later = one > other
    shared = shapely.area(shapely.intersection(outlines[one[later]], outlines[other[later]]))
    kept = np.ones(len(table), dtype=bool)
    kept[one[later][shared > 0.02]] = False
    return table[kept].reset_index(drop=True)


def _fewer(table: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """``count`` buildings: not every garden has a shed, and the last block need not be full."""
    rng = np.random.default_rng([seed, 12])
    sheds = np.flatnonzero(table["kind"].isin(("schuur", "garage")))
    surplus = min(len(table) - count, sheds.size // 2)
    kept = np.ones(len(table), dtype=bool)
    kept[rng.choice(sheds, surplus, replace=False)] = False
    return table[kept].iloc[:count].reset_index(drop=True)


def _planned_last(table: pd.DataFrame, planned: int, seed: int) -> pd.DataFrame:
    """Some houses are still to be built: they go to the end of the table."""
    rng = np.random.default_rng([seed, 11])
    homes = np.flatnonzero(
        table["kind"].isin(("rijwoning", "twee-onder-een-kap", "vrijstaand", "schuur", "grachtenpand"))
    )
    later = np.zeros(len(table), dtype=bool)
    later[rng.choice(homes, planned, replace=False)] = True
    return pd.concat([table[~later], table[later]], ignore_index=True)


def _level_rows(table: pd.DataFrame, height: Floats) -> Floats:
    """Houses of one row stand on one level, so that their gutters and ridges run through."""
    rows = [table["cell"], table["street"], table["x"], table["y"], table["angle"], table["v0"].round(2)]
    level: Floats = np.round(
        pd.Series(height, index=table.index).groupby(rows).transform("mean").to_numpy(), 3
    )
    return level


def _trees(content: Content, cells: list[Cell], surfaces: Surfaces, seed: int) -> Floats:
    """Trees as drawn, and along canals and main roads; none in water, on carriageways or inside houses."""
    rng = np.random.default_rng([seed, 3])
    drawn = [trees[:, :4] for trees in content.trees]
    for cell in cells:
        if not cell.levels:
            continue
        ring = shapely.get_coordinates(cell.levels[0].buffer(-0.8).exterior.segmentize(9.5))[:-1]
        kept = ring[rng.random(len(ring)) < (0.85 if CANAL in cell.edge_kind else 0.6)]
        drawn.append(np.column_stack([kept, rng.uniform(7, 13, len(kept)), rng.uniform(2.0, 3.6, len(kept))]))
    trees = np.concatenate(drawn)
    trees[:, :2] = np.round(trees[:, :2], 2)
    bare = np.isin(surfaces.kind, ("rijbaan", "straat", "pand", "fietspad", "parkeervlak", "dijkpad", *WATER))
    stem = shapely.buffer(shapely.points(trees[:, :2]), 0.35)
    hit = np.unique(shapely.STRtree(surfaces.geometry[bare]).query(stem, predicate="intersects")[0])
    result: Floats = np.delete(trees, hit, axis=0)
    return result
