"""Which records of a data set belong to which objects: pairs, whatever they were joined by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ingest.dataset import ADDRESS, address_key
from twin.attach.links import PandLinks
from twin.errors import AttachError
from twin.geometry.columns import Floats, Ints
from twin.settings.dataset import Dataset, Join

Collections = Mapping[str, gpd.GeoDataFrame]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Objects and records that belong together, sorted by object and record; each pair once.

    Attributes
    ----------
    object, record : (P,) int64
        Rows of the collection and of the data set.
    part : (P,) float64
        How much of the record the object gets, of 1: what a sum adds.
    cover : (P,) float64
        How heavily the record weighs among those of the object: for means, modes and shares.
    """

    object: Ints
    record: Ints
    part: Floats
    cover: Floats

    @classmethod
    def of(cls, table: pd.DataFrame) -> Pairs:
        """Pairs of a table ``object, record, part, cover``; parts of one pair add up."""
        groups = table.groupby(["object", "record"], sort=True, as_index=False)
        summed = groups.agg(part=("part", "sum"), cover=("cover", "max"))
        return cls(
            summed["object"].to_numpy(np.int64),
            summed["record"].to_numpy(np.int64),
            summed["part"].to_numpy(np.float64),
            summed["cover"].to_numpy(np.float64),
        )


def pairs_by_key(dataset: Dataset, records: pd.DataFrame, collections: Collections) -> Pairs:
    """Pairs of a data set with a key.

    Parameters
    ----------
    dataset : Dataset
    records : DataFrame
        With ``key`` as :func:`ingest.dataset.read` spells it.
    collections : mapping
        Objects of the twin, with their joined attributes.

    Raises
    ------
    AttachError
        When the twin lacks what the key is of, or its codes are those of another year.
    """
    keys = _keys(dataset, collections)
    keyed = pd.DataFrame({"record": np.arange(len(records)), "key": records["key"].astype("str")})
    table = keyed.merge(keys.astype({"key": "str"}).dropna(subset=["key"]), on="key")
    if dataset.by is Join.ADRES:
        # An address without its letter may be of several units: each gets an equal part of the record.
        table["part"] /= table.groupby("record")["unit"].transform("nunique")
    return Pairs.of(table.assign(cover=1.0))


def pairs_by_place(dataset: Dataset, records: gpd.GeoDataFrame, objects: gpd.GeoDataFrame) -> Pairs:
    """Pairs of a data set with places; both in EPSG:28992.

    ``contains``: the object in which a point lies, or the record's area in which an object lies. ``nearest``:
    the nearest object of each record. ``overlap``: of each object the record that covers most of it.
    ``area``: all records that cover a part of an object, by that part. Of equals, the first counts.

    Raises
    ------
    AttachError
        When the geometries are not of a kind that the join can be made of.
    """
    ours, theirs = (np.asarray(f.geometry.array, dtype=object) for f in (objects, records))
    match dataset.by:
        case Join.NEAREST:
            tree = shapely.STRtree(ours)
            record, object_ = tree.query_nearest(theirs, max_distance=dataset.within)
            return _first_object(object_, record)
        case Join.CONTAINS:
            return _contains(dataset, ours, theirs)
        case _:
            return _covered(dataset, ours, theirs)


