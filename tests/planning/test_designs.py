"""Designs from other programs, read into edits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import trimesh

from ingest import ifc
from tests.ingest import ifc_house
from tests.planning import files
from twin.errors import ScenarioError, TooLargeError
from twin.planning import Planner
from twin.planning.designs import read_design
from twin.planning.designs.ifc import dutch
from twin.planning.designs.obj import read_obj
from twin.planning.designs.settle import COARSER
from twin.scenario import Variant, evaluate
from twin.scenario.designs import design_of
from twin.scenario.town import ground_below
from twin.scenario.variant import MOST_TRIANGLES, MOST_VERTICES, Import
from twin.store import Layout


@pytest.fixture(scope="module")
def planner(sample_twin: Path) -> Planner:
    return Planner.open(Layout(sample_twin))


@pytest.fixture(scope="module")
def middle(planner: Planner) -> tuple[float, float]:
    x0, y0, x1, y1 = planner.extent
    return round((x0 + x1) / 2), round((y0 + y1) / 2)


def codes(found: Any) -> set[str]:
    return {code for code, _ in found.remarks}


def size(edit: Import) -> list[float]:
    xyz = np.array(edit.mesh.vertices)
    return [round(v, 3) for v in (xyz.max(axis=0) - xyz.min(axis=0)).tolist()]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (files.glb(), {}),
        (files.embedded(files.glb()), {}),
        (files.obj(), {}),
        (files.obj(up="z"), {"up": "z"}),
        (files.obj(scale=1000), {"unit": "mm"}),
        (files.city_json(0, 0, 0, crs=None), {}),
    ],
    ids=["glb", "gltf", "obj", "obj z up", "obj in mm", "cityjson"],
)
def test_a_design_stands_upright_on_its_base_in_metres(
    planner: Planner, middle: tuple[float, float], content: bytes, options: dict[str, Any]
) -> None:
    made = read_design(content, planner, **options)
    assert size(made.edit) == [20.0, 8.0, 6.0]
    low = np.array(made.edit.mesh.vertices).min(axis=0)
    assert low == pytest.approx([-10, -4, 0], abs=1e-9)
    assert made.edit.position == pytest.approx(middle, abs=1)
    assert codes(made) == {"placed-in-middle", "floors-assumed"}
    assert made.edit.floors == 2
    design = design_of(made.edit, 0.0)
    assert design.solid
    assert design.volume == pytest.approx(files.VOLUME, rel=1e-6)
    # the missing quarter of the L is not filled, and lies where it was drawn: at high x and high y
    assert design.outline.area == pytest.approx(files.AREA, rel=1e-3)
    at = made.edit.position
    assert not design.outline.intersects(shapely.box(at[0] + 1, at[1] + 1, at[0] + 9, at[1] + 3))


def test_a_design_in_rd_lands_where_it_stands_at_its_height(
    planner: Planner, middle: tuple[float, float]
) -> None:
    x, y = middle
    here = np.array([shapely.Point(x + 10, y + 4)], dtype=object)
    bare = Variant.model_validate({"edits": [edit_at(x + 10, y + 4)]})
    ground = float(ground_below(planner.town(bare), here)[0])
    made = read_design(files.city_json(x, y, ground + 2.5), planner)
    assert made.edit.position == (x + 10, y + 4)
    assert "placed-by-file" in codes(made)
    variant = Variant(edits=[made.edit])
    placed = evaluate(variant, planner.town(variant)).outcome.objects
    low, high = placed.shells.xyz.min(axis=0), placed.shells.xyz.max(axis=0)
    assert low == pytest.approx([x, y, ground + 2.5], abs=0.002)
    assert high == pytest.approx([x + 20, y + 8, ground + 8.5], abs=0.002)
    assert placed.volume == pytest.approx([files.VOLUME], rel=1e-6)
    moved = read_design(files.city_json(x, y, ground + 2.5), planner, position=(x + 50, y))
    assert moved.edit.position == (x + 50, y)
    assert min(z for _, _, z in moved.edit.mesh.vertices) == 0


def edit_at(x: float, y: float) -> dict[str, Any]:
    mesh = {"vertices": [(0, 0, 0), (1, 0, 0), (0, 1, 0)], "triangles": [(0, 1, 2)]}
    return {"id": "a", "kind": "import", "position": (x, y), "mesh": mesh}


def test_obj_in_rd_is_placed_by_its_coordinates(planner: Planner, middle: tuple[float, float]) -> None:
    made = read_design(files.obj(up="z", at=middle), planner, up="z")
    assert made.edit.position == (middle[0] + 10, middle[1] + 4)
    assert "placed-by-file" in codes(made)


def test_a_text_sequence_is_read_as_the_file_it_comes_from(planner: Planner) -> None:
    whole = json.loads(files.city_json(84_500, 447_000, 0))
    first = {k: whole[k] for k in ("type", "version", "transform", "metadata")}
    first |= {"CityObjects": {}, "vertices": []}
    feature = {"type": "CityJSONFeature", "id": "b", **{k: whole[k] for k in ("CityObjects", "vertices")}}
    lines = b"\n".join(json.dumps(part).encode() for part in (first, feature))
    one, other = (read_design(c, planner).edit for c in (lines, json.dumps(whole).encode()))
    assert one.mesh == other.mesh
    assert one.position == other.position


def test_a_template_is_set_down_at_its_anchor(planner: Planner) -> None:
    whole = json.loads(files.city_json(0, 0, 0, crs=None))
    part = whole["CityObjects"].pop("b-0")
    del whole["CityObjects"]["b"]
    template = part["geometry"][0]
    whole["geometry-templates"] = {
        "templates": [template],
        "vertices-templates": [[v / 1000 for v in vertex] for vertex in whole["vertices"]],
    }
    turned = [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    for name, anchor in (("one", 0), ("other", 1)):  # the second stands 20 m to the east of the first
        instance = {"type": "GeometryInstance", "template": 0, "boundaries": [anchor]}
        instance["transformationMatrix"] = turned
        whole["CityObjects"][name] = {"type": "Building", "geometry": [instance]}
    made = read_design(json.dumps(whole).encode(), planner)
    assert size(made.edit) == [28.0, 20.0, 6.0]
    assert design_of(made.edit, 0.0).volume == pytest.approx(2 * files.VOLUME)


def test_a_house_in_ifc_stands_on_its_ground_floor(planner: Planner, middle: tuple[float, float]) -> None:
    made = read_design(ifc_house.house().content(), planner)
    assert codes(made) == {"placed-in-middle", "floors-by-file"}
    assert size(made.edit) == [ifc_house.LONG, ifc_house.WIDE, ifc_house.CHIMNEY[3] + ifc_house.FLOOR]
    assert min(z for _, _, z in made.edit.mesh.vertices) == -ifc_house.FLOOR  # the slab lies in the ground
    assert made.edit.position == pytest.approx(middle, abs=1)
    assert (made.edit.floors, made.edit.gebruiksdoel, made.edit.label) == (2, "woonfunctie", "Huis")
    design = design_of(made.edit, 0.0)
    assert design.closed
    assert design.volume == pytest.approx(ifc_house.VOLUME, rel=1e-3)
    assert design.outline.area == pytest.approx(ifc_house.AREA, rel=1e-3)
    assert (
        read_design(ifc_house.house("IFC2X3", "m").content(), planner, unit="mm").edit.mesh == made.edit.mesh
    )


@pytest.mark.parametrize(("crs", "stands_at_its_height"), [("EPSG:7415", True), ("EPSG:28992", False)])
def test_a_house_in_ifc_lands_where_its_map_conversion_says(
    planner: Planner, middle: tuple[float, float], crs: str, stands_at_its_height: bool
) -> None:
    x, y = middle
    here = np.array([shapely.Point(x - ifc_house.WIDE / 2, y + ifc_house.LONG / 2)], dtype=object)
    bare = Variant.model_validate({"edits": [edit_at(here[0].x, here[0].y)]})
    ground = float(ground_below(planner.town(bare), here)[0])
    house = ifc_house.house()
    house.georeference(x, y, ground + 1.2 if stands_at_its_height else 0.0, degrees=90, crs=crs)
    house.property_set(house.building, "Pset_BuildingCommon", {"OccupancyType": "Kantoorfunctie"})
    made = read_design(house.content(), planner, label="Huis aan de <i>Vaart</i>")
    assert codes(made) == {"placed-by-file", "floors-by-file"}
    assert (made.edit.gebruiksdoel, made.edit.label) == ("kantoorfunctie", "Huis aan de Vaart")
    variant = Variant(edits=[made.edit])
    placed = evaluate(variant, planner.town(variant)).outcome.objects
    floor = ground + (1.2 if stands_at_its_height else 0.0)
    low, high = placed.shells.xyz.min(axis=0), placed.shells.xyz.max(axis=0)
    assert low == pytest.approx([x - ifc_house.WIDE, y, floor - ifc_house.FLOOR], abs=0.002)
    assert high == pytest.approx([x, y + ifc_house.LONG, floor + ifc_house.CHIMNEY[3]], abs=0.002)
    assert placed.volume == pytest.approx([ifc_house.VOLUME], rel=1e-3)


def test_what_was_done_to_an_ifc_is_said(planner: Planner) -> None:
    house = ifc_house.house(window=False)
    house.context.TrueNorth = house.file.create_entity("IfcDirection", DirectionRatios=[1.0, 0.0])
    lost = house.solid(ifc_house.box(0, 0, 1, 1), 1.0)
    lost.SweptArea = house.file.create_entity("IfcCircleProfileDef", ProfileType="AREA", Radius=-1.0)
    house.add("IfcWall", "muur zonder vorm", 0, lost)
    house.georeference(600_000, 5_700_000, 3.0, crs="EPSG:25831")
    made = read_design(house.content(), planner)
    told = {remark["code"]: remark["nl"] for remark in made.as_json()["remarks"]}
    assert set(told) == {
        "placed-in-middle",
        "floors-by-file",
        "openings-shut",
        "other-crs",
        "turned-north",
        "parts-lost",
    }
    assert "EPSG:25831" in told["other-crs"]
    assert "90 graden" in told["turned-north"]


def test_a_server_without_the_packages_for_ifc_says_what_to_install(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.ifc.reading.find_spec", lambda name: None)
    with pytest.raises(ScenarioError, match=r"pip install 'gemeentetwin\[ifc\]'") as refused:
        read_design(ifc_house.house().content(), planner)
    assert refused.value.nl == (
        "IFC: deze server kan het niet lezen zonder ifcopenshell, manifold3d. Vraag de beheerder om pip "
        "install 'gemeentetwin[ifc]', of exporteer het ontwerp als glTF, OBJ of CityJSON"
    )


@pytest.mark.parametrize("fault", ifc.Fault)
def test_every_fault_of_an_ifc_is_told_in_dutch(fault: ifc.Fault) -> None:
    told = dutch(ifc.IfcError(fault, found="", expected="", remedy="", what="<7>"))
    assert told.startswith("IFC: ")
    assert "{" not in told
    named = fault not in (ifc.Fault.CUT_OFF, ifc.Fault.MEMORY, ifc.Fault.EMPTY)
    assert ("<7>" in told) == named


def test_two_blocks_wall_to_wall_have_the_volume_of_both(planner: Planner) -> None:
    left, right = trimesh.creation.box((10, 10, 6)), trimesh.creation.box((10, 10, 6))
    right.apply_translation([10, 0, 0])
    made = read_design(files.glb(left, right), planner)
    design = design_of(made.edit, 0.0)
    assert design.closed
    assert not design.solid  # four faces at one edge: no Solid of CityJSON
    assert design.volume == pytest.approx(1200)
    assert "not-closed" not in codes(made)


def test_faces_shown_from_both_sides_are_one(planner: Planner) -> None:
    once = files.block()
    twice = trimesh.Trimesh(once.vertices, np.concatenate((once.faces, once.faces[:, ::-1])), process=False)
    made = read_design(files.glb(twice), planner)
    assert len(made.edit.mesh.triangles) == len(once.faces)
    assert design_of(made.edit, 0.0).volume == pytest.approx(files.VOLUME)


def test_what_is_open_is_said_to_have_no_volume(planner: Planner) -> None:
    whole = files.block()
    made = read_design(files.glb(trimesh.Trimesh(whole.vertices, whole.faces[1:], process=False)), planner)
    assert "not-closed" in codes(made)
    assert np.isnan(design_of(made.edit, 0.0).volume)


def test_a_sheet_with_two_sides_has_no_volume(planner: Planner) -> None:
    flat = trimesh.Trimesh([[0, 0, 0], [9, 0, 0], [9, 0, 9]], [[0, 1, 2]], process=False)
    made = read_design(files.glb(flat), planner)
    assert "not-closed" in codes(made)


def test_too_many_triangles_are_simplified_and_it_is_said(planner: Planner) -> None:
    ball = trimesh.creation.icosphere(subdivisions=7, radius=8)
    assert len(ball.faces) > MOST_TRIANGLES
    made = read_design(files.glb(ball), planner)
    assert "simplified" in codes(made)
    assert len(made.edit.mesh.triangles) <= MOST_TRIANGLES
    assert len(made.edit.mesh.vertices) <= MOST_VERTICES
    assert design_of(made.edit, 0.0).volume == pytest.approx(ball.volume, rel=0.01)


def test_a_detailed_whole_town_is_refused(planner: Planner) -> None:
    side = 400
    x, y = np.meshgrid(np.arange(side) * 3.0, np.arange(side) * 3.0)
    xyz = np.column_stack((x.ravel(), y.ravel(), np.zeros(side**2)))
    corner = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    faces = np.concatenate(
        [
            np.column_stack((corner, corner + side, corner + 1)),
            np.column_stack((corner + 1, corner + side, corner + side + 1)),
        ]
    )
    with pytest.raises(TooLargeError, match=f"{COARSER[-1]:g} m"):
        read_design(files.glb(trimesh.Trimesh(xyz, faces, process=False)), planner)


def test_indices_that_count_back_count_from_where_they_stand() -> None:
    content = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 9 0 0\nv 8 0 0\nv 9 1 0\nf -3 -2 -1\n"
    assert read_obj(content).triangles.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_obj_is_read_as_trimesh_reads_it_where_that_can() -> None:
    mesh = trimesh.creation.icosphere(subdivisions=3)
    content = mesh.export(file_type="obj").encode()
    raw = read_obj(content)
    second = trimesh.Trimesh(raw.xyz, raw.triangles, process=False)
    assert second.volume == pytest.approx(mesh.volume, rel=1e-6)
    assert len(raw.triangles) == len(mesh.faces)


def test_bow_ties_and_folds_are_taken_as_they_are(planner: Planner) -> None:
    """A face that crosses itself is drawn somehow; it must not stop the rest, nor the program."""
    content = (
        files.obj(up="z") + b"\nv 30 0 0\nv 40 10 0\nv 40 0 0\nv 30 10 5\nf -4 -3 -2 -1\nf -4 -3 -4 -2\n"
    )
    made = read_design(content, planner, up="z")
    assert "not-closed" in codes(made)
    assert size(made.edit)[0] == 40
