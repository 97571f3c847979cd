"""One tile: a pure function of its objects, the points around them and the parameters."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from twin.build import panden, surfaces
from twin.build.cloud import CloudPart
from twin.build.ground import raise_ground
from twin.build.layers import TileGround
from twin.build.meshes import ThemeMesh, save_meshes
from twin.build.presumed import Surroundings
from twin.build.seen import Seen
from twin.catalogue import CATALOGUE, Catalogue
from twin.cityjson import CityObjects, Geometry, Header, write_sequence
from twin.ground import COLLECTIONS
from twin.ledger import Ledger
from twin.reconstruction.fit import Fit
from twin.store import Layout
from twin.store.tables import write_objects


@dataclass(frozen=True, slots=True)
class TileJob:
    """All that a tile is made from.

    Attributes
    ----------
    name : str
    collections : dict of str to GeoDataFrame
        Objects of this tile with their joined attributes.
    cloud : CloudPart
        The points around them.
    out : Path
        Root of the twin.
    header : Header
        Of its CityJSON.
    chunk : int
        Panden per array.
    withheld : frozenset of str
        Sources that are not for everybody.
    ground : TileGround or None
        The surfaces of its objects on level 0; None if they have none.
    catalogue : Catalogue
        All attributes, those of the twin's own data sets included.
    around : Surroundings
        Panden of other tiles that may tell how high one of this tile is.
    far : CloudPart
        The points around objects that are too large for one raster.
    """

    name: str
    collections: dict[str, gpd.GeoDataFrame]
    cloud: CloudPart
    out: Path
    header: Header
    chunk: int
    withheld: frozenset[str] = frozenset()
    ground: TileGround | None = None
    catalogue: Catalogue = CATALOGUE
    around: Surroundings = field(default_factory=Surroundings)
    far: CloudPart = field(default_factory=CloudPart)


@dataclass(slots=True)
class TileResult:
    """What a tile reports back.

    Attributes
    ----------
    name : str
    counts : dict of str to int
        Objects written per collection.
    quality : DataFrame
        A row per pand: ``identificatie`` and the quality attributes.
    fit : dict of str to Fit
        Distances of the roof points per LoD.
    ledger : Ledger
    cpu : float
        Processor time that the panden took [ms].
    """

    name: str
    counts: dict[str, int] = field(default_factory=dict)
    quality: pd.DataFrame = field(default_factory=pd.DataFrame)
    fit: dict[str, Fit] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    cpu: float = 0.0

    def timed_quality(self) -> pd.DataFrame:
        """Quality with the ``rekentijd`` of each pand: half of it in equal parts, half by points."""
        if not len(self.quality):
            return self.quality
        points = self.quality["aantal_punten"].fillna(0).to_numpy(dtype=np.float64)
        equal = np.full(len(points), 1 / len(points))
        share = (equal + (points / points.sum() if points.sum() else equal)) / 2
        return self.quality.assign(rekentijd=np.round(self.cpu * share, 3))


def build_tile(job: TileJob) -> TileResult:
    """Reconstruct, lift, and write everything of a tile.

    Raises
    ------
    StoreError
        When an output can't be written.
    SourceError
        When the spooled points can't be read.
    """
    layout, result = Layout(job.out), TileResult(job.name)
    cloud = job.cloud.read()
    # A CityJSON file is passed on: what is internal stays in the tables.
    seen = Seen(job.catalogue, job.catalogue.public(job.withheld))
    written = _Objects()
    meshes: list[ThemeMesh] = []
    raised = raise_ground(job.collections, cloud, job.ground, job.cloud, job.far)

    if (frame := job.collections.get("pand")) is not None:
        began = time.process_time_ns()
        city = panden.build(frame, cloud, job.chunk, seen, raised.raised.get("pand"), job.around)
        result.cpu = (time.process_time_ns() - began) / 1e6
        written.add(city.objects, city.geometries)
        meshes.append(city.mesh)
        result.fit = city.fit
        result.quality = city.attributes[quality_columns()]
        _write(layout, job, "pand", city.attributes, frame, result)

    ground = {name: frame for name, frame in job.collections.items() if name in COLLECTIONS}
    for name, lifted in surfaces.build(ground, seen, raised).items():
        written.add(lifted.objects, lifted.geometries)
        if lifted.mesh:
            meshes.append(lifted.mesh)
        _write(layout, job, name, lifted.attributes, ground[name], result)

    for name in job.collections.keys() - ground.keys() - {"pand"}:
        frame = job.collections[name]
        _write(layout, job, name, job.catalogue.conform(frame, name), frame, result)

    write_sequence(layout.cityjson(job.name), job.header, *written.columns())
    save_meshes(layout, job.name, meshes)
    return result


def quality_columns() -> list[str]:
    """Attributes of the report: the id, and what says how good the geometry is."""
    wanted = ("kwaliteit", "maten")
    return ["identificatie", *(a.name for a in CATALOGUE.of("pand") if a.group in wanted)]


def read_quality(layout: Layout, tile: str) -> pd.DataFrame:
    """Quality of the panden of a tile that is on disk; empty if it has none."""
    path = layout.objects("pand", tile)
    return pd.read_parquet(path, columns=quality_columns()) if path.is_file() else pd.DataFrame()


def _write(
    layout: Layout, job: TileJob, name: str, table: pd.DataFrame, frame: gpd.GeoDataFrame, result: TileResult
) -> None:
    write_objects(layout, name, job.name, table, frame.geometry, job.catalogue.public(job.withheld))
    result.counts[name] = len(table)
    result.ledger.enter("write", name, len(frame), len(table))


@dataclass(slots=True)
class _Objects:
    """CityObjects of several collections, one table after the other."""

    ids: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    parents: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)
    attributes: list[dict[str, object]] = field(default_factory=list)
    geometries: list[Geometry] = field(default_factory=list)

    def add(self, objects: CityObjects, geometries: list[Geometry]) -> None:
        first = len(self.ids)
        self.ids.extend(objects.ids)
        self.types.extend(objects.types)
        self.parents.append(np.where(objects.parent < 0, -1, objects.parent + first))
        self.attributes.extend(objects.attributes)
        self.geometries.extend(g.shifted(first) for g in geometries)

    def columns(self) -> tuple[CityObjects, list[Geometry]]:
        parent = np.concatenate(self.parents) if self.parents else np.empty(0, dtype=np.int64)
        return CityObjects(self.ids, self.types, parent, self.attributes), self.geometries
