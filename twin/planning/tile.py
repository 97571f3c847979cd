"""One tile of a twin in the columns of a variant's town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from twin.cityjson.features import features, transform
from twin.cityjson.solids import SolidBatch, solids_of
from twin.errors import StoreError
from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import sums
from twin.geometry.select import take
from twin.scenario.masses import empty_shells
from twin.scenario.town import Shapes, Texts, Trees
from twin.store import Layout

BEST = ("2.2", "1.3", "1.2", "1.1")
FARMLAND = ("grasland agrarisch", "bouwland", "boomteelt", "fruitteelt")
TREES = ("vegetatieobject", "boom")
GROUND_TYPES = {"Road", "LandUse", "PlantCover", "TransportSquare", "Railway"}
NOT_STANDING = (
    "Bouwvergunning verleend",
    "Bouw gestart",
    "Niet gerealiseerd pand",
    "Pand gesloopt",
    "Pand ten onrechte opgevoerd",
)
NOT_USED = (
    "Verblijfsobject gevormd",
    "Niet gerealiseerd verblijfsobject",
    "Verblijfsobject ingetrokken",
    "Verblijfsobject buiten gebruik",
    "Verblijfsobject ten onrechte opgevoerd",
)
"""Verblijfsobjecten in use, or that will be again after the works (``Verbouwing``), are the other three."""


@dataclass(frozen=True)
class TilePart:
    """What :class:`twin.scenario.town.Town` needs of a tile; the columns are as there."""

    ids: Texts
    outline: Shapes
    gebruiksdoel: Texts
    usable: Floats
    dwellings: Floats
    buurt: Texts
    footprint: Floats
    volume: Floats
    ground: Floats
    standing: Bools
    woz: Floats
    shells: Shells
    owner: Ints
    ground_points: Floats
    green: Shapes
    gardens: Shapes
    trees: Trees


def read_tile(layout: Layout, name: str, *, internal: bool) -> TilePart:
    """Read a tile's tables and its CityJSON.

    Parameters
    ----------
    layout : Layout
    name : str
    internal : bool
        Also read what is not for everybody.

    Raises
    ------
    StoreError
        When a file can't be read.
    """
    table = _table(layout.objects("pand", name))
    ids = _texts(table, "identificatie")
    outline = _shapes(table)
    volumes = [_numbers(table, f"volume_lod{lod}") for lod in ("22", "13", "12")]
    volume = np.where(
        np.isnan(volumes[0]), np.where(np.isnan(volumes[1]), volumes[2], volumes[1]), volumes[0]
    )
    ground = _numbers(table, "opp_grond")
    usable, dwellings = _units(layout, name, ids)
    shells, owner, points = _models(layout, name, ids)
    return TilePart(
        ids=ids,
        outline=outline,
        gebruiksdoel=np.array([v or "" for v in _texts(table, "gebruiksdoel")], dtype=object),
        usable=usable,
        dwellings=dwellings,
        buurt=_texts(table, "buurtcode"),
        footprint=np.where(np.isnan(ground), shapely.area(outline), ground),
        volume=volume,
        ground=_numbers(table, "h_maaiveld"),
        standing=~np.isin(_texts(table, "pand_status").astype(str), NOT_STANDING),
        woz=_restricted(layout, name, ids, "woz_waarde") if internal else np.full(len(ids), np.nan),
        shells=shells,
        owner=owner,
        ground_points=points,
        green=_parts(layout, "begroeidterreindeel", name, without=FARMLAND),
        gardens=_parts(layout, "onbegroeidterreindeel", name, only=("erf",)),
        trees=_trees(layout, name),
    )


def read_column(tables: Sequence[Path], column: str) -> Texts:
    """A column of a collection in all its tables, None where it is missing."""
    found = [_texts(_table(path), column) for path in tables]
    return np.concatenate([np.zeros(0, dtype=object), *found])


def read_shapes(tables: Sequence[Path]) -> Shapes:
    """Geometry of a collection in all its tables."""
    return np.concatenate([np.zeros(0, dtype=object), *(_shapes(_table(path)) for path in tables)])


def _table(path: Path) -> pa.Table:
    if not path.is_file():
        return pa.table({"identificatie": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    try:
        return pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{path}: can't be read: {error}. The twin may be building; try again") from error


def _texts(table: pa.Table, column: str) -> Texts:
    values = np.empty(table.num_rows, dtype=object)
    if column in table.column_names:
        values[:] = table[column].to_pylist()
    return values


def _numbers(table: pa.Table, column: str) -> Floats:
    if column not in table.column_names:
        return np.full(table.num_rows, np.nan)
    values: Floats = pc.cast(table[column], pa.float64()).to_numpy()
    return values.astype(np.float64)


def _shapes(table: pa.Table) -> Shapes:
    wkb = np.empty(table.num_rows, dtype=object)
    wkb[:] = table["geometry"].to_pylist()
    shapes: Shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    return shapes


def _parts(
    layout: Layout, collection: str, name: str, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> Shapes:
    """Polygons of a collection at level 0 by their ``bgt_fysiek_voorkomen``."""
    table = _table(layout.objects(collection, name))
    if not table.num_rows:
        return np.zeros(0, dtype=object)
    kind = _texts(table, "bgt_fysiek_voorkomen").astype(str)
    low = np.nan_to_num(_numbers(table, "relatieve_hoogteligging")) == 0
    chosen = low & (np.isin(kind, only) if only else ~np.isin(kind, without))
    shapes = shapely.make_valid(_shapes(table)[chosen])
    flat: Shapes = np.asarray(shapely.get_parts(shapes), dtype=object)
    return flat[np.isin(shapely.get_type_id(flat), (shapely.GeometryType.POLYGON,))]


def _trees(layout: Layout, name: str) -> Trees:
    """Trees of the BGT, which has other plants as well, and those that only the points show."""
    tables = [_table(layout.objects(collection, name)) for collection in TREES]
    place = np.concatenate([_shapes(table) for table in tables])
    kind = np.concatenate([_texts(table, "plus_type") for table in tables])
    height, radius = (
        np.concatenate([_numbers(table, column) for table in tables])
        for column in ("h_object", "kroonstraal")
    )
    single = shapely.get_type_id(place) == shapely.GeometryType.POINT
    chosen = single & ((kind == "boom") | np.isfinite(radius))
    ids = np.concatenate([_texts(table, "identificatie") for table in tables])
    return Trees(ids[chosen], place[chosen], height[chosen], radius[chosen])


def _units(layout: Layout, name: str, ids: Texts) -> tuple[Floats, Floats]:
    """Gebruiksoppervlakte [m2] and dwellings by pand, of the verblijfsobjecten that are there to be used.

    One in several panden counts for an equal share in each. It may lie in the tile of a neighbour, so the
    tables around are looked at as well.
    """
    tables = [t for t in map(_table, _around(layout, name)) if "pand_ids" in t.column_names]
    found = [_units_of(table, ids) for table in tables] or [np.zeros((2, len(ids)))]
    usable, dwellings = np.sum(found, axis=0)
    return usable, dwellings


def _units_of(table: pa.Table, ids: Texts) -> Floats:
    """Of one table of verblijfsobjecten: area and dwellings ``(2, N)`` in each pand."""
    used = ~np.isin(_texts(table, "verblijfsobject_status").astype(str), NOT_USED)
    listed = [v or () for v in table["pand_ids"].to_pylist()]
    count = np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))
    unit = np.repeat(np.arange(len(listed)), count)
    pand = pd.Index(ids).get_indexer(pd.Index([p for panden in listed for p in panden], dtype=object))
    kept = (pand >= 0) & used[unit]
    unit, pand = unit[kept], pand[kept]
    area = np.nan_to_num(_numbers(table, "oppervlakte"))
    uses = _texts(table, "gebruiksdoel_verblijfsobject").tolist()
    home = np.array(["woonfunctie" in (of or ()) for of in uses], dtype=np.float64)
    return np.stack([sums(pand, (of / np.maximum(count, 1))[unit], len(ids)) for of in (area, home)])


def _around(layout: Layout, name: str) -> list[Path]:
    """Tables of verblijfsobjecten in a tile and the eight around it, by the names of the tiles there are."""
    paths = {p.stem: p for p in layout.tables("verblijfsobject")}
    own = np.array(name.split("_"), dtype=np.float64)
    corners = {n: np.array(n.split("_"), dtype=np.float64) for n in paths}
    steps = sorted({abs(float(d)) for c in corners.values() for d in c - own} - {0.0})
    size = steps[0] if steps else 0.0
    return [paths[n] for n, c in corners.items() if float(np.abs(c - own).max()) <= size]


def _restricted(layout: Layout, name: str, ids: Texts, column: str) -> Floats:
    """A column that is not for everybody, in the order of ``ids``; NaN where there is none."""
    values = np.full(len(ids), np.nan)
    table = _table(layout.restricted("pand", name))
    if column not in table.column_names:
        return values
    of = dict(zip(_texts(table, "identificatie"), _numbers(table, column), strict=True))
    values[:] = [of.get(v, np.nan) for v in ids.tolist()]
    return values


def _models(layout: Layout, name: str, ids: Texts) -> tuple[Shells, Ints, Floats]:
    """Solids of the best LoD of each pand, their panden, and the vertices of the ground."""
    path = layout.cityjson(name)
    if not path.is_file():
        return empty_shells(), np.zeros(0, dtype=np.int64), np.zeros((0, 3))
    scale, translate = transform(path)
    row_of = {f"NL.IMBAG.Pand.{v}": i for i, v in enumerate(ids.tolist())}
    row_of |= {f"NL.IMGeo.{v}": i for i, v in enumerate(ids.tolist())}
    batch, owner, ground = SolidBatch(), [], []
    for _, feature in features(path):
        root: dict[str, Any] = next(iter(feature["CityObjects"].values()), {})
        if root.get("type") in GROUND_TYPES:
            if root.get("attributes", {}).get("relatieve_hoogteligging", 0) == 0:
                ground.append(
                    np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3) * scale + translate
                )
            continue
        row = row_of.get(str(feature.get("id")))
        if row is None:
            continue
        best: dict[str, tuple[int, Any, Floats]] = {}
        for object_id, geometry, vertices in solids_of(feature, scale, translate):
            lod = str(geometry.get("lod"))
            rank = BEST.index(lod) if lod in BEST else len(BEST)
            if object_id not in best or rank < best[object_id][0]:
                best[object_id] = (rank, geometry, vertices)
        for object_id, (_, geometry, vertices) in best.items():
            if batch.add(object_id, geometry, vertices) is None:
                owner.append(row)
    # without the vertices that only other LoDs of a feature use
    shells = take(batch.shells(), np.arange(len(batch.ids))) if batch.ids else empty_shells()
    return shells, np.array(owner, dtype=np.int64), np.concatenate([np.zeros((0, 3)), *ground])
