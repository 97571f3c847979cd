"""``twin scenario``: what a variant does, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.console import Json, Quiet, print_json, print_table

if TYPE_CHECKING:
    from twin.planning import Planner
    from twin.scenario import Evaluation, Town, Variant

app = typer.Typer(
    name="scenario",
    no_args_is_help=True,
    help="Variants of a twin: their figures, and files to show others.",
)
File = Annotated[
    Path, typer.Argument(help="A variant, as the viewer saves it.", metavar="FILE", dir_okay=False)
]
Twin = Annotated[
    Path,
    typer.Option("--twin", help="Folder of the built twin; default twin.", file_okay=False, metavar="OUT"),
]
Internal = Annotated[
    bool, typer.Option("--internal", help="Also what only staff may see: the sum of WOZ values.")
]
Sun = Annotated[bool, typer.Option("--sun", help="Also sun hours by the TNO norm, which take seconds.")]
_TWIN = Path("twin")


@app.command("evaluate")
def evaluate(
    file: File,
    twin: Twin = _TWIN,
    sun: Sun = False,
    internal: Internal = False,
    json: Json = False,
) -> None:
    """Tell what became of every edit, and the indicators before, after and their difference.

    Exits with 1 when an edit could not be done.
    """
    _, evaluation, _, _ = _evaluated(file, twin, sun=sun, internal=internal)
    if json:
        print_json(evaluation.as_json())
    else:
        verdicts = [v.as_json() for v in evaluation.verdicts]
        print_table("Edits", ("edit", "outcome", ""), [(v["edit"], v["level"], v["en"]) for v in verdicts])
        area = evaluation.area
        where = {"drawn": "the area drawn", "buurten": ", ".join(area.names), "around": "50 m around"}
        title = f"\nIndicators over {where[area.kind]}, {area.m2 / 10_000:.2f} ha"
        print_table(title, ("indicator", "unit", "before", "after", "difference"), _rows(evaluation))
    raise typer.Exit(_code(evaluation))


@app.command("export")
def export(
    file: File,
    to: Annotated[
        Path,
        typer.Option(
            "--to", help="File to write, by its ending: .city.json, .glb, .csv or .html.", dir_okay=False
        ),
    ],
    twin: Twin = _TWIN,
    sun: Sun = False,
    internal: Internal = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write the buildings of a variant (CityJSON, glTF), its figures (CSV) or a sheet for the council (HTML).

    Exits with 1 when an edit could not be done; the file holds the others.
    """
    import datetime as dt

    from twin.planning.export import export as content_of
    from twin.planning.export import format_of
    from twin.store.atomic import write_bytes

    kind = format_of(to)
    variant, evaluation, town, planner = _evaluated(file, twin, sun=sun, internal=internal)
    today = dt.datetime.now(dt.UTC).date()
    write_bytes(to, content_of(kind, variant, evaluation, town, planner, today))
    verdicts = [v.as_json() for v in evaluation.verdicts]
    if json:
        objects = len(evaluation.outcome.objects)
        print_json({"file": str(to), "format": kind, "objects": objects, "edits": verdicts})
    elif not quiet:
        typer.echo(f"Wrote {to}")
    for v in verdicts:
        if v["level"] != "ok" and not (quiet or json):
            typer.echo(f"{v['edit']}: {v['en']}", err=True)
    raise typer.Exit(_code(evaluation))


def _evaluated(
    file: Path, twin: Path, *, sun: bool, internal: bool
) -> tuple[Variant, Evaluation, Town, Planner]:
    from twin.planning import Planner
    from twin.planning.export import read_file
    from twin.scenario import evaluate
    from twin.store import Layout

    variant = read_file(file)
    planner = Planner.open(Layout(twin), "vertrouwelijk" if internal else "openbaar")
    town = planner.town(variant)
    return variant, evaluate(variant, town, internal=internal, sun=sun), town, planner


def _rows(evaluation: Evaluation) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for indicator in evaluation.indicators:
        i = indicator.as_json()
        numbers = [
            "–" if i[k] is None else f"{i[k]:,.{i['decimals']}f}" for k in ("before", "after", "difference")
        ]
        rows.append((i["en"]["label"], i["unit"], *numbers))
    return rows


def _code(evaluation: Evaluation) -> int:
    return 1 if any(v.verdict.level == "error" for v in evaluation.verdicts) else 0
