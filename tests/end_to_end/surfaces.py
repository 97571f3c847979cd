"""The ground of a twin as its CityJSON has it, put together again from all its objects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.interpolate import LinearNDInterpolator

from tests.end_to_end.twins import features, read_collection

PLANNED = ("Bouwvergunning verleend", "Bouw gestart")


def ground_triangles(twin: Path, collections: Iterable[str]) -> pd.DataFrame:
    """Triangles ``xyz (3, 3)`` of the objects of level 0: ``id, collection, upright, xyz``.

    Of a building they are its LoD 0, of a structure the underside of its solid.
    """
    level: dict[str, str] = {}
    for name in collections:
        table = read_collection(twin, name)
        table = table[table.geom_type.isin(["Polygon", "MultiPolygon"])]
        if "relatieve_hoogteligging" in table:
            table = table[table["relatieve_hoogteligging"].fillna(0) == 0]
        if "pand_status" in table:
            table = table[~table["pand_status"].isin(PLANNED)]
        prefix = "NL.IMBAG.Pand." if name == "pand" else "NL.IMGeo."
        level |= {prefix + i: name for i in table["identificatie"]}
    rows: list[tuple[str, str, bool, np.ndarray]] = []
    for feature, xyz in features(twin):
        name = level.get(feature["id"])
        if name is None:
            continue
        for geometry in feature["CityObjects"][feature["id"]].get("geometry", ()):
            for surface in _lower(geometry):
                corners = xyz[surface[0]]
                flat = np.ptp(corners[:, :2], axis=0)
                upright = _area(corners) < 1e-9 or not flat.all()
                rows.append((feature["id"], name, bool(upright), corners))
    return pd.DataFrame(rows, columns=["id", "collection", "upright", "xyz"])


def _lower(geometry: dict[str, Any]) -> list[Any]:
    if geometry["type"] == "MultiSurface":
        return list(geometry["boundaries"])
    if geometry["type"] == "Solid":
        kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
        values = geometry["semantics"]["values"][0]
        shell = geometry["boundaries"][0]
        return [
            [ring[::-1] for ring in s]
            for s, v in zip(shell, values, strict=True)
            if kinds[v] == "GroundSurface"
        ]
    return []


def _area(corners: np.ndarray) -> float:
    (ax, ay), (bx, by) = corners[1, :2] - corners[0, :2], corners[2, :2] - corners[0, :2]
    return abs(ax * by - ay * bx) / 2


def flat_area(triangles: pd.DataFrame) -> pd.Series:
    """Area in the plane of each object [m2]."""
    return triangles["xyz"].map(_area).groupby(triangles["id"]).sum()


def open_edges(triangles: pd.DataFrame) -> np.ndarray:
    """Edges ``(N, 2, 3)`` [m] that have no triangle on their other side, in 3D to the millimetre."""
    mm = np.rint(np.stack(triangles["xyz"].to_list()) * 1000).astype(np.int64)
    start, end = mm.reshape(-1, 3), np.roll(mm, -1, axis=1).reshape(-1, 3)
    points, number = np.unique(np.concatenate((start, end)), axis=0, return_inverse=True)
    a, b = np.split(number.reshape(-1), 2)
    key, back = a * len(points) + b, b * len(points) + a
    assert len(np.unique(key)) == len(key), "two triangles lie on the same side of an edge"
    lonely = ~np.isin(key, back)
    return np.stack((points[a[lonely]], points[b[lonely]]), axis=1) / 1000


def heights(triangles: pd.DataFrame, xy: np.ndarray) -> np.ndarray:
    """Height of the triangles that are not upright at places ``(N, 2)``; NaN beside them."""
    corners = np.stack(triangles.loc[~triangles["upright"], "xyz"].to_list())
    polygons = shapely.polygons(np.concatenate((corners[:, :, :2], corners[:, :1, :2]), axis=1))
    place, found = shapely.STRtree(polygons).query(shapely.points(xy), predicate="intersects")
    a, b, c = corners[found].transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    z = a[:, 2] - ((xy[place] - a[:, :2]) * normal[:, :2]).sum(axis=1) / normal[:, 2]
    result = np.full(len(xy), np.nan)
    result[place] = z
    return result


def true_height(truth: pd.DataFrame, xy: np.ndarray) -> np.ndarray:
    """The sample's true ground at places ``(N, 2)``."""
    return np.asarray(LinearNDInterpolator(truth[["x", "y"]].to_numpy(), truth["z"].to_numpy())(xy))
