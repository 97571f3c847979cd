"""BGT CityGML as PDOK delivers it: a stream of records, each read once and let go."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from sys import intern
from typing import IO, Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from lxml import etree

from ingest.bgt.featuretypes import FEATURE_TYPES, FeatureType, plain
from ingest.bgt.gml import GeometryBatch
from ingest.crs import rd_notes
from ingest.errors import SourceError

Objects = npt.NDArray[np.object_]

# A label's own place is its geometry; with every other type a label only says where to write a text.
_LABEL_ELEMENT = {"openbareruimtelabel": "plaatsingspunt"}
# Coordinates wait as text until this many records are there: enough to make array work of, some 50 MB.
_BLOCK = 10_000
_TYPE_OF_ELEMENT = {kind.element: kind for kind in FEATURE_TYPES.values()}


@dataclass(frozen=True, slots=True)
class RawRecords:
    """Every record of one source file, as it stands there.

    Attributes
    ----------
    values : pandas.DataFrame
        Columns of the feature type (those that decide on currency too), values as the source has them.
    geometry : (N,) object
        shapely geometries in EPSG:28992 [m], None where absent, unusable or (GML) of an ended version.
    problem : (N,) object
        str where the record's geometry can't be used, else None.
    foreign : (N,) object
        str naming the class of a record that isn't of this type, else None.
    notes : tuple of str
        What was assumed.
    """

    values: pd.DataFrame
    geometry: Objects
    problem: Objects
    foreign: Objects
    notes: tuple[str, ...]


def read_citygml(stream: IO[bytes], kind: FeatureType, path: str) -> RawRecords:
    """Read all records of a BGT CityGML file in one pass.

    Memory is bounded by the table that comes out: every element is released once read. Entities, DTDs and the
    network are never resolved.

    Raises
    ------
    SourceError
        Truncated or not XML (saying how far it got), not a CityGML delivery, or not in RD.
    """
    columns = {plain(element): column for element, column in kind.attributes.items()}
    rows: list[dict[str, str]] = []
    foreign: list[str | None] = []
    blocks: list[tuple[Objects, Objects]] = []
    batch = GeometryBatch()
    srs_names: set[str] = set()
    try:
        for member in _members(stream, path):
            record = next((child for child in member if isinstance(child.tag, str)), None)
            row, geometry = ({}, []) if record is None else _read_record(record, kind, columns)
            rows.append(row)
            name = "an empty member" if record is None else _local(record)
            foreign.append(None if name == kind.element else f"{name} is no {kind.name}")
            srs_names.update(srs for part in geometry for srs in _srs_names(part))
            # Ended versions outnumber live ones and are never used: leave their coordinates unread.
            batch.add([] if "eind_registratie" in row else geometry)
            if len(rows) % _BLOCK == 0:
                blocks.append(batch.build())
                batch = GeometryBatch()
    except (etree.XMLSyntaxError, EOFError, zlib.error, BadZipFile, OSError) as error:
        raise SourceError(
            path,
            found=f"it can't be read beyond record {len(rows)} ({error})",
            expected="a complete BGT CityGML file",
            remedy="Download it again: it is truncated or damaged.",
        ) from error

    blocks.append(batch.build())
    built, problem = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return RawRecords(
        pd.DataFrame(rows, columns=list(dict.fromkeys(kind.attributes.values())), dtype="object"),
        built,
        problem,
        np.array(foreign, dtype=object),
        _crs_notes(srs_names, built, path),
    )


def type_of_citygml(stream: IO[bytes], path: str) -> FeatureType | None:
    """Feature type of the first record, or None where there is none or it is of no known type."""
    try:
        member = next(_members(stream, path), None)
    except (etree.XMLSyntaxError, EOFError, zlib.error, OSError):
        return None
    records = [] if member is None else [child for child in member if isinstance(child.tag, str)]
    return _TYPE_OF_ELEMENT.get(_local(records[0])) if records else None


def _members(stream: IO[bytes], path: str) -> Any:
    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
    )
    root = None
    for event, element in events:
        if root is None:
            root = element
            if _local(root) != "CityModel":
                raise SourceError(
                    path,
                    found=f"its root element is {_local(root)}",
                    expected="CityModel, the root of BGT CityGML",
                    remedy="Download the BGT with format citygml (not gmllight or stufgeo).",
                )
        if event == "end" and element.getparent() is root and _local(element) == "cityObjectMember":
            yield element
            # The parser runs ahead: what follows this record is already there and must stay.
            element.clear()
            while element.getprevious() is not None:
                del root[0]


def _read_record(record: Any, kind: FeatureType, columns: dict[str, str]) -> tuple[dict[str, str], list[Any]]:
    row: dict[str, str] = {}
    geometry: list[Any] = []
    label = _LABEL_ELEMENT.get(kind.name)
    for child in record:
        if not isinstance(child.tag, str):
            continue
        name = _local(child)
        if name.startswith("geometrie2d"):
            geometry.extend(part for part in child if isinstance(part.tag, str))
            continue
        if name == "identificatie":
            # NEN3610ID: namespace and lokaalID
            for part in child.iter():
                if isinstance(part.tag, str) and _local(part) == "lokaalID" and part.text:
                    row["lokaalid"] = part.text.strip()
            continue
        column = columns.get(plain(name))
        if column is not None and child.text and child.text.strip():
            # Most values are few in number; a file of a city has millions of them.
            row[column] = intern(child.text.strip())
        elif label is not None and len(child):
            for part in child.iter("{*}tekst"):
                row["naam"] = (part.text or "").strip()
            geometry.extend(point for place in child.iter("{*}" + label) for point in place)
    return row, geometry


def _srs_names(geometry: Any) -> list[str]:
    name = geometry.get("srsName")
    return [] if name is None else [name]


def _crs_notes(srs_names: set[str], geometry: Objects, path: str) -> tuple[str, ...]:
    bounds = shapely.total_bounds(geometry).tolist() if len(geometry) else [np.nan] * 4
    if np.isnan(bounds).all():
        return ()
    if not srs_names:
        return rd_notes(None, bounds, path)
    notes: tuple[str, ...] = ()
    for name in sorted(srs_names):
        notes += rd_notes(name, bounds, path)
    return notes


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
