"""OGC API - Features: conformance, collections, items, filters, paging and CRSs."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from pyproj import Transformer

from tests.api.town import PANDEN, WEST, pand_frame, road_frame
from tiles import RdNap
from twin.api.crs import CRS84, RD, SUPPORTED
from twin.api.features import MAX_LIMIT

ITEMS = "/api/collections/pand/items"


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    response = client.get(path, params=query or None)  # no parameters would take away those of the path
    assert response.status_code == status, response.text
    return response.json()


def ids(content: Any) -> list[str]:
    return [f["id"] for f in content["features"]]


def links(content: Any) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in content["links"]}


# ---- landing page, conformance, collections


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_landing_page_links_to_everything(client: TestClient, path: str) -> None:
    landing = get(client, path)
    found = links(landing)
    assert set(found) >= {"self", "service-desc", "conformance", "data"}
    for href in found.values():
        assert client.get(href).status_code == 200, href
    by_rel = {link["rel"]: link for link in landing["links"]}
    document = get(client, by_rel["service-desc"]["href"])
    assert by_rel["service-desc"]["type"].endswith(f"version={document['openapi'][:3]}")


def test_it_declares_what_it_conforms_to(client: TestClient) -> None:
    declared = get(client, "/api/conformance")["conformsTo"]
    assert {u.split("/spec/")[1] for u in declared} >= {
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/queryables",
    }


def test_collections_have_extent_crs_and_links_that_answer(client: TestClient) -> None:
    content = get(client, "/api/collections")
    assert [c["id"] for c in content["collections"]] == ["buurt", "pand", "verblijfsobject", "wegdeel"]
    assert "self" in links(content)
    for collection in content["collections"]:
        assert collection == get(client, links(collection)["self"])
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        assert 4.2 < west < east < 4.5
        assert 51.9 < south < north < 52.1
        assert collection["crs"] == list(SUPPORTED)
        assert collection["storageCrs"] == RD
        for href in links(collection).values():
            assert client.get(href).status_code == 200, href


def test_queryables_are_a_schema_that_the_properties_of_items_fit(client: TestClient) -> None:
    response = client.get("/api/collections/pand/queryables")
    assert response.headers["content-type"] == "application/schema+json"
    schema = response.json()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith("/api/collections/pand/queryables")
    assert schema["properties"]["hoogte"]["x-unit"] == "m"
    for feature in get(client, ITEMS)["features"]:
        given = {k: v for k, v in feature["properties"].items() if v is not None}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(given)


# ---- items


def test_items_are_geojson_in_lon_lat(client: TestClient) -> None:
    response = client.get(ITEMS)
    assert response.headers.get_list("content-type") == ["application/geo+json"]
    assert response.headers["content-crs"] == f"<{CRS84}>"
    content = response.json()
    assert content["type"] == "FeatureCollection"
    assert (content["numberMatched"], content["numberReturned"]) == (3, 3)
    assert ids(content) == PANDEN
    first = content["features"][0]
    assert (first["type"], first["geometry"]["type"]) == ("Feature", "Polygon")
    # PROJ without its grids is right to some decimetres; RDNAPTRANS, which this is, to a millimetre.
    lon, lat = np.array(shapely.geometry.shape(first["geometry"]).exterior.coords).T
    expected = Transformer.from_crs(28992, 4326, always_xy=True).transform(*pand_frame()[1][0].exterior.xy)
    np.testing.assert_allclose(sorted(lon), sorted(expected[0]), atol=1e-5)
    np.testing.assert_allclose(sorted(lat), sorted(expected[1]), atol=1e-5)


def test_items_in_rd_are_what_was_built(client: TestClient) -> None:
    for crs in (RD, "EPSG:28992"):
        response = client.get(ITEMS, params={"crs": crs})
        assert response.headers["content-crs"] == f"<{RD}>"
        shapes = [shapely.geometry.shape(f["geometry"]) for f in response.json()["features"]]
        assert all(shapely.equals(a, b) for a, b in zip(shapes, pand_frame()[1], strict=True))


def test_values_come_in_the_types_of_the_catalogue(client: TestClient) -> None:
    first, _, third = (f["properties"] for f in get(client, ITEMS)["features"])
    assert first["oorspronkelijk_bouwjaar"] == 1905
    assert first["hoogte"] == 9.25
    assert first["geometrie_geldig"] is True
    assert first["gebruiksdoelen"] == ["woonfunctie"]
    assert first["tijdstip_registratie"] == "2020-01-02T03:04:05"
    # Midnight is a time too.
    assert get(client, f"{ITEMS}/{PANDEN[1]}")["properties"]["tijdstip_registratie"] == "2021-01-01T00:00:00"
    assert third["hoogte"] is None
    assert third["gebruiksdoelen"] is None


@pytest.mark.parametrize("name", [PANDEN[0], f"NL.IMBAG.Pand.{PANDEN[0]}"])
def test_one_item_by_its_id_or_its_cityobject(client: TestClient, name: str) -> None:
    response = client.get(f"{ITEMS}/{name}")
    assert response.headers["content-type"] == "application/geo+json"
    item = response.json()
    assert item["id"] == PANDEN[0]
    assert client.get(links(item)["self"]).json() == item
    assert get(client, links(item)["collection"])["id"] == "pand"


def test_only_the_properties_that_were_asked_for(client: TestClient) -> None:
    content = get(client, ITEMS, properties="hoogte, lod")
    assert [set(f["properties"]) for f in content["features"]] == [{"identificatie", "hoogte", "lod"}] * 3
    assert get(client, ITEMS, properties="")["features"][0]["properties"] == {"identificatie": PANDEN[0]}


# ---- paging


@pytest.mark.parametrize("limit", [1, 4, 24, 25, 26])
def test_next_links_give_each_object_once(client: TestClient, limit: int) -> None:
    url: str | None = (
        f"/api/collections/wegdeel/items?limit={limit}&relatieve_hoogteligging=0&properties=bgt_functie"
    )
    seen: list[str] = []
    pages = 0
    while url:
        content = get(client, url)
        assert content["numberMatched"] == 13
        assert content["numberReturned"] == len(content["features"]) <= limit
        seen += ids(content)
        pages += 1
        url = links(content).get("next")
        assert url is None or parse_qs(urlsplit(url).query)["limit"] == [str(limit)]
    assert seen == [f"G0503.{i:04d}" for i in range(0, 25, 2)]
    assert pages == -(-13 // limit)


def test_a_limit_above_the_maximum_is_no_error(client: TestClient) -> None:
    assert get(client, ITEMS, limit=MAX_LIMIT + 1)["numberReturned"] == 3
    document = get(client, "/api/openapi.json")
    declared = document["paths"]["/collections/{collection}/items"]["get"]["parameters"]
    limit = next(p["schema"] for p in declared if p["name"] == "limit")
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, MAX_LIMIT, 100)


@pytest.mark.parametrize("limit", ["0", "-1", "ten", ""])
def test_a_limit_that_is_none_is_refused(client: TestClient, limit: str) -> None:
    assert "limit" in get(client, ITEMS, 400, limit=limit)["detail"]


# ---- bbox

RDNAP = RdNap((84500.0, 447000.0, 85500.0, 448000.0))


def degrees(box: tuple[float, float, float, float]) -> str:
    """A box in degrees that lies within a box in RD."""
    x0, y0, x1, y1 = box
    lonlat = RDNAP.to_lonlat(np.array([(x0, y0), (x0, y1), (x1, y0), (x1, y1)]))
    lon, lat = np.sort(lonlat, axis=0).T
    return f"{lon[1]},{lat[1]},{lon[2]},{lat[2]}"


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ((84590, 447090, 84620, 447120), PANDEN[:1]),
        ((84500, 447000, 85500, 448000), PANDEN),
        ((84604, 447104, 84606, 447106), PANDEN[:1]),
        ((85120, 447120, 85139, 447139), []),  # in the box of the L, not in the L
        ((85105, 447120, 85139, 447139), PANDEN[1:2]),
        ((85303.5, 447803.5, 85305.5, 447805.5), []),  # in the courtyard
        ((84700, 447000, 84800, 448000), []),
        ((0, 300000, 1, 300001), []),
    ],
)
def test_a_box_holds_what_intersects_it_in_either_crs(
    client: TestClient, box: tuple[float, float, float, float], found: list[str]
) -> None:
    content = get(client, ITEMS, bbox=",".join(map(str, box)), **{"bbox-crs": "EPSG:28992"})
    assert ids(content) == found
    assert content["numberMatched"] == len(found)
    if box[0] > 0:
        assert ids(get(client, ITEMS, bbox=degrees(box))) == found


def test_a_box_in_degrees_is_not_its_box_in_rd(client: TestClient) -> None:
    """A degree grid is turned against RD: roads just beyond the corner must not be found."""
    shapes = road_frame()[1]
    lonlat = RDNAP.to_lonlat(np.array([(84600.0, 447400.0), (85095.0, 447502.0)]))
    box = [*lonlat.min(axis=0), *lonlat.max(axis=0)]
    expected = [
        f"G0503.{i:04d}"
        for i, shape in enumerate(shapes)
        if shapely.intersects(shapely.transform(shape, lambda xy: RDNAP.to_lonlat(xy)), shapely.box(*box))
    ]
    content = get(client, "/api/collections/wegdeel/items", bbox=",".join(map(str, box)))
    assert ids(content) == expected
    assert 0 < len(expected) < 25


@pytest.mark.parametrize(
    "bbox", ["4.0,51.9,-10,4.7,52.1,100", "-180,-90,180,90", "170,-90,10,90", "-1e300,-1e300,1e300,1e300"]
)
def test_boxes_with_heights_of_the_world_and_across_the_antimeridian(client: TestClient, bbox: str) -> None:
    assert ids(get(client, ITEMS, bbox=bbox)) == PANDEN


@pytest.mark.parametrize("bbox", ["170,-90,-170,90", "10,40,20,60", "4.0,10,5.0,20"])
def test_boxes_elsewhere_on_earth(client: TestClient, bbox: str) -> None:
    assert get(client, ITEMS, bbox=bbox)["numberMatched"] == 0


@pytest.mark.parametrize(
    "bbox", ["1,2,3", "a,b,c,d", "4,52,4,51", "nan,1,2,3", "inf,1,inf,3", "", "1,2,3,4,5"]
)
def test_a_box_that_is_none_is_refused(client: TestClient, bbox: str) -> None:
    assert "bbox" in get(client, ITEMS, 400, bbox=bbox)["detail"]


def test_boxes_and_filters_work_together(client: TestClient) -> None:
    content = get(client, ITEMS, bbox="4.0,51.9,4.7,52.1", lod="2.2", limit=1)
    assert (ids(content), content["numberMatched"]) == (PANDEN[:1], 1)


# ---- filters


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("identificatie", PANDEN[1], PANDEN[1:2]),
        ("oorspronkelijk_bouwjaar", "1905", PANDEN[:1]),
        ("hoogte", "3.5", PANDEN[1:2]),
        ("gebruiksdoel", "winkelfunctie", PANDEN[1:2]),
        ("gebruiksdoelen", "woonfunctie", PANDEN[:2]),
        ("geometrie_geldig", "true", PANDEN[:1]),
        ("geometrie_geldig", "FALSE", PANDEN[1:2]),
        ("tijdstip_registratie", "2020-01-02T03:04:05", PANDEN[:1]),
        ("buurtnaam", "Hof van 's-Heer", PANDEN[1:2]),
        ("gebruiksdoel", "x' or '1'='1", []),
    ],
)
def test_any_attribute_is_a_filter(client: TestClient, name: str, value: str, found: list[str]) -> None:
    content = get(client, ITEMS, **{name: value})
    assert ids(content) == found
    assert content["numberMatched"] == len(found)


def test_a_filter_on_text_with_special_characters(client: TestClient) -> None:
    content = get(client, "/api/collections/wegdeel/items", bgt_functie="rijbaan 50% 'lokaal'", limit=4)
    assert content["numberMatched"] == 9
    assert get(client, links(content)["next"])["numberMatched"] == 9


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oorspronkelijk_bouwjaar", "oud"),
        ("oorspronkelijk_bouwjaar", "1905.5"),
        ("oorspronkelijk_bouwjaar", "9" * 30),
        ("hoogte", "hoog"),
        ("geometrie_geldig", "ja"),
        ("tijdstip_registratie", "gisteren"),
        ("tijdstip_registratie", "2020-01-02T03:04:05Z"),
    ],
)
def test_a_value_of_another_type_is_refused(client: TestClient, name: str, value: str) -> None:
    assert name in get(client, ITEMS, 400, **{name: value})["detail"]


@pytest.mark.parametrize("value", ["2024-01-01", "2024-01-01T00:00:00Z", "../2024-01-01", "2019-01-01/.."])
def test_a_time_is_understood_and_leaves_nothing_out(client: TestClient, value: str) -> None:
    assert ids(get(client, ITEMS, datetime=value)) == PANDEN


@pytest.mark.parametrize(
    "value", ["gisteren", "", "2024-01-02/2024-01-01", "a/b", "2024-01-01/2024-01-02/2024-01-03"]
)
def test_a_time_that_is_none_is_refused(client: TestClient, value: str) -> None:
    assert "datetime" in get(client, ITEMS, 400, datetime=value)["detail"]


# ---- what is refused


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/kasteel",
        "/api/collections/kasteel/items",
        "/api/collections/kasteel/queryables",
        "/api/collections/kasteel/columns?properties=lod",
        "/api/collections/kasteel/statistics?property=lod",
        "/api/collections/search_addresses/items",
        '/api/collections/pand" where 1=1 --/items',
        "/api/collections/..%2f..%2fpand/items",
        f"{ITEMS}/0503100000009999",
        f"{ITEMS}/x'%20or%20'1'='1",
        "/api/nothing",
        "/3dtiles/nothing.glb",
        "/3dtiles/../twin.json",
        "/3dtiles/..%2ftwin.json",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}?kleur=rood",
        f"{ITEMS}?crs=EPSG:3857",
        f"{ITEMS}?bbox-crs=EPSG:3857&bbox=1,2,3,4",
        f"{ITEMS}?properties=kleur",
        f'{ITEMS}?properties=lod" from pand--',
        f'{ITEMS}?lod" or 1=1 --=x',
        f"{ITEMS}/{PANDEN[0]}?limit=5",
        "/api?x=1",
        "/api/collections?x=1",
        "/api/collections/pand?x=1",
        "/api/collections/pand/queryables?x=1",
        "/api/collections/pand/columns",
        "/api/collections/pand/columns?properties=kleur",
        "/api/collections/pand/statistics?property=gebruiksdoelen",
        "/api/collections/pand/statistics?property=lod&by=gebruiksdoelen",
        '/api/collections/pand/statistics?property=lod&by=lod"',
        "/api/search?q=a",
        f"/api/search?q={'a' * 201}",
        "/api/search",
        "/api/twin?x=1",
    ],
)
def test_what_is_wrong_is_400_and_says_why(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert len(problem["detail"]) > 10


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_read_only(client: TestClient, method: str) -> None:
    assert getattr(client, method)(ITEMS).status_code == 405


def test_a_buurt_filter_as_the_viewer_uses_it(client: TestClient) -> None:
    assert get(client, "/api/collections/wegdeel/items", buurtcode=WEST)["numberMatched"] == 20
