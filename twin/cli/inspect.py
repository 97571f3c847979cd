"""``twin inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.console import Json, print_json, print_table


def inspect(
    file: Annotated[Path, typer.Argument(help="A register's file or folder.", metavar="FILE")],
    json: Json = False,
) -> None:
    """Say what a file is: its register, format, layers, counts, extent and CRS.

    Understands BGT (zip, GML, GeoPackage), BAG (extract, GeoPackage, GeoJSON), LAZ, CBS, WOZ and
    EP-online files, whether or not they are part of a twin.
    """
    from ingest.inspect import describe

    found = describe(file)
    if json:
        print_json(found)
        return
    simple = [(k, v) for k, v in found.items() if not isinstance(v, list | dict)]
    print_table(str(file), ("property", "value"), list(simple))
    for key, value in found.items():
        if isinstance(value, dict):
            print_table(f"\n{key}", ("name", "value"), list(value.items()))
        elif isinstance(value, list):
            print_table(f"\n{key}", ("value",), [(v,) for v in value])
