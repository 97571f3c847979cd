"""The BAG extract 2.0 (LVC) as delivered: XML in zips in a zip, or unpacked in a folder.

Every XML file (at most 10 000 records) goes through GDAL's LVBAG driver from memory: nothing is written
beside the input, a national delivery of thousands of files takes the room of one, and the number of
records GDAL gives can be checked against the number in the text.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import pandas as pd
import pyogrio
from lxml import etree
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from ingest.bag.schemas import recognise
from ingest.delivery import Reject, rejects_frame
from ingest.errors import SourceError

# 0221PND15092020-000001.xml; IA, NB and IO before the kind: inactief, nietBAG and inOnderzoek.
_MEMBER = re.compile(r"^\d{4}(?P<group>IA|NB|IO)?(?P<kind>PND|VBO|LIG|STA|NUM|OPR|WPL)\d{8}-\d+\.xml$")
# The zips around them: 9999PND15092020.zip, 0221IAPND15092020.zip, 9999Inactief15092020.zip.
_ARCHIVE = re.compile(
    r"^\d{4}(?:(?:IA|NB|IO)?(?P<kind>PND|VBO|LIG|STA|NUM|OPR|WPL)|Inactief|NietBag|InOnderzoek)\d{8}\.zip$"
)

_KINDS = {
    "PND": "pand",
    "VBO": "verblijfsobject",
    "LIG": "ligplaats",
    "STA": "standplaats",
    "NUM": "nummeraanduiding",
    "OPR": "openbare_ruimte",
    "WPL": "woonplaats",
}
_GROUPS = {"IA": "inactief", "NB": "nietBAG", "IO": "inOnderzoek"}
_RECORD = re.compile(rb"<(?:[\w-]+:)?bagObject[ >]")
_WHOLE_RECORD = re.compile(rb"<(?:[\w-]+:)?bagObject[ >].*?</(?:[\w-]+:)?bagObject>", re.DOTALL)
_IDENTIFICATIE = re.compile(rb"identificatie[^>]*>\s*([^<\s]+)")
_PLACE = re.compile(r" at line \d+, column \d+")
_STAND = re.compile(rb"StandTechnischeDatum>\s*(\d{4})-(\d{2})-(\d{2})")
_HEAD = 8192  # bytes; the date of the extract stands before the first record
_WITHOUT_GEOMETRY = {"nummeraanduiding", "openbare_ruimte"}
# Signature and what precedes the lengths of name and extra field (APPNOTE 4.3.7).
_LOCAL_HEADER = struct.Struct("<26sHH")


_FAULTS = (DataSourceError, DataLayerError, FeatureError)


@dataclass(frozen=True, slots=True)
class Records:
    """What one XML file holds: the records, those that can't be read, and what was said of the others."""

    frame: pd.DataFrame
    rejects: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One XML file of a delivery.

    Attributes
    ----------
    name : str
        Where it is, for messages: ``delivery.zip/9999PND15092020.zip/0221PND15092020-000001.xml``.
    table : str
        One of :data:`ingest.bag.schemas.TABLES`.
    group : str
        ``""`` for objects, else ``"inactief"``, ``"nietBAG"`` or ``"inOnderzoek"``.
    xml : bytes
        Its contents.
    """

    name: str
    table: str
    group: str
    xml: bytes


def is_extract(path: Path) -> bool:
    """Whether a path is (part of) a BAG extract, by the names within; the contents are judged on reading."""
    if path.is_dir():
        return any(_is_part(child.name) for child in path.iterdir())
    suffix = path.suffix.lower()
    if suffix != ".zip":
        return suffix == ".xml"
    try:
        with path.open("rb") as stream, _whole_zip(stream) as archive:
            return any(_is_part(PurePosixPath(name).name) for name in archive.namelist())
    except zipfile.BadZipFile:
        return True  # for `members` to say what is wrong with it


def members(path: Path, table: str) -> Iterator[Member]:
    """XML files with records of a table in a delivery, however nested; other files are passed over.

    Raises
    ------
    SourceError
        A zip that is truncated or damaged.
    """
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_file() and _is_part(child.name, table):
                yield from members(child, table)
    elif path.suffix.lower() == ".zip":
        with path.open("rb") as stream:
            yield from _zipped(stream, str(path), table)
    elif found := _MEMBER.match(path.name):
        yield _member(found, str(path), path.read_bytes())


def stand_date(xml: bytes) -> dt.date | None:
    """Day of which a delivery gives the state, from the head of any of its files."""
    found = _STAND.search(xml[:_HEAD])
    return dt.date(*map(int, found.groups())) if found else None


def records(member: Member) -> Records:
    """All records of one XML file, with history, columns in official names.

    A record that GDAL can't read makes it give up on the whole file; it is then looked for, and set apart.

    Raises
    ------
    SourceError
        XML that breaks off or is of another kind, or of which GDAL passed over records.
    """
    rejects: list[tuple[str, Reject, str]] = []
    try:
        raw, notes = _through_gdal(member.xml)
    except _FAULTS as fault:
        raw, notes, rejects = _without_bad_records(member, fault)
    schema = recognise(member.table, raw.columns)
    if schema is None or schema.table != member.table:
        raise SourceError(
            member.name,
            found=f"it holds {schema.table if schema else 'no'} records",
            expected=f"records of {member.table}, as its name says",
            remedy="Put the files of the delivery back under their own names.",
        )
    if len(raw) + len(rejects) != (counted := len(_RECORD.findall(member.xml))):
        raise SourceError(
            member.name,
            found=f"GDAL reads {len(raw)} records where the file has {counted}",
            expected="every record to be read",
            remedy="Download the extract again; if it stays so, please report it with the file.",
        )
    raw = raw.rename(columns=str.lower).rename(columns=schema.columns)
    frame = pd.DataFrame(raw.drop(columns="geometry")) if member.table in _WITHOUT_GEOMETRY else raw
    # A whole file of them has the same thing to say of many a value.
    return Records(frame, rejects_frame(rejects), tuple(f"{member.name}: {n}" for n in dict.fromkeys(notes)))


def _through_gdal(xml: bytes) -> tuple[pd.DataFrame, list[str]]:
    """Records as GDAL reads them, and what it had to say."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        raw = pyogrio.read_dataframe(xml)
    return raw, [str(warning.message) for warning in said]


