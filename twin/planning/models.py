"""The objects of a variant as CityJSON and as binary glTF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely

from tiles import Mesh, Property
from tiles.frame import Frame
from tiles.single import write_glb
from twin.cityjson import CityObjects, Geometry, Header
from twin.cityjson.merge import merge_features
from twin.cityjson.sequence import sequence_lines
from twin.errors import StoreError
from twin.geometry.columns import Bytes, Floats, Semantic, Shells
from twin.geometry.footprints import columns_of
from twin.geometry.prism import extrude_flat
from twin.geometry.select import concatenate, take
from twin.geometry.triangulate import triangulate
from twin.planning.surroundings import Planner
from twin.scenario import Evaluation, Town, Variant
from twin.scenario.masses import empty_shells
from twin.scenario.objects import Objects
from twin.scenario.town import ground_below

WALL, ROOF, FLAT, EARTH = (236, 226, 208), (196, 120, 92), (222, 214, 202), (235, 231, 223)
SLAB = 0.02  # metres by which bare ground is thick, above and below: it lies before what it covers
_SCHEMA = (
    Property("identificatie", "string", "Wijziging"),
    Property("label", "string", "Naam"),
    Property("gebruiksdoel", "string", "Gebruiksdoel"),
)


def city_json(variant: Variant, evaluation: Evaluation, planner: Planner) -> bytes:
    """New and changed buildings as one CityJSON 2.0 file in RD and NAP.

    Solids are LoD 2; a design that is no solid is a MultiSurface. Demolished panden are named in the
    description.
    """
    objects = evaluation.outcome.objects
    rows = len(objects)
    attributes = [_attributes(objects, i) for i in range(rows)]
    ids = [f"variant-{name}" for name in objects.edit.tolist()]
    city = CityObjects(ids, ["Building"] * rows, np.full(rows, -1, dtype=np.int64), attributes)
    kinds = (("Solid", objects.solid), ("MultiSurface", ~objects.solid))
    geometries = [
        Geometry(kind, "2", take(objects.shells, np.flatnonzero(chosen)), objects.owner[chosen])  # type: ignore[arg-type]
        for kind, chosen in kinds
    ]
    # a pand may have several solids, a CityObject one geometry per LoD: they become parts
    city, geometries = _in_parts(city, geometries)
    corner = np.floor(objects.shells.xyz.min(axis=0)) if len(objects.shells.xyz) else np.zeros(3)
    header = Header(
        title=variant.title,
        identifier=variant.id or "variant",
        reference_date=variant.modified.date().isoformat() if variant.modified else None,
        sources=(),
        translate=np.array([corner[0], corner[1], 0.0]),
    )
    first, *features = (orjson.loads(line) for line in sequence_lines(header, city, geometries))
    first["metadata"].pop("sources", None)
    return orjson.dumps(merge_features(first, features))


def _attributes(objects: Objects, i: int) -> dict[str, Any]:
    known = {
        "identificatie": str(objects.edit[i]),
        "label": str(objects.label[i]),
        "gebruiksdoel": str(objects.gebruiksdoel[i]),
        "bruto_vloeroppervlak": round(float(objects.gross[i]), 1),
        "aantal_woningen": round(float(objects.dwellings[i]), 2),
    }
    return {k: v for k, v in known.items() if v != ""}


def _in_parts(city: CityObjects, geometries: list[Geometry]) -> tuple[CityObjects, list[Geometry]]:
    """Give every solid beyond the first of an object a BuildingPart of its own."""
    ids, types = list(city.ids), list(city.types)
    parent, attributes = city.parent.tolist(), list(city.attributes)
    placed = []
    for geometry in geometries:
        owner = geometry.owner.copy()
        several = np.bincount(owner, minlength=len(city.ids))[owner] > 1 if len(owner) else owner > 0
        for shell in np.flatnonzero(several).tolist():
            ids.append(f"{city.ids[owner[shell]]}-{shell}")
            types.append("BuildingPart")
            parent.append(int(owner[shell]))
            attributes.append({})
            owner[shell] = len(ids) - 1
        placed.append(replace(geometry, owner=owner))
    return CityObjects(ids, types, np.array(parent, dtype=np.int64), attributes), placed


def glb(evaluation: Evaluation, planner: Planner, title: str, town: Town | None = None) -> bytes:
    """Objects of a variant as one GLB in the frame of the panden's tileset.

    Feature ids are rows of a property table whose ``identificatie`` is the id of the edit, as in the tiles.
    With a town, the ground where its panden went is there as well, as a feature without an id: the ground
    around has a hole there.

    Raises
    ------
    StoreError
        When the twin has no tileset of panden.
    """
    objects = evaluation.outcome.objects
    bare = _bare_ground(evaluation, town) if town is not None else empty_shells()
    shells = concatenate([objects.shells, bare])
    owner = np.concatenate((objects.owner, np.full(len(bare), len(objects), dtype=np.int64)))
    triangles, surface = triangulate(shells) if len(shells) else (np.zeros((0, 3), np.int64), None)
    shell = np.repeat(np.arange(len(shells)), np.diff(shells.object_offsets))
    feature = owner[shell[surface]] if surface is not None else np.zeros(0, dtype=np.int64)
    colors = np.concatenate((_colors(objects), np.full((len(bare.semantics), 3), EARTH, dtype=np.uint8)))
    color = colors[surface] if surface is not None else np.zeros((0, 3), dtype=np.uint8)
    frame = frame_of(planner)
    xyz: Floats = frame.to_local(planner.rdnap.to_ecef(shells.xyz)) if len(shells) else np.zeros((0, 3))
    nameless = [""] * bool(len(bare))
    table = pd.DataFrame(
        {
            "identificatie": [*map(str, objects.edit), *nameless],
            "label": [*map(str, objects.label), *nameless],
            "gebruiksdoel": [*map(str, objects.gebruiksdoel), *nameless],
        }
    )
    return write_glb(Mesh(xyz, triangles, feature, color), table, _SCHEMA, theme="variant", title=title)


def _bare_ground(evaluation: Evaluation, town: Town) -> Shells:
    """Slabs on the ground where panden went, one per part of their outlines."""
    gone = np.flatnonzero(evaluation.outcome.replaced)
    parts, row = shapely.get_parts(town.panden.outline[gone], return_index=True)
    whole = shapely.area(parts) > 0
    if not whole.any():
        return empty_shells()
    level = ground_below(town, town.panden.outline[gone])[row][whole]
    return extrude_flat(columns_of(parts[whole]), level - SLAB, level + SLAB)


def frame_of(planner: Planner) -> Frame:
    """Frame of the tileset of panden.

    Raises
    ------
    StoreError
        When there is none.
    """
    path = planner.layout.tiles3d / "pand" / "tileset.json"
    try:
        return Frame.of_transform(orjson.loads(path.read_bytes())["root"]["transform"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: no tileset to place the variant in. Build the twin again") from error


def _colors(objects: Objects) -> Bytes:
    kind = objects.shells.semantics
    colors = np.empty((len(kind), 3), dtype=np.uint8)
    colors[:] = WALL
    colors[kind == Semantic.ROOF] = ROOF
    colors[kind == Semantic.GROUND] = FLAT
    return colors
