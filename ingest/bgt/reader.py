"""The BGT from whatever it was delivered in: zip, folder, single file or GeoPackage."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from ingest.bgt.citygml import RawRecords, read_citygml, type_of_citygml
from ingest.bgt.current import BBox, select_current
from ingest.bgt.featuretypes import FEATURE_TYPES, FeatureType
from ingest.bgt.geopackage import layers, read_geopackage
from ingest.delivery import Delivery
from ingest.errors import SourceError

# Delivered along with the types, but survey points rather than objects.
_NOT_OBJECTS = {"plaatsbepalingspunt"}


_FILE_NAME = re.compile(r"(?:.*/)?bgt_([a-z_]+)\.gml(?:\.gz)?", re.IGNORECASE)

Reader = Callable[[], RawRecords]
Opener = Callable[[], AbstractContextManager[IO[bytes]]]


def read(
    path: Path | str, types: Iterable[str] | None = None, bbox: BBox | None = None
) -> dict[str, Delivery]:
    """Read the live objects of the BGT (IMGeo 2.1.1).

    Parameters
    ----------
    path : Path or str
        A PDOK download (zip of ``bgt_<type>.gml``), a folder of such files, one of them (``.gml`` or
        ``.gml.gz``), or a GeoPackage with a layer per type.
    types : iterable of str, optional
        Feature types to read, of :data:`~ingest.bgt.FEATURE_TYPES`; all that are there by default.
    bbox : tuple of float, optional
        ``minx, miny, maxx, maxy`` [m, RD]; objects that don't touch it are rejected.

    Returns
    -------
    dict of str to Delivery
        Per feature type a GeoDataFrame in EPSG:28992 with the columns
        ``lokaalid, bronhouder, relatieve_hoogteligging (int64), bgt_status, plus_status,
        tijdstip_registratie, lv_publicatiedatum, object_begin_tijd (datetime64[ms], no zone),
        in_onderzoek (boolean)``, those of the type, ``hersteld (bool)`` where an invalid polygon was
        repaired, and ``geometry``. Arcs are line strings within 1 cm that neighbours share vertex by vertex.

    Raises
    ------
    SourceError
        Missing, truncated, of another kind, not in RD, or without a type that was asked for.
    """
    path = Path(path)
    wanted = None if types is None else list(types)
    unknown = [name for name in wanted or () if name not in FEATURE_TYPES]
    if unknown:
        raise SourceError(
            path,
            found=f"asked for {', '.join(unknown)}, which the BGT doesn't have",
            expected="any of " + ", ".join(FEATURE_TYPES),
            remedy="Correct the name of the feature type.",
        )
    found, ignored = sources(path)
    missing = [name for name in wanted or () if name not in found]
    if missing:
        raise SourceError(
            path,
            found=f"it holds no {', '.join(missing)}",
            expected="a file bgt_<type>.gml or a layer for each type asked for; it has " + ", ".join(found),
            remedy="Download it again with these feature types, or don't ask for them.",
        )
    notes = tuple(f"{name} is no feature type of the BGT: not read" for name in ignored)
    return {
        name: select_current(found[name](), FEATURE_TYPES[name], path, bbox, notes)
        for name in (found if wanted is None else wanted)
    }


def sources(path: Path) -> tuple[dict[str, Reader], list[str]]:
    """What there is to read at a path: a reader per feature type, and BGT-like names that are no type.

    Raises
    ------
    SourceError
        There is nothing of the BGT at the path.
    """
    found: dict[str, Reader]
    ignored: list[str] = []
    if not path.exists():
        raise _nothing(path, "it doesn't exist", "Check the path, or download the BGT first.")
    if path.is_dir():
        files = sorted([*path.glob("*.gml"), *path.glob("*.gml.gz")])
        found, ignored = _by_name({str(file): partial(_open, file) for file in files})
    elif path.suffix.lower() == ".gpkg":
        found = {
            name: partial(read_geopackage, path, layer, FEATURE_TYPES[name])
            for name, layer in layers(path).items()
        }
    elif path.suffix.lower() == ".zip":
        found, ignored = _by_name(_zip_members(path))
    else:
        found = _single(path)
    if not found:
        raise _nothing(path, "it holds nothing of the BGT", "Download the BGT with format citygml.")
    return found, ignored


def _by_name(files: Mapping[str, Opener]) -> tuple[dict[str, Reader], list[str]]:
    found: dict[str, Reader] = {}
    ignored = []
    for name, opener in files.items():
        match = _FILE_NAME.fullmatch(Path(name).name)
        kind = FEATURE_TYPES.get(match[1].lower()) if match else None
        if kind is not None and kind.name in found:
            raise _nothing(
                Path(name),
                f"it is there besides another file of {kind.name}",
                "Keep one file per feature type; read the deliveries of different areas one by one.",
            )
        if kind is not None:
            found[kind.name] = partial(_read_gml, opener, kind, name)
        elif match and match[1].lower() not in _NOT_OBJECTS:
            ignored.append(Path(name).name)
    return {name: found[name] for name in FEATURE_TYPES if name in found}, ignored


def _single(path: Path) -> dict[str, Reader]:
    opener = partial(_open, path)
    found, _ = _by_name({str(path): opener})
    if not found:
        with opener() as stream:
            kind = type_of_citygml(stream, str(path))
        if kind is not None:
            found = {kind.name: partial(_read_gml, opener, kind, str(path))}
    return found


def _zip_members(path: Path) -> dict[str, Opener]:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError) as error:
        raise _nothing(path, f"it can't be opened as a zip ({error})", "Download it again.") from error
    return {f"{path}/{name}": partial(_open_member, path, name) for name in names}


def _read_gml(opener: Opener, kind: FeatureType, path: str) -> RawRecords:
    with opener() as stream:
        return read_citygml(stream, kind, path)


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        yield cast(IO[bytes], gzip.GzipFile(fileobj=file)) if path.suffix.lower() == ".gz" else file


@contextmanager
def _open_member(path: Path, name: str) -> Iterator[IO[bytes]]:
    with ZipFile(path) as archive:
        try:
            stream = archive.open(name)
        except (RuntimeError, NotImplementedError) as error:
            raise _nothing(
                path, f"{name} can't be unpacked ({error})", "Unpack it, and name the folder."
            ) from error
        with stream:
            yield stream


def _nothing(path: Path, found: str, remedy: str) -> SourceError:
    return SourceError(
        path,
        found=found,
        expected="a PDOK download of the BGT (zip, folder or file of CityGML), or a GeoPackage of it",
        remedy=remedy,
    )