def _without_bad_records(
    member: Member, fault: Exception
) -> tuple[pd.DataFrame, list[str], list[tuple[str, Reject, str]]]:
    """What GDAL can read of a sound XML file, by halves, and the records that it can't."""
    spans = [match.span() for match in _WHOLE_RECORD.finditer(member.xml)]
    if not spans or not _is_sound_xml(member.xml):
        raise SourceError(
            member.name,
            found=f"its XML can't be read as a BAG extract ({fault})",
            expected="a complete file of the BAG extract 2.0 (LVC, schema 20200601)",
            remedy="Download the extract again; if it is of an older version, order it as BAG 2.0.",
        ) from None
    head, tail = member.xml[: spans[0][0]], member.xml[spans[-1][1] :]
    frames: list[pd.DataFrame] = []
    notes: list[str] = []
    bad: list[tuple[str, Reject, str]] = []
    halves = [(0, len(spans))]
    while halves:
        first, end = halves.pop()
        part = member.xml[spans[first][0] : spans[end - 1][1]]
        try:
            raw, said = _through_gdal(head + part + tail)
        except _FAULTS as error:
            if end - first == 1:
                # The place is that in what was tried, which nobody else has.
                why = _PLACE.sub("", str(error))
                bad.append((_identificatie(part), Reject.UNREADABLE, f"GDAL can't read it ({why})"))
            else:
                middle = (first + end) // 2
                halves += [(middle, end), (first, middle)]
        else:
            frames.append(raw)
            notes += said
    if not frames:
        raise SourceError(
            member.name,
            found=f"not one of its {len(spans)} records can be read ({fault})",
            expected="records of the BAG extract 2.0 (LVC, schema 20200601)",
            remedy="Download the extract again; if it is of an older version, order it as BAG 2.0.",
        ) from None
    return pd.concat(frames, ignore_index=True), notes, bad


def _is_sound_xml(xml: bytes) -> bool:
    try:
        etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _identificatie(record: bytes) -> str:
    found = _IDENTIFICATIE.search(record)
    return found[1].decode(errors="replace") if found else "unknown"


def _zipped(stream: IO[bytes], name: str, table: str) -> Iterator[Member]:
    try:
        with _whole_zip(stream) as archive:
            for info in sorted(archive.infolist(), key=lambda i: i.filename):
                inner = PurePosixPath(info.filename)
                if inner.parts[0] == "__MACOSX" or not _is_part(inner.name, table):
                    continue
                where = f"{name}/{info.filename}"
                if found := _MEMBER.match(inner.name):
                    yield _member(found, where, archive.read(info))
                else:
                    with _unwrapped(stream, archive, info) as nested:
                        yield from _zipped(nested, where, table)
    except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
        raise SourceError(
            name,
            found=f"the zip is damaged or incomplete ({fault})",
            expected="a whole zip, as delivered",
            remedy="Download it again and compare its size with the one published.",
        ) from None


def _whole_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip, but not a broken one in which the directory of an inner zip happens to come last.

    `zipfile` takes what comes before the directory it finds for a prefix, as of a self-extracting
    archive, and would give a single inner zip of a delivery that was cut off as if that were all.
    """
    archive = zipfile.ZipFile(stream)
    if archive.infolist() and min(info.header_offset for info in archive.infolist()) > 0:
        archive.close()
        raise zipfile.BadZipFile("its directory is missing")
    return archive


def _unwrapped(stream: IO[bytes], archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """A zip within a zip as a file to seek in."""
    if info.compress_type == zipfile.ZIP_STORED:
        return cast("IO[bytes]", io.BufferedReader(_Window(stream, info)))
    # Seeking back in a compressed stream starts over each time: unpack once, to a file without a name.
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller
    with archive.open(info) as packed:
        shutil.copyfileobj(packed, unpacked)
    unpacked.seek(0)
    return cast("IO[bytes]", unpacked)


class _Window(io.RawIOBase):
    """The bytes of an uncompressed member, read in place.

    `zipfile` reads all bytes it seeks over, which in a national delivery of 2 GB is quadratic.
    """

    def __init__(self, stream: IO[bytes], info: zipfile.ZipInfo) -> None:
        stream.seek(info.header_offset)
        header = stream.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise zipfile.BadZipFile(f"no local header of {info.filename}")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        self._stream = stream
        self._start = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        self._size = info.file_size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        data = self._stream.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _member(found: re.Match[str], where: str, xml: bytes) -> Member:
    return Member(where, _KINDS[found["kind"]], _GROUPS.get(found["group"] or "", ""), xml)


def _is_part(file_name: str, table: str | None = None) -> bool:
    """Whether a name is that of XML or a zip of a delivery that may hold a table (any, without)."""
    found = _MEMBER.match(file_name) or _ARCHIVE.match(file_name)
    if not found:
        return False
    return table is None or _KINDS.get(found["kind"], table) == table
