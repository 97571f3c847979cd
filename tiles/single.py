"""One binary glTF of its own, outside any tileset, with feature ids and a property table as tiles have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiles import glb, properties
from tiles.mesh import Cell, Mesh, checked
from tiles.weld import FINEST_STEP, weld

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tiles.mesh import Property


def write_glb(
    mesh: Mesh, table: pd.DataFrame, schema: Sequence[Property], *, theme: str, title: str = ""
) -> bytes:
    """Pack a mesh in local metres (east, north, up) as GLB.

    Parameters
    ----------
    mesh
        As for a cell, but in metres of the frame that the reader knows, within 300 km of its origin.
    table
        A row per feature, ``identificatie`` first.
    schema
        Properties of the table.
    theme, title
        Name of the metadata class; what stands in ``asset.copyright``.

    Returns
    -------
    bytes
        Quantised to 9.8 mm, without meshopt. Without triangles a document without a mesh.

    Raises
    ------
    TilesError
        Names what does not fit.
    """
    cell = checked(Cell(theme, mesh, None, table))
    schema = properties.complete(schema)
    columns = properties.encode(cell.properties, schema, cell.name)
    welded = weld(cell.detail, FINEST_STEP)
    if not len(welded.triangles):
        return glb.empty()
    return glb.pack(welded, columns, theme=theme, schema=schema, compress=False, attribution=title)
