"""Nothing that is not public reaches any public output, whatever way it is asked for.

A town with planted secrets: values per object that are intern or vertrouwelijk, personal ones, WOZ, and a
public figure of secret records of which one buurt has too few.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import structlog
from fastapi.testclient import TestClient

from tests.end_to_end.twins import read_collection
from twin.api import create_app
from twin.build import Silence, build
from twin.catalogue import CATALOGUE
from twin.cityjson import merge_sequences
from twin.settings import load
from twin.store import Layout, read_manifest

if TYPE_CHECKING:
    from tests.conftest import Sample

SECRET = 918273645  # euro; digits that occur nowhere else
NAME = "Geheimzinnig"
DATASETS = """
[[dataset]]
name = "geheim"
path = "geheim.csv"
by = "verblijfsobject"
key = "vbo"
title = "Achterstallig"
licence = "niet openbaar"
classification = "vertrouwelijk"
[[dataset.attribute]]
name = "geheim_bedrag"
column = "bedrag"
type = "integer"
aggregate = "max"
tile = true
nl = { label = "Verborgenbedrag" }
[[dataset.attribute]]
name = "geheim_naam"
column = "naam"
type = "string"
aggregate = "mode"
tile = true
nl = { label = "Verborgennaam" }

[[dataset]]
name = "gemengd"
path = "geheim.csv"
by = "verblijfsobject"
key = "vbo"
to = "buurt"
licence = "CC-BY-4.0"
classification = "vertrouwelijk"
[[dataset.attribute]]
name = "gemengd_gemiddeld"
column = "vierkant"
aggregate = "mean"
classification = "openbaar"
nl = { label = "Gemiddelde" }
[[dataset.attribute]]
name = "gemengd_aantal"
type = "integer"
aggregate = "count"
classification = "openbaar"
nl = { label = "Aantal" }
[[dataset.attribute]]
name = "gemengd_hoogste"
column = "bedrag"
type = "integer"
aggregate = "max"
nl = { label = "Verborgenhoogste" }

