"""Tables of any making: only the named columns, in one spelling of keys, and never a value in a message."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from ingest.dataset import Format, read
from ingest.errors import SourceError

COMMA = Format(delimiter=",", decimal=".")
PAND = "0503100000018603"


def csv(folder: Path, text: str, name: str = "proef.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def values(frame: pd.DataFrame, column: str) -> list[Any]:
    return [None if pd.isna(v) else v for v in frame[column]]


def test_values_get_their_types_and_those_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "pand;n;x;ja;dag;tekst;geheim\n"
        f"{PAND};3;1,5;Ja;2024-01-02;a;s\n{PAND};3,5;1.5;nee;2-1-2024; ;s\n{PAND};veel;;misschien;;b;s\n",
    )
    kinds: dict[str, Any] = {"n": "integer", "x": "number", "ja": "boolean", "dag": "date", "tekst": "string"}
    delivery = read(path, "proef", kinds, key=["pand"], key_kind="pand")
    frame = delivery.frame
    assert values(frame, "n") == [3, None, None]
    assert values(frame, "x") == [1.5, None, None]  # a point could be one between thousands
    assert values(frame, "ja") == [True, False, None]
    assert values(frame, "dag") == [pd.Timestamp("2024-01-02"), None, None]
    assert values(frame, "tekst") == ["a", None, "b"]
    assert "geheim" not in frame
    assert set(delivery.notes) == {
        "n: 2 values are no integer and were left out",
        "x: 1 values are no number and were left out",
        "ja: 1 values are no boolean and were left out",
        "dag: 1 values are no date and were left out",
    }


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("pand", "NL.IMBAG.Pand.0503100000018603", PAND),
        ("pand", "503100000018603", PAND),
        ("verblijfsobject", "0503010000000001", "0503010000000001"),
        ("postcode", "2611 ab", "2611AB"),
        ("buurt", "05030101", "BU05030101"),
        ("wijk", "WK050301", "WK050301"),
        ("gemeente", "503", None),
        ("lokaalid", "NL.IMGeo.G0503.abc", "G0503.abc"),
        ("pand", "0503010000000001", None),
        ("postcode", "261 AB", None),
    ],
)
def test_keys_have_one_spelling(tmp_path: Path, kind: Any, text: str, expected: str | None) -> None:
    delivery = read(csv(tmp_path, f"k;v\n{text};1\n"), "proef", {"v": "integer"}, key=["k"], key_kind=kind)
    assert delivery.frame["key"].tolist() == (
        [expected] if expected else ["GM0503"] if kind == "gemeente" else []
    )
    assert delivery.read == len(delivery.frame) + len(delivery.rejects)


def test_addresses_are_joined_and_a_wrong_one_is_rejected_without_its_text(tmp_path: Path) -> None:
    path = csv(tmp_path, "p;n;l;v\n2611 ab;12; a;1\n2611AB;twaalf;;1\nJan Jansen;3;;1\n")
    delivery = read(path, "proef", {"v": "integer"}, key=["p", "n", "l"], key_kind="adres")
    assert delivery.frame["key"].tolist() == ["2611AB 12 A"]
    assert delivery.rejects["object_id"].tolist() == ["record 2", "record 3"]
    assert "Jan" not in delivery.rejects.to_csv()


def test_texts_that_stand_for_nothing_are_missing(tmp_path: Path) -> None:
    path = csv(tmp_path, "k;v\nBU05030101;-99997\nBU05030102;12\n")
    style = Format(missing=("-99997",))
    delivery = read(path, "proef", {"v": "integer"}, key=["k"], key_kind="buurt", style=style)
    assert values(delivery.frame, "v") == [None, 12]
    assert delivery.notes == ()


def test_a_compressed_csv_with_commas_is_read(tmp_path: Path) -> None:
    path = tmp_path / "proef.csv.gz"
    path.write_bytes(gzip.compress(f"k,v\n{PAND},1.5\n".encode()))
    frame = read(path, "proef", {"v": "number"}, key=["k"], key_kind="pand", style=COMMA).frame
    assert values(frame, "v") == [1.5]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_places_come_from_every_format_in_rd(tmp_path: Path, ending: str) -> None:
    points = gpd.GeoDataFrame({"v": [1.5, 2.5]}, geometry=[shapely.Point(85000, 447000), None], crs=28992)
    path = tmp_path / f"proef.{ending}"
    points.to_parquet(path) if ending == "parquet" else points.to_file(path)
    delivery = read(path, "proef", {"v": "number"})
    assert delivery.frame.geometry.iloc[0].equals_exact(shapely.Point(85000, 447000), 0.02)  # type: ignore[attr-defined]
    assert delivery.rejects["reason"].tolist() == ["no geometry"]


@pytest.mark.parametrize(("x", "y"), [("155000", "463000"), ("5.387206211", "52.155174403")])
def test_a_csv_with_places_may_be_in_rd_or_in_degrees(tmp_path: Path, x: str, y: str) -> None:
    path = csv(tmp_path, f"x,y,v\n{x},{y},1\n")
    style = Format(delimiter=",", decimal=".", xy=("x", "y"))
    (point,) = read(path, "proef", {"v": "integer"}, style=style).frame.geometry  # type: ignore[attr-defined]
    assert (
        point.distance(shapely.Point(155000, 463000)) < 0.5
    )  # the tower of Amersfoort; exactness is tested in test_crs.py


@pytest.mark.parametrize(
    ("text", "style", "said"),
    [
        ("k;w\n1;2\n", Format(), "no column v; there are k, w"),
        ("k,v\n1,2\n", Format(), "check the delimiter"),
        ("k;v\n\xe9;2\n", Format(encoding="ascii"), "UnicodeDecodeError"),
        ("k;v\n1;2\n", Format(encoding="klingon"), "LookupError"),
        ('k;v\n"geheim;1\n', Format(), "ParserError"),
    ],
)
def test_what_is_wrong_is_told_without_quoting(tmp_path: Path, text: str, style: Format, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        read(csv(tmp_path, text), "proef", {"v": "integer"}, key=["k"], key_kind="pand", style=style)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    for name in ("x.gpkg", "x.parquet", "x.geojson"):
        with pytest.raises(SourceError, match="can't be read"):
            read(csv(tmp_path, "rommel", name), "proef", {"v": "integer"}, key=["k"], key_kind="pand")
    with pytest.raises(SourceError, match="no such file"):
        read(tmp_path / "weg.csv", "proef", {"v": "integer"}, key=["k"], key_kind="pand")


def test_of_several_layers_one_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "proef.gpkg"
    points = gpd.GeoDataFrame({"v": [1]}, geometry=[shapely.Point(85000, 447000)], crs=28992)
    for layer in ("a", "b"):
        points.to_file(path, layer=layer)
    with pytest.raises(SourceError, match="a, b"):
        read(path, "proef", {"v": "integer"})
    with pytest.raises(SourceError, match="no layer 'c'"):
        read(path, "proef", {"v": "integer"}, style=Format(layer="c"))
    assert len(read(path, "proef", {"v": "integer"}, style=Format(layer="b")).frame) == 1
