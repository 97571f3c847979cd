"""``twin scenario``: a file in, figures and files out, as the sample municipality has them."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Twin, is_sentence
from tests.end_to_end.twins import read_collection

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def content(sample_twin: Path) -> dict[str, Any]:
    panden = read_collection(sample_twin, "pand")
    panden = panden[panden["volume_lod22"].notna() & (panden["gebruiksdoel"] == "woonfunctie")]
    first, second, third = (str(i) for i in panden["identificatie"].iloc[:3])
    x, y = (round(v, 1) for v in panden.geometry.iloc[0].centroid.coords[0])
    ring = [[x, y], [x + 24, y], [x + 24, y + 12], [x, y + 12]]
    return {
        "type": "gemeentetwin-variant",
        "version": 1,
        "title": f"Nieuwbouw {HOSTILE}",
        "description": f"Regel een\nRegel twee {HOSTILE}",
        "edits": [
            {"id": "a", "kind": "demolish", "pand": first, "label": HOSTILE},
            {
                "id": "b",
                "kind": "add",
                "rings": [ring],
                "height": 12,
                "floors": 4,
                "label": f"Toren {HOSTILE}",
            },
            {"id": "c", "kind": "raise", "pand": second, "height": 3},
            {"id": "d", "kind": "change", "pand": third, "set": {"gebruiksdoel": "kantoorfunctie"}},
        ],
    }


@pytest.fixture
def file(content: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content))
    return path


def test_evaluate_for_people_and_for_scripts(twin: Twin, sample_twin: Path, file: Path) -> None:
    answer = twin("scenario", "evaluate", file, "--twin", sample_twin)
    assert (answer.code, answer.err) == (0, "")
    assert "FSI" in answer.out
    assert "ha" in answer.out
    found = twin("scenario", "evaluate", file, "--twin", sample_twin, "--json").json
    assert set(found) == {"area", "edits", "trees", "indicators"}
    assert {e["edit"] for e in found["edits"]} == set("abcd")
    by_id = {i["id"]: i for i in found["indicators"]}
    assert by_id["floor_area"]["difference"] > 0
    assert by_id["woz"]["before"] is None
    assert "facade_light" not in by_id


def test_what_is_internal_and_sun_hours_come_when_asked_for(
    twin: Twin, sample_twin: Path, file: Path
) -> None:
    asked = twin("scenario", "evaluate", file, "--twin", sample_twin, "--internal", "--sun", "--json").json
    by_id = {i["id"]: i for i in asked["indicators"]}
    assert by_id["woz"]["before"] > 0
    assert by_id["facade_light"]["before"] is not None


def test_an_edit_that_can_not_be_done_is_exit_code_1(
    twin: Twin, sample_twin: Path, content: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "gone.json"
    path.write_text(json.dumps({**content, "edits": [{"id": "a", "kind": "demolish", "pand": "gone"}]}))
    answer = twin("scenario", "evaluate", path, "--twin", sample_twin, "--json")
    assert (answer.code, answer.json["edits"][0]["code"]) == (1, "pand-gone")
    to = tmp_path / "x.csv"
    answer = twin("scenario", "export", path, "--twin", sample_twin, "--to", to)
    assert answer.code == 1
    assert "a: Pand gone is not in this city" in answer.err
    assert to.is_file()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"type": "other"}', "[" * 5000, '{"type": "gemeentetwin-variant", "version": 9}']
)
def test_what_is_no_variant_is_told(twin: Twin, sample_twin: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    answer = twin("scenario", "evaluate", path, "--twin", sample_twin)
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert str(path) in answer.err


def test_what_is_not_there_is_told(twin: Twin, sample_twin: Path, file: Path, tmp_path: Path) -> None:
    for arguments in ((tmp_path / "none.json", "--twin", sample_twin), (file, "--twin", tmp_path)):
        answer = twin("scenario", "evaluate", *arguments)
        assert (answer.code, is_sentence(answer.err)) == (1, True)
    answer = twin("scenario", "export", file, "--twin", sample_twin, "--to", tmp_path / "plan.pdf")
    assert (answer.code, is_sentence(answer.err)) == (2, True)
    assert ".html" in answer.err
    assert not (tmp_path / "plan.pdf").exists()


def test_export_of_every_format(twin: Twin, sample_twin: Path, file: Path, tmp_path: Path) -> None:
    for name, kind in (("p.city.json", "cityjson"), ("p.glb", "glb"), ("p.csv", "csv"), ("p.html", "html")):
        to = tmp_path / name
        answer = twin("scenario", "export", file, "--twin", sample_twin, "--to", to, "--json")
        assert answer.code == 0, answer.err
        assert set(answer.json) == {"file", "format", "objects", "edits"}
        assert (answer.json["format"], answer.json["objects"]) == (kind, 2)
    assert len(json.loads((tmp_path / "p.city.json").read_bytes())["CityObjects"]) >= 2
    assert (tmp_path / "p.glb").read_bytes()[:4] == b"glTF"
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    assert float(rows["fsi"]["met_plan"]) - float(rows["fsi"]["nu"]) == pytest.approx(
        float(rows["fsi"]["verschil"]), abs=0.011
    )
    assert rows["woz"]["nu"] == ""
    assert rows["woz"]["opmerking"]


class _Page(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_sheet_is_whole_in_itself_and_holds_texts_as_text(
    twin: Twin, sample_twin: Path, file: Path, tmp_path: Path, content: dict[str, Any]
) -> None:
    to = tmp_path / "blad.html"
    assert twin("scenario", "export", file, "--twin", sample_twin, "--to", to, "--sun").code == 0
    text = to.read_text(encoding="utf-8")
    page = _Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.elements)
    assert not [n for n, _ in page.attributes if n.startswith("on") or n in ("href", "src")]
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert page.text.count(HOSTILE) >= 4  # title twice, description, labels
    for words in ("Wat er verandert", "Cijfers", "Bronnen", "FSI", "Floor Space Index", "Verschil", "Nu"):
        assert words in page.text
    assert f"Pand {content['edits'][0]['pand']} wordt gesloopt" in page.text
    assert "4 bouwlagen, goothoogte 12,0 m, plat dak, woonfunctie" in page.text
    assert "gebruiksdoel wordt kantoorfunctie" in page.text
    assert page.elements.count("svg") == 1
    assert page.elements.count("li") >= 3
    drawn = re.findall(r'<path d="(M[^"]+)" fill-rule', text)
    assert len(drawn) > 4


def test_the_picture_shows_the_new_mass_to_scale(
    twin: Twin, sample_twin: Path, file: Path, tmp_path: Path
) -> None:
    to = tmp_path / "blad.html"
    twin("scenario", "export", file, "--twin", sample_twin, "--to", to)
    text = to.read_text(encoding="utf-8")
    (new,) = re.findall(r'<path d="M([^"]+)Z" fill-rule="evenodd" fill="#7fa7d9"', text)
    corners = [tuple(map(float, p.split())) for p in new.split("L")]
    width = max(x for x, _ in corners) - min(x for x, _ in corners)
    height = max(y for _, y in corners) - min(y for _, y in corners)
    assert width / height == pytest.approx(2, rel=0.05)
    bar, metres = re.search(r"0H([\d.]+)V-6.*?>(\d+) m</text>", text).groups()  # type: ignore[union-attr]
    assert width / float(bar) * float(metres) == pytest.approx(24, rel=0.02)
