"""Files from the web, fetched into a folder and kept there: a next look costs the server next to nothing.

Messages and records hold of it its name, size, checksum and address, without the query: that may hold a key.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import Message
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from ingest.errors import SourceError

LARGEST = 2_000_000_000  # bytes
_SILENCE = 30.0  # s without a byte
_WHOLE = 3600.0  # s for a whole file
_CHUNK = 1 << 20
_EDGE = 1 << 16  # bytes at either end of a page, where its links stand
_KNOWN = (
    ".csv",
    ".txt",
    ".tsv",
    ".parquet",
    ".geoparquet",
    ".gpkg",
    ".geojson",
    ".json",
    ".gz",
    ".zip",
    ".gml",
    ".shp",
)
_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/geo+json": ".geojson",
    "application/json": ".geojson",
    "application/geopackage+sqlite3": ".gpkg",
    "application/vnd.sqlite3": ".gpkg",
    "application/vnd.apache.parquet": ".parquet",
    "application/gml+xml": ".gml",
    "application/zip": ".zip",
}
# A server that has trouble, not one that says no.
_PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that was fetched.

    Attributes
    ----------
    path : Path
        Where it is kept.
    address : str
        Where it came from, without the query.
    fetched : str
        When its bytes came, ISO 8601, UTC.
    sha256 : str
    note : str or None
        Set where it could not be asked for anew, with the reason.
    """

    path: Path
    address: str
    fetched: str
    sha256: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """What is known of a copy, in ``copy.json`` beside it."""

    name: str
    size: int
    sha256: str
    fetched: str
    etag: str | None
    modified: str | None


class _RefusedError(Exception):
    """An answer that is no file: what it is instead, and what to do."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.remedy = found, remedy


class _Redirects(HTTPRedirectHandler):
    """Follows where it is sent, but from https to nothing less."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise _RefusedError("it sends on from https to http", "Take an address that stays with https.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_HANDLERS = (
    ProxyHandler,
    UnknownHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPDefaultErrorHandler,
    _Redirects,
    HTTPErrorProcessor,
)


def fetch(address: str, folder: Path, *, largest: int = LARGEST, silence: float = _SILENCE) -> Copy:
    """The file at an address, from ``folder`` where the server says that it did not change.

    Parameters
    ----------
    address : str
        ``http://`` or ``https://``.
    folder : Path
        Of all copies; each has a folder of its own there.
    largest : int [bytes]
        More is refused.
    silence : float [s]
        How long the server may say nothing.

    Returns
    -------
    Copy
        Of a server that can't be reached or has trouble, the copy of last time, with a note that says so.

    Raises
    ------
    SourceError
        An address that gives no file, and of which there is no copy either.
    """
    own = folder / hashlib.sha256(address.encode()).hexdigest()[:16]
    public = without_query(address)
    known = _known(own)
    try:
        with _answer(address, known, silence) as answer:
            record = _keep(answer, address, own, largest)
    except HTTPError as error:
        error.close()
        if known is not None and error.code == 304:
            return _copy(own, known, public)
        reason = f"it answers {error.code} {error.reason}".rstrip()
        if known is None or error.code not in _PASSING:
            raise _failed(public, reason, "Open it in a browser; correct `path` in twin.toml.") from None
    except _RefusedError as refused:
        raise _failed(public, refused.found, refused.remedy) from None
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        # An OSError of another kind is of the disk here, which no copy of last time mends.
        reason = f"it can't be reached ({_cause(error)})"
        if known is None:
            remedy = "Go online and build again, or put the file on this machine and name it in `path`."
            raise _failed(public, reason, remedy) from None
    else:
        return _copy(own, record, public)
    return _copy(own, known, public, f"{public}: {reason}; the copy of {known.fetched[:10]} was used")


def without_query(address: str) -> str:
    """An address that may be shown: a query may hold a key."""
    return urlunsplit(urlsplit(address)._replace(query="", fragment=""))


def _failed(address: str, found: str, remedy: str) -> SourceError:
    return SourceError(address, found=found, expected="the file of a data set", remedy=remedy)


