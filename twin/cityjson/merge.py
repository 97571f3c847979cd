"""One CityJSON file from a twin's sequences, by cjio."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson
from cjio.cityjson import CityJSON

from twin.errors import StoreError
from twin.store.atomic import write_bytes


def merge_sequences(sequences: Iterable[Path], path: Path) -> int:
    """Write all features of ``sequences`` to one CityJSON file; returns the number of CityObjects.

    The sequences of a twin share one transform, so vertices are taken over as they are.

    Raises
    ------
    StoreError
        When there are no sequences, or their transforms differ.
    """
    city: CityJSON | None = None
    for sequence in sequences:
        with sequence.open("rb") as lines:
            header = orjson.loads(next(lines))
            if city is None:
                city = CityJSON(j=header)
            elif city.j["transform"] != header["transform"]:
                raise StoreError(f"{sequence}: its transform differs from the others'. Build the twin again")
            for line in lines:
                city.add_cityjsonfeature(orjson.loads(line))
    if city is None:
        raise StoreError("no CityJSON to merge: the twin has no tiles. Run twin build first")
    city.remove_duplicate_vertices()
    city.update_bbox()
    write_bytes(path, orjson.dumps(city.j))
    return len(city.j["CityObjects"])
