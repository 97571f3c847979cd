"""Search: what people type, and what they mean by it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.town import EAST, PANDEN, WEST
from twin.api.search import words_of


def search(client: TestClient, text: str, limit: int = 10) -> list[dict[str, Any]]:
    response = client.get("/api/search", params={"q": text, "limit": limit})
    assert response.status_code == 200, response.text
    assert response.json()["query"] == text
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def labels(client: TestClient, text: str, kind: str | None = "adres") -> list[str]:
    return [r["label"] for r in search(client, text) if kind is None or r["kind"] == kind]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Voorstraat 12", "Voorstraat 12, 1234AB Dorp"),
        ("voorstraat 12 stad", "Voorstraat 12, 5678XY Stad"),
        ("stad, VOORSTRAAT 12", "Voorstraat 12, 5678XY Stad"),
        ("12 voorstraat", "Voorstraat 12, 1234AB Dorp"),
        ("voorstraat 12a", "Voorstraat 12a, 1234AB Dorp"),
        ("voorstraat 12 A", "Voorstraat 12a, 1234AB Dorp"),
        ("voorstraat 120", "Voorstraat 120, 1234AC Dorp"),
        ("voorstraat 1-12", "Voorstraat 1-12, 1234AB Dorp"),
        ("1234AB 12", "Voorstraat 12, 1234AB Dorp"),
        ("1234 ab 12", "Voorstraat 12, 1234AB Dorp"),
        ("12, 1234AB", "Voorstraat 12, 1234AB Dorp"),
        ("1234ac", "Voorstraat 120, 1234AC Dorp"),
        ("oude voor 12", "Oude Voorstraat 12, 1200ZZ Dorp"),
        ("'s-Gravenweg 7b-bis", "'s-Gravenweg 7b-bis, 1234AD Dorp"),
        ("gravenweg 7", "'s-Gravenweg 7b-bis, 1234AD Dorp"),
        ("s gravenweg 7bbis", "'s-Gravenweg 7b-bis, 1234AD Dorp"),
        ("plein 1813 3", "Plein 1813 3, 1234AE Dorp"),
        ("cafe allee 1", "Café-allee 1, 1234AF Dorp"),
        ("CAFÉ-ALLEE", "Café-allee 1, 1234AF Dorp"),
        ("achterom 9", "Achterom 9c-2, 1234AG Dorp"),
        ("achterom 9c", "Achterom 9c-2, 1234AG Dorp"),
        ("1234ag 9", "Achterom 9c-2, 1234AG Dorp"),
        ("voorstr 12", "Voorstraat 12, 1234AB Dorp"),
    ],
)
def test_an_address_is_found_as_it_is_typed(client: TestClient, text: str, first: str) -> None:
    assert labels(client, text)[0] == first


def test_a_whole_number_comes_before_the_beginning_of_a_longer_one(client: TestClient) -> None:
    assert labels(client, "voorstraat 12") == [
        "Voorstraat 12, 1234AB Dorp",
        "Voorstraat 12, 5678XY Stad",
        "Voorstraat 12a, 1234AB Dorp",
        "Oude Voorstraat 12, 1200ZZ Dorp",
        "Voorstraat 1-12, 1234AB Dorp",
        "Voorstraat 120, 1234AC Dorp",
    ]


def test_the_beginning_of_a_postcode_is_not_a_number(client: TestClient) -> None:
    """Number 3 on Plein 1813 lies in 1234AE; "plein 12" is not there."""
    assert labels(client, "plein 12") == []
    assert labels(client, "plein 1234") == ["Plein 1813 3, 1234AE Dorp"]


def test_an_address_shows_its_pand_where_it_stands(client: TestClient) -> None:
    first = search(client, "voorstraat 12")[0]
    assert (first["kind"], first["collection"], first["id"]) == ("adres", "pand", PANDEN[0])
    assert first["rd"] == [84600, 447100]
    assert first["z"] == 0.5
    assert (first["lon"], first["lat"]) == pytest.approx((4.3636, 52.0079), abs=0.01)
    # The pand of this one is not in the twin: then the address itself is shown.
    other = search(client, "cafe-allee 1")[0]
    assert (other["collection"], other["id"]) == ("verblijfsobject", "0503010000000008")


def test_a_street_comes_before_its_addresses_and_lies_on_one_of_them(client: TestClient) -> None:
    results = search(client, "voorstraat")
    assert [(r["kind"], r["label"]) for r in results[:4]] == [
        ("straat", "Voorstraat, Dorp"),
        ("straat", "Voorstraat, Stad"),
        ("straat", "Oude Voorstraat, Dorp"),
        ("adres", "Voorstraat 1-12, 1234AB Dorp"),
    ]
    assert (results[0]["id"], results[0]["collection"], results[0]["z"]) == (None, None, None)
    assert results[0]["rd"] in ([84610, 447100], [84620, 447100])


def test_a_street_with_a_number_is_an_address_and_no_street(client: TestClient) -> None:
    assert labels(client, "voorstraat 12", "straat") == []
    assert labels(client, "plein 1813", "straat") == ["Plein 1813, Dorp"]


def test_a_town_is_not_all_its_streets(client: TestClient) -> None:
    assert labels(client, "dorp", "straat") == []


@pytest.mark.parametrize("text", ["1234AB", "1234 ab"])
def test_a_postcode_is_a_place_of_its_own(client: TestClient, text: str) -> None:
    results = search(client, text)
    assert (results[0]["kind"], results[0]["label"]) == ("postcode", "1234AB Dorp")
    assert {r["label"].split(", ")[1] for r in results[1:]} == {"1234AB Dorp"}
    assert len(results) == 4


@pytest.mark.parametrize(
    ("text", "code"), [("binnen", WEST), ("hof 's-heer", EAST), ("hof van", EAST), (EAST, EAST)]
)
def test_a_buurt_by_name_or_code(client: TestClient, text: str, code: str) -> None:
    result = search(client, text)[0]
    assert (result["kind"], result["collection"], result["id"]) == ("buurt", "buurt", code)


@pytest.mark.parametrize(
    ("text", "kind", "collection", "found"),
    [
        (PANDEN[1], "pand", "pand", PANDEN[1:2]),
        (f"NL.IMBAG.Pand.{PANDEN[1]}", "pand", "pand", PANDEN[1:2]),
        ("05031", "pand", "pand", PANDEN),
        ("g0503.001", "wegdeel", "wegdeel", [f"G0503.{i:04d}" for i in range(10, 20)]),
        ("NL.IMGeo.G0503.0003", "wegdeel", "wegdeel", ["G0503.0003"]),
        ("0503010000000004", "adres", "verblijfsobject", ["0503010000000004"]),
    ],
)
def test_an_id_or_its_beginning(
    client: TestClient, text: str, kind: str, collection: str, found: list[str]
) -> None:
    results = search(client, text)
    assert [r["id"] for r in results] == found
    assert {(r["kind"], r["collection"]) for r in results} == {(kind, collection)}


@pytest.mark.parametrize(
    "text",
    ["%%", "__", "' or 1=1 --", "\\\\", "\x00\x00", "🏠🏠", '";drop table', "voorstraat zzz", "()[]*+?"],
)
def test_nothing_is_found_for_nothing(client: TestClient, text: str) -> None:
    assert search(client, text) == []


def test_a_limit_holds_over_all_kinds(client: TestClient) -> None:
    for limit in (1, 2, 5):
        assert len(search(client, "voorstraat", limit)) == limit


def test_words() -> None:
    assert words_of("1234 AB 12a, 's-Gravenzande") == ["1234ab", "12a", "s", "gravenzande"]
    assert words_of("Ĳsbaan Ç") == ["ijsbaan", "c"]
    assert words_of("%") == []
