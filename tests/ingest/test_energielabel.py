"""Energy labels of EP-online: of every object the newest. All labels here are made up."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from ingest import energielabel
from ingest.delivery import Reject
from ingest.energielabel import Energielabel
from ingest.errors import SourceError

COLUMNS = [
    "Pand_opnamedatum",
    "Pand_opnametype",
    "Pand_status",
    "Pand_energieindex",
    "Pand_energieklasse",
    "Pand_gebouwklasse",
    "Meting_geldig_tot",
    "Pand_registratiedatum",
    "Pand_postcode",
    "Pand_huisnummer",
    "Pand_huisletter",
    "Pand_huisnummer_toev",
    "Pand_bagverblijfsobjectid",
    "Pand_bagligplaatsid",
    "Pand_bagpandid",
    "Pand_gebouwtype",
    "Pand_projectnaam",
]
PREAMBLE = ["PublicatieDatum;01-09-2024\n", "LaatstVerwerkteMutatievolgnummer;123\n"]


def line(**values: str) -> str:
    given = {
        "Pand_opnamedatum": "20230101",
        "Pand_status": "Bestaand",
        "Pand_energieklasse": "B",
        "Pand_registratiedatum": "20230201",
        "Pand_bagverblijfsobjectid": "0503010000000001",
        **{f"Pand_{k}": v for k, v in values.items()},
    }
    return ";".join(given.get(name, "") for name in COLUMNS) + "\n"


def write(path: Path, *lines: str, preamble: int = 2) -> Path:
    path.write_text(
        "".join(PREAMBLE[:preamble]) + ";".join(COLUMNS) + "\n" + "".join(lines), encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("preamble", [0, 1, 2])
def test_newest_registration_wins_whatever_comes_before_the_header(tmp_path: Path, preamble: int) -> None:
    path = write(
        tmp_path / "ep.csv",
        line(energieklasse="C", registratiedatum="2019-05-01", energieindex="1,64"),
        line(energieklasse="A++", registratiedatum="20230201", energieindex="0,87", gebouwtype="Rijwoning"),
        line(energieklasse="D", registratiedatum="20100101"),
        preamble=preamble,
    )
    found = energielabel.read(path)
    assert found.read == 3
    row = found.frame.iloc[0]
    assert (row["verblijfsobject_id"], row["energielabel"]) == ("0503010000000001", "A++")
    assert row["energielabel_registratiedatum"] == dt.date(2023, 2, 1)
    assert row["energie_index"] == pytest.approx(0.87)
    assert row["gebouwtype"] == "Rijwoning"
    assert row["energielabel_geldig_tot"] is None
    assert found.rejects["reason"].tolist() == [str(Reject.HISTORIC)] * 2


@pytest.mark.parametrize("label", list(Energielabel))
def test_every_class_is_known(tmp_path: Path, label: Energielabel) -> None:
    assert (
        energielabel.read(write(tmp_path / "ep.csv", line(energieklasse=label))).frame["energielabel"][0]
        == label
    )


@pytest.mark.parametrize(
    ("values", "reason", "detail"),
    [
        ({"energieklasse": "H"}, Reject.UNKNOWN_STATUS, "'H'"),
        ({"energieklasse": "A++++++"}, Reject.UNKNOWN_STATUS, "'A++++++'"),
        ({"energieklasse": ""}, Reject.UNKNOWN_STATUS, "no label class"),
        ({"status": "Vergunningsaanvraag"}, Reject.PLANNED, "permit"),
        ({"registratiedatum": "gisteren"}, Reject.UNREADABLE, "no date"),
        ({"registratiedatum": ""}, Reject.UNREADABLE, "no date"),
        ({"bagverblijfsobjectid": "503"}, Reject.BAD_ID, "16 digits"),
        ({"bagverblijfsobjectid": ""}, Reject.BAD_ID, "neither an id nor a postcode"),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(
    tmp_path: Path, values: dict[str, str], reason: Reject, detail: str
) -> None:
    found = energielabel.read(write(tmp_path / "ep.csv", line(**values)))
    assert found.frame.empty
    assert found.rejects["reason"].tolist() == [str(reason)]
    assert detail in found.rejects["detail"][0]


def test_without_an_id_the_address_is_the_key(tmp_path: Path) -> None:
    address = {"bagverblijfsobjectid": "", "postcode": "2611 bc", "huisnummer": "12"}
    path = write(
        tmp_path / "ep.csv",
        line(**address, huisletter="A", energieklasse="C"),
        line(**address, huisletter="B", energieklasse="D"),
        line(**address, huisletter="B", energieklasse="E", registratiedatum="20240101"),
    )
    found = energielabel.read(path).frame
    assert found["verblijfsobject_id"].isna().all()
    assert found[["postcode", "huisnummer", "huisletter", "energielabel"]].values.tolist() == [
        ["2611BC", 12, "A", "C"],
        ["2611BC", 12, "B", "E"],
    ]


def test_a_ligplaats_is_named_by_its_own_id(tmp_path: Path) -> None:
    path = write(tmp_path / "ep.csv", line(bagverblijfsobjectid="", bagligplaatsid="0503020000000009"))
    assert energielabel.read(path).frame["verblijfsobject_id"].tolist() == ["0503020000000009"]


def test_names_of_the_newer_file_without_prefix(tmp_path: Path) -> None:
    path = tmp_path / "v5.csv"
    path.write_text(
        "Postcode;Huisnummer;BAGVerblijfsobjectID;Energieklasse;Registratiedatum;GeldigTot\n"
        "2628CD;42;0503010000000001;A+;2024-02-01T00:00:00;2034-01-31\n"
    )
    row = energielabel.read(path).frame.iloc[0]
    assert (row["energielabel"], row["huisnummer"]) == ("A+", 42)
    assert row["energielabel_geldig_tot"] == dt.date(2034, 1, 31)


def test_chunks_are_one_table_and_a_zip_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        line(
            bagverblijfsobjectid=f"05030100000{i % 50:05d}",
            registratiedatum=f"20{10 + i // 50}0101",
            energieklasse="GFEDCBA"[i % 7],
        )
        for i in range(200)
    ]
    path = write(tmp_path / "ep.csv", *lines)
    whole = energielabel.read(path)
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream.readlines()[2:], delimiter=";"))
    newest = {
        r["Pand_bagverblijfsobjectid"]: r["Pand_energieklasse"] for r in rows
    }  # they come in order of date
    assert whole.frame.set_index("verblijfsobject_id")["energielabel"].to_dict() == newest
    monkeypatch.setattr(energielabel, "CHUNK_ROWS", 11)
    pd.testing.assert_frame_equal(energielabel.read(path).frame, whole.frame)
    with zipfile.ZipFile(tmp_path / "ep.zip", "w") as archive:
        archive.write(path, "ep.csv")
    pd.testing.assert_frame_equal(energielabel.read(tmp_path / "ep.zip").frame, whole.frame)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        energielabel.read(tmp_path / "absent.csv")
    other = tmp_path / "other.csv"
    other.write_text("a;b\n1;2\n")
    with pytest.raises(SourceError, match="no header among its first lines"):
        energielabel.read(other)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(SourceError, match="it can't be read"):
        energielabel.read(empty)
    assert energielabel.read(write(tmp_path / "nothing.csv")).read == 0
