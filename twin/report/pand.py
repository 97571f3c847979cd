"""One pand of a twin as it stands on disk: its figures, its solids, and the points they were made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq

from ingest.ahn import PointStore
from ingest.errors import SourceError
from twin.build.cloud import CloudPart, CloudYear, grown
from twin.catalogue import CATALOGUE
from twin.cityjson.features import features, transform
from twin.cityjson.solids import SolidBatch, solids_of
from twin.errors import NotFoundError, StoreError
from twin.geometry.columns import Bytes, Floats, Shells
from twin.geometry.footprints import footprints_from
from twin.geometry.select import take
from twin.reconstruction.assign import assign
from twin.reconstruction.quality import roof_distances
from twin.store import Layout, read_manifest

PREFIX = re.compile(r"^NL\.(IMBAG\.Pand|IMGeo)\.")
PART = re.compile(r"-\d+$")
_AROUND = 2.0  # m around the pand in which other points are shown too


@dataclass(frozen=True, slots=True)
class PandReport:
    """All that a picture of a pand shows.

    Attributes
    ----------
    identificatie : str
    attributes : dict
        What the table has of it and anybody may see.
    outline : shapely (Multi)Polygon, EPSG:28992
    lods : tuple of str
        Level of each solid.
    solids : Shells or None
        The most detailed one of every part that has any.
    points : (K, 3) float64 [m, RD+NAP]
        Roof points, those that the model was made from.
    distance : (K,) float64 [m]
        How far each lies above the roof; negative below it, NaN where there is none.
    around : (M, 3) float64 [m, RD+NAP]
        All other points in the :attr:`square`.
    around_class : (M,) uint8
    """

    identificatie: str
    attributes: dict[str, Any]
    outline: Any
    lods: tuple[str, ...]
    solids: Shells | None
    points: Floats
    distance: Floats
    around: Floats
    around_class: Bytes

    @property
    def square(self) -> tuple[float, float, float, float]:
        """``minx, miny, maxx, maxy`` [m, RD] of the piece of ground that is shown."""
        return _square(self.outline)


def read_pand(layout: Layout, name: str) -> PandReport:
    """Read one pand with its points.

    Parameters
    ----------
    layout : Layout
    name : str
        ``identificatie``, or the id of its CityObject or of one of its parts.

    Raises
    ------
    NotFoundError
        When the twin has no such pand.
    StoreError
        When there is no twin, or the points or the solids of the pand are gone.
    """
    manifest = read_manifest(layout)
    identificatie, tile, row = _find(layout, name)
    clouds = [source for source in manifest.sources if source["kind"] == "ahn"]
    if not clouds:
        raise StoreError(
            f"{layout.root}: this twin was built without a point cloud, so there is nothing to hold its "
            "models against. Add a source of kind ahn to twin.toml and build it again"
        )
    outline = row.geometry.iloc[0]
    # A picture is passed on, so it shows what anybody may see.
    names = [a.name for a in CATALOGUE.public(manifest.withheld).of("pand")]
    attributes = {n: row[n].iloc[0] for n in names if n in row and row[n].notna().iloc[0]}
    lods, solids = _solids(layout.cityjson(tile), identificatie)
    xyz, classification, index = _points(layout, outline, clouds, attributes.get("puntenwolk"))
    points = xyz[index]
    distance = np.full(len(points), np.nan)
    if solids is not None:
        one = np.zeros(max(len(points), len(solids)), dtype=np.int64)
        point, above = roof_distances(solids, one[: len(solids)], points, one[: len(points)])
        distance[point] = above
    x0, y0, x1, y1 = _square(outline)
    near = (xyz[:, 0] > x0) & (xyz[:, 0] < x1) & (xyz[:, 1] > y0) & (xyz[:, 1] < y1)
    near[index] = False
    return PandReport(
        identificatie, attributes, outline, lods, solids, points, distance, xyz[near], classification[near]
    )


def _square(outline: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = outline.bounds
    x, y, half = (x0 + x1) / 2, (y0 + y1) / 2, max(x1 - x0, y1 - y0) / 2 + _AROUND
    return x - half, y - half, x + half, y + half


def _find(layout: Layout, name: str) -> tuple[str, str, gpd.GeoDataFrame]:
    """Id, tile and row of a pand."""
    bare = PREFIX.sub("", name.strip())
    for wanted in dict.fromkeys((bare, PART.sub("", bare))):
        for path in layout.tables("pand"):
            ids = pq.read_table(path, columns=["identificatie"], filters=[("identificatie", "==", wanted)])
            if len(ids):
                row = gpd.read_parquet(path, filters=[("identificatie", "==", wanted)])
                return wanted, path.stem, row
    raise NotFoundError(
        f"{layout.root}: there is no pand {name}. Expected an identificatie such as 0503100000018603, or the "
        "id of a CityObject; see objects/pand, or `twin report OUT` for the worst ones"
    )


def _solids(path: Path, identificatie: str) -> tuple[tuple[str, ...], Shells | None]:
    """Levels and shells of the best solid of every part."""
    if not path.is_file():
        raise StoreError(f"{path}: missing. Build the twin again")
    scale, translate = transform(path)
    found = [f for _, f in features(path) if PREFIX.sub("", str(f.get("id"))) == identificatie]
    best: dict[str, tuple[str, Any, Floats]] = {}
    for feature in found:
        for part, geometry, xyz in solids_of(feature, scale, translate):
            lod = str(geometry.get("lod"))
            if part not in best or lod > best[part][0]:
                best[part] = lod, geometry, xyz
    batch = SolidBatch()
    for part, (_, geometry, xyz) in best.items():
        if fault := batch.add(part, geometry, xyz):
            raise StoreError(f"{path}: {part} {fault}. Build the twin again")
    if not best:
        return (), None
    shells = batch.shells()
    # Only the vertices that a solid uses.
    return tuple(lod for lod, _, _ in best.values()), take(shells, np.arange(len(shells)))


def _points(
    layout: Layout, outline: Any, sources: list[dict[str, Any]], name: str | None
) -> tuple[Floats, Bytes, Any]:
    """Points around an outline ``(N, 3)``, their classes, and which of them are its roof points."""
    try:
        store = PointStore.open(layout.work / "points")
    except SourceError as error:
        raise StoreError(
            f"{layout.work / 'points'}: the points of this twin are gone. Run the same twin build again: it "
            "reads them once more and keeps all that is finished"
        ) from error
    # Of clouds of several years, the points of the one that this pand was made from.
    mine = [s for s in sources if s["title"] == name] or sources
    named = {file["name"] for source in mine for file in source["files"]}
    files = {f.path for f in store.summary.files if Path(f.path).name in named}
    year = CloudYear.of(name or "", store, files)
    cloud = CloudPart(store.folder, grown(outline.bounds), (year,)).read()
    own = np.isin(cloud.points.source, year.files)
    xyz, classification = cloud.points.xyz[own], cloud.points.classification[own]
    footprints, _ = footprints_from(np.array([outline], dtype=object))
    index, _ = assign(footprints, xyz, classification, cloud.parameters)
    return xyz, classification, np.unique(index)
