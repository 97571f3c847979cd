"""One CityJSON file from a twin's sequences, by cjio."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from json import encoder as json_encoder
from pathlib import Path
from typing import Any

import orjson

from twin.cityjson.gltf import to_glb
from twin.errors import NotFoundError, StoreError
from twin.store.atomic import write_bytes


def merge_sequences(sequences: Iterable[Path], path: Path, title: str | None = None) -> int:
    """Write all features of ``sequences`` to one CityJSON file; returns the number of CityObjects.

    The sequences of a twin share one transform, so vertices are taken over as they are.

    Parameters
    ----------
    sequences : iterable of Path
        CityJSON text sequences.
    path : Path
        File to write.
    title : str, optional
        Title of the whole; by default that of the first sequence.

    Raises
    ------
    StoreError
        When there are no sequences, one can't be read, their transforms differ, or an object is in two.
    """
    CityJSON = _cityjson_class()  # noqa: N806
    city = None
    for sequence in sequences:
        header, *features = _lines(sequence)
        if city is None:
            city = CityJSON(j=header)
            header["metadata"] = {**header.get("metadata", {}), "identifier": path.stem}
            if title:
                header["metadata"]["title"] = title
        elif city.j["transform"] != header["transform"]:
            raise StoreError(f"{sequence}: its transform differs from the others'. Build the twin again")
        for feature in features:
            if twice := city.j["CityObjects"].keys() & feature["CityObjects"].keys():
                raise StoreError(f"{sequence}: {min(twice)} is in another tile too. Build the twin again")
            city.add_cityjsonfeature(feature)
    if city is None:
        raise StoreError("no CityJSON to merge: the twin has no tiles. Run twin build first")
    city.remove_duplicate_vertices()
    city.update_bbox()
    write_bytes(path, orjson.dumps(city.j))
    return len(city.j["CityObjects"])


def write_selection(sequences: Iterable[Path], path: Path, ids: Sequence[str] | None = None) -> int:
    """Write some features, or all, to one file: glTF if it ends in ``.glb``, or else CityJSON.

    Parameters
    ----------
    sequences : iterable of Path
        CityJSON text sequences of one twin.
    path : Path
        File to write.
    ids : sequence of str, optional
        Objects by their id, with or without what a CityObject's id has before it.

    Returns
    -------
    int
        CityObjects written.

    Raises
    ------
    NotFoundError
        When one of the objects is not there.
    StoreError
        When a sequence can't be read, or the file not be written.
    """
    wanted = None if ids is None else {i.rsplit(".", 1)[-1] if i.startswith("NL.IMBAG.") else i for i in ids}
    header: dict[str, Any] | None = None
    found: list[dict[str, Any]] = []
    for sequence in sequences:
        first, *features = _lines(sequence)
        header = header or first
        found += [f for f in features if wanted is None or _names(f["id"]) & wanted]
    if header is None:
        raise StoreError("no CityJSON to write: the twin has no tiles. Run twin build first")
    if wanted is not None and (lost := wanted - {n for f in found for n in _names(f["id"])}):
        raise NotFoundError(f"{min(lost)}: no such object in this twin, or it has no 3D model")
    if path.suffix.lower() == ".glb":
        write_bytes(path, to_glb(header, found))
    else:
        header["metadata"] = {**header.get("metadata", {}), "identifier": path.stem}
        write_bytes(path, orjson.dumps(merge_features(header, found)))
    return sum(len(f["CityObjects"]) for f in found)


def _names(city_object: str) -> set[str]:
    """What an object may be asked for by."""
    return {city_object, re.sub(r"^NL\.(IMBAG\.\w+|IMGeo)\.", "", city_object)}


def merge_features(header: dict[str, Any], features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Features of one transform as one CityJSON object.

    Parameters
    ----------
    header : dict
        First line of a sequence.
    features : iterable of dict
        Other lines of it, or of a sequence with the same transform.
    """
    city = _cityjson_class()(j=header)
    for feature in features:
        city.add_cityjsonfeature(feature)
    city.remove_duplicate_vertices()
    if city.j["CityObjects"]:
        city.update_bbox()
    merged: dict[str, Any] = city.j
    return merged


def _lines(sequence: Path) -> list[dict[str, Any]]:
    try:
        with sequence.open("rb") as lines:
            content: list[dict[str, Any]] = [orjson.loads(line) for line in lines]
    except (OSError, orjson.JSONDecodeError) as error:
        raise StoreError(f"{sequence}: can't be read: {error}. Build the twin again") from error
    if not content:
        raise StoreError(f"{sequence}: is empty. Build the twin again")
    return content


def _cityjson_class() -> Any:
    """Cjio's model; importing it cuts every float that :mod:`json` writes to six decimals, so undo that."""
    encoder: Any = json_encoder
    make, number = encoder.c_make_encoder, getattr(encoder, "float", float)
    from cjio.cityjson import CityJSON

    encoder.c_make_encoder, encoder.float = make, number
    return CityJSON
