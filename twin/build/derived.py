"""What follows from the solids of a tile's panden, with those of their neighbours in other tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from twin.build.cloud import Cloud
from twin.derived import Tops, envelope, faces_of, floors, roof_light, shared_walls, sun
from twin.derived.party import GAP
from twin.geometry.columns import Floats, Ints, Shells
from twin.geometry.select import concatenate, take
from twin.reconstruction import Reconstruction

_LODS = ("1.2", "1.3", "2.2")
Rebuild = Callable[[gpd.GeoDataFrame], Reconstruction]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Solids of panden of other tiles that touch those of a tile, and the pand of each."""

    solids: Shells
    pand: Ints


def neighbours(frame: gpd.GeoDataFrame, around: gpd.GeoDataFrame, rebuild: Rebuild) -> Neighbours:
    """Panden of other tiles that share a wall with one of ``frame``, as their own tiles make them.

    Parameters
    ----------
    frame, around : GeoDataFrame [EPSG:28992]
    rebuild : callable
        The model of some panden of ``around``; called only if any touches.
    """
    nothing = Neighbours(concatenate([]), np.empty(0, dtype=np.int64))
    if not len(around) or not len(frame):
        return nothing
    tree = shapely.STRtree(around.geometry.to_numpy())
    near = np.unique(tree.query(frame.geometry.to_numpy(), predicate="dwithin", distance=GAP)[1])
    if not len(near):
        return nothing
    model = rebuild(around.iloc[near].reset_index(drop=True))
    return Neighbours(best(model), model.part_pand)


def best(model: Reconstruction) -> Shells:
    """The most detailed measured solid of every part; none for one without points."""
    levels = [model.solids[lod] for lod in _LODS]
    parts = len(model.part_pand)
    reached = np.array([np.diff(s.object_offsets) > 0 for s in levels])
    chosen = len(levels) - 1 - np.argmax(reached[::-1], axis=0)
    return take(concatenate(levels), chosen * parts + np.arange(parts))


def derived(model: Reconstruction, frame: pd.DataFrame, others: Neighbours, light: Floats) -> pd.DataFrame:
    """Attributes of panden that follow from their LoD 2.2 and what stands against it, a row each.

    Parameters
    ----------
    model : Reconstruction
    frame : DataFrame
        With ``oorspronkelijk_bouwjaar`` and ``gebruiksdoelen`` where they are known.
    others : Neighbours
    light : (S,) float64 [kWh/m2]
        Irradiation of each surface of its LoD 2.2 in a year.
    """
    panden = len(frame)
    made = np.flatnonzero(np.diff(model.solids["2.2"].object_offsets) > 0)
    lower = np.setdiff1d(np.arange(len(model.part_pand)), made)
    own = take(model.solids["2.2"], made)
    rest = take(best(model), lower)
    building = np.concatenate((model.part_pand[made], model.part_pand[lower], panden + others.pand))
    shared = shared_walls(concatenate([own, rest, others.solids]), building)
    faces, count = faces_of(own), len(own.semantics)
    mine = type(shared)(shared.others[:count], shared.own[:count])
    table = envelope(faces, mine, model.part_pand[made], panden)
    table |= sun(faces, light, model.part_pand[made], panden)
    table |= _floors(model.quality, frame)
    # A pand of which some parts have no LoD 2.2 is not told by those that have.
    whole = np.bincount(model.part_pand[lower], minlength=panden) == 0
    for name in table.keys() - {"aantal_bouwlagen", "vloeroppervlak_geschat"}:
        table[name] = np.where(whole, table[name], np.nan)
    decimals = {
        "aandeel_scheidingsmuur": 3,
        "zon_beschaduwing": 3,
        "zoninstraling": 0,
        "zonnestroom": 0,
        "vloeroppervlak_geschat": 0,
    }
    return pd.DataFrame(
        {name: np.round(v, decimals.get(name, 1)) for name, v in table.items()}, index=frame.index
    )


def light_of(solids: Shells, cloud: Cloud) -> Floats:
    """Sun on each surface of solids ``(S,)`` in a year [kWh/m2], less what is built around."""
    built = cloud.points.classification == cloud.parameters.building_class
    return roof_light(solids, faces_of(solids), Tops.of(cloud.points.xyz[built]) if built.any() else None)


def roof_faces(solids: Shells, light: Floats) -> dict[str, Floats]:
    """What CityJSON tells of every roof face of solids, each ``(S,)``; NaN for what is no roof.

    ``light`` is that of :func:`light_of`.
    """
    faces = faces_of(solids)
    roof = np.where(faces.roof, 0.0, np.nan)
    return {
        "dakvlak_azimut": np.round(faces.azimuth + roof + np.where(faces.flat, np.nan, 0.0)),
        "dakvlak_helling": np.round(faces.slope + roof, 1),
        "dakvlak_oppervlakte": np.round(faces.area + roof, 1),
        "dakvlak_zoninstraling": np.round(light + roof),
    }


def _floors(quality: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Floats]:
    def column(name: str) -> Floats:
        return np.asarray(quality[name].to_numpy(dtype=np.float64, na_value=np.nan))

    year: Any = np.zeros(len(frame), dtype=np.int64)
    if "oorspronkelijk_bouwjaar" in frame:
        year = frame["oorspronkelijk_bouwjaar"].astype("Int64").fillna(0).to_numpy(dtype=np.int64)
    dwelling = np.ones(len(frame), dtype=bool)
    if "gebruiksdoel" in frame:
        dwelling = (frame["gebruiksdoel"].isna() | (frame["gebruiksdoel"] == "woonfunctie")).to_numpy(
            dtype=bool
        )
    volume = np.where(np.isfinite(column("volume_lod22")), column("volume_lod22"), column("volume_lod12"))
    number, area = floors(column("h_dak_70p") - column("h_maaiveld"), volume, year, dwelling)
    return {"aantal_bouwlagen": number, "vloeroppervlak_geschat": area}
