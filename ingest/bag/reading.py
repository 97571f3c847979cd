"""Reading the BAG from whatever it was delivered in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest import ids
from ingest.bag import extract, in_onderzoek, layers, tables
from ingest.bag.schemas import TABLES
from ingest.bag.tables import Judged
from ingest.crs import require_rd
from ingest.delivery import Delivery
from ingest.errors import SourceError
from ingest.window import Bbox

_REFERRED: dict[str, dict[str, tuple[str, ...]]] = {
    "nummeraanduiding": {
        "verblijfsobject": ("hoofdadres_id", "nevenadres_ids"),
        "ligplaats": ("hoofdadres_id", "nevenadres_ids"),
        "standplaats": ("hoofdadres_id", "nevenadres_ids"),
    },
    "openbare_ruimte": {"nummeraanduiding": ("openbare_ruimte_id",)},
}


def read(
    paths: Path | str | Iterable[Path | str], bbox: Bbox | None = None, on: dt.date | None = None
) -> dict[str, Delivery]:
    """Read current objects of the BAG.

    Parameters
    ----------
    paths : path or iterable of paths
        BAG extract 2.0 (LVC; a zip of zips of XML, one such zip, or a folder of zips or XML), GeoPackage,
        GeoJSON or CSV in any of the shapes in :data:`ingest.bag.schemas.SCHEMAS`.
    bbox : (minx, miny, maxx, maxy), optional
        RD window [m]: objects whose geometry intersects it. Records outside do not count as read; a note
        tells how many there were. From an extract, nummeraanduidingen and openbare ruimten are then limited
        to those referred to.
    on : datetime.date, optional
        Reference date; by default the date of the extract, else the newest date in the file. No clock.

    Returns
    -------
    dict of str to Delivery
        Of those delivered: ``pand``, ``verblijfsobject``, ``ligplaats``, ``standplaats``,
        ``nummeraanduiding``, ``openbare_ruimte``, ``woonplaats``, and ``in_onderzoek`` (facts under
        investigation). Geometry is 2D in EPSG:28992 [m]; outlines are valid, and ``hersteld`` says which
        were not. What an extract gives as inactief or nietBAG is among the rejects.

    Raises
    ------
    SourceError
        A file that is missing, damaged, of an unknown shape or in another CRS.
    """
    where = [Path(paths)] if isinstance(paths, Path | str) else [Path(p) for p in paths]
    books: dict[str, _Book] = defaultdict(_Book)
    for path in where:
        if not path.exists():
            raise SourceError(
                path,
                found="there is no such file",
                expected="a BAG delivery",
                remedy="Check the path in the settings.",
            )
        _read_one(path, bbox, on, books)
    return {name: books[name].close(name, where) for name in (*TABLES, "in_onderzoek") if name in books}


@dataclass(slots=True)
class _Book:
    """What was read of one table so far."""

    read: int = 0
    parts: list[Judged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    outside: int = 0

    def enter(self, part: Judged, notes: Sequence[str] = ()) -> None:
        self.read += len(part.frame) + len(part.rejects)
        self.parts.append(part)
        self.notes += notes

    def close(self, name: str, paths: Sequence[Path]) -> Delivery:
        if name == "in_onderzoek":
            frame = pd.concat([p.frame for p in self.parts], ignore_index=True)
            rejects = pd.concat([p.rejects for p in self.parts], ignore_index=True)
            settled = Judged(frame, rejects)
        else:
            settled = tables.settle(name, self.parts)
        notes = [*self.notes, *settled.notes]
        if self.outside:
            notes.append(f"{self.outside} records lie outside the area and were not read")
        return Delivery(
            f"bag/{name}",
            settled.frame,
            self.read,
            settled.rejects,
            tuple(paths),
            tuple(dict.fromkeys(notes)),
        )


def _read_one(path: Path, bbox: Bbox | None, on: dt.date | None, books: dict[str, _Book]) -> None:
    if extract.is_extract(path):
        _read_extract(path, bbox, on, books)
    elif path.is_dir():
        inside = sorted(p for p in path.iterdir() if layers.is_table(p))
        if not inside:
            raise _nothing_in(path)
        for child in inside:
            _read_one(child, bbox, on, books)
    elif layers.is_table(path):
        _read_layers(path, bbox, on, books)
    else:
        raise _nothing_in(path)


def _read_layers(path: Path, bbox: Bbox | None, on: dt.date | None, books: dict[str, _Book]) -> None:
    for layer in layers.layers(path, bbox):
        books[layer.table].enter(tables.judge(layer.table, layer.frame, on or layer.on), layer.notes)
        books[layer.table].outside += layer.outside


def _read_extract(path: Path, bbox: Bbox | None, on: dt.date | None, books: dict[str, _Book]) -> None:
    """Objects that lie somewhere come before what is only worth keeping if they refer to it."""
    found = False
    for table in TABLES:
        wanted = _referred_to(table, books) if bbox else None
        for member in extract.members(path, table):
            found = True
            day = on or extract.stand_date(member.xml)
            if member.group == "inOnderzoek":
                books["in_onderzoek"].enter(in_onderzoek.judge(member, day))
                continue
            found_here = extract.records(member)
            raw, notes = found_here.frame, found_here.notes
            if isinstance(raw, gpd.GeoDataFrame):
                raw, assumed = require_rd(raw, member.name)
                notes += assumed
            if len(found_here.rejects):
                books[table].enter(Judged(raw.iloc[:0], found_here.rejects))
            total = len(raw)
            if bbox:
                raw = raw[_inside(raw, bbox, wanted)]
            withheld = f"delivered as {member.group}" if member.group else None
            books[table].enter(tables.judge(table, raw, day, withheld), notes)
            books[table].outside += total - len(raw)
    if not found:
        raise _nothing_in(path)
    if bbox and "in_onderzoek" in books:
        _limit_in_onderzoek(books)


def _referred_to(table: str, books: dict[str, _Book]) -> set[str] | None:
    """Ids of a table that what was read refers to; None if nothing was read that could."""
    parts = [
        (part.frame, columns)
        for source, columns in _REFERRED.get(table, {}).items()
        if source in books
        for part in books[source].parts
    ]
    if not parts:
        return None
    columns = (frame[c].explode().dropna() for frame, names in parts for c in names if c in frame.columns)
    return {object_id for column in columns for object_id in column}


def _inside(raw: pd.DataFrame, bbox: Bbox, wanted: set[str] | None) -> npt.NDArray[np.bool_]:
    if isinstance(raw, gpd.GeoDataFrame):
        # What has no geometry is nowhere: it stays, to be rejected for that.
        return np.asarray(shapely.intersects(raw.geometry.array, shapely.box(*bbox)) | raw.geometry.isna())
    if wanted is None:
        return np.ones(len(raw), dtype=bool)
    return np.asarray(ids.bag_ids(raw["identificatie"]).ids.isin(wanted))


def _limit_in_onderzoek(books: dict[str, _Book]) -> None:
    book = books["in_onderzoek"]
    present = {
        i
        for table in TABLES
        if table in books
        for part in books[table].parts
        for i in part.frame["identificatie"]
    }
    before, book.read = book.read, 0
    parts, book.parts = book.parts, []
    for part in parts:
        frame = part.frame[part.frame["identificatie"].isin(present)]
        book.enter(Judged(frame, part.rejects[part.rejects["object_id"].isin(present)]))
    book.outside += before - book.read


def _nothing_in(path: Path) -> SourceError:
    names = sorted(p.name for p in path.iterdir()) if path.is_dir() else [path.name]
    shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
    return SourceError(
        path,
        found=f"there is nothing in it that looks like the BAG ({shown or 'it is empty'})",
        expected="a BAG extract 2.0 (zips or XML named like 0221PND15092020), GeoPackage, GeoJSON or CSV",
        remedy="Give the path of the delivery as downloaded; unpack a zip that holds a GeoPackage or CSV.",
    )
