"""One CityJSON file from a twin's sequences, by cjio."""

from __future__ import annotations

from collections.abc import Iterable
from json import encoder as json_encoder
from pathlib import Path
from typing import Any

import orjson

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
    CityJSON = _cityjson_class()  # noqa: N806
    city = None
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


def _cityjson_class() -> Any:
    """Cjio's model; importing it cuts every float that :mod:`json` writes to six decimals, so undo that."""
    encoder: Any = json_encoder
    make, number = encoder.c_make_encoder, getattr(encoder, "float", float)
    from cjio.cityjson import CityJSON

    encoder.c_make_encoder, encoder.float = make, number
    return CityJSON
