"""The ground of a twin as it stands in its CityJSON: closed, as large as its map, and its water flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from twin.check.depths import deep_waters, far_below, steep_grounds
from twin.check.rings import Rings, lower_rings
from twin.cityjson.features import features, transform
from twin.geometry.columns import Bools, Floats, Ints
from twin.ground import COLLECTIONS, LEVEL0, HeightSource
from twin.ground.coverage import GAP
from twin.ground.levels import FAULT
from twin.store import Layout

AREA = 1e-3
"""Share that the area of an object on the ground, and of all together, may differ from that on the map."""
BEYOND = 0.01  # [m] beside an edge, to see what lies there
_UNKNOWN = (HeightSource.NONE, HeightSource.COVERED, FAULT)
_FLAT = (HeightSource.WATER, HeightSource.WATER_BESIDE, HeightSource.BANK)


@dataclass(frozen=True, slots=True)
class GroundFault:
    """Something that is wrong with the ground.

    Attributes
    ----------
    where : str
        Tile and object.
    message : str
    """

    where: str
    message: str


@dataclass(slots=True)
class GroundVerdict:
    """What was looked at and what is wrong with it.

    Attributes
    ----------
    objects, waters, lower : int
        Looked at: surfaces on the ground, waters among them, and what lies below.
    closed, present, area, flat, deep : list of GroundFault
        Open edges; objects without the surface that their tables tell of; objects larger or smaller than on
        the map; water that is not flat; what lies deeper than it can.
    """

    objects: int = 0
    waters: int = 0
    lower: int = 0
    closed: list[GroundFault] = field(default_factory=list)
    present: list[GroundFault] = field(default_factory=list)
    area: list[GroundFault] = field(default_factory=list)
    flat: list[GroundFault] = field(default_factory=list)
    deep: list[GroundFault] = field(default_factory=list)


def check_ground(layout: Layout) -> GroundVerdict:
    """Test the surfaces of level 0 of all tiles together.

    Their edges must meet in pairs, to the millimetre in 3D, but for those on the border of the map; of what
    does not meet only the edges are kept in memory, tile by tile.
    """
    verdict = GroundVerdict()
    covered = _rejected(layout)
    made = given = 0.0
    lonely, names = _Edges.none(), list[str]()
    tiles = [path.name.removesuffix(".city.jsonl") for path in layout.sequences()]
    for tile in tiles:
        table, unreadable = _objects_of(layout, tile)
        verdict.present += unreadable
        seen, rings, flats, deep = _surfaces(layout, tile, table)
        verdict.present += _absent(tile, table, seen, covered)
        areas = rings.areas(len(table))
        verdict.area += _changed(tile, table, areas)
        here = np.isfinite(table["area"].to_numpy()) & (areas > 0)
        made, given = made + areas[here].sum(), given + float(table["area"].to_numpy()[here].sum())
        verdict.flat += [
            GroundFault(f"cityjson/{tile}.city.jsonl {table.index[row]}", message) for row, message in flats
        ]
        found = (*deep_waters(rings), *steep_grounds(rings), *far_below(rings, deep))
        verdict.deep += [
            GroundFault(f"cityjson/{tile}.city.jsonl {table.index[row]}", message) for row, message in found
        ]
        verdict.lower += len(deep)
        verdict.objects += int((table["standing"] & (areas > 0)).sum())
        verdict.waters += int(table["flat"].sum())
        edges = _Edges.of(rings, len(names))
        names += [f"{tile}.city.jsonl {name}" for name in table.index]
        lonely = lonely.with_(edges)
    if abs(made - given) > AREA * given:
        message = f"{made:.1f} m2 on the ground, of {given:.1f} m2 on the map"
        verdict.area.append(GroundFault("cityjson", message))
    for owner, count, place in _open(layout, tiles, lonely):
        x, y, z = (place / 1000).tolist()
        verdict.closed.append(
            GroundFault(
                f"cityjson/{names[owner]}",
                f"{count} edges do not meet those of a neighbour, the first at {x:.3f}, {y:.3f}, {z:.3f}",
            )
        )
    return verdict


def _rejected(layout: Layout) -> set[str]:
    """Objects that the partition left nothing of, as the report tells."""
    try:
        table = pd.read_parquet(layout.report / "rejects.parquet")
    except (OSError, pa.ArrowException):
        return set()  # told by the check of the report
    return set(table.loc[table["stage"] == "partition", "object_id"])


def _objects_of(layout: Layout, tile: str) -> tuple[pd.DataFrame, list[GroundFault]]:
    """Objects of a tile by CityObject id, and the tables without readable outlines.

    Columns: ``name``, ``collection``; ``source`` of the height; ``standing`` on level 0; ``flat`` water;
    ``area`` on the map [m2], NaN where the ground need not follow it; ``length`` of the outline [m];
    ``level``.
    """
    frames, faults = [_no_objects()], list[GroundFault]()
    for collection in ("pand", *COLLECTIONS):
        path = layout.objects(collection, tile)
        if not path.is_file():
            continue
        try:
            table = gpd.read_parquet(path)
        except (OSError, ValueError, pa.ArrowException) as error:
            faults.append(GroundFault(f"objects/{collection}/{path.name}", f"can't be read: {error}"))
            continue
        frames.append(_described(table, collection))
    described: pd.DataFrame = pd.concat([f for f in frames if len(f)] or frames[:1])
    return described[~described.index.duplicated()], faults


def _no_objects() -> pd.DataFrame:
    none = pd.DataFrame({"name": [], "collection": [], "source": []}, dtype=object)
    return none.assign(
        standing=np.empty(0, bool), flat=np.empty(0, bool), area=[], length=[], level=np.empty(0, np.int64)
    )


def _described(table: gpd.GeoDataFrame, collection: str) -> pd.DataFrame:
    name = table["identificatie"].astype(str)
    shapes = table.geometry.to_numpy()
    areal = table.geometry.geom_type.isin(("Polygon", "MultiPolygon")).to_numpy()
    if collection == "pand":
        # The outline of a pand in the BAG is that of its roof: its area says little of the ground.
        standing = table["h_maaiveld_min"].notna().to_numpy() if "h_maaiveld_min" in table else ~areal
        return pd.DataFrame(
            {"name": name, "collection": collection, "source": None, "standing": standing, "flat": False}
        ).assign(area=np.nan, length=0.0, level=0).set_index(name.map(_pand_id))  # fmt: skip
    prefix = "NL.AHN.Boom." if collection == "boom" else "NL.IMGeo."
    if "h_bron" not in table:
        return (
            _no_objects()
            .reindex(prefix + name)
            .assign(name=name.to_numpy(), collection=collection, standing=False, flat=False, level=0)
        )
    source = table["h_bron"].astype(object).where(table["h_bron"].notna(), None)
    level = table["relatieve_hoogteligging"].fillna(0).to_numpy(dtype=np.int64)
    ground = areal & (level == 0) & (collection in LEVEL0)
    standing = ground & ~source.isin(_UNKNOWN).to_numpy()
    kept = standing & ~table["hersteld"].fillna(False).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "name": name,
            "collection": collection,
            "source": source,
            "standing": standing,
            "flat": standing & source.isin(_FLAT).to_numpy(),
            "area": np.where(kept, shapely.area(shapes), np.nan),
            "length": shapely.length(shapes),
            "level": level,
        }
    ).set_index(prefix + name)


def _pand_id(name: str) -> str:
    return ("NL.IMBAG.Pand." if len(name) == 16 and name.isdigit() else "NL.IMGeo.") + name


def _surfaces(
    layout: Layout, tile: str, table: pd.DataFrame
) -> tuple[Bools, Rings, list[tuple[int, str]], list[tuple[int, int, Ints]]]:
    """Which objects have a geometry, the rings of those on the ground, and waters that are no plane.

    And of what lies below the ground the row, the level and the corners [mm].
    """
    path = layout.cityjson(tile)
    scale, translate = transform(path)
    row_of = {name: row for row, name in enumerate(table.index)}
    standing, flat = table["standing"].to_numpy(dtype=bool), table["flat"].to_numpy(dtype=bool)
    collection, level = table["collection"].tolist(), table["level"].tolist()
    seen = np.zeros(len(table), dtype=bool)
    rings, faults, deep = Rings(), list[tuple[int, str]](), list[tuple[int, int, Ints]]()
    for _, feature in features(path):
        row = row_of.get(str(feature.get("id")))
        main = feature["CityObjects"].get(feature.get("id"))
        if row is None or not isinstance(main, dict):
            continue  # told by the comparison with the tables
        geometries = main.get("geometry", ())
        seen[row] = any(g.get("boundaries") for g in geometries)
        if not (standing[row] or level[row] < 0):
            continue
        try:
            vertices = np.array(feature["vertices"], dtype=np.float64).reshape(-1, 3)
            mm = np.rint((vertices * scale + translate) * 1000).astype(np.int64)
            if level[row] < 0:
                deep.append((row, level[row], mm))
                continue
            own = lower_rings(geometries, collection[row])
            first = len(rings)
            rings.add(row, own, mm)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # told by the check of the sequences
        if flat[row] and (message := rings.unevenness(first)):
            faults.append((row, message))
    return seen, rings, faults, deep


def _absent(tile: str, table: pd.DataFrame, seen: Bools, covered: set[str]) -> list[GroundFault]:
    """BGT objects with a height but no geometry, and those that vanished without a line in the ledger."""
    known = table["source"].notna() & ~table["source"].isin(_UNKNOWN)
    gone = table["source"].isin((HeightSource.COVERED,)) & ~table["name"].isin(covered)
    return [
        *(
            GroundFault(f"cityjson/{tile}.city.jsonl {i}", "has a height in its table but no geometry here")
            for i in table.index[known & ~seen]
        ),
        *(
            GroundFault(f"report/rejects.parquet {i}", "nothing is left of it, and no line tells why")
            for i in table.index[gone]
        ),
    ]


def _changed(tile: str, table: pd.DataFrame, areas: Floats) -> list[GroundFault]:
    given, length = table["area"].to_numpy(dtype=np.float64), table["length"].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        # A gap to a neighbour that was closed makes a strip of half its width larger or smaller.
        wrong = (areas > 0) & (np.abs(areas - given) > AREA * given + GAP * length / 2 + 0.01)
    return [
        GroundFault(
            f"cityjson/{tile}.city.jsonl {table.index[row]}",
            f"{areas[row]:.2f} m2 on the ground, of {given[row]:.2f} m2 on the map",
        )
        for row in np.flatnonzero(wrong).tolist()
    ]


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges that have met no other yet: ``ends (E, 6)`` [mm], ``owner (E,)``, and whether of a bank."""

    ends: Ints
    owner: Ints
    bank: Bools

    @classmethod
    def none(cls) -> _Edges:
        return cls(np.empty((0, 6), np.int64), np.empty(0, np.int64), np.empty(0, bool))

    @classmethod
    def of(cls, rings: Rings, first: int) -> _Edges:
        ends, owner, bank = rings.edges()
        return cls.none().with_(cls(ends, owner + first, bank))

    def with_(self, more: _Edges) -> _Edges:
        """Both, without those that meet."""
        ends = np.concatenate((self.ends, more.ends))
        owner, bank = np.concatenate((self.owner, more.owner)), np.concatenate((self.bank, more.bank))
        forward = (ends[:, :3] == ends[:, 3:]).all(axis=1)
        ends, owner, bank = ends[~forward], owner[~forward], bank[~forward]
        _, number = np.unique(
            np.concatenate((ends, ends[:, [3, 4, 5, 0, 1, 2]])), axis=0, return_inverse=True
        )
        one, other = np.split(number.reshape(-1), 2)
        size = int(number.max(initial=-1)) + 1
        there = np.bincount(one, minlength=size)
        # One that lies there twice meets nothing either: two surfaces are on the same side of it.
        left = (there[other] != 1) | (there[one] != 1)
        return _Edges(ends[left], owner[left], bank[left])


