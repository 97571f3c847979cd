"""Reading a twin on disk the way another program would: from its files, without this project's own code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def read_collection(twin: Path, name: str) -> gpd.GeoDataFrame:
    """All objects of a collection, by id, with what is not for everybody."""
    frames = [gpd.read_parquet(path) for path in sorted((twin / "objects" / name).glob("*.parquet"))]
    whole = pd.concat(frames).sort_values("identificatie", ignore_index=True)
    apart = [pd.read_parquet(path) for path in sorted((twin / "restricted" / name).glob("*.parquet"))]
    return whole.merge(pd.concat(apart), on="identificatie", how="left") if apart else whole


def features(twin: Path) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """CityJSON features with their vertices in metres."""
    for path in sorted((twin / "cityjson").glob("*.city.jsonl")):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        transform = json.loads(header)["transform"]
        for line in lines:
            feature = json.loads(line)
            xyz = np.array(feature["vertices"], dtype=float).reshape(-1, 3)
            yield feature, xyz * transform["scale"] + transform["translate"]


def solids(twin: Path, lod: str) -> Iterator[tuple[str, dict[str, Any], np.ndarray]]:
    """Pand, geometry and vertices of every solid of a level."""
    for feature, xyz in features(twin):
        for part in feature["CityObjects"].values():
            for geometry in part.get("geometry", ()):
                if geometry["type"] == "Solid" and geometry["lod"] == lod:
                    yield feature["id"].removeprefix("NL.IMBAG.Pand."), geometry, xyz


def shells(twin: Path, lod: str) -> dict[str, set[Any]]:
    """Per pand its solids' faces as sets of millimetre coordinates, whatever their order and numbering."""
    result: dict[str, set[Any]] = {}
    for pand, geometry, xyz in solids(twin, lod):
        mm = [tuple(v) for v in np.rint(xyz * 1000).astype(int).tolist()]
        for surface in geometry["boundaries"][0]:
            face = frozenset(tuple(sorted(mm[v] for v in ring)) for ring in surface)
            result.setdefault(pand, set()).add(face)
    return result


def roof_faces(twin: Path, lod: str) -> gpd.GeoDataFrame:
    """Roof faces with their planes ``z = a (x - x0) + b (y - y0) + c``."""
    rows = []
    for pand, geometry, xyz in solids(twin, lod):
        kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
        values = geometry["semantics"]["values"][0]
        for surface, value in zip(geometry["boundaries"][0], values, strict=True):
            if kinds[value] == "RoofSurface":
                outer = xyz[surface[0]]
                origin = outer[0]
                d = outer - origin
                (a, b), *_ = np.linalg.lstsq(d[:, :2], d[:, 2], rcond=None)
                polygon = shapely.Polygon(outer[:, :2], [xyz[hole][:, :2] for hole in surface[1:]])
                rows.append((pand, a, b, origin[2], origin[0], origin[1], polygon))
    return gpd.GeoDataFrame(rows, columns=["pand", "a", "b", "c", "x0", "y0", "geometry"], crs=28992)
