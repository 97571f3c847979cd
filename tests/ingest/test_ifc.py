"""Buildings in IFC: made here by another part of the library than the one that reads them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import trimesh

from ingest.errors import SourceError
from ingest.ifc import Building, TooMuchError, read
from tests.ingest import ifc_house
from tests.ingest.ifc_house import CHIMNEY, FLOOR, LONG, UPPER, VOLUME, WALL, WHOLE, WIDE, House, house

EAST, NORTH, HEIGHT = 84_600.5, 447_100.25, 1.5
CORNERS = np.array([(0, 0), (LONG, 0), (LONG, WIDE), (0, WIDE)])


def surface(found: Building) -> trimesh.Trimesh:
    return trimesh.Trimesh(found.xyz, found.triangles, process=False)


def floors_seen(found: Building) -> float:
    """Area [m2] of what looks up at the height of the upper floor."""
    mesh = surface(found)
    upward = mesh.face_normals[:, 2] > 0.9
    inside = np.abs(mesh.triangles_center[:, 2] - UPPER) < 0.01
    return float(mesh.area_faces[upward & inside].sum())


@pytest.mark.parametrize(
    ("schema", "unit"), [("IFC2X3", "mm"), ("IFC4", "m"), ("IFC4", "mm"), ("IFC4X3", "mm")]
)
def test_of_a_house_the_outside_is_read_in_metres(schema: str, unit: str) -> None:
    found = read(house(schema, unit).content())
    mesh = surface(found)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(VOLUME, rel=1e-9)
    # no chair before the door, no footing below, no solar panel beside: 10 by 8 m, and a chimney
    assert mesh.bounds == pytest.approx(np.array([(0, 0, -FLOOR), (LONG, WIDE, CHIMNEY[3])]), abs=1e-9)
    assert floors_seen(found) == 0
    assert (found.name, found.floors, found.lost, found.sealed) == ("Huis", 2, 0, False)
    assert (found.in_rd, found.in_nap, found.other_crs, found.turned) == (False, False, "", 0.0)


@pytest.mark.parametrize(
    ("schema", "unit", "degrees"),
    [
        ("IFC2X3", "mm", 30.0),
        ("IFC2X3", "m", -135.0),
        ("IFC4", "mm", -135.0),
        ("IFC4", "m", 30.0),
        ("IFC4", "m", 0.0),
    ],
)
def test_a_map_conversion_brings_it_to_its_place(schema: str, unit: str, degrees: float) -> None:
    made = house(schema, unit)
    made.georeference(EAST, NORTH, HEIGHT, degrees)
    found = read(made.content())
    assert found.in_rd
    assert found.in_nap
    assert found.level == pytest.approx(HEIGHT)
    angle = np.radians(degrees)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    for x, y in CORNERS @ turn.T + [EAST, NORTH]:
        away = np.linalg.norm(found.xyz - [x, y, HEIGHT - FLOOR], axis=1)
        assert away.min() < 1e-6
    assert surface(found).volume == pytest.approx(VOLUME, rel=1e-6)


@pytest.mark.parametrize(
    ("crs", "datum", "height", "in_rd", "in_nap"),
    [
        ("EPSG:7415", None, 0.0, True, True),
        ("EPSG:28992", None, 0.0, True, False),  # the height was left as it was
        ("EPSG:28992", "NAP", 0.0, True, True),
        ("EPSG:28992", None, 2.0, True, True),
        ("Amersfoort / RD New", None, 0.0, True, False),
        ("EPSG:25831", None, 2.0, False, False),
        ("EPSG:128992", None, 2.0, False, False),
    ],
)
def test_only_what_is_said_to_be_rd_and_nap_is(
    crs: str, datum: str | None, height: float, in_rd: bool, in_nap: bool
) -> None:
    made = house()
    made.georeference(EAST, NORTH, height, crs=crs, datum=datum)
    found = read(made.content())
    assert (found.in_rd, found.in_nap) == (in_rd, in_nap)
    assert found.other_crs == ("" if in_rd else crs)
    assert found.xyz[:, 0].min() == pytest.approx(EAST if in_rd else 0.0, abs=1e-6)


@pytest.mark.parametrize("scale", [1.0, 0.001, None, 1000.0])
def test_units_and_scales_that_programs_mix_up_do_not_blow_it_up(scale: float | None) -> None:
    """Without a unit of the map it would be that of the project, millimetres; no country lies there."""
    made = house("IFC4", "mm")
    made.georeference(EAST, NORTH, HEIGHT)
    (conversion,) = made.file.by_type("IfcMapConversion")
    conversion.Scale = scale
    conversion.TargetCRS.MapUnit = None
    found = read(made.content())
    assert found.xyz.min(axis=0) == pytest.approx([EAST, NORTH, HEIGHT - FLOOR], abs=1e-6)
    assert surface(found).volume == pytest.approx(VOLUME, rel=1e-6)


def test_a_scale_of_the_map_counts() -> None:
    made = house("IFC4", "m")
    made.georeference(EAST, NORTH, HEIGHT)
    made.file.by_type("IfcMapConversion")[0].Scale = 0.9999
    assert np.ptp(read(made.content()).xyz[:, 0]) == pytest.approx(LONG * 0.9999, abs=1e-6)


def test_a_site_that_was_set_down_in_rd_stays_there() -> None:
    found = read(house("IFC4", "mm", at=(EAST, NORTH, 0.0)).content())
    assert not found.in_rd
    assert found.xyz.min(axis=0) == pytest.approx([EAST, NORTH, -FLOOR], abs=1e-5)
    assert surface(found).volume == pytest.approx(VOLUME, rel=1e-6)


def test_of_which_only_the_north_is_known_is_turned_to_it() -> None:
    made = house()
    east = made.file.create_entity("IfcDirection", DirectionRatios=[1.0, 0.0])  # north is where x points
    made.context.TrueNorth = east
    found = read(made.content())
    assert found.turned == 90
    assert found.xyz.min(axis=0) == pytest.approx([-WIDE, 0, -FLOOR], abs=1e-9)
    assert found.xyz.max(axis=0) == pytest.approx([0, LONG, CHIMNEY[3]], abs=1e-9)


def test_an_opening_without_a_window_is_shut() -> None:
    found = read(house(window=False).content())
    assert found.sealed
    mesh = surface(found)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(WHOLE, rel=1e-9)


def test_a_gap_that_drawing_leaves_is_shut() -> None:
    """A shed of 6 by 5 m of which the roof lies 2 cm above the walls."""
    made = House()
    made.slab(0, 0, 0, (6, 5), 0.0)
    made.slab(0, 0, 0, (6, 5), 3.02 + FLOOR)
    for x, y, wide, deep in ((0, 0, 6, 0.2), (0, 4.8, 6, 0.2), (0, 0.2, 0.2, 4.6), (5.8, 0.2, 0.2, 4.6)):
        made.add("IfcWall", "wand", 0, made.solid(ifc_house.box(x, y, wide, deep), 3.0))
    found = read(made.content())
    assert found.sealed
    mesh = surface(found)
    assert mesh.is_watertight
    assert mesh.extents == pytest.approx([6, 5, 3.02 + 2 * FLOOR], abs=1e-6)
    assert mesh.volume == pytest.approx(6 * 5 * (3.02 + 2 * FLOOR), rel=0.01)


def test_what_is_no_solid_does_not_take_the_volume_away() -> None:
    made = house()
    sheet = made.solid(ifc_house.box(2, 2, 1, 1), 1.0)
    face = made.file.create_entity("IfcPolyLoop", Polygon=list(sheet.SweptArea.OuterCurve.Points[:4]))
    bound = made.file.create_entity("IfcFaceOuterBound", face, True)
    shell = made.file.create_entity("IfcOpenShell", [made.file.create_entity("IfcFace", [bound])])
    wall = made.add("IfcWall", "vlies", 0, sheet)
    wall.Representation.Representations[0].Items = [
        made.file.create_entity("IfcShellBasedSurfaceModel", [shell])
    ]
    found = read(made.content())
    assert found.lost == 1
    assert surface(found).volume == pytest.approx(VOLUME)


def test_behind_a_gap_that_no_air_passes_nothing_is_kept() -> None:
    """The roof hovers 10 cm above the walls: there is no volume, but no floors on the roof either."""
    whole, found = (read(house(lifted=lifted).content()) for lifted in (0.0, 0.1))
    assert not surface(found).is_watertight
    assert found.hollow
    assert not whole.hollow
    assert floors_seen(found) == 0
    roof = [surface(f).area_faces[surface(f).face_normals[:, 2] > 0.3].sum() for f in (whole, found)]
    # the tops of the walls are so near to the outside that air is taken to reach them
    assert roof[0] < roof[1] < roof[0] + 2 * (LONG + WIDE) * WALL * 1.25


def test_what_a_model_says_of_its_use_comes_along() -> None:
    made = house()
    made.property_set(made.building, "Pset_BuildingCommon", {"OccupancyType": "Kantoorfunctie"})
    made.building.ObjectType = "kantoor"
    assert read(made.content()).uses == ("Kantoorfunctie", "kantoor")


def test_basements_roofs_and_double_storeys_are_no_floors() -> None:
    made = House("IFC4", "mm")
    made.storeys[0].Elevation = -3000.0
    made.storeys[1].Elevation = 20.0
    made.storeys[2].Elevation = -20.0
    for storey in range(3):
        wall = made.solid(ifc_house.box(0, 0, 4, 4), 3.0)
        made.add("IfcWall", "muur", storey, wall)
    assert read(made.content()).floors == 1


def test_a_round_tower_has_no_more_faces_than_it_needs() -> None:
    made = House()
    profile = made.file.create_entity("IfcCircleProfileDef", ProfileType="AREA", Radius=5000.0)
    solid = made.solid(ifc_house.box(0, 0, 1, 1), 30.0)
    solid.SweptArea = profile
    made.add("IfcColumn", "toren", 0, solid)
    mesh = surface(read(made.content()))
    assert mesh.volume == pytest.approx(np.pi * 25 * 30, rel=0.02)
    assert len(mesh.faces) < 200


def test_parts_without_a_readable_shape_are_counted() -> None:
    made = house()
    solid = made.solid(ifc_house.box(0, 0, 1, 1), 1.0)
    solid.SweptArea = made.file.create_entity("IfcCircleProfileDef", ProfileType="AREA", Radius=-1.0)
    made.add("IfcWall", "muur zonder vorm", 0, solid)
    found = read(made.content())
    assert found.lost == 1
    assert surface(found).volume == pytest.approx(VOLUME)


def _below_itself() -> bytes:
    made = house()
    made.site.ObjectPlacement.PlacementRelTo = made.building.ObjectPlacement
    return made.content()


def _empty() -> bytes:
    return House().content()


def _without_project() -> bytes:
    return re.sub(rb"#\d+=IFCPROJECT\([^\n]*\n", b"", house("IFC2X3").content())


def _nowhere() -> bytes:
    return house().content().replace(b"(10000.,8000.)", b"(1.E400,8000.)")


BROKEN = {
    "nothing but its beginning": b"ISO-10303-21;",
    "cut off": house().content()[:9000],
    "an unknown schema": house().content().replace(b"'IFC4'", b"'IFC9'"),
    "another kind of step file": house().content().replace(b"'IFC4'", b"'AUTOMOTIVE_DESIGN'"),
    "bytes": b"ISO-10303-21;" + bytes(range(256)) * 40,
    "no building": _empty(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_with_a_remedy(name: str) -> None:
    with pytest.raises(SourceError, match=r"IFC: .*\. Expected .*\. (Export|Leave|Send) "):
        read(BROKEN[name])


@pytest.mark.parametrize("content", [_below_itself(), _without_project(), _nowhere()])
def test_what_is_odd_is_read_or_refused(content: bytes) -> None:
    found = _read_or_refused(content)
    if isinstance(found, str):
        assert 40 < len(found) < 400
    else:
        assert np.isfinite(found.xyz).all()
        assert found.triangles.max() < len(found.xyz)


def _read_or_refused(content: bytes) -> Building | str:
    try:
        return read(content, seconds=20)
    except SourceError as refused:
        return str(refused)


def test_a_file_that_takes_too_long_is_stopped() -> None:
    """Thirty maps within each other, each two copies of the one below: a thousand million walls."""
    made = House()
    items: list[Any] = [made.solid(ifc_house.box(0, 0, 1, 1), 1.0)]
    origin = made.file.create_entity(
        "IfcCartesianTransformationOperator3D",
        LocalOrigin=made.file.create_entity("IfcCartesianPoint", [0.0] * 3),
    )
    for _ in range(30):
        shape = made.file.create_entity(
            "IfcShapeRepresentation", made.context, "Body", "MappedRepresentation", items
        )
        map_ = made.file.create_entity(
            "IfcRepresentationMap", made.axes((0.0, 0.0, 0.0), *ifc_house.FLAT), shape
        )
        items = [made.file.create_entity("IfcMappedItem", map_, origin) for _ in range(2)]
    wall = made.add("IfcWall", "muur", 0, made.solid(ifc_house.box(0, 0, 1, 1), 1.0))
    wall.Representation.Representations[0].Items = items
    with pytest.raises((TooMuchError, SourceError), match=r"takes|stopped"):
        read(made.content(), seconds=2)


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.ifc.reading.find_spec", lambda name: None)
    with pytest.raises(SourceError, match=r"pip install 'gemeentetwin\[ifc\]'"):
        read(house().content())