def _contains(dataset: Dataset, ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> Pairs:
    dimension = shapely.get_dimensions(theirs)
    if (dimension == 1).any():
        raise AttachError(f"{dataset.path}: has lines. by = contains is for points and areas; use nearest")
    points, areas = np.flatnonzero(dimension == 0), np.flatnonzero(dimension == 2)
    record, object_ = shapely.STRtree(ours).query(theirs[points], predicate="intersects")
    inside = _first_object(object_, points[record])
    middle = shapely.point_on_surface(ours)
    object_, record = shapely.STRtree(theirs[areas]).query(middle, predicate="intersects")
    first = pd.DataFrame({"object": object_, "record": areas[record]}).groupby("object")["record"].min()
    around = pd.DataFrame(
        {"object": first.index.to_numpy(), "record": first.to_numpy(), "part": 1.0, "cover": 1.0}
    )
    both = [around, pd.DataFrame({n: getattr(inside, n) for n in ("object", "record", "part", "cover")})]
    return Pairs.of(pd.concat(both))


def _first_object(object_: Ints, record: Ints) -> Pairs:
    first = pd.DataFrame({"object": object_, "record": record}).groupby("record")["object"].min()
    return Pairs.of(
        pd.DataFrame(
            {"object": first.to_numpy(), "record": first.index.to_numpy(), "part": 1.0, "cover": 1.0}
        )
    )


def _covered(dataset: Dataset, ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> Pairs:
    if not ((shapely.get_dimensions(theirs) == 2).all() and (shapely.area(ours) > 0).any()):
        raise AttachError(
            f"{dataset.path}: by = {dataset.by} needs areas on both sides. Use contains or nearest for points"
        )
    object_, record = shapely.STRtree(theirs).query(ours, predicate="intersects")
    shared = shapely.area(shapely.intersection(ours[object_], theirs[record]))
    some = shared > 0
    object_, record, shared = object_[some], record[some], shared[some]
    table = pd.DataFrame({"object": object_, "record": record, "part": 1.0, "cover": shared})
    if dataset.by is Join.OVERLAP:
        table = table.sort_values(["object", "cover", "record"], ascending=[True, False, True])
        return Pairs.of(table.drop_duplicates("object"))
    return Pairs.of(table.assign(part=shared / shapely.area(theirs[record])))


def _keys(dataset: Dataset, collections: Collections) -> pd.DataFrame:
    """``object, key, part`` of the objects that get the attributes; for addresses ``unit`` as well."""
    objects = _present(dataset, collections, dataset.to)
    match dataset.by:
        case Join.BUURT | Join.WIJK | Join.GEMEENTE:
            return _whole(objects, _area_codes(dataset, objects, collections))
        case Join.POSTCODE:
            return _whole(objects, objects["postcode" if dataset.to == "pand" else "adres_postcode"])
        case Join.LOKAALID if dataset.to == "pand":
            lists = _whole(objects, _column(dataset, objects, "bgt_lokaal_ids", "bgt"))
            return lists.explode("key")
        case Join.LOKAALID:
            return _whole(objects, objects["identificatie"])
        case Join.PAND:
            panden = _present(dataset, collections, "pand")
            return _lifted(dataset, _whole(panden, panden["identificatie"]), "pand", collections)
    units = _present(dataset, collections, "verblijfsobject")
    return _lifted(dataset, _unit_keys(dataset, units), "verblijfsobject", collections)


def _unit_keys(dataset: Dataset, units: gpd.GeoDataFrame) -> pd.DataFrame:
    if dataset.by is Join.VERBLIJFSOBJECT:
        return _whole(units, units["identificatie"])
    if dataset.by is Join.NUMMERAANDUIDING:
        main = _whole(units, units["hoofdadres_id"])
        side = _whole(units, units["nevenadres_ids"]).explode("key")
        return pd.concat([main, side]).dropna(subset=["key"]).drop_duplicates(["object", "key"])
    parts = units.rename(columns={"adres_postcode": "postcode"})[list(ADDRESS[: len(dataset.key)])]
    return _whole(units, address_key(parts))


def _lifted(dataset: Dataset, keys: pd.DataFrame, base: str, collections: Collections) -> pd.DataFrame:
    """Keys of panden or verblijfsobjecten as keys of what lies in them, or of what they lie in."""
    keys = keys.assign(unit=keys["object"])
    if dataset.to == base:
        return keys
    objects = _present(dataset, collections, dataset.to)
    if dataset.to == "buurt":
        codes = _column(dataset, collections[base], "buurtcode", "cbs").to_numpy()[keys["object"].to_numpy()]
        rows = pd.Series(np.arange(len(objects)), index=objects["buurtcode"])
        rows = rows[~rows.index.duplicated()]
        return keys.assign(object=pd.Series(codes).map(rows).to_numpy()).dropna(subset=["object"])
    units, panden = (_present(dataset, collections, c) for c in ("verblijfsobject", "pand"))
    links = PandLinks.of(units["pand_ids"])
    rows = pd.Series(np.arange(len(panden)), index=panden["identificatie"])
    table = pd.DataFrame({"a": links.unit, "b": links.pand_id.map(rows), "parts": links.parts}).dropna()
    if dataset.to == "pand":
        joined = keys.merge(table, left_on="object", right_on="a")
        return joined.assign(object=joined["b"].astype(np.int64), part=joined["part"] / joined["parts"])
    joined = keys.merge(table, left_on="object", right_on="b")
    return joined.assign(object=joined["a"])


def _area_codes(dataset: Dataset, objects: gpd.GeoDataFrame, collections: Collections) -> pd.Series[Any]:
    """Code of the buurt, wijk or gemeente of each object."""
    buurten = _present(dataset, collections, "buurt")
    years = buurten["cbs_jaar"].dropna().unique().tolist() if "cbs_jaar" in buurten else []
    if years != [dataset.year]:
        raise AttachError(
            f"{dataset.path}: its {dataset.by} codes are of {dataset.year}, those of this twin of "
            f"{', '.join(map(str, years)) or 'an unknown year'}. The same code may be another area: give the "
            'CBS source of that year, or the data set with its areas and by = "area"'
        )
    own = _column(dataset, objects, "buurtcode", "cbs")
    if dataset.by is Join.BUURT:
        return own
    codes = buurten.drop_duplicates("buurtcode").set_index("buurtcode")[f"{dataset.by}code"]
    found: pd.Series[Any] = own.map(codes)
    return found


def _whole(objects: gpd.GeoDataFrame, keys: pd.Series[Any]) -> pd.DataFrame:
    return pd.DataFrame({"object": np.arange(len(objects)), "key": keys.to_numpy(), "part": 1.0})


def _present(dataset: Dataset, collections: Collections, name: str) -> gpd.GeoDataFrame:
    if name not in collections:
        raise AttachError(
            f"data set {dataset.name}: by = {dataset.by} needs the {name}en of this twin, and there are "
            "none. Add the source that has them to twin.toml, or join in another way"
        )
    return collections[name]


def _column(dataset: Dataset, objects: gpd.GeoDataFrame, name: str, source: str) -> pd.Series[Any]:
    if name not in objects:
        raise AttachError(
            f"data set {dataset.name}: by = {dataset.by} needs {name}, which comes from a source of kind "
            f"{source}. Add it to twin.toml, or join in another way"
        )
    found: pd.Series[Any] = objects[name]
    return found
