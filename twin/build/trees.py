"""The trees of an area: those that the BGT has, and those that only the scanner saw."""

from __future__ import annotations

from concurrent.futures import Executor
from itertools import repeat
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from ingest.ahn import PointStore
from twin.build.city import City
from twin.build.cloud import Bbox, grown
from twin.build.progress import Progress
from twin.build.survey import blocks
from twin.geometry.columns import Bools
from twin.ground import LEVEL0, Relief, Terrain
from twin.ground.levels import GROUND
from twin.ground.trees import Crowns, crowns, matched
from twin.store.layout import tile_names

MEASURED = "punten van het AHN"
PREFIX = "NL.AHN.Boom."
BESIDE = 1.0  # [m] from the map that a tree may stand: the edge of a map is seldom that precise


def add_trees(
    city: City, store: PointStore | None, bbox: Bbox, tile_size: float, executor: Executor, progress: Progress
) -> None:
    """Find the trees in ``bbox`` and put them into the city.

    A registered tree gets its height and crown; a crown that no tree is registered for becomes one of the
    collection ``boom``, named after its place. What a tree is does not depend on tiles: it is settled
    before they are made.
    """
    if store is None or store.summary.extent is None:
        return
    boxes, _, _ = blocks(store.summary.extent)
    progress.stage("Looking for trees", len(boxes))
    parts = []
    for part in executor.map(_look, repeat(store.folder), boxes):
        parts.append(part)
        progress.advance()
    found = Crowns(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("xy", "height", "radius")))
    inside = np.flatnonzero(((found.xy >= bbox[:2]) & (found.xy < bbox[2:])).all(axis=1))
    found = found.take(inside)
    new = np.ones(len(found), dtype=bool)
    if (frame := city.collections.get("vegetatieobject")) is not None:
        new = _registered(city, frame, found)
    new &= _on_the_map(city, found)
    if new.any():
        city.collections["boom"] = _seen(found.take(new), tile_size)
        city.ledger.enter("tile", "boom", int(new.sum()), int(new.sum()))


def _look(folder: Path, box: Bbox) -> Crowns:
    """Crowns in one block."""
    points = PointStore.open(folder).read(grown(box))
    ground = points.xyz[points.classification == GROUND]
    # Without ground within reach a height above it means nothing.
    terrain = Terrain.from_points(ground, box, relief=Relief(np.zeros(2), np.full((1, 1), np.nan)))
    return crowns(points.xyz, points.classification, terrain, box)


def _registered(city: City, frame: gpd.GeoDataFrame, found: Crowns) -> Bools:
    """Give registered trees the crowns that are theirs; which crowns are left."""
    rows = np.flatnonzero(shapely.get_type_id(frame.geometry.to_numpy()) == GeometryType.POINT)
    tree = matched(found, shapely.get_coordinates(frame.geometry.to_numpy()[rows]))
    has = tree >= 0
    height, radius = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    height[rows[tree[has]]], radius[rows[tree[has]]] = found.height[has], found.radius[has]
    city.collections["vegetatieobject"] = frame.assign(
        h_object=height,
        kroonstraal=radius,
        h_object_bron=[MEASURED if known else None for known in np.isfinite(height).tolist()],
    )
    return ~has


def _on_the_map(city: City, found: Crowns) -> Bools:
    """Crowns above a surface of the BGT or beside one; beyond the map a tree would hang in the air."""
    frames = [city.collections[n] for n in LEVEL0 if n != "pand" and n in city.collections]
    if not frames:
        return np.ones(len(found), dtype=bool)
    tree = shapely.STRtree(np.concatenate([f.geometry.to_numpy() for f in frames]))
    near = tree.query(shapely.points(found.xy), predicate="dwithin", distance=BESIDE)[0]
    result = np.zeros(len(found), dtype=bool)
    result[near] = True
    return result


def _seen(found: Crowns, tile_size: float) -> gpd.GeoDataFrame:
    """Objects of the collection ``boom``."""
    place = np.rint(found.xy * 10).astype(np.int64)
    name = pd.Series([f"{x}-{y}" for x, y in place.tolist()], dtype="str")
    frame = gpd.GeoDataFrame(
        {
            "identificatie": name,
            "object_id": PREFIX + name,
            "relatieve_hoogteligging": 0,
            "h_object": found.height,
            "kroonstraal": found.radius,
            "h_object_bron": MEASURED,
            "tile": pd.Series(tile_names(found.xy, tile_size), dtype="str"),
        },
        geometry=np.asarray(shapely.points(found.xy), dtype=object),
        crs=28992,
    )
    return frame.sort_values("identificatie", ignore_index=True)
