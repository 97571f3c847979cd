"""CQL2 filters and sorting: what they select, and that nothing hostile gets through or breaks anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.town import PANDEN, SECRET
from twin.api.cql2 import DEEPEST, LONGEST
from twin.api.crs import RD

A, B, C = PANDEN
ITEMS = "/api/collections/pand/items"
WKT = "POLYGON((85000 447000, 85500 447000, 85500 447500, 85000 447500, 85000 447000))"


def ids(client: TestClient, text: Any, **more: str) -> list[str]:
    params = {"filter": text if isinstance(text, str) else json.dumps(text), **more}
    if not isinstance(text, str):
        params["filter-lang"] = "cql2-json"
    response = client.get(ITEMS, params=params)
    assert response.status_code == 200, response.text
    content = response.json()
    assert content["numberMatched"] == len(content["features"])
    return [feature["id"] for feature in content["features"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("energielabel = 'A'", [A]),
        ("energielabel <> 'A'", [B]),
        ("hoogte > 4", [A]),
        ("hoogte >= 3.5 AND oorspronkelijk_bouwjaar < 1950", [A]),
        ("NOT hoogte > 4", [B]),
        ("hoogte > 4 OR energielabel = 'G'", [A, B]),
        ("hoogte BETWEEN 3 AND 4", [B]),
        ("oorspronkelijk_bouwjaar IN (1905, 2000)", [A]),
        ("oorspronkelijk_bouwjaar NOT IN (1905)", [B]),
        ("hoogte IS NULL", [C]),
        ("gebruiksdoelen IS NOT NULL", [A, B]),
        ("buurtnaam LIKE '%s-Heer'", [B]),
        ("buurtnaam = 'Hof van ''s-Heer'", [B]),
        ("CASEI(buurtnaam) = CASEI('BINNENSTAD')", [A]),
        ("CASEI(buurtnaam) LIKE CASEI('BINNEN%')", [A]),
        ("ACCENTI(buurtnaam) = ACCENTI('Bînnenstad')", [A]),
        ("geometrie_geldig = true", [A]),
        ("geometrie_geldig = FALSE", [B]),
        ("hoogte - h_maaiveld > 8", [A]),
        ("hoogte * 2 = 7", [B]),
        ("hoogte > h_maaiveld", [A, B]),
        ("A_CONTAINS(gebruiksdoelen, ('winkelfunctie'))", [B]),
        ("A_OVERLAPS(gebruiksdoelen, ('woonfunctie', 'sportfunctie'))", [A, B]),
        # The register says 03:04:05 in January, which is an hour earlier in UTC.
        ("tijdstip_registratie > TIMESTAMP('2020-01-02T02:04:04Z')", [A, B]),
        ("tijdstip_registratie > TIMESTAMP('2020-01-02T02:04:05Z')", [B]),
        ("tijdstip_registratie >= DATE('2020-01-03')", [B]),
        ("identificatie = '0503100000000003'", [C]),
        (f"S_INTERSECTS(geometry, {WKT})", [B]),
        (f"S_WITHIN(geometry, {WKT})", [B]),
        (f"S_DISJOINT(geometry, {WKT})", [A, C]),
        (f"NOT S_INTERSECTS(geometry, {WKT}) AND hoogte > 1", [A]),
        ("S_INTERSECTS(geometry, BBOX(84590, 447090, 84605, 447105))", [A]),
        ("S_CONTAINS(geometry, POINT(85105 447105))", [B]),
        ("S_INTERSECTS(geometry, POINT(85130 447130))", []),  # in the empty corner of the L
    ],
)
def test_text_selects(client: TestClient, text: str, expected: list[str]) -> None:
    assert ids(client, text, **{"filter-crs": RD}) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"op": "=", "args": [{"property": "energielabel"}, "A"]}, [A]),
        ({"op": "in", "args": [{"property": "oorspronkelijk_bouwjaar"}, [1905, 1950]]}, [A, B]),
        ({"op": "not", "args": [{"op": "isNull", "args": [{"property": "hoogte"}]}]}, [A, B]),
        ({"op": "like", "args": [{"property": "energielabel"}, "\\A"]}, [A]),
        ({"property": "geometrie_geldig"}, [A]),
        (True, [A, B, C]),
        ({"op": "<", "args": [1949.5, {"property": "oorspronkelijk_bouwjaar"}]}, [B]),
    ],
)
def test_json_selects(client: TestClient, tree: Any, expected: list[str]) -> None:
    assert ids(client, tree) == expected


def test_the_place_may_be_in_degrees_in_either_order(client: TestClient) -> None:
    west, south, east, north = (
        client.get(f"{ITEMS}?limit=1").json()["features"][0]["geometry"]["coordinates"][0][0] * 2
    )
    box = f"S_INTERSECTS(geometry, BBOX({west - 1e-6}, {south - 1e-6}, {east + 1e-6}, {north + 1e-6}))"
    assert ids(client, box) == [A]
    turned = f"S_INTERSECTS(geometry, BBOX({south - 1e-6}, {west - 1e-6}, {north + 1e-6}, {east + 1e-6}))"
    assert ids(client, turned, **{"filter-crs": "EPSG:4326"}) == [A]
    assert ids(client, "S_INTERSECTS(geometry, POINT(10 10))") == []


def test_filters_bbox_and_attributes_hold_together(client: TestClient) -> None:
    box = {"bbox": "84500,447000,85500,447500", "bbox-crs": RD}
    assert ids(client, "hoogte > 1", **box) == [A, B]
    assert ids(client, "hoogte > 1 OR hoogte IS NULL", energielabel="G", **box) == [B]


HOSTILE = [
    "woz_waarde > 1",
    f"woz_waarde = {SECRET}",
    "energielabel = 'A' AND woz_waarde IS NULL",
    "energielabel = 'A'; drop table pand",
    "energielabel = 'A' OR 1=1",
    "energielabel = 'A' --",
    "\"energielabel\" = 'A' UNION SELECT 1",
    'energielabel = "A"',
    "read_text('/etc/passwd') = 'x'",
    "current_setting('home_directory') LIKE '%'",
    "energielabel = 'A\\' OR 1=1",
    "nergens = 1",
    "hoogte = 'hoog'",
    "hoogte LIKE 'a%'",
    "energielabel = 1",
    "gebruiksdoelen = 'woonfunctie'",
    "energielabel > hoogte",
    "1 = 1",
    "hoogte",
    "energielabel",
    "tijdstip_registratie = DATE('gisteren')",
    "hoogte / 0 > TIMESTAMP('2020-01-01T00:00:00Z')",
    "A_CONTAINS(energielabel, ('A'))",
    "S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))",
    "S_INTERSECTS(geometry, POINT(200 100))",
    "S_INTERSECTS(geometry, BBOX(-180,-90,180,90))",
    "S_INTERSECTS(energielabel, POINT(4 52))",
    "S_INTERSECTS(geometry, geometry)",
    "T_AFTER(tijdstip_registratie, TIMESTAMP('2020-01-01T00:00:00Z'))",
    "hoogte IN ()",
    "",
    "(",
    "\0",
    "(" * 200 + "hoogte=1" + ")" * 200,
    "(" * 40,
    "('(" * 40,
    "NOT " * 900 + "hoogte = 1",
    "hoogte = " + "1^" * 1900 + "1",
    "hoogte = " + "2*" * 1900 + "1",
    "hoogte IN (" + ",".join(["1"] * LONGEST) + ")",
    "energielabel = '" + "x" * LONGEST + "'",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_400_and_tells_no_secret(client: TestClient, text: str) -> None:
    response = client.get(ITEMS, params={"filter": text})
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert "filter" in response.json()["detail"]
    assert "woz_waarde" not in response.text.replace("woz_waarde'", "") or "no attribute" in response.text
    if f"{SECRET}" not in text:
        assert str(SECRET) not in response.text


def nested(depth: int) -> str:
    return '{"op":"not","args":[' * depth + "true" + "]}" * depth


BAD_TREES: list[Any] = [
    {},
    [],
    None,
    1,
    "x",
    {"op": 1, "args": []},
    {"op": "and", "args": []},
    {"op": "and"},
    {"op": "=", "args": {}},
    {"op": "=", "args": [{"property": ["a"]}, 1]},
    {"op": "=", "args": [{"property": "hoogte"}, None]},
    {"op": "=", "args": [{"property": "hoogte"}, {"a": 1}]},
    {"op": "=", "args": [{"property": "hoogte"}]},
    {"op": "in", "args": [{"property": "hoogte"}, 1]},
    {"op": "in", "args": [{"property": "hoogte"}, []]},
    {"op": "like", "args": [{"property": "energielabel"}, "A\\"]},
    {"op": "=", "args": [{"property": "hoogte"}, True]},
    {"op": "=", "args": [{"property": "hoogte"}, 1e999]},
    {"op": "=", "args": [{"property": "energielabel"}, "a\0b"]},
    {"op": "=", "args": [{"property": "energielabel"}, "\ud800"]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": []}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Punt", "coordinates": [4, 52]}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": ["a", 1, 2, 3]}]},
    {"op": "s_intersects", "args": [{"property": "geometry"}, {"coordinates": {"a": 1}, "type": "Polygon"}]},
    {"op": 'pand"; drop view pand; --', "args": [{"property": "hoogte"}, 1]},
    {"op": "=", "args": [{"op": "lower", "args": ["x"]}, "x"]},
    {"op": "a_contains", "args": [{"property": "gebruiksdoelen"}, [1]]},
    {"op": "=", "args": [{"date": 1}, {"property": "tijdstip_registratie"}]},
    {"op": "isNull", "args": [1]},
]


@pytest.mark.parametrize("tree", BAD_TREES, ids=range(len(BAD_TREES)))
def test_trees_that_make_no_sense_are_400(client: TestClient, tree: Any) -> None:
    response = client.get(ITEMS, params={"filter": json.dumps(tree), "filter-lang": "cql2-json"})
    assert response.status_code == 400, response.text
    assert "filter" in response.json()["detail"]


@pytest.mark.parametrize("text", ["{", "nan", nested(100), nested(150), "[" * 3000, ""])
def test_what_is_no_json_or_too_deep_is_400(client: TestClient, text: str) -> None:
    response = client.get(ITEMS, params={"filter": text, "filter-lang": "cql2-json"})
    assert response.status_code == 400, response.text


def test_brackets_up_to_the_limit_are_fine(client: TestClient) -> None:
    assert ids(client, "(" * DEEPEST + "hoogte > 4" + ")" * DEEPEST) == [A]


def test_an_unknown_language_is_400(client: TestClient) -> None:
    response = client.get(ITEMS, params={"filter": "hoogte > 1", "filter-lang": "sql"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("sortby", "expected"),
    [
        ("hoogte", [B, A, C]),
        ("-hoogte", [A, B, C]),  # what is missing comes last either way
        ("+energielabel,-identificatie", [A, B, C]),
        ("-lod", [A, B, C]),
        ("-identificatie", [C, B, A]),
    ],
)
def test_sorting_holds_over_pages(client: TestClient, sortby: str, expected: list[str]) -> None:
    found: list[str] = []
    response = client.get(ITEMS, params={"sortby": sortby, "limit": "1"})
    while True:
        content = response.json()
        found += [f["id"] for f in content["features"]]
        assert content["numberMatched"] == 3
        following = [link["href"] for link in content["links"] if link["rel"] == "next"]
        if not following:
            break
        response = client.get(following[0])
    assert found == expected


@pytest.mark.parametrize(
    "sortby", ["", ",", "nergens", "gebruiksdoelen", "woz_waarde", "hoogte;drop", "geometry"]
)
def test_what_can_not_be_sorted_by_is_400(client: TestClient, sortby: str) -> None:
    assert client.get(ITEMS, params={"sortby": sortby}).status_code == 400


def test_a_place_to_go_on_from_that_is_not_there_is_404(client: TestClient) -> None:
    response = client.get(ITEMS, params={"sortby": "hoogte", "after": "weg"})
    assert response.status_code == 404
