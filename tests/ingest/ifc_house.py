"""A house as an architect's program writes it as IFC: walls, floors, a gabled roof, a window, a chair.

The house is 10 by 8 m. Its walls are 5.5 m high at the eaves, the ridge lies at 8.5 m, and its ground floor
is 0.3 m thick and lies below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ifcopenshell
import ifcopenshell.guid
import numpy as np

LONG, WIDE, EAVES, RIDGE, WALL, FLOOR = 10.0, 8.0, 5.5, 8.5, 0.3, 0.3
UNDER = EAVES - 0.4  # where the underside of the roof meets the outside of the walls
UPPER = 2.9  # top of the upper floor
WINDOW = (1.2, 1.5, 0.1)  # wide, high, thick; in the middle of the wall
RECESS = WINDOW[0] * WINDOW[1] * (WALL - WINDOW[2]) / 2
SILL = (0.0, 0.0, 0.9)
CHIMNEY = (7.0, 3.6, 0.8, 9.5)  # x, y, side, top; astride the ridge
ABOVE_RIDGE = CHIMNEY[2] * (CHIMNEY[2] * (CHIMNEY[3] - RIDGE) + (RIDGE - EAVES) / WIDE * CHIMNEY[2] ** 2 / 2)
AREA = LONG * WIDE
WHOLE = LONG * (WIDE * EAVES + WIDE * (RIDGE - EAVES) / 2) + AREA * FLOOR + ABOVE_RIDGE
"""Of all that lies within the outside [m3], the ground floor and the chimney included."""
VOLUME = WHOLE - RECESS
"""The same: the window lies back."""

Outline = Sequence[tuple[float, float]]
FLAT = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)
ACROSS = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)  # drawn in y and z, extruded along x


class House:
    """An IFC file that grows by a part at a time.

    Parameters
    ----------
    schema : str
        ``IFC2X3``, ``IFC4`` or ``IFC4X3``.
    unit : str
        ``m`` or ``mm``: in which the file counts.
    at : (x, y, z) [m]
        Placement of the site.
    """

    def __init__(
        self, schema: str = "IFC4", unit: str = "mm", at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ) -> None:
        self.file = ifcopenshell.file(schema=schema)
        self.per_metre = {"m": 1.0, "mm": 1000.0}[unit]
        self.length = self.file.create_entity(
            "IfcSIUnit", UnitType="LENGTHUNIT", Prefix="MILLI" if unit == "mm" else None, Name="METRE"
        )
        angle = self.file.create_entity("IfcSIUnit", UnitType="PLANEANGLEUNIT", Name="RADIAN")
        self.context = self.file.create_entity(
            "IfcGeometricRepresentationContext",
            ContextType="Model",
            CoordinateSpaceDimension=3,
            Precision=1e-5,
            WorldCoordinateSystem=self.axes((0, 0, 0), *FLAT),
        )
        self.project = self._rooted(
            "IfcProject",
            Name="Project <b>Hof</b>",
            RepresentationContexts=[self.context],
            UnitsInContext=self.file.create_entity("IfcUnitAssignment", Units=[self.length, angle]),
        )
        self.site = self._space("IfcSite", "Kavel", None, at)
        self.building = self._space("IfcBuilding", "Huis", self.site)
        self.storeys = [
            self._space("IfcBuildingStorey", name, self.building, Elevation=z * self.per_metre)
            for name, z in (("begane grond", 0.0), ("verdieping", UPPER), ("dak", EAVES))
        ]
        self._part_of(self.project, [self.site])
        self._part_of(self.site, [self.building])
        self._part_of(self.building, self.storeys)

    def content(self) -> bytes:
        """The file."""
        return self.file.to_string().encode()

    def _rooted(self, kind: str, **values: Any) -> Any:
        return self.file.create_entity(kind, GlobalId=ifcopenshell.guid.new(), **values)

    def _space(
        self, kind: str, name: str, above: Any, at: tuple[float, float, float] = (0.0, 0.0, 0.0), **more: Any
    ) -> Any:
        placement = self.file.create_entity(
            "IfcLocalPlacement",
            PlacementRelTo=above.ObjectPlacement if above else None,
            RelativePlacement=self.axes(at, *FLAT),
        )
        return self._rooted(kind, Name=name, ObjectPlacement=placement, CompositionType="ELEMENT", **more)

    def _part_of(self, whole: Any, parts: list[Any]) -> None:
        self._rooted("IfcRelAggregates", RelatingObject=whole, RelatedObjects=parts)

    def _point(self, *values: float) -> Any:
        return self.file.create_entity(
            "IfcCartesianPoint", Coordinates=[float(v * self.per_metre) for v in values]
        )

    def axes(self, at: tuple[float, float, float], up: Sequence[float], along: Sequence[float]) -> Any:
        directions = [self.file.create_entity("IfcDirection", DirectionRatios=list(v)) for v in (up, along)]
        return self.file.create_entity("IfcAxis2Placement3D", self._point(*at), *directions)

    def solid(
        self,
        outline: Outline,
        depth: float,
        at: tuple[float, float, float] = (0.0, 0.0, 0.0),
        axes: tuple[Sequence[float], Sequence[float]] = FLAT,
    ) -> Any:
        """An extrusion of an outline along the first of the axes."""
        ring = self.file.create_entity(
            "IfcPolyline", Points=[self._point(*p) for p in (*outline, outline[0])]
        )
        profile = self.file.create_entity("IfcArbitraryClosedProfileDef", ProfileType="AREA", OuterCurve=ring)
        return self.file.create_entity(
            "IfcExtrudedAreaSolid",
            SweptArea=profile,
            Position=self.axes(at, *axes),
            ExtrudedDirection=self.file.create_entity("IfcDirection", DirectionRatios=[0.0, 0.0, 1.0]),
            Depth=depth * self.per_metre,
        )

    def _element(self, kind: str, name: str, solid: Any, **more: Any) -> Any:
        shape = self.file.create_entity(
            "IfcShapeRepresentation",
            ContextOfItems=self.context,
            RepresentationIdentifier="Body",
            RepresentationType="SweptSolid",
            Items=[solid],
        )
        placement = self.file.create_entity(
            "IfcLocalPlacement",
            PlacementRelTo=self.building.ObjectPlacement,
            RelativePlacement=self.axes((0.0, 0.0, 0.0), *FLAT),
        )
        return self._rooted(
            kind,
            Name=name,
            ObjectPlacement=placement,
            Representation=self.file.create_entity("IfcProductDefinitionShape", Representations=[shape]),
            **more,
        )

    def add(self, kind: str, name: str, storey: int, solid: Any, **more: Any) -> Any:
        """Set an element with that shape on a storey."""
        made = self._element(kind, name, solid, **more)
        self._rooted(
            "IfcRelContainedInSpatialStructure",
            RelatedElements=[made],
            RelatingStructure=self.storeys[storey],
        )
        return made

    def slab(self, storey: int, x: float, y: float, size: tuple[float, float], top: float) -> Any:
        """A floor, of which the top lies at a height."""
        return self.add(
            "IfcSlab", "vloer", storey, self.solid(box(x, y, *size), FLOOR, (0.0, 0.0, top - FLOOR))
        )

    def opening(self, wall: Any, solid: Any, filled_by: Any | None) -> None:
        """Cut out of a wall, and fill with a window or a door."""
        hole = self._element("IfcOpeningElement", "gat", solid)
        self._rooted("IfcRelVoidsElement", RelatingBuildingElement=wall, RelatedOpeningElement=hole)
        if filled_by is not None:
            self._rooted("IfcRelFillsElement", RelatingOpeningElement=hole, RelatedBuildingElement=filled_by)

    def property_set(self, of: Any, name: str, values: dict[str, Any]) -> None:
        """Properties of a thing: numbers, or text."""
        kinds = {str: "IfcText", float: "IfcReal"}
        properties = [
            self.file.create_entity(
                "IfcPropertySingleValue", Name=k, NominalValue=self.file.create_entity(kinds[type(v)], v)
            )
            for k, v in values.items()
        ]
        made = self._rooted("IfcPropertySet", Name=name, HasProperties=properties)
        self._rooted("IfcRelDefinesByProperties", RelatedObjects=[of], RelatingPropertyDefinition=made)

    def georeference(
        self,
        east: float,
        north: float,
        height: float,
        degrees: float = 0.0,
        crs: str = "EPSG:7415",
        datum: str | None = None,
    ) -> None:
        """Say where the origin lies [m], and how the axes are turned, as the schema has it."""
        angle = np.radians(degrees)
        conversion = {
            "Eastings": east,
            "Northings": north,
            "OrthogonalHeight": height,
            "XAxisAbscissa": float(np.cos(angle)),
            "XAxisOrdinate": float(np.sin(angle)),
            "Scale": 1.0 / self.per_metre,
        }
        if self.file.schema == "IFC2X3":  # buildingSMART, User Guide for Geo-referencing in IFC
            self.property_set(self.project, "ePSet_MapConversion", conversion)
            names = {"Name": crs} | ({"VerticalDatum": datum} if datum else {})
            self.property_set(self.project, "ePSet_ProjectedCRS", names)
            return
        metre = self.file.create_entity("IfcSIUnit", UnitType="LENGTHUNIT", Name="METRE")
        target = self.file.create_entity("IfcProjectedCRS", Name=crs, VerticalDatum=datum, MapUnit=metre)
        self.file.create_entity("IfcMapConversion", SourceCRS=self.context, TargetCRS=target, **conversion)


def box(x: float, y: float, dx: float, dy: float) -> Outline:
    return [(x, y), (x + dx, y), (x + dx, y + dy), (x, y + dy)]


def house(
    schema: str = "IFC4",
    unit: str = "mm",
    at: tuple[float, float, float] = (0.0, 0.0, 0.0),
    *,
    window: bool = True,
    lifted: float = 0.0,
) -> House:
    """The whole house, with what is no part of its outside: an inner wall, a chair, a ceiling, a footing.

    Parameters
    ----------
    schema, unit, at
        As of :class:`House`.
    window : bool
        Whether there is one in the opening of the front.
    lifted : float [m]
        Gap between the walls and the roof.
    """
    made = House(schema, unit, at)
    made.slab(0, 0, 0, (LONG, WIDE), 0.0)
    made.slab(1, WALL, WALL, (LONG - 2 * WALL, WIDE - 2 * WALL), UPPER)
    front = _walls(made)
    solid, upper = made.solid, (0, 0, UPPER)
    chevron = [(0, UNDER), (WIDE / 2, UNDER + RIDGE - EAVES), (WIDE, UNDER)]
    chevron += [(WIDE, EAVES), (WIDE / 2, RIDGE), (0, EAVES)]
    made.add("IfcRoof", "zadeldak", 2, solid(chevron, LONG, (0, 0, lifted), ACROSS))
    wide, high, thick = WINDOW
    pane = box(4, (WALL - thick) / 2, wide, thick)
    fills = made.add("IfcWindow", "raam", 0, solid(pane, high, SILL)) if window else None
    made.opening(front, solid(box(4, -0.1, wide, WALL + 0.2), high, SILL), fills)
    for storey, height, from_floor in ((0, UPPER - FLOOR, (0, 0, 0)), (1, 2.0, upper)):
        made.add(
            "IfcWall", "binnenmuur", storey, solid(box(5, WALL, 0.1, WIDE - 2 * WALL), height, from_floor)
        )
    furniture = "IfcFurnishingElement" if schema == "IFC2X3" else "IfcFurniture"
    made.add(furniture, "stoel", 0, solid(box(2, -3, 0.5, 0.5), 0.9))
    made.add("IfcFooting", "fundering", 0, solid(box(-0.5, -0.5, LONG + 1, WIDE + 1), 1.0, (0, 0, -1.3)))
    ceiling = solid(box(LONG + 2, WALL, 4, 4), 0.02, (0, 0, 2.5))
    made.add("IfcCovering", "plafond", 0, ceiling, PredefinedType="CEILING")
    made.add("IfcFlowTerminal", "paneel", 2, solid(box(2, -9, 1, 1), 0.1))
    x, y, wide, top = CHIMNEY
    made.add("IfcBuildingElementProxy", "schoorsteen", 2, solid(box(x, y, wide, wide), 2.0, (0, 0, top - 2)))
    return made


def _walls(made: House) -> Any:
    """Four walls up to the roof; the one in front is given back."""
    gable = [(0, 0), (WIDE, 0), (WIDE, UNDER), (WIDE / 2, UNDER + RIDGE - EAVES), (0, UNDER)]
    for x in (0.0, LONG - WALL):
        made.add("IfcWall", "kopgevel", 0, made.solid(gable, WALL, (x, 0, 0), ACROSS))
    rise = (RIDGE - EAVES) / (WIDE / 2) * WALL  # the roof climbs over the thickness of the wall
    low = [(0.0, 0.0), (WALL, 0.0), (WALL, UNDER + rise), (0.0, UNDER)]
    along, start = LONG - 2 * WALL, (WALL, 0.0, 0.0)
    back = [(WIDE - y, z) for y, z in reversed(low)]
    made.add("IfcWall", "achtergevel", 0, made.solid(back, along, start, ACROSS))
    return made.add("IfcWall", "voorgevel", 0, made.solid(low, along, start, ACROSS))