def _cause(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return str(reason) or type(reason).__name__


@contextmanager
def _answer(address: str, known: _Record | None, silence: float) -> Iterator[HTTPResponse]:
    opener = OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    request = Request(address, headers={"User-Agent": "gemeentetwin", "Accept-Encoding": "identity"})
    if known is not None and known.etag:
        request.add_header("If-None-Match", known.etag)
    if known is not None and known.modified:
        request.add_header("If-Modified-Since", known.modified)
    with opener.open(request, timeout=silence) as response:
        yield response


def _keep(answer: HTTPResponse, address: str, own: Path, largest: int) -> _Record:
    """Write the body beside the earlier copy, and only then put it in its place."""
    headers = answer.headers
    if headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _RefusedError(
            "it gives a web page", "Take the address of the download itself, not of the page about it."
        )
    if (headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise _RefusedError(
            f"it comes packed as {headers['Content-Encoding']!r} though that was not asked for",
            "Download it by hand and name the file in `path`.",
        )
    length = headers.get("Content-Length")
    told = int(length) if length and length.isdigit() else None
    if told is not None and told > largest:
        raise _too_large(largest)
    name = _name(headers, answer.geturl(), address)
    own.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=own) as temporary:
        written = Path(temporary) / name
        size, digest = _pour(answer, written, largest)
        if told is not None and size != told:
            raise ConnectionError(f"broken off after {size} of {told} bytes")
        _require_whole(written)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = _Record(name, size, digest, now, headers.get("ETag"), headers.get("Last-Modified"))
        place = own / digest[:16]
        place.mkdir(exist_ok=True)
        written.replace(place / name)
        note = Path(temporary) / "copy.json"
        note.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
        note.replace(own / "copy.json")
    for old in own.iterdir():
        if old.is_dir() and old != place:
            shutil.rmtree(old, ignore_errors=True)
    return record


def _pour(answer: HTTPResponse, path: Path, largest: int) -> tuple[int, str]:
    """Size and SHA-256 of what was written."""
    digest, size, until = hashlib.sha256(), 0, time.monotonic() + _WHOLE
    with path.open("wb") as file:
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > largest:
                raise _too_large(largest)
            if time.monotonic() > until:
                raise TimeoutError(f"not done after {_WHOLE:.0f} s")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _too_large(largest: int) -> _RefusedError:
    return _RefusedError(
        f"it is larger than {largest / 1e6:g} MB",
        "Raise `download_limit` in [build], or download it by hand and name the file in `path`.",
    )


def _require_whole(path: Path) -> None:
    """A page of a service with more pages is not the data set."""
    if path.suffix.lower() not in (".json", ".geojson"):
        return
    with path.open("rb") as file:
        edges = file.read(_EDGE)
        file.seek(max(0, path.stat().st_size - _EDGE))
        edges += file.read(_EDGE)
    if re.search(rb'"rel"\s*:\s*"next"', edges):
        raise _RefusedError(
            "it gives one page of more (a link `next`)",
            "Ask for more at once (limit=...), or fetch all pages with ogr2ogr and name the file in `path`.",
        )


def _name(headers: Message, final: str, asked: str) -> str:
    """A safe file name whose ending tells the format."""
    told = PurePosixPath(headers.get_filename() or "").name
    names = [told, *(PurePosixPath(unquote(urlsplit(a).path)).name for a in (final, asked))]
    safe = [re.sub(r"[^\w.-]", "_", n, flags=re.ASCII)[-80:].lstrip(".") for n in names]
    for name in safe:
        if name.lower().endswith(_KNOWN):
            return name
    suffix = _SUFFIXES.get(headers.get_content_type())
    if suffix is None:
        raise _RefusedError(
            f"its name does not tell the format, nor does its type {headers.get_content_type()!r}",
            "Download it by hand and name the file, with .csv, .gpkg, .geojson or .parquet, in `path`.",
        )
    return f"{next((n for n in safe if n), 'data')}{suffix}"


def _known(own: Path) -> _Record | None:
    """The record of a copy that is still what was fetched."""
    try:
        record = _Record(**json.loads((own / "copy.json").read_text(encoding="utf-8")))
        with (own / record.sha256[:16] / record.name).open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == record.sha256
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record if whole else None


def _copy(own: Path, record: _Record, address: str, note: str | None = None) -> Copy:
    return Copy(own / record.sha256[:16] / record.name, address, record.fetched, record.sha256, note)
