"""From registers to the objects of the city, with all their attributes joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ingest.delivery import Reject
from twin import attach
from twin.build.registers import Registers
from twin.ground import COLLECTIONS
from twin.ledger import Ledger, rejects
from twin.settings import Dataset
from twin.store.layout import tile_names


@dataclass(slots=True)
class City:
    """The objects of an area.

    Attributes
    ----------
    collections : dict of str to GeoDataFrame
        ``pand``, ``verblijfsobject``, ``buurt`` and BGT collections; each with ``identificatie`` (unique),
        ``object_id`` where it becomes a CityObject, ``tile`` and geometry in EPSG:28992.
    joins : list of JoinReport
    ledger : Ledger
    """

    collections: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    joins: list[attach.JoinReport] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def tiles(self) -> list[str]:
        """Names of all tiles that hold objects."""
        return sorted({t for frame in self.collections.values() for t in frame["tile"].unique()})


def assemble(registers: Registers, tile_size: float, datasets: Sequence[Dataset] = ()) -> City:
    """Join everything that was read, the data sets last and in their order, and cut it into tiles."""
    city = City()
    panden = _panden(registers, city)
    units = _units(registers)
    if units is not None:
        panden, report = attach.attach_verblijfsobjecten(panden, units)
        city.joins.append(report)
        if registers.labels is not None:
            panden, units, report = attach.attach_energielabels(panden, units, registers.labels)
            city.joins.append(report)
        if registers.woz is not None:
            panden, units, report = attach.attach_woz(panden, units, registers.woz)
            city.joins.append(report)
        city.collections["verblijfsobject"] = units
    city.collections["pand"] = panden
    for name in COLLECTIONS:
        if (frame := registers.tables.get(f"bgt/{name}")) is not None:
            city.collections[name] = _surfaces(frame)
    _add_buurten(registers, city)
    for dataset in datasets:
        records = registers.datasets[dataset.name]
        city.collections[dataset.to], report = attach.attach_dataset(dataset, records, city.collections)
        city.joins.append(report)
    for name, frame in city.collections.items():
        city.collections[name] = _tiled(name, frame, tile_size, city.ledger)
    return city


def _panden(registers: Registers, city: City) -> gpd.GeoDataFrame:
    bag, bgt = registers.tables.get("bag/pand"), registers.tables.get("bgt/pand")
    panden, report = attach.merge_panden(bag, bgt)
    if report is not None:
        city.joins.append(report)
    return panden


def _units(registers: Registers) -> gpd.GeoDataFrame | None:
    frame = registers.tables.get("bag/verblijfsobject")
    if frame is None or registers.addresses is None:
        return None
    return attach.verblijfsobject_table(frame, registers.addresses)


def _surfaces(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = frame.rename(columns={"lokaalid": "identificatie"})
    table = table.sort_values("identificatie", ignore_index=True)
    return table.assign(object_id="NL.IMGeo." + table["identificatie"].astype("str"))


def _add_buurten(registers: Registers, city: City) -> None:
    frame = registers.tables.get("cbs/buurt")
    if frame is None:
        return
    buurten = attach.buurt_table(frame)
    for name in list(city.collections):
        city.collections[name], report = attach.attach_buurten(
            city.collections[name], buurten, name, figures=name == "pand"
        )
        if name in ("pand", "verblijfsobject"):
            city.joins.append(report)
    city.collections["buurt"] = buurten


def _tiled(name: str, frame: gpd.GeoDataFrame, size: float, ledger: Ledger) -> gpd.GeoDataFrame:
    """Give each object the tile of its representative point; one without a place is rejected."""
    shapes = frame.geometry.to_numpy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    lost = frame.loc[~placed, "identificatie"]
    why = rejects((str(i), Reject.NO_GEOMETRY.value, "can't be placed in a tile") for i in lost)
    ledger.enter("tile", name, len(frame), int(placed.sum()), why)
    kept = frame[placed].reset_index(drop=True)
    points = np.atleast_2d(shapely.get_coordinates(shapely.point_on_surface(kept.geometry.to_numpy())))
    return kept.assign(tile=pd.Series(tile_names(points.reshape(-1, 2), size), dtype="str"))
