"""A twin that lies elsewhere than on a disk of this machine: object storage, a web server."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from twin.errors import StoreError


def root_of(place: str) -> Path:
    """The folder of a twin, from a path or an address such as ``s3://bucket/twin``.

    What comes back for an address has the methods of a ``Path`` that reading takes. Only reading: a twin is
    built on a disk and copied.

    Raises
    ------
    StoreError
        When the extra ``remote`` is not installed, or no file system answers to the address.
    """
    if "://" not in place:
        return Path(place)
    try:
        from upath import UPath
    except ImportError:
        raise StoreError(
            f"{place}: a twin in object storage needs more: pip install 'gemeentetwin[remote]', and the "
            "package of that storage, such as s3fs or adlfs"
        ) from None
    try:
        return cast(Path, UPath(place))
    except (ImportError, ValueError) as error:
        raise StoreError(f"{place}: {error}. Give a path, or an address such as s3://bucket/twin") from error
