"""``twin report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from twin.cli.console import Json, Quiet, print_json, print_table

_SHOWN = (
    "identificatie",
    "lod",
    "rmse_lod22",
    "nodata_fractie",
    "nodata_straal",
    "aantal_punten",
    "lod_reden",
)  # what fits a screen; --json has more


def report(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    name: Annotated[
        str | None, typer.Option("--id", help="Draw this pand: identificatie, or the id of a CityObject.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Picture to write, .png, .svg or .pdf; default ID.png.", dir_okay=False
        ),
    ] = None,
    worst: Annotated[int, typer.Option(min=1, help="Without --id: how many panden to list.")] = 10,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """List the worst panden of a twin, or draw one with its points.

    Without --id two lists: the panden whose points lie farthest from the LoD 2.2 roof, and those with the
    largest share of their outline without points. With --id a picture: points, model and the vertical
    distances between them, seen from above and from two sides, with the figures.
    """
    if name is None:
        _list(out, worst, quiet=quiet, json=json)
    else:
        _draw(out, name, to, quiet=quiet, json=json)


def _list(out: Path, count: int, *, quiet: bool, json: bool) -> None:
    from twin.report.worst import worst
    from twin.store import Layout

    lists = worst(Layout(out), count)
    if json:
        print_json(lists)
    elif not quiet:
        titles = {"rmse": "Worst by RMSE of LoD 2.2 [m]", "nodata": "\nWorst by share without points"}
        for name, rows in lists.items():
            heads = ("pand", "LoD", "RMSE", "no data", "gap", "points", "reason")
            print_table(titles[name], heads, [_cells(row) for row in rows])
        typer.echo("\nSee one with: twin report OUT --id ID")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    from twin.reconstruction.reasons import in_english

    shown = [row[name] for name in _SHOWN[:-1]] + [in_english(str(row[_SHOWN[-1]]))]
    return tuple("" if v is None else round(v, 2) if isinstance(v, float) else v for v in shown)


def _draw(out: Path, name: str, to: Path | None, *, quiet: bool, json: bool) -> None:
    from twin.report.pand import read_pand
    from twin.report.picture import FIGURES, draw
    from twin.store import Layout

    pand = read_pand(Layout(out), name)
    path = to or Path(f"{pand.identificatie}.png")
    draw(pand, path)
    if json:
        figures = {name: pand.attributes.get(name) for name in FIGURES}
        print_json({"file": str(path), "identificatie": pand.identificatie, **figures})
    elif not quiet:
        typer.echo(f"Wrote {path}: {len(pand.points)} roof points, LoD {', '.join(pand.lods) or '0'}")
