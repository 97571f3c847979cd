"""``twin init``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from twin.errors import SettingsError
from twin.settings import SourceKind, load
from twin.store.atomic import write_bytes

_HINTS = {
    SourceKind.BGT: "PDOK-download van de BGT: de zip, een map met GML of een GeoPackage.",
    SourceKind.BAG: "BAG-extract (zip) of een BAG-GeoPackage.",
    SourceKind.AHN: "AHN-kaartbladen; één of meer LAZ-bestanden.",
    SourceKind.CBS: "Wijken en buurten van het CBS, met het jaar.",
    SourceKind.WOZ: "Eigen WOZ-export; blijft intern.",
    SourceKind.ENERGIELABEL: "Totaalbestand van EP-online.",
}


def init(
    municipality: Annotated[str, typer.Argument(help="Name of the municipality or area.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", dir_okay=False)] = Path(
        "twin.toml"
    ),
    code: Annotated[str | None, typer.Option(help="CBS code of the municipality, such as GM0503.")] = None,
    bbox: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(help="Area: min x, min y, max x, max y in RD metres.", metavar="X0 Y0 X1 Y1"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a twin.toml for an area, ready to be filled in with the paths of its files.

    Every source in it is explained; remove the ones you don't have. Then: twin build TWIN.TOML --out OUT
    """
    if out.exists() and not force:
        raise SettingsError(f"{out}: exists already. Choose another --out, or --force to overwrite it")
    names = {kind: (Path("bron") / f"{kind.value}{_suffix(kind)}",) for kind in SourceKind}
    write_settings(out, municipality, code, bbox, names, relative=False)
    typer.echo(f"{out} geschreven. Vul de paden van de bronnen in en bouw met: twin build {out} --out twin")


def write_settings(
    path: Path,
    name: str,
    municipality: str | None,
    bbox: Sequence[float] | None,
    sources: Mapping[SourceKind, Sequence[Path]],
    *,
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
    relative : bool
        Whether the files are given as seen from here, and must be written as seen from ``path``.
    """
    lines = ["[twin]", f"name = {_text(name)}"]
    lines += [f"municipality = {_text(municipality)}"] if municipality else []
    lines += (
        [f"bbox = [{', '.join(f'{v:g}' if v % 1 else f'{v:.1f}' for v in bbox)}]  # RD, meters"]
        if bbox
        else []
    )
    for kind, files in sources.items():
        seen = [os.path.relpath(f, path.parent) if relative else str(f) for f in files]
        shown = _text(seen[0]) if len(seen) == 1 else f"[{', '.join(map(_text, seen))}]"
        lines += ["", f"# {_HINTS[kind]}", "[[source]]", f'kind = "{kind.value}"', f"path = {shown}"]
        if kind is SourceKind.CBS and not relative:
            lines.append("year = 2024")
    write_bytes(path, ("\n".join(lines) + "\n").encode())
    load(path)
    return path


def _suffix(kind: SourceKind) -> str:
    return {SourceKind.CBS: ".gpkg", SourceKind.AHN: ".laz"}.get(
        kind, ".csv" if kind in (SourceKind.WOZ, SourceKind.ENERGIELABEL) else ".zip"
    )


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
