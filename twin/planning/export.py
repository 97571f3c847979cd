"""A variant as a file for others: CityJSON, binary glTF, a table of its figures, a sheet for the council."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import orjson

from twin.errors import ScenarioError, SettingsError, TooLargeError
from twin.planning.models import city_json, glb
from twin.planning.sheet import sheet
from twin.planning.surroundings import Planner
from twin.scenario import Evaluation, Town, Variant, read_variant
from twin.scenario.faults import too_large
from twin.store.variants import LARGEST

FORMATS = {".json": "cityjson", ".glb": "glb", ".csv": "csv", ".html": "html"}
"""Format by the ending of a file's name."""


def read_file(path: Path) -> Variant:
    """The variant in a file.

    Raises
    ------
    ScenarioError
        When it is none, is too large or can't be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise TooLargeError(*too_large(f"variant {path}", LARGEST))
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ScenarioError(
            f"{path}: {error.strerror}. Name the file of a variant",
            f"{path}: {error.strerror}. Noem het bestand van een variant",
        ) from error
    except orjson.JSONDecodeError as error:
        raise ScenarioError(
            f"{path}: not valid JSON: {error}. Save the variant again",
            f"{path}: geen geldige JSON ({error}). Bewaar de variant opnieuw",
        ) from error
    return read_variant(content, str(path))


def format_of(path: Path) -> str:
    """Format that the ending of a name asks for.

    Raises
    ------
    SettingsError
        When there is none of that ending.
    """
    if path.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"--to: {path.name!r} should end in .city.json, .glb, .csv or .html, which says what is written"
        )
    return FORMATS[path.suffix.lower()]


def export(
    kind: str, variant: Variant, evaluation: Evaluation, town: Town, planner: Planner, made: dt.date
) -> bytes:
    """Content of a file.

    Parameters
    ----------
    kind : str
        One of the values of :data:`FORMATS`.
    variant, evaluation, town, planner
        A variant, laid over the town that the planner read for it.
    made : date
        That the sheet bears.

    Raises
    ------
    StoreError
        For GLB, when the twin has no tileset of panden.
    """
    if kind == "cityjson":
        return city_json(variant, evaluation, planner)
    if kind == "glb":
        return glb(evaluation, planner, variant.title)
    if kind == "csv":
        return indicators_csv(evaluation)
    return sheet(variant, evaluation, town, planner, made)


def indicators_csv(evaluation: Evaluation) -> bytes:
    """Indicators as CSV (RFC 4180, UTF-8, decimal point), a row each; what is unknown stays empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("id", "indicator", "eenheid", "nu", "met_plan", "verschil", "definitie", "opmerking"))
    for indicator in evaluation.indicators:
        i = indicator.as_json()
        remark = i["reason"]["nl"] if i["reason"] else ""
        numbers = ("" if i[k] is None else i[k] for k in ("before", "after", "difference"))
        writer.writerow((i["id"], i["nl"]["label"], i["unit"], *numbers, i["nl"]["definition"], remark))
    return text.getvalue().encode()