[[dataset]]
name = "half"
path = "geheim.csv"
by = "verblijfsobject"
key = "vbo"
licence = "CC-BY-4.0"
[[dataset.attribute]]
name = "half_openbaar"
aggregate = "count"
type = "integer"
nl = { label = "Aantal" }
[[dataset.attribute]]
name = "half_intern"
column = "bedrag"
type = "integer"
aggregate = "max"
tile = true
classification = "intern"
nl = { label = "Verborgenhelft" }
"""
HIDDEN_WORDS = (str(SECRET), NAME, "geheim_bedrag", "geheim_naam", "gemengd_hoogste", "half_intern",
                "Verborgen", "Achterstallig", "woz_waarde", "woz_peildatum")  # fmt: skip
PUBLIC_WOZ = "buurt_gemiddelde_woz_waarde"  # of CBS itself
HIDDEN_ATTRIBUTES = (
    "geheim_bedrag",
    "geheim_naam",
    "gemengd_hoogste",
    "half_intern",
    "woz_waarde",
    "woz_peildatum",
)


@pytest.fixture(scope="module")
def out(sample_registers: Sample, sample_twin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    units = read_collection(sample_twin, "verblijfsobject")["identificatie"]
    rows = pd.DataFrame({"vbo": units, "bedrag": SECRET, "naam": NAME, "vierkant": range(len(units))})
    broken = pd.DataFrame({"vbo": [NAME], "bedrag": [SECRET], "naam": [NAME], "vierkant": [NAME]})
    pd.concat([rows, broken]).to_csv(folder / "geheim.csv", sep=";", index=False)
    own = sample_registers.settings.read_text(encoding="utf-8")
    bron = sample_registers.settings.parent
    rooted = re.sub(r"(?m)^path = .*$", lambda m: re.sub(r'"(.+?)"', rf'"{bron}/\1"', m[0]), own)
    (folder / "twin.toml").write_text(rooted + DATASETS, encoding="utf-8")
    root = folder / "twin"
    with ThreadPoolExecutor(1) as executor, structlog.testing.capture_logs() as lines:
        build(load(folder / "twin.toml"), root, executor, Silence())
    (folder / "log.json").write_text(json.dumps(lines, default=str), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def client(out: Path) -> Iterator[TestClient]:
    # Of this machine, so that what is saved can be listed too.
    with TestClient(create_app(out), base_url="http://127.0.0.1") as made:
        yield made


def leaks(text: bytes | str, *allowed: str) -> list[str]:
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    plain = plain.replace(PUBLIC_WOZ, "")
    return [word for word in HIDDEN_WORDS if word not in allowed and word in plain]


def test_the_secrets_are_really_there(out: Path) -> None:
    """A test of leaks that plants nothing finds nothing."""
    panden = read_collection(out, "pand")
    assert (panden["geheim_bedrag"].dropna() == SECRET).sum() > 10
    assert panden["woz_waarde"].notna().sum() > 10
    assert leaks((out / ".." / "geheim.csv").read_bytes()) == [str(SECRET), NAME]


def test_files_that_are_passed_on_hold_none(out: Path, tmp_path: Path) -> None:
    layout = Layout(out)
    merge_sequences(layout.sequences(), tmp_path / "all.city.json")
    published = [
        p for folder in ("cityjson", "3dtiles", "objects") for p in (out / folder).rglob("*") if p.is_file()
    ]
    assert len(published) > 10
    for path in [*published, tmp_path / "all.city.json"]:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += pd.read_parquet(path).to_csv().encode()
        assert not leaks(content), path


def test_report_manifest_and_log_name_attributes_but_tell_no_value(out: Path) -> None:
    """They stay in the house, and still hold no value of a record and no example of a secret key."""
    files = [
        *(p for p in (out / "report").rglob("*") if p.is_file()),
        out / "twin.json",
        out.parent / "log.json",
    ]
    assert len(files) >= 5
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = pd.read_parquet(path).to_csv().encode()
        assert not {str(SECRET), NAME} & set(leaks(content)), path
    joins = {j["name"]: j for j in read_manifest(Layout(out)).joins}
    assert not joins["pand <- geheim"]["unmatched_right"]


def test_the_api_tells_nothing_by_any_path(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()["paths"]
    paths = {f"/api{path}": methods for path, methods in described.items() if "get" in methods}
    kept = client.post("/api/scenarios", json=_variant(client)).headers["Location"]
    asked = 0
    for path in paths:
        for collection in ("pand", "verblijfsobject", "buurt"):
            items = client.get(f"/api/collections/{collection}/items?limit=3").json()["features"]
            address = path.format(
                collection=collection, item=items[0]["id"], scenario=kept.rpartition("/")[2]
            )
            for form, prop in itertools.product(("json", "html", "csv", "gpkg", "cityjson", None),
                                                ("identificatie", None)):  # fmt: skip
                query = {"f": form, "property": prop, "properties": prop, "q": "straat"}
                known = {p["name"] for p in paths[path]["get"].get("parameters", ())}
                params = {k: v for k, v in query.items() if v is not None and k in known}
                response = client.get(address, params=params)
                fine = (200, 400, 404) if path == "/api/logo" else (200, 400)  # this twin has none
                assert response.status_code in fine, response.text
                asked += 1
                assert not leaks(_unzipped(response.content)), (address, params)
                assert not leaks(str(response.headers))
    assert asked > 100


def _variant(client: TestClient) -> dict[str, Any]:
    """A variant that changes panden in every way that asks for what is known of them."""
    panden = [f["id"] for f in client.get("/api/collections/pand/items?limit=60").json()["features"]]
    ways: tuple[dict[str, Any], ...] = (
        {"kind": "demolish"},
        {"kind": "raise", "floors": 1, "height": 3.0},
        {"kind": "move", "dx": 5.0, "dy": 5.0, "rotation": 10.0},
        {"kind": "change", "set": {"gebruiksdoel": "winkelfunctie"}},
    )
    edits = [{"id": f"e{n}", "pand": pand, **ways[n % len(ways)]} for n, pand in enumerate(panden)]
    return {"type": "gemeentetwin-variant", "version": 1, "title": "Proef", "edits": edits}


def test_variants_tell_nothing_of_the_panden_they_change(client: TestClient) -> None:
    asked, variant = [], _variant(client)
    for path, methods in client.get("/api/openapi.json").json()["paths"].items():
        if "post" not in methods or path.endswith("/import"):  # which takes a design and tells of it alone
            continue
        named = {p["name"]: p["schema"] for p in methods["post"].get("parameters", ())}
        for form in named.get("f", {}).get("enum", [None]):
            params = ({"f": form} if form else {}) | ({"sun": True} if "sun" in named else {})
            response = client.post(f"/api{path}", json=variant, params=params)
            assert response.status_code in (200, 201), (path, response.text[:300])
            assert not leaks(_unzipped(response.content)), (path, params)
            asked.append((path, form))
    assert len(asked) >= 8
    (woz,) = [
        i
        for i in client.post("/api/scenarios/evaluate", json=variant).json()["indicators"]
        if i["id"] == "woz"
    ]
    assert (woz["before"], woz["after"], woz["difference"]) == (None, None, None)


def _unzipped(content: bytes) -> bytes:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return b"".join(file.read(name) for name in file.namelist())
    return content


@pytest.mark.parametrize("name", HIDDEN_ATTRIBUTES)
def test_a_hidden_attribute_can_not_be_asked_about(client: TestClient, name: str) -> None:
    """Asked for, filtered, sorted, grouped, counted: it is as one that was never there."""
    base = f"/api/collections/{'buurt' if name.startswith('gemengd') else 'pand'}"
    ways: list[tuple[str, dict[str, str]]] = [
        ("items", {"{}": "1"}),
        ("items", {"properties": "{}"}),
        ("items", {"filter": "{} IS NOT NULL"}),
        ("items", {"filter": f"{{}} > {SECRET - 1}"}),
        ("items", {"filter": '{{"op":"isNull","args":[{{"property":"{}"}}]}}', "filter-lang": "cql2-json"}),
        ("items", {"filter": "identificatie <> 'x' OR {} = 1"}),
        ("items", {"sortby": "-{}"}),
        ("items", {"f": "csv", "properties": "{}"}),
        ("items", {"f": "gpkg", "sortby": "{}"}),
        ("columns", {"properties": "{}"}),
        ("statistics", {"property": "{}"}),
        ("statistics", {"property": "identificatie", "by": "{}"}),
        ("histogram", {"property": "{}"}),
        ("histogram", {"property": "identificatie", "filter": "{} > 1"}),
        ("values", {"property": "{}"}),
        ("values", {"property": "identificatie", "{}": "1"}),
    ]
    for path, params in ways:
        answers = []
        for asked in (name, "nooit_bestaan"):
            filled = {k.format(asked): v.format(asked) for k, v in params.items()}
            response = client.get(f"{base}/{path}", params=filled)
            assert response.status_code == 400, (path, params, response.text[:200])
            text = response.text.replace(PUBLIC_WOZ, "").replace(asked, "X")
            assert not set(leaks(text)) - {str(SECRET)}, (path, params)
            answers.append(re.sub(r'"instance":.*', "", text))
        assert answers[0] == answers[1], "whether it exists can be told"


def test_queryables_catalogue_and_sources_name_none(client: TestClient) -> None:
    named = {a["name"] for a in client.get("/api/catalogue").json()}
    internal = {a.name for a in CATALOGUE.attributes if a.classification != "openbaar"}
    assert not named & ({*HIDDEN_ATTRIBUTES} | internal)
    assert {"gemengd_gemiddeld", "gemengd_aantal", "half_openbaar"} <= named
    kinds = {s["kind"] for s in client.get("/api/twin").json()["sources"]}
    assert "gemengd" in kinds
    assert not kinds & {"geheim", "woz"}


def test_small_counts_can_not_be_had_by_differencing(out: Path, client: TestClient) -> None:
    """The hidden buurten are asked for as differences: all minus some, by every filter that there is."""
    tables = read_collection(out, "verblijfsobject")
    truth = tables.groupby("buurtcode").size()
    assert (truth < 10).any()
    shown: list[dict[str, Any]] = [
        f["properties"] for f in client.get("/api/collections/buurt/items").json()["features"]
    ]
    hidden = {b["buurtcode"] for b in shown if b["gemengd_aantal"] is None}
    assert {code for code, n in truth.items() if n < 10} <= hidden
    assert len(hidden) >= 2
    assert all(
        (b["gemengd_gemiddeld"] is None) == (b["gemengd_aantal"] is None) or not b["gemengd_aantal"]
        for b in shown
    )
    for code in hidden:
        for by in ("gemengd_aantal", "gemengd_gemiddeld"):
            base = {"property": by}
            total = client.get("/api/collections/buurt/histogram", params=base).json()
            rest = client.get(
                "/api/collections/buurt/histogram", params=base | {"filter": f"buurtcode <> '{code}'"}
            ).json()
            # With and without it, the same known values: the difference is a missing one.
            assert total["count"] - rest["count"] == total["missing"] - rest["missing"] == 1
            assert total["bins"] == rest["bins"]
            (group,) = [
                g
                for g in client.get(
                    "/api/collections/buurt/statistics", params=base | {"by": "buurtcode"}
                ).json()["groups"]
                if g["group"] == code
            ]
            assert group["mean"] is None
            for limit in (0, 5, 100):
                found = client.get(
                    "/api/collections/buurt/items",
                    params={"filter": f"buurtcode = '{code}' AND ({by} > {limit} OR {by} <= {limit})"},
                ).json()
                assert found["numberMatched"] == 0
