"""LoD 1.1 for the panden of a tile: their neighbours, also those in other tiles, say how high they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from twin.build.cloud import CloudPart
from twin.build.layers import TileGround
from twin.geometry.columns import Bytes, Floats, Ints, Shells
from twin.geometry.footprints import footprints_from
from twin.geometry.select import concatenate, without
from twin.reconstruction import Reconstruction
from twin.reconstruction.presumed import (
    REACH,
    presumed_blocks,
    presumed_heights,
    spread_over,
    without_solid,
)
from twin.reconstruction.reasons import Reason

LOD = "1.1"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Panden of other tiles near those of a tile.

    Attributes
    ----------
    panden : GeoDataFrame
        ``identificatie``, status and outline; the ``tile`` of each, and its ``row`` in the ground of that.
    cloud : CloudPart
        The points around them; read only if somebody asks.
    grounds : mapping of str to TileGround
        What they stand on, by tile.
    """

    panden: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(geometry=[], crs=28992))
    cloud: CloudPart = field(default_factory=CloudPart)
    grounds: Mapping[str, TileGround] = field(default_factory=dict)


def heights_of(quality: pd.DataFrame) -> Floats:
    """Height of the LoD 1.2 block of each pand above its ground ``(M,)`` [m]; NaN without one."""
    return np.asarray((quality["h_dak_70p"] - quality["h_maaiveld"]).to_numpy(dtype=np.float64))


def with_presumed_blocks(
    model: Reconstruction,
    polygons: npt.NDArray[Any],
    around: Surroundings,
    measure: Callable[[gpd.GeoDataFrame], Floats],
) -> Reconstruction:
    """The model with a solid of LoD 1.1 for every part without points, or nearly, and with ground beside it.

    Parameters
    ----------
    model : Reconstruction
        Of the panden of a tile.
    polygons : (M,) of shapely (Multi)Polygon, EPSG:28992
        Their outlines.
    around : Surroundings
    measure : callable
        Heights above ground ``(K,)`` [m] of some panden of ``around``; called only if any may be needed.
    """
    parts = len(model.part_pand)
    bare = np.isin(model.part_reason, (Reason.NO_POINTS, Reason.FEW_POINTS)) & np.isfinite(model.part_ground)
    rows = np.flatnonzero(bare & without_solid(model.solids))
    panden = np.unique(model.part_pand[rows])
    if not len(panden):
        none = spread_over(concatenate([]), rows, parts)
        return replace(
            model, solids={LOD: none, **model.solids}, quality=model.quality.assign(aangenomen_hoogte=np.nan)
        )
    others, known = polygons, heights_of(model.quality)
    if len(around.panden):
        tree = shapely.STRtree(around.panden.geometry.to_numpy())
        near = np.unique(tree.query(polygons[panden], predicate="dwithin", distance=REACH)[1])
        if len(near):
            strangers = around.panden.iloc[near].reset_index(drop=True)
            others = np.concatenate((others, strangers.geometry.to_numpy()))
            known = np.concatenate((known, measure(strangers)))
    height, reason = presumed_heights(polygons[panden], others, known)
    # Of these panden all parts, in the order that they have in the model.
    footprints, of = footprints_from(polygons[panden])
    all_parts = np.flatnonzero(np.isin(model.part_pand, panden))
    ground = np.where(np.isin(all_parts, rows), model.part_ground[all_parts], np.nan)
    base = np.fmin(ground, model.part_base[all_parts])
    blocks = presumed_blocks(footprints, np.nan_to_num(base), height[of] + np.nan_to_num(ground - base))
    made = np.isin(all_parts, rows) & (np.diff(blocks.object_offsets) > 0)
    solids = {LOD: spread_over(without(blocks, ~made), all_parts, parts), **model.solids}
    return replace(model, solids=solids, quality=_told(model, solids, panden, height, reason))


def _told(
    model: Reconstruction, solids: dict[str, Shells], panden: Ints, height: Floats, reason: Bytes
) -> pd.DataFrame:
    """Quality of the panden; of those that now have a solid for every part the level, why, and how high."""
    quality = model.quality.assign(aangenomen_hoogte=np.nan)
    lacking = np.bincount(model.part_pand[without_solid(solids)], minlength=len(quality)) > 0
    done = ~lacking[panden] & (quality["lod"].to_numpy()[panden] == "0")
    rows = panden[done]
    texts = {int(r): r.nl for r in Reason}
    quality.loc[rows, "lod"] = LOD
    quality.loc[rows, "lod_reden"] = [texts[r] for r in reason[done].tolist()]
    quality.loc[rows, "aangenomen_hoogte"] = np.round(height[done], 2)
    quality.loc[rows, "geometrie_geldig"] = True
    return quality
