"""``SHA256SUMS``: the files of one build, so that a reader never mixes those of two.

A build replaces its files one by one and its manifest last. The manifest names the list, the list names the
content of every file: whoever reads a file while a next build is at work finds out, and whoever copied a
twin can have it checked by ``sha256sum -c SHA256SUMS``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from twin.errors import StoreError
from twin.store.atomic import write_bytes
from twin.store.layout import Layout

_CHUNK = 1 << 20  # bytes; a file is never in memory as a whole while a build lists it


def write_checksums(layout: Layout) -> str:
    """List the tables and CityJSON of a twin with their checksums.

    Returns
    -------
    str
        Checksum of the list itself, for the manifest.

    Raises
    ------
    StoreError
        When the list can't be written.
    """
    paths = [*layout.sequences()]
    for collection in layout.collections():
        paths += [*layout.tables(collection), *layout.restricted_tables(collection)]
    named = sorted((p.relative_to(layout.root).as_posix(), p) for p in paths)
    content = "".join(f"{_of_file(path)}  {name}\n" for name, path in named).encode()
    write_bytes(layout.checksums, content)
    return hashlib.sha256(content).hexdigest()


def read_checksums(layout: Layout, digest: str) -> Mapping[str, str]:
    """Checksums by path below the twin's folder; empty for a twin of before there were any.

    Raises
    ------
    StoreError
        When the list is not that of the manifest: another build is being written.
    """
    if not digest:
        return {}
    try:
        content = layout.checksums.read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreError(
            f"{layout.checksums}: not the list of this build; another one is being written, or was stopped. "
            "Try again in a moment, or run twin build again"
        )
    lines = (line.split("  ", 1) for line in content.decode().splitlines())
    return {name: checksum for checksum, name in lines}


def read_checked(path: Path, layout: Layout, checksums: Mapping[str, str]) -> bytes:
    """Content of a file of the twin, as its build wrote it.

    Raises
    ------
    StoreError
        When it can't be read, or is that of another build.
    """
    name = path.relative_to(layout.root).as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{name}: can't be read; the twin may be building anew. Try again in a moment"
        ) from error
    if checksums and checksums.get(name) != hashlib.sha256(content).hexdigest():
        raise StoreError(f"{name}: is of another build; the twin is building anew. Try again in a moment")
    return content


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
