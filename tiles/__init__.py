"""3D Tiles 1.1 from plain arrays: triangles, feature numbers and a table of properties.

The room knows nothing of buildings or roads: it takes meshes in RD New + NAP, cell by cell, and a DataFrame
with a row per feature. `write_tileset` writes a theme, `write_root` joins themes, `check_tileset` finds
faults, `read_tileset` goes back to RD. `RdNap` is the exact transformation between RD + NAP and ETRS89, for
anyone who needs it.
"""

from __future__ import annotations

from tiles.check import Finding, check_tileset
from tiles.errors import TilesError
from tiles.instances import Instances, Prototype
from tiles.mesh import Cell, Mesh, Property
from tiles.pyramid import Limits
from tiles.rdnap import RdNap
from tiles.reading import TileMesh, read_mesh, read_tileset
from tiles.tileset import TilesetSummary, write_root, write_tileset

__all__ = [
    "Cell",
    "Finding",
    "Instances",
    "Limits",
    "Mesh",
    "Property",
    "Prototype",
    "RdNap",
    "TileMesh",
    "TilesError",
    "TilesetSummary",
    "check_tileset",
    "read_mesh",
    "read_tileset",
    "write_root",
    "write_tileset",
]
