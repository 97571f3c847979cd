"""3D Tiles of every theme from the meshes of all tiles, and the root that holds the themes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow.parquet as pq

from tiles import Property, RdNap, write_root, write_tileset
from twin.build.meshes import load_cells
from twin.build.progress import Progress
from twin.build.provenance import Provenance
from twin.catalogue import CATALOGUE
from twin.ground import COLLECTIONS, THEMES
from twin.ground.collections import Theme
from twin.settings import Settings
from twin.store import Layout

_KINDS: dict[str, Literal["string", "int", "float", "bool"]] = {
    "integer": "int",
    "number": "float",
    "boolean": "bool",
}


@dataclass(frozen=True, slots=True)
class ThemeSummary:
    """What a theme's tileset holds.

    Attributes
    ----------
    collections : list of str
        Collections with objects in it.
    features : int
        Objects drawn.
    """

    collections: list[str]
    features: int


def write_tilesets(
    layout: Layout,
    tiles: Sequence[str],
    settings: Settings,
    bbox: tuple[float, float, float, float],
    sources: Sequence[Provenance],
    progress: Progress,
) -> dict[str, ThemeSummary]:
    """Write ``3dtiles/``: a tileset per theme that has anything to draw, and the root.

    Raises
    ------
    TilesError
        When the RDNAPTRANS2018 grids are unusable, or a tileset can't be written.
    """
    present = [t for t in THEMES if _collections(layout, t, tiles)]
    progress.stage("3D Tiles schrijven", len(present))
    rdnap = RdNap()
    attribution = "; ".join(dict.fromkeys(s.attribution for s in sources if s.classification == "openbaar"))
    licence = "; ".join(dict.fromkeys(s.licence for s in sources if s.classification == "openbaar"))
    children, summaries = [], {}
    for theme in present:
        progress.doing(theme.nl)
        summary = write_tileset(
            layout.tiles3d / theme.id,
            load_cells(layout, theme.id, tiles, settings.build.tile),
            title=f"{settings.twin.name}: {theme.nl}",
            theme=theme.id,
            property_schema=_schema(theme),
            center=((bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2),
            cell_size=settings.build.tile,
            attribution=attribution,
            licence=licence,
            rdnap=rdnap,
        )
        children.append((theme.id, summary))
        summaries[theme.id] = ThemeSummary(_collections(layout, theme, tiles), summary.features)
        progress.advance()
    for theme in set(THEMES) - set(present):
        shutil.rmtree(layout.tiles3d / theme.id, ignore_errors=True)
    if children:
        write_root(layout.tiles3d, children, title=settings.twin.name)
    return summaries


def _collections(layout: Layout, theme: Theme, tiles: Sequence[str]) -> list[str]:
    """Collections of a theme that have triangles somewhere."""
    found: set[str] = set()
    for tile in tiles:
        path = layout.work / "meshes" / theme.id / f"{tile}.parquet"
        if path.is_file():
            found.update(pq.read_table(path, columns=["collection"])["collection"].to_pylist())
    return sorted(found)


def _schema(theme: Theme) -> list[Property]:
    """Collection and the styling attributes of the catalogue, without what not everybody may see."""
    names = ["pand"] if theme.id == "pand" else [c.name for c in COLLECTIONS.values() if c.theme == theme.id]
    attributes = {a.name: a for n in names for a in CATALOGUE.public().of(n) if a.tile}
    return [Property("collection", "string", "Collectie")] + [
        Property(a.name, _KINDS.get(a.type, "string"), a.nl.label)
        for a in attributes.values()
        if a.name != "identificatie"
    ]