def _open(layout: Layout, tiles: list[str], edges: _Edges) -> Iterator[tuple[int, int, Ints]]:
    """Object, number of its open edges and the start of the first, of those not on the border of the map."""
    start, end = edges.ends[:, :3], edges.ends[:, 3:]
    along = (end - start)[:, :2] / 1000
    length = np.hypot(*along.T)
    upright = length == 0
    right = np.column_stack((along[:, 1], -along[:, 0])) / np.where(upright, 1.0, length)[:, None]
    middle, aside = (start + end)[:, :2] / 2000, BEYOND * right
    wrong = np.zeros(len(start), dtype=bool)
    wrong[~upright] = _on_the_map(layout, tiles, (middle + aside)[~upright])
    # A bank has no right side: the object on one of its sides may have no height.
    bank = edges.bank & ~upright
    wrong[bank] &= _on_the_map(layout, tiles, (middle - aside)[bank])
    # Two that meet on the map and not in height, also where a pand is on one side.
    flat = edges.ends[:, [0, 1, 3, 4]]
    _, number = np.unique(np.concatenate((flat, flat[:, [2, 3, 0, 1]])), axis=0, return_inverse=True)
    one, other = np.split(number.reshape(-1), 2)
    wrong |= np.isin(one, other) & ~upright
    # The end of a bank stands upright on the border of the map, or else in a gap.
    border = ~wrong & ~upright
    ends = np.unique(np.concatenate((start[border, :2], end[border, :2])), axis=0)
    both = np.concatenate((ends, start[upright, :2]))
    _, number = np.unique(both, axis=0, return_inverse=True)
    number = number.reshape(-1)
    wrong[np.flatnonzero(upright)] = ~np.isin(number[len(ends) :], number[: len(ends)])
    for owner in np.unique(edges.owner[wrong]).tolist():
        own = np.flatnonzero(wrong & (edges.owner == owner))
        yield owner, len(own), start[own[0]]


def _on_the_map(layout: Layout, tiles: list[str], xy: Floats) -> Bools:
    """Which places ``(N, 2)`` lie in a surface of level 0 that has a height; panden left out."""
    points = np.asarray(shapely.points(xy), dtype=object)
    result = np.zeros(len(xy), dtype=bool)
    for tile in tiles if len(xy) else ():
        for collection in LEVEL0:
            path = layout.objects(collection, tile)
            if collection == "pand" or not path.is_file():
                continue
            try:
                table = gpd.read_parquet(path, columns=["h_bron", "relatieve_hoogteligging", "geometry"])
            except (OSError, ValueError, pa.ArrowException):
                continue
            ground = (table["relatieve_hoogteligging"].fillna(0) == 0) & ~table["h_bron"].isin(_UNKNOWN)
            shapes = table.geometry.to_numpy()[(ground & table["h_bron"].notna()).to_numpy()]
            result[shapely.STRtree(shapes).query(points, predicate="intersects")[0]] = True
    return result
