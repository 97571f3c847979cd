"""3D Tiles of every theme from the meshes of all tiles, and the root that holds the themes."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
import pyarrow.parquet as pq

from tiles import Cell, Property, RdNap, write_root, write_tileset
from twin.build.digest import code_digest
from twin.build.meshes import load_cells
from twin.build.progress import Progress
from twin.build.provenance import Provenance
from twin.catalogue import Catalogue
from twin.ground import COLLECTIONS, THEMES
from twin.ground.collections import Theme
from twin.settings import Settings
from twin.store import Layout
from twin.store.atomic import write_bytes

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
    digests: Mapping[str, str],
    settings: Settings,
    bbox: tuple[float, float, float, float],
    sources: Sequence[Provenance],
    catalogue: Catalogue,
    progress: Progress,
) -> dict[str, ThemeSummary]:
    """Write ``3dtiles/``: a tileset per theme that has anything to draw, and the root.

    Parameters
    ----------
    layout : Layout
    digests : mapping
        Digest of each tile, by name: where all are as before, the tilesets are too and are kept.
    settings : Settings
    bbox : (4,) of float [m, RD]
    sources : sequence of Provenance
    catalogue : Catalogue
    progress : Progress

    Raises
    ------
    TilesError
        When the RDNAPTRANS2018 grids are unusable, or a tileset can't be written.
    """
    tiles = sorted(digests)
    collections = {theme.id: _collections(layout, theme, tiles) for theme in THEMES}
    present = [t for t in THEMES if collections[t.id]]
    progress.stage("Writing 3D Tiles", len(present))
    public = [s for s in sources if s.public]
    seen = catalogue.public({s.kind for s in sources if not s.public})
    options: dict[str, Any] = {
        "center": ((bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2),
        "cell_size": settings.build.tile,
        "attribution": "; ".join(dict.fromkeys(s.attribution for s in public)),
        "licence": "; ".join(dict.fromkeys(s.licence for s in public)),
    }
    told = {"attributes": [a.name for a in seen.attributes], "normals": settings.tiles.normals}
    digest = _digest(digests, settings.twin.name, options | told)
    if (kept := _recall(layout, digest)) is not None:
        return kept
    rdnap = RdNap()
    children, summaries = [], {}
    for theme in present:
        progress.doing(theme.en)
        summary = write_tileset(
            layout.tiles3d / theme.id,
            _complete(load_cells(layout, theme.id, tiles, settings.build.tile), _schema(theme, seen)),
            title=f"{settings.twin.name}: {theme.nl}",
            theme=theme.id,
            property_schema=_schema(theme, seen),
            rdnap=rdnap,
            normals=settings.tiles.normals or theme.id != "pand",
            **options,
        )
        children.append((theme.id, summary))
        summaries[theme.id] = ThemeSummary(collections[theme.id], summary.features)
        progress.advance()
    for theme in set(THEMES) - set(present):
        shutil.rmtree(layout.tiles3d / theme.id, ignore_errors=True)
    if children:
        write_root(layout.tiles3d, children, title=settings.twin.name)
    _remember(layout, digest, summaries)
    return summaries


def _complete(cells: Iterable[Cell], schema: Sequence[Property]) -> Iterator[Cell]:
    """Cells with all properties of a theme: where some of its collections are absent, so are theirs."""
    names = [p.name for p in schema]
    for cell in cells:
        lacking = [n for n in names if n not in cell.properties]
        yield replace(cell, properties=cell.properties.assign(**dict.fromkeys(lacking)))


def _digest(digests: Mapping[str, str], name: str, options: dict[str, Any]) -> str:
    content = repr((sorted(digests.items()), name, options, code_digest("twin", "tiles")))
    return hashlib.sha256(content.encode()).hexdigest()


def _recall(layout: Layout, digest: str) -> dict[str, ThemeSummary] | None:
    """What an earlier build wrote from the same, if it is all still there."""
    path = layout.work / "tilesets.json"
    if not path.is_file():
        return None
    content = orjson.loads(path.read_bytes())
    folders = [layout.tiles3d, *(layout.tiles3d / theme for theme in content["themes"])]
    if content["digest"] != digest or not all((f / "tileset.json").is_file() for f in folders):
        return None
    return {theme: ThemeSummary(**summary) for theme, summary in content["themes"].items()}


def _remember(layout: Layout, digest: str, summaries: dict[str, ThemeSummary]) -> None:
    write_bytes(layout.work / "tilesets.json", orjson.dumps({"digest": digest, "themes": summaries}))


def _collections(layout: Layout, theme: Theme, tiles: Sequence[str]) -> list[str]:
    """Collections of a theme that have triangles somewhere."""
    found: set[str] = set()
    for tile in tiles:
        path = layout.work / "meshes" / theme.id / f"{tile}.parquet"
        if path.is_file():
            found.update(pq.read_table(path, columns=["collection"])["collection"].to_pylist())
    return sorted(found)


def _schema(theme: Theme, public: Catalogue) -> list[Property]:
    """Collection and the styling attributes of the catalogue, without what not everybody may see."""
    names = ["pand"] if theme.id == "pand" else [c.name for c in COLLECTIONS.values() if c.theme == theme.id]
    attributes = {a.name: a for n in names for a in public.of(n) if a.tile}
    return [Property("collection", "string", "Collectie")] + [
        Property(a.name, _KINDS.get(a.type, "string"), a.nl.label)
        for a in attributes.values()
        if a.name != "identificatie"
    ]
