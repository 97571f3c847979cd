"""Tracks of a tile, each on the ground, the deck or the floor of the tunnel that it lies on."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.build.ground import Ground, either
from twin.geometry.columns import Floats
from twin.ground import GroundShapes, HeightSource, rails

RAILS = "spoor"
"""Collection of tracks."""


def on_their_level(
    frame: gpd.GeoDataFrame, lifted: GroundShapes, sources: npt.NDArray[np.object_], ground: Ground
) -> tuple[GroundShapes, npt.NDArray[np.object_], Floats]:
    """Ribbons of tracks, level by level.

    Parameters
    ----------
    frame : GeoDataFrame
        ``G`` objects.
    lifted : GroundShapes
        Their lines; what is no line stays as it is.
    sources : (G,) object of str
    ground : Ground

    Returns
    -------
    shapes : GroundShapes
    sources : (G,) object of str
        Where the height of each is from.
    measured : (G,) float64
        Share of it that points were seen of; NaN where nobody could.
    """
    lines, level = rails.is_line(frame.geometry.to_numpy()), frame["relatieve_hoogteligging"].to_numpy()
    unknown = pd.Series(None, index=frame.index, dtype="object")
    width = rails.widths(frame.get("bgt_functie", unknown).to_numpy(dtype=object))
    sources, measured = sources.copy(), np.full(len(frame), np.nan)
    surfaces, centres = lifted.surfaces, lifted.lines
    for one in np.unique(level[lines]).tolist():
        own = lines & (level == one)
        surface = ground.at_level(one)
        shapes = frame.geometry.to_numpy(dtype=object).copy()
        shapes[~own] = None
        found, share = rails.ribbons(shapes, width, surface)
        surfaces = either(found, surfaces, own)
        centres = either(rails.raised(centres, surface), centres, own)
        made = own & (np.diff(found.object_offsets) > 0)
        sources[own] = str(HeightSource.NONE)
        sources[made] = _rail_source(one, share[made])
        measured[made] = np.nan if one < 0 else np.round(share[made], 2)
    return replace(lifted, surfaces=surfaces, lines=centres), sources, measured


def _rail_source(level: int, share: Floats) -> npt.NDArray[np.object_]:
    """Where the height of tracks on a level is from, of which a share was measured."""
    if level < 0:
        return np.full(len(share), str(HeightSource.BELOW), dtype=object)
    seen, guessed = (
        (HeightSource.TERRAIN, HeightSource.SURROUNDINGS)
        if level == 0
        else (HeightSource.DECK, HeightSource.DECK_FROM_TERRAIN)
    )
    return np.where(share > 0, str(seen), str(guessed)).astype(object)
