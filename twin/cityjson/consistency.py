"""Rules of CityJSON 2.0 that its JSON schemas can't express."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

# Second-level types and the parents they may have (CityJSON 2.0, section 2).
PARENT_TYPES = {
    "BuildingPart": {"Building"},
    "BuildingInstallation": {"Building", "BuildingPart"},
    "BridgePart": {"Bridge"},
    "TunnelPart": {"Tunnel"},
}
DEPTH = {"MultiPoint": 1, "MultiLineString": 2, "MultiSurface": 3, "CompositeSurface": 3, "Solid": 4}


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule.

    Attributes
    ----------
    where : str
        File, line and object.
    rule : str
        Short name: ``json``, ``structure``, ``header``, ``duplicate-id``, ``hierarchy``, ``index``,
        ``semantics``, ``unused-vertex``, ``double-vertex``, ``boundary``.
    message : str
    """

    where: str
    rule: str
    message: str


def check_sequence(path: Path) -> list[Fault]:
    """Every broken rule of a CityJSON text sequence."""
    with path.open("rb") as file:
        return list(_faults(path.name, file))


def _faults(name: str, lines: Iterable[bytes]) -> Iterator[Fault]:
    seen: set[str] = set()
    number = 0
    for number, line in enumerate(lines, start=1):
        where = f"{name}:{number}"
        try:
            content = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Fault(where, "json", f"not JSON: {error}")
            continue
        if not isinstance(content, dict):
            yield Fault(where, "json", "not a JSON object")
            continue
        try:
            if number == 1:
                yield from _header_faults(where, content)
            else:
                yield from _line_faults(where, content, seen)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # What the schemas do tell; here it only must not hide the faults of the other lines.
            yield Fault(where, "structure", f"not built as CityJSON is: {type(error).__name__} {error}")
    if number == 0:
        yield Fault(name, "header", "the file is empty")


def _line_faults(where: str, content: dict[str, Any], seen: set[str]) -> Iterator[Fault]:
    if content.get("type") != "CityJSONFeature":
        yield Fault(where, "header", f"expected a CityJSONFeature, found {content.get('type')!r}")
        return
    yield from _feature_faults(f"{where} {content['id']}", content)
    for key in content["CityObjects"]:
        if key in seen:
            yield Fault(f"{where} {key}", "duplicate-id", "an object of this id stands earlier in the file")
        seen.add(key)


def _header_faults(where: str, content: dict[str, Any]) -> Iterator[Fault]:
    if content.get("type") != "CityJSON" or content.get("version") != "2.0":
        yield Fault(where, "header", "the first line must be a CityJSON 2.0 object")
    transform = content.get("transform", {})
    if len(transform.get("scale", ())) != 3 or len(transform.get("translate", ())) != 3:
        yield Fault(where, "header", "transform must have a scale and a translate of three numbers")
    reference = content.get("metadata", {}).get("referenceSystem", "")
    if not reference.endswith("/EPSG/0/7415"):
        yield Fault(where, "header", f"referenceSystem must be EPSG:7415, found {reference!r}")


def _feature_faults(where: str, feature: dict[str, Any]) -> Iterator[Fault]:
    objects, vertices = feature["CityObjects"], feature["vertices"]
    if feature["id"] not in objects:
        yield Fault(where, "hierarchy", "the feature's id is not among its CityObjects")
    used: list[int] = []
    for key, entry in objects.items():
        yield from _hierarchy_faults(f"{where} {key}", key, entry, objects)
        for geometry in entry.get("geometry", ()):
            yield from _geometry_faults(
                f"{where} {key} lod {geometry.get('lod')}", geometry, len(vertices), used
            )
    unused = set(range(len(vertices))) - set(used)
    if unused:
        yield Fault(
            where, "unused-vertex", f"{len(unused)} vertices are used by no boundary, as {min(unused)}"
        )
    doubled = len(vertices) - len({tuple(v) for v in vertices})
    if doubled:
        yield Fault(where, "double-vertex", f"{doubled} vertices stand more than once")


def _hierarchy_faults(
    where: str, key: str, entry: dict[str, Any], objects: dict[str, Any]
) -> Iterator[Fault]:
    parents, kind = entry.get("parents", []), entry["type"]
    if kind in PARENT_TYPES:
        if len(parents) != 1 or parents[0] not in objects:
            yield Fault(where, "hierarchy", f"a {kind} needs one parent within its feature, found {parents}")
        elif objects[parents[0]]["type"] not in PARENT_TYPES[kind]:
            yield Fault(where, "hierarchy", f"a {kind} can't be part of a {objects[parents[0]]['type']}")
    elif parents:
        yield Fault(where, "hierarchy", f"a {kind} is a first-level object and has no parents")
    for parent in parents:
        if parent in objects and key not in objects[parent].get("children", []):
            yield Fault(where, "hierarchy", f"its parent {parent} does not name it among its children")
    for child in entry.get("children", []):
        if child not in objects or key not in objects[child].get("parents", []):
            yield Fault(where, "hierarchy", f"its child {child} is absent or does not name it as its parent")


def _geometry_faults(where: str, geometry: dict[str, Any], count: int, used: list[int]) -> Iterator[Fault]:
    depth, boundaries = DEPTH.get(geometry["type"], 0), geometry["boundaries"]
    if not depth:
        yield Fault(where, "boundary", f"geometry type {geometry['type']!r} is not written by this program")
        return
    for ring in _at_depth(boundaries, depth - 1):
        if geometry["type"] not in ("MultiPoint", "MultiLineString") and (
            len(ring) < 3 or len(set(ring)) != len(ring)
        ):
            yield Fault(where, "boundary", f"a ring must have three or more distinct vertices, found {ring}")
        outside = [v for v in ring if not 0 <= v < count]
        if outside:
            yield Fault(where, "index", f"vertex {outside[0]} is not among the feature's {count}")
        used.extend(ring)
    if semantics := geometry.get("semantics"):
        surfaces = list(_at_depth(boundaries, depth - 2))
        values = list(np.ravel(semantics["values"]).tolist())
        if len(values) != len(surfaces):
            yield Fault(where, "semantics", f"{len(values)} semantic values for {len(surfaces)} surfaces")
        nesting = [len(v) if isinstance(v, list) else None for v in semantics["values"]]
        if geometry["type"] == "Solid" and nesting != [len(shell) for shell in boundaries]:
            yield Fault(where, "semantics", "semantic values are not nested as the boundaries are")
        known = len(semantics["surfaces"])
        if any(v is not None and not 0 <= v < known for v in values):
            yield Fault(where, "semantics", f"a semantic value points beyond the {known} surfaces named")


def _at_depth(nested: Any, depth: int) -> Iterator[Any]:
    """Members of a nested list ``depth`` levels down: rings of a Solid lie three levels down."""
    if depth == 0:
        yield nested
        return
    for member in nested:
        yield from _at_depth(member, depth - 1)
