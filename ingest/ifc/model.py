"""Which elements of an IFC model make its outside, and what the model says of the building."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.geom
import ifcopenshell.util.element
import ifcopenshell.util.unit
import numpy as np

from ingest.ifc.place import placed
from ingest.ifc.reading import Fault, IfcError, TooMuchError
from ingest.ifc.shell import Floats, Ints, Part, outside, stands_open

MOST_TRIANGLES = 2_000_000
SHAPES = ("Body", "Facetation", "Body-FallBack")
BELOW_OR_BESIDE = frozenset(
    (
        "IfcFooting",
        "IfcPile",
        "IfcDeepFoundation",
        "IfcCaissonFoundation",
        "IfcReinforcingBar",
        "IfcReinforcingMesh",
        "IfcTendon",
        "IfcTendonAnchor",
        "IfcTendonConduit",
        "IfcPavement",
        "IfcKerb",
        "IfcCourse",
        "IfcRail",
        "IfcTrackElement",
        "IfcBearing",
        "IfcMooringDevice",
        "IfcNavigationElement",
    )
)
"""Building elements by the schema that nobody sees of a building, or that lie beside it."""
INDOORS = frozenset(
    ("CEILING", "FLOORING", "INSULATION", "MEMBRANE", "SLEEVING", "WRAPPING", "SKIRTINGBOARD", "MOLDING")
)
"""Coverings (``IfcCoveringTypeEnum``) on the inside of another element."""
CURVES = (0.02, 0.5)
"""Of round shapes: how far [m], and by what angle [rad], a face may stray from the curve."""
GAPS = (0.0, 0.03)  # metres between elements that are shut; of a slanting part that is not convex a third
GROUND_FLOOR = -1.0  # metres: a storey lower than this is a basement


def building(path: Path) -> tuple[Floats, Ints, dict[str, Any]]:
    """Outside of the building in a file, and what else is told of it, by the names of ``Building``.

    Raises
    ------
    IfcError
    TooMuchError
    """
    model = ifcopenshell.open(path)
    elements = [e for e in _building_elements(model) if _has_shape(e)]
    if not elements:
        raise IfcError(
            Fault.EMPTY,
            found="it holds no building element with a shape",
            expected="walls, floors and roofs",
            remedy="Export the architect's model, with its geometry",
        )
    parts, lost = _shapes(model, elements)
    surface, left_out = outside(parts)
    hollow, sealed = stands_open(*surface), False
    if hollow:
        parts, _ = _shapes(model, elements, openings=False)
        for gap in GAPS:
            shut, without = outside(parts, gap)
            if not stands_open(*shut):
                surface, left_out, hollow, sealed = shut, without, False, True
                break
    xyz, where = placed(model, surface[0])
    told = {
        "name": _name(model),
        "floors": _floors(model),
        "uses": _uses(model),
        "sealed": sealed,
        "hollow": hollow,
        "lost": lost + left_out,
        **where,
    }
    return xyz, surface[1], told


def _building_elements(model: Any) -> list[Any]:
    kind = "IfcBuiltElement" if model.schema.startswith("IFC4X3") else "IfcBuildingElement"
    found = {e.id(): e for name in (kind, "IfcBuildingElementPart") for e in model.by_type(name)}
    return [e for e in found.values() if e.is_a() not in BELOW_OR_BESIDE and not _indoors(e)]


def _indoors(element: Any) -> bool:
    return element.is_a("IfcCovering") and ifcopenshell.util.element.get_predefined_type(element) in INDOORS


def _has_shape(element: Any) -> bool:
    shape = element.Representation
    return shape is not None and any(
        r.RepresentationIdentifier in (None, *SHAPES) for r in shape.Representations
    )


def _shapes(model: Any, elements: list[Any], *, openings: bool = True) -> tuple[list[Part], int]:
    """Triangles of each element [m], and the number of elements of which none could be made."""
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("weld-vertices", True)
    settings.set("no-normals", True)
    settings.set("disable-opening-subtractions", not openings)
    settings.set("mesher-linear-deflection", CURVES[0])
    settings.set("mesher-angular-deflection", CURVES[1])
    parts: list[Part] = []
    made: set[int] = set()
    count = 0
    for shape in ifcopenshell.geom.iterator(settings, model, 1, include=elements):
        xyz = np.array(shape.geometry.verts, dtype=np.float64).reshape(-1, 3)
        triangles = np.array(shape.geometry.faces, dtype=np.int64).reshape(-1, 3)
        if not len(triangles) or not np.isfinite(xyz).all():
            continue
        count += len(triangles)
        if count > MOST_TRIANGLES:
            raise TooMuchError(
                Fault.TRIANGLES,
                what=str(MOST_TRIANGLES),
                found=f"its building elements have more than {MOST_TRIANGLES} triangles",
                expected="the model of one building",
                remedy="Leave out detailed fittings and surroundings",
            )
        parts.append((xyz, triangles))
        made.add(shape.id)
    if not parts:
        raise IfcError(
            Fault.SHAPELESS,
            what=str(len(elements)),
            found=f"of none of its {len(elements)} building elements a shape can be made",
            expected="walls, floors and roofs",
            remedy="Export it again, or as glTF",
        )
    return parts, len(elements) - len(made)


def _name(model: Any) -> str:
    for kind in ("IfcBuilding", "IfcProject"):
        for thing in model.by_type(kind):
            found = thing.LongName or thing.Name
            if found:
                return str(found)[:400]
    return ""


def _floors(model: Any) -> int | None:
    """Storeys from the ground floor up that have walls; two at one height are one."""
    unit = ifcopenshell.util.unit.calculate_unit_scale(model)
    heights = {
        round((storey.Elevation or 0.0) * unit)
        for storey in model.by_type("IfcBuildingStorey")
        if (storey.Elevation or 0.0) * unit >= GROUND_FLOOR
        and any(
            element.is_a("IfcWall") or element.is_a("IfcCurtainWall")
            for relation in storey.ContainsElements
            for element in relation.RelatedElements
        )
    }
    return len(heights) or None


def _uses(model: Any) -> list[str]:
    found = []
    for thing in model.by_type("IfcBuilding"):
        common = ifcopenshell.util.element.get_psets(thing).get("Pset_BuildingCommon", {})
        found += [common.get("OccupancyType"), thing.ObjectType]
    return [str(use)[:200] for use in found if use][:20]
