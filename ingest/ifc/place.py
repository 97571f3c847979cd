"""Where an IFC model says that it stands: its map conversion, or else only its north.

Latitude and longitude of an ``IfcSite`` are not used: programs fill in a town of their own, and what people
fill in is a dot on a map.
"""

from __future__ import annotations

import math
import re
from typing import Any

import ifcopenshell.util.geolocation as geolocation
import ifcopenshell.util.unit
import numpy as np

from ingest.ifc.shell import Floats

RD = re.compile(r"(?<!\d)(28992|7415)(?!\d)|\bRD[ _-]?new\b|\bRDNAP", re.IGNORECASE)
NAP = re.compile(r"(?<!\d)(7415|5709)(?!\d)|\bNAP\b|RDNAP|Amsterdams Peil", re.IGNORECASE)
COUNTRY = ((0.0, 300_000.0), (300_000.0, 625_000.0))  # of x and y [m, RD]
TRUE_SCALE = (0.99, 1.01)
"""Within which a scale is that of the map, and not one between units."""


def placed(model: Any, xyz: Floats) -> tuple[Floats, dict[str, Any]]:
    """Coordinates ``(V, 3)`` [m] where the model says they lie, and what it says, by names of ``Building``.

    After 8.18.3.27 of ISO 16739-1:2018 (``IfcMapConversion``); of IFC 2x3 after buildingSMART's User Guide
    for Geo-referencing in IFC, version 2.
    """
    helmert = geolocation.get_helmert_transformation_parameters(model)
    crs = (geolocation.get_crs(model) or {}) if helmert is not None else {}
    named = str(crs.get("Name") or "")
    if helmert is None or (named and not RD.search(named)):
        turned, degrees = _to_north(model, xyz)
        return turned, {"other_crs": named[:60], "turned": degrees}
    project = ifcopenshell.util.unit.calculate_unit_scale(model)
    unit = _unit(helmert.e, helmert.n, (_map_unit(crs, project), 1.0, project, 0.001))
    if unit is None:
        turned, degrees = _to_north(model, xyz)
        return turned, {"other_crs": named[:60], "turned": degrees}
    scale = helmert.scale * unit / project
    if not TRUE_SCALE[0] < scale < TRUE_SCALE[1]:
        scale = 1.0
    local = xyz
    axes = geolocation.get_wcs(model)
    if axes is not None:
        axes = np.array(axes, dtype=np.float64)
        axes[:3, 3] *= project
        local = (xyz - axes[:3, 3]) @ axes[:3, :3]
    angle = math.atan2(helmert.xao, helmert.xaa)
    moved = _turned(local * [helmert.factor_x, helmert.factor_y, helmert.factor_z] * scale, angle)
    moved += np.array([helmert.e, helmert.n, helmert.h]) * unit
    of_height = " ".join(str(crs.get(k) or "") for k in ("Name", "VerticalDatum", "Description"))
    in_nap = helmert.h != 0 or bool(NAP.search(of_height))
    return moved, {"in_rd": True, "in_nap": in_nap, "level": helmert.h * unit}


def _unit(east: float, north: float, units: tuple[float, ...]) -> float | None:
    """The first unit [m] in which a place lies in the country: programs differ in which one they write."""
    for unit in units:
        if all(low < v * unit < high for v, (low, high) in zip((east, north), COUNTRY, strict=True)):
            return unit
    return None


def _map_unit(crs: dict[str, Any], project: float) -> float:
    """Metres per unit of the map: as it says, or else that of the project."""
    unit = crs.get("MapUnit")
    if unit is None:
        return project
    if isinstance(unit, str):
        return 0.001 if "MILLI" in unit.upper() else 1.0
    prefix = ifcopenshell.util.unit.get_prefix_multiplier(getattr(unit, "Prefix", None))
    return float(prefix)


def _to_north(model: Any, xyz: Floats) -> tuple[Floats, float]:
    """Turn a model of which only the north is known, and tell by how many degrees, counter-clockwise."""
    if all(low < v < high for v, (low, high) in zip(xyz.mean(axis=0).tolist(), COUNTRY, strict=False)):
        return xyz, 0.0  # drawn in RD
    for context in model.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        if context.ContextType == "Model" and context.TrueNorth is not None:
            east, north = context.TrueNorth.DirectionRatios[:2]
            angle = math.atan2(east, north)
            return _turned(xyz, angle), round(math.degrees(angle), 2)
    return xyz, 0.0


def _turned(xyz: Floats, angle: float) -> Floats:
    """Turned around the origin, counter-clockwise [rad]."""
    if angle == 0:
        return xyz.copy()
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = xyz[:, 0], xyz[:, 1]
    return np.column_stack((cos * x - sin * y, sin * x + cos * y, xyz[:, 2]))
