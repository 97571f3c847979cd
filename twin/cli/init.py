"""``twin init``."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.console import Quiet

if TYPE_CHECKING:
    from twin.settings import SourceKind

# Per register: what to fill in, and a file name to begin with.
_HINTS = {
    "bgt": ("BGT as PDOK delivers it: the zip, a folder of GML, or a GeoPackage.", "bgt.zip"),
    "bag": ("BAG extract 2.0 (zip), or a BAG GeoPackage.", "bag.zip"),
    "ahn": ("AHN sheets: one or more LAZ files, as a list in [ ].", "ahn.laz"),
    "cbs": ("Wijken en buurten of the CBS, with the year of its codes.", "cbs.gpkg"),
    "woz": ("The municipality's own export of WOZ values; stays internal.", "woz.csv"),
    "energielabel": ("Total file of EP-online.", "energielabel.csv"),
}
_CBS_YEAR = 2024
_OPTIONS = {"name": "MUNICIPALITY", "municipality": "--code", "bbox": "--bbox"}


def init(
    municipality: Annotated[
        str, typer.Argument(help="Name of the municipality or area.", metavar="MUNICIPALITY")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", dir_okay=False)] = Path(
        "twin.toml"
    ),
    code: Annotated[str | None, typer.Option(help="CBS code of the municipality, such as GM0503.")] = None,
    bbox: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(help="Area: min x, min y, max x, max y in RD metres.", metavar="X0 Y0 X1 Y1"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a twin.toml for an area, ready to be filled in with the paths of its files.

    Every source in it is explained; remove the ones you don't have. Then: twin build TWIN.TOML --out OUT
    """
    from twin.errors import SettingsError
    from twin.settings import SourceKind

    if out.exists() and not force:
        raise SettingsError(f"{out}: exists already. Choose another --out, or --force to overwrite it")
    files = {kind: (Path("bron") / _HINTS[kind.value][1],) for kind in SourceKind}
    try:
        write_settings(out, municipality, code, bbox, files, year=_CBS_YEAR, relative=False)
    except SettingsError as error:
        raise SettingsError(_as_options(str(error))) from None
    if not quiet:
        typer.echo(f"Wrote {out}. Fill in the paths of its sources, then: twin build {out} --out twin")


def write_settings(
    path: Path,
    name: str,
    municipality: str | None,
    bbox: Sequence[float] | None,
    sources: Mapping[SourceKind, Sequence[Path]],
    *,
    dates: Mapping[str, date] | None = None,
    year: int | None = None,
    relative: bool = True,
) -> Path:
    """Write a commented ``twin.toml`` and read it back, so that only a good one stays.

    Parameters
    ----------
    path : Path
    name, municipality : str
    bbox : four floats [m, RD] or None
    sources : mapping
        Files per register.
    dates : mapping, optional
        Date of the data per register; where there is none, a line to fill in.
    year : int, optional
        Of the CBS codes.
    relative : bool
        Whether the files are given as seen from here, and must be written as seen from ``path``.

    Raises
    ------
    SettingsError
        When a value is not one that ``twin.toml`` may have.
    StoreError
        When the file can't be written.
    """
    from twin.errors import SettingsError
    from twin.settings import load
    from twin.store.atomic import replacing

    lines = ["[twin]", f"name = {_text(name)}"]
    lines += [f"municipality = {_text(municipality)}"] if municipality else []
    lines += [f"bbox = [{', '.join(map(_number, bbox))}]  # RD, metres"] if bbox else []
    for kind, files in sources.items():
        seen = [os.path.relpath(f, path.parent) if relative else str(f) for f in files]
        shown = _text(seen[0]) if len(seen) == 1 else f"[{', '.join(map(_text, seen))}]"
        lines += ["", f"# {_HINTS[kind.value][0]}", "[[source]]", f'kind = "{kind.value}"', f"path = {shown}"]
        day = (dates or {}).get(kind.value)
        lines += [
            f"date = {day}" if day else "# date = 2025-12-31  # of the data, shown with every attribute"
        ]
        lines += [f"year = {year}"] if year and kind.value == "cbs" else []
    with replacing(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            load(temporary)
        except SettingsError as error:
            raise SettingsError(str(error).replace(str(temporary), str(path))) from None
    return path


def _as_options(message: str) -> str:
    """What is wrong with a file that was not written, said of the options it was to be written from."""
    for key, option in _OPTIONS.items():
        message = re.sub(rf"^.*:\d+: twin\.{key}: ", f"{option}: ", message, flags=re.MULTILINE)
    return message


def _number(value: float) -> str:
    """Whole millimetres."""
    return repr(round(float(value), 3))


def _text(value: str) -> str:
    """A TOML string; JSON's escapes are all valid there too."""
    return json.dumps(value, ensure_ascii=False)
