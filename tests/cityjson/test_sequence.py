"""Text sequences: what stands in them, and what the schemas, cjio and cityjson_lib say."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import cityjson_lib
import numpy as np
import orjson
import pytest
from jsonschema import Draft7Validator

from tests.cityjson.town import HEADER, ORIGIN, attributes, box, nothing, square, town
from twin.cityjson import CityObjects, Geometry, check_sequence, merge_sequences, write_sequence
from twin.cityjson.sequence import sequence_lines
from twin.errors import StoreError
from twin.geometry.select import concatenate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    to = tmp_path / "084500_447000.city.jsonl"
    write_sequence(to, HEADER, *town())
    return to


def read(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_header_and_features_are_valid_by_the_official_schemas(
    path: Path, validators: tuple[Draft7Validator, Draft7Validator]
) -> None:
    whole, feature = validators
    header, *features = read(path)
    assert [e.message for e in whole.iter_errors(header)] == []
    assert len(features) == 6
    for content in features:
        assert [e.message for e in feature.iter_errors(content)] == [], content["id"]
    broken = copy.deepcopy(features[0])
    next(iter(broken["CityObjects"].values()))["geometry"][0]["type"] = "Solids"
    assert list(feature.iter_errors(broken))


def test_the_header_says_what_where_and_from_what(path: Path) -> None:
    header = read(path)[0]
    metadata = header["metadata"]
    assert metadata["referenceSystem"] == "https://www.opengis.net/def/crs/EPSG/0/7415"
    assert metadata["geographicalExtent"] == [84500, 447000, 0, 84564, 447060, 9]
    assert metadata["sources"][0]["attribution"] == "Kadaster"
    assert header["transform"] == {"scale": [0.001] * 3, "translate": ORIGIN.tolist()}


def test_features_come_in_order_with_parents_and_children(path: Path) -> None:
    features = read(path)[1:]
    first = features[0]
    assert first["id"] == "NL.IMBAG.Pand.0503100000000001"
    assert list(first["CityObjects"]) == [first["id"], f"{first['id']}-0", f"{first['id']}-1"]
    building, part, other = first["CityObjects"].values()
    assert building["children"] == [f"{first['id']}-0", f"{first['id']}-1"]
    assert part["parents"] == other["parents"] == [first["id"]]
    assert "attributes" not in part
    assert [g["lod"] for g in part["geometry"]] == ["1.2", "2.2"]
    assert [g["lod"] for g in other["geometry"]] == ["1.2"]
    bare = features[2]["CityObjects"]["NL.IMGeo.G0503.x"]
    assert "children" not in bare
    assert [g["type"] for g in bare["geometry"]] == ["MultiSurface"]


def test_geometry_comes_back_to_the_millimetre(path: Path) -> None:
    features = {f["id"]: f for f in read(path)[1:]}
    first = features["NL.IMBAG.Pand.0503100000000001"]
    solid = first["CityObjects"]["NL.IMBAG.Pand.0503100000000001-1"]["geometry"][0]
    xyz = np.array(first["vertices"]) * 0.001 + ORIGIN
    given = box(8, 0, 8, 3)
    for s, surface in enumerate(solid["boundaries"][0]):
        ring = given.ring_vertices[given.ring_offsets[s] : given.ring_offsets[s + 1]]
        np.testing.assert_allclose(xyz[surface[0]], given.xyz[ring], atol=5e-4)
    named = [solid["semantics"]["surfaces"][v]["type"] for v in solid["semantics"]["values"][0]]
    assert named == ["GroundSurface", *["WallSurface"] * 4, "RoofSurface"]
    assert len(solid["semantics"]["surfaces"]) == 3

    road = features["NL.IMGeo.G0503.road"]["CityObjects"]["NL.IMGeo.G0503.road"]["geometry"][0]
    assert [len(r) for r in road["boundaries"][0]] == [4, 4]
    assert road["semantics"] == {"surfaces": [{"type": "TrafficArea"}], "values": [0]}
    fence = features["NL.IMGeo.G0503.fence"]
    shape = fence["CityObjects"]["NL.IMGeo.G0503.fence"]["geometry"][0]
    assert [np.array(fence["vertices"])[line].tolist() for line in shape["boundaries"]] == [
        [[0, 40000, 1000], [5000, 40000, 1000], [9000, 41000, 2000]],
        [[9000, 41000, 2000], [9000, 50000, 2000]],
    ]
    tree = features["NL.IMGeo.G0503.tree"]
    assert tree["CityObjects"]["NL.IMGeo.G0503.tree"]["geometry"] == [
        {"type": "MultiPoint", "lod": "1", "boundaries": [0, 1]}
    ]
    assert tree["vertices"] == [[3000, 60000, 1000], [4000, 60000, 1000]]


def test_no_vertex_is_unused_or_doubled_within_a_feature(path: Path) -> None:
    assert check_sequence(path) == []
    first = read(path)[1]
    # Two boxes of other heights that share two corners on the ground, and an outline half a metre higher.
    assert len(first["vertices"]) == len({tuple(v) for v in first["vertices"]}) == 8 + 8 - 2 + 4
    fence = read(path)[5]
    assert len(fence["vertices"]) == 4


def test_a_vertex_of_two_objects_and_one_of_none_do_no_harm() -> None:
    shells = concatenate([square(0, 0, 4), square(4, 0, 4)])
    shared = shells.ring_vertices.copy()
    shared[[4, 7]] = shared[[1, 2]]  # the second square takes two corners of the first
    objects = CityObjects(["a", "b"], ["Road"] * 2, np.array([-1, -1]), [{}, {}])
    geometry = Geometry("MultiSurface", "1", replace(shells, ring_vertices=shared), np.arange(2), ())
    lines = [orjson.loads(line) for line in sequence_lines(HEADER, objects, [geometry])]
    assert [len(f["vertices"]) for f in lines[1:]] == [4, 4]


def test_attributes_are_json_ready_and_say_nothing_of_what_is_missing() -> None:
    first, second, third = attributes(["a", "b", "c"])
    assert first == {
        "identificatie": "a",
        "oorspronkelijk_bouwjaar": 1900,
        "adressen": ["A 1", "B 2"],
        "woz_peildatum": "2024-01-01",
        "hoogte": 6.0,
        "geometrie_geldig": True,
        "tijdstip_registratie": "2020-01-02T00:00:00",
    }
    assert second == {"identificatie": "b", "geometrie_geldig": False}
    assert third["hoogte"] == 0.333
    assert third["adressen"] == []
    assert orjson.loads(orjson.dumps(first)) == first


def test_objects_without_geometry_and_sequences_without_objects(tmp_path: Path) -> None:
    path = tmp_path / "x.city.jsonl"
    objects = CityObjects(["a"], ["Road"], np.array([-1]), [{"bgt_functie": "voetpad"}])
    write_sequence(path, HEADER, objects, [Geometry("MultiSurface", "1", nothing(), np.arange(1), ())])
    header, feature = read(path)
    assert "geographicalExtent" not in header["metadata"]
    assert feature["CityObjects"]["a"] == {"type": "Road", "attributes": {"bgt_functie": "voetpad"}}
    assert feature["vertices"] == []
    write_sequence(path, HEADER, CityObjects([], [], np.empty(0, np.int64), []), [])
    assert len(read(path)) == 1
    assert check_sequence(path) == []


def test_it_is_written_as_a_whole_or_not_at_all(path: Path) -> None:
    before = path.read_bytes()
    objects, geometries = town()
    with pytest.raises(IndexError):
        write_sequence(path, HEADER, replace(objects, types=["Building"]), geometries)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_cityjson_lib_reads_it(path: Path) -> None:
    model = cityjson_lib.merge_feature_stream_bytes(path.read_bytes())
    summary = model.summary()
    assert summary.cityobject_count == 9
    assert sorted(model.cityobject_ids()) == sorted(town()[0].ids)


# ---- the merged file


def second_tile(folder: Path) -> Path:
    path = folder / "085000_447000.city.jsonl"
    objects = CityObjects(["NL.IMGeo.G0503.far"], ["Road"], np.array([-1]), [{}])
    geometry = Geometry("MultiSurface", "1", square(16, 0, 4), np.arange(1), ())
    write_sequence(path, replace(HEADER, identifier="085000_447000"), objects, [geometry])
    return path


def test_the_merged_file_is_valid_and_whole(
    path: Path, tmp_path: Path, validators: tuple[Draft7Validator, Draft7Validator]
) -> None:
    to = tmp_path / "dorp.city.json"
    assert merge_sequences([path, second_tile(tmp_path)], to, title="Dorp") == 10
    city = orjson.loads(to.read_bytes())
    assert [e.message for e in validators[0].iter_errors(city)] == []
    assert city["metadata"]["title"] == "Dorp"
    assert city["metadata"]["identifier"] == "dorp.city"
    assert city["metadata"]["geographicalExtent"] == [84500, 447000, 0, 84564, 447060, 9]
    assert len({tuple(v) for v in city["vertices"]}) == len(city["vertices"])
    used = set(_flat([g["boundaries"] for o in city["CityObjects"].values() for g in o.get("geometry", [])]))
    assert used == set(range(len(city["vertices"])))
    features = {k: o for f in read(path)[1:] for k, o in f["CityObjects"].items()}
    for key, entry in features.items():
        assert city["CityObjects"][key].get("attributes") == entry.get("attributes")


def test_cjio_reads_the_merged_file(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "dorp.city.json"
    merge_sequences([path], to)
    from twin.cityjson.merge import _cityjson_class

    with to.open() as file:
        city = _cityjson_class()(file=file)
    assert city.number_city_objects_level1() == 6
    assert city.get_epsg() == 7415
    before = len(city.j["vertices"])
    city.remove_duplicate_vertices()
    city.remove_orphan_vertices()
    assert len(city.j["vertices"]) == before
    assert cityjson_lib.probe_bytes(to.read_bytes()) is not None


def _flat(nested: Any) -> Any:
    for member in nested:
        if isinstance(member, list):
            yield from _flat(member)
        else:
            yield member


def test_what_can_not_be_merged_says_why(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "x.json"
    with pytest.raises(StoreError, match="no CityJSON to merge"):
        merge_sequences([], to)
    with pytest.raises(StoreError, match=r"NL\.IMBAG.* is in another tile too"):
        merge_sequences([path, path], to)
    other = tmp_path / "other.city.jsonl"
    write_sequence(other, replace(HEADER, translate=ORIGIN + 1), *town())
    with pytest.raises(StoreError, match=r"other.*: its transform differs"):
        merge_sequences([path, other], to)
    other.write_bytes(b"")
    with pytest.raises(StoreError, match="is empty"):
        merge_sequences([other], to)
    with pytest.raises(StoreError, match="can't be read"):
        merge_sequences([tmp_path / "none"], to)
    assert not to.exists()
