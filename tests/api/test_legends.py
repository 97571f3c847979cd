"""Histograms and values, as legends need them."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

PAND, ROAD = "/api/collections/pand", "/api/collections/wegdeel"


def test_a_histogram_counts_every_object_once(client: TestClient) -> None:
    found = client.get(f"{PAND}/histogram", params={"property": "hoogte", "bins": "4"}).json()
    assert (found["count"], found["missing"], found["min"], found["max"]) == (3, 1, 3.5, 9.25)
    assert [b["count"] for b in found["bins"]] == [1, 0, 0, 1]
    assert found["bins"][0]["from"] == 3.5
    assert found["bins"][-1]["to"] == 9.25


def test_a_histogram_of_one_value_or_none_is_one_bin_or_none(client: TestClient) -> None:
    one = client.get(f"{PAND}/histogram?property=hoogte&energielabel=A").json()
    assert one["bins"] == [{"from": 9.25, "to": 9.25, "count": 1}]
    none = client.get(f"{PAND}/histogram?property=hoogte&filter=hoogte>100").json()
    assert (none["count"], none["bins"], none["min"]) == (0, [], None)


def test_a_histogram_of_a_selection(client: TestClient) -> None:
    found = client.get(
        f"{ROAD}/histogram",
        params={"property": "relatieve_hoogteligging", "bins": "2", "filter": "bgt_functie = 'fietspad'"},
    ).json()
    assert sum(b["count"] for b in found["bins"]) == found["count"] == 16


def test_values_come_the_most_frequent_first(client: TestClient) -> None:
    found = client.get(f"{ROAD}/values?property=bgt_functie").json()
    assert found["values"] == [
        {"value": "fietspad", "count": 16},
        {"value": "rijbaan 50% 'lokaal'", "count": 9},
    ]
    assert (found["distinct"], found["missing"]) == (2, 0)
    short = client.get(f"{ROAD}/values?property=bgt_functie&limit=1").json()
    assert (len(short["values"]), short["distinct"]) == (1, 2)


def test_members_of_lists_are_values(client: TestClient) -> None:
    found = client.get(f"{PAND}/values?property=gebruiksdoelen").json()
    assert {v["value"]: v["count"] for v in found["values"]} == {"woonfunctie": 2, "winkelfunctie": 1}
    assert found["missing"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "histogram?property=energielabel",
        "histogram?property=woz_waarde",
        "histogram?property=hoogte&bins=0",
        "histogram?property=hoogte&bins=201",
        "histogram?property=hoogte&filter=woz_waarde>1",
        "histogram",
        "values?property=woz_waarde",
        "values?property=nergens",
        "values?property=lod&sortby=lod",
        "values",
    ],
)
def test_what_is_wrong_is_400(client: TestClient, query: str) -> None:
    assert client.get(f"{PAND}/{query}").status_code == 400


def test_the_catalogue_tells_where_every_attribute_comes_from(client: TestClient) -> None:
    entries = {a["name"]: a for a in client.get("/api/catalogue").json()}
    (source,) = entries["energielabel"]["provenance"]
    assert (source["kind"], source["date"], source["licence"]) == ("energielabel", "2024-01-01", "CC0-1.0")
    assert {s["kind"] for s in entries["hoogte"]["provenance"]} == {"bag", "bgt"}


def test_every_attribute_of_every_type_has_a_distribution(client: TestClient) -> None:
    types = set()
    for entry in client.get("/api/catalogue").json():
        for collection in ("pand", "verblijfsobject", "buurt", "wegdeel"):
            if (
                entry["name"]
                not in client.get(f"/api/collections/{collection}/queryables").json()["properties"]
            ):
                continue
            asked = {"property": entry["name"]}
            found = client.get(f"/api/collections/{collection}/values", params=asked)
            assert found.status_code == 200, (collection, entry["name"], found.text)
            counts = [v["count"] for v in found.json()["values"]]
            assert counts == sorted(counts, reverse=True)
            number = entry["type"] in ("integer", "number")
            histogram = client.get(f"/api/collections/{collection}/histogram", params=asked)
            assert histogram.status_code == (200 if number else 400)
            if number:
                assert sum(b["count"] for b in histogram.json()["bins"]) == sum(counts)
            types.add(entry["type"])
    assert {"integer", "number", "string", "boolean", "datetime", "list"} <= types
