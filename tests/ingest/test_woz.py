"""WOZ values: of every object the newest, of nobody the name. All figures here are made up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest import woz
from ingest.delivery import Reject
from ingest.errors import SourceError
from ingest.woz import WozColumns

HEADER = (
    "identificatie;adresseerbaarObjectIdentificaties;vastgesteldeWaarde;waardepeildatum;indicatieBezwaarBeroep;"
    "belanghebbendeEigenaar;belanghebbendeGebruiker;BSN;naamEigenaar\n"
)
PERSONS = ";Jansen-de Vries;Pietersen;123456782;A. Jansen-de Vries\n"
SECRETS = ("Jansen", "Pietersen", "123456782")


def line(objects: str, value: str, date: str, bezwaar: str = "N") -> str:
    return f"5030001;{objects};{value};{date};{bezwaar}{PERSONS}"


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text(HEADER + "".join(lines), encoding=encoding)
    return path


def test_newest_reference_date_wins(tmp_path: Path) -> None:
    path = write(
        tmp_path / "woz.csv",
        line("0503010000000001", "350000", "2022-01-01"),
        line("0503010000000001", "401000", "2023-01-01", "J"),
        line("503010000000002", "99500,50", "2023-01-01", ""),
    )
    found = woz.read(path)
    assert found.read == 3
    first, second = found.frame.to_dict("records")
    assert first == {
        "verblijfsobject_id": "0503010000000001",
        "woz_waarde": 401_000,
        "woz_peildatum": dt.date(2023, 1, 1),
        "in_bezwaar": True,
        "woz_gedeeld_met": 1,
    }
    assert (second["verblijfsobject_id"], second["woz_waarde"]) == ("0503010000000002", 99_500)
    assert pd.isna(second["in_bezwaar"])
    assert found.rejects[["object_id", "reason"]].values.tolist() == [
        ["0503010000000001", str(Reject.HISTORIC)]
    ]


def test_one_value_for_several_objects_says_so(tmp_path: Path) -> None:
    path = write(
        tmp_path / "woz.csv",
        line("0503010000000001,0503020000000002, 0503030000000003", "500000", "2023-01-01"),
    )
    frame = woz.read(path).frame
    assert frame["verblijfsobject_id"].tolist() == [
        "0503010000000001",
        "0503020000000002",
        "0503030000000003",
    ]
    assert frame["woz_gedeeld_met"].tolist() == [3, 3, 3]


def test_several_values_for_one_object_are_not_chosen_from(tmp_path: Path) -> None:
    path = write(
        tmp_path / "woz.csv",
        line("0503010000000001", "350000", "2023-01-01"),
        line("0503010000000001", "120000", "2023-01-01"),
        line("0503010000000002", "120000", "2023-01-01"),
        line("0503010000000002", "120000", "2023-01-01"),
    )
    found = woz.read(path)
    assert found.frame["verblijfsobject_id"].tolist() == ["0503010000000002"]
    assert found.rejects["reason"].tolist() == [str(Reject.DUPLICATE_ID)] * 3


@pytest.mark.parametrize(
    ("objects", "value", "date", "reason"),
    [
        ("", "350000", "2023-01-01", Reject.BAD_ID),
        ("503", "350000", "2023-01-01", Reject.BAD_ID),
        ("0503100000000001", "350000", "2023-01-01", Reject.BAD_ID),  # a pand has no value
        ("0503010000000001", "", "2023-01-01", Reject.UNREADABLE),
        ("0503010000000001", "0", "2023-01-01", Reject.UNREADABLE),
        ("0503010000000001", "-5", "2023-01-01", Reject.UNREADABLE),
        ("0503010000000001", "onbekend", "2023-01-01", Reject.UNREADABLE),
        ("0503010000000001", "inf", "2023-01-01", Reject.UNREADABLE),
        ("0503010000000001", "350000", "01-01-2023", Reject.UNREADABLE),
        ("0503010000000001", "350000", "", Reject.UNREADABLE),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(
    tmp_path: Path, objects: str, value: str, date: str, reason: Reject
) -> None:
    found = woz.read(write(tmp_path / "woz.csv", line(objects, value, date)))
    assert found.frame.empty
    assert found.rejects["reason"].tolist() == [str(reason)]


def test_owners_and_users_never_leave_the_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        tmp_path / "woz.csv",
        line("0503010000000001", "350000", "2023-01-01"),
        line("malformed", "350000", "2023-01-01"),
        line("0503010000000002", "nothing", "2023-01-01"),
    )
    seen: list[pd.DataFrame] = []
    inner = woz._records

    def watched(chunk: pd.DataFrame, columns: WozColumns) -> pd.DataFrame:
        seen.append(chunk)
        return inner(chunk, columns)

    monkeypatch.setattr(woz, "_records", watched)
    found = woz.read(path)
    assert set(seen[0].columns) == set(WozColumns().used())
    text = "".join(frame.to_csv() for frame in (*seen, found.frame, found.rejects))
    assert "0503010000000001" in text  # the check below looks where there is something to see
    assert not any(secret in text for secret in SECRETS)
    assert not any(secret in str(error) for error in _errors(tmp_path) for secret in SECRETS)


def _errors(folder: Path) -> list[SourceError]:
    """Errors on files with persons in them: of encoding and of missing columns."""
    latin = write(
        folder / "latin.csv",
        line("0503010000000001", "1", "2023-01-01").replace("A. J", "É. J"),
        encoding="cp1252",
    )
    plain = write(folder / "plain.csv", line("0503010000000001", "1", "2023-01-01"))
    errors: list[SourceError] = []
    for path, columns in (
        (latin, WozColumns()),
        (plain, WozColumns(waarde="taxatiewaarde")),
        (plain, WozColumns(encoding="no-such-encoding")),
    ):
        with pytest.raises(SourceError) as caught:
            woz.read(path, columns)
        errors.append(caught.value)
    return errors


def test_a_person_in_a_shifted_column_is_not_quoted(tmp_path: Path) -> None:
    shifted = "5030001;Jansen;0503010000000001;350000;2023-01-01;N" + PERSONS
    good = line("0503010000000002", "350000", "2023-01-01")
    found = woz.read(write(tmp_path / "woz.csv", good, shifted))
    assert found.frame["verblijfsobject_id"].tolist() == ["0503010000000002"]
    assert found.rejects.values.tolist() == [
        ["row 2", str(Reject.BAD_ID), "object id is missing or malformed"]
    ]


@pytest.mark.parametrize("name", ["belanghebbendeEigenaar", "BSN", "naamEigenaar", "Gebruiker", "email"])
def test_a_personal_column_can_not_be_configured(name: str) -> None:
    with pytest.raises(SourceError, match="personal data"):
        WozColumns(waarde=name)


def test_an_export_of_another_municipality(tmp_path: Path) -> None:
    values = "0503010000000001/0503010000000002|€ 1.250.000,00|01-01-2023|Curaçaostraat\n"
    path = tmp_path / "export.csv"
    path.write_text("VBO|Waarde|Peildatum|Straat\n" + values, encoding="cp1252")
    columns = WozColumns(
        objecten="VBO",
        waarde="Waarde",
        peildatum="Peildatum",
        bezwaar=None,
        delimiter="|",
        list_separator="/",
        thousands=".",
        encoding="cp1252",
        date_format="%d-%m-%Y",
    )
    frame = woz.read(path, columns).frame
    assert frame["woz_waarde"].tolist() == [1_250_000] * 2
    assert frame["in_bezwaar"].isna().all()
    with pytest.raises(SourceError, match=r"Set encoding \(utf-8 or cp1252\)"):
        woz.read(path, WozColumns(objecten="VBO", waarde="Waarde", peildatum="Peildatum", delimiter="|"))


def test_chunks_are_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        line(f"05030100000{i % 40:05d}", str(100_000 + i), f"20{10 + i // 40}-01-01") for i in range(120)
    ]
    path = write(tmp_path / "woz.csv", *lines)
    whole = woz.read(path)
    monkeypatch.setattr(woz, "CHUNK_ROWS", 7)
    pieces = woz.read(path)
    assert pieces.frame.equals(whole.frame)
    assert len(whole.frame) == 40
    assert whole.frame["woz_waarde"].min() == 100_080
    assert len(whole.rejects) == 80


def test_missing_file_and_columns(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        woz.read(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="no column taxatiewaarde; there are identificatie"):
        woz.read(write(tmp_path / "woz.csv"), WozColumns(waarde="taxatiewaarde"))
    empty: Any = woz.read(write(tmp_path / "empty.csv"))
    assert empty.read == 0
    assert "woz_gedeeld_met" in empty.frame.columns
