"""Every rule that schemas can't express finds the fault planted for it, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cityjson.town import HEADER, town
from twin.cityjson import check_sequence, write_sequence

Lines = list[Any]
PAND = "NL.IMBAG.Pand.0503100000000001"


def part(lines: Lines) -> Any:
    return lines[1]["CityObjects"][f"{PAND}-0"]


def solid(lines: Lines) -> Any:
    return part(lines)["geometry"][0]


FAULTS: list[tuple[str, str, Callable[[Lines], object]]] = [
    ("version", "header", lambda n: n[0].update(version="1.1")),
    ("transform", "header", lambda n: n[0].pop("transform")),
    ("crs", "header", lambda n: n[0]["metadata"].update(referenceSystem="EPSG:28992")),
    ("no feature", "header", lambda n: n[1].update(type="CityJSON")),
    ("same feature twice", "duplicate-id", lambda n: n.append(n[4])),
    ("id is no member", "hierarchy", lambda n: n[4].update(id="other")),
    ("part without parent", "hierarchy", lambda n: part(n).pop("parents")),
    ("part of a road", "hierarchy", lambda n: n[1]["CityObjects"][PAND].update(type="Road")),
    ("parent elsewhere", "hierarchy", lambda n: part(n).update(parents=["elsewhere"])),
    ("parent does not know", "hierarchy", lambda n: n[1]["CityObjects"][PAND]["children"].pop(0)),
    ("child is not there", "hierarchy", lambda n: n[1]["CityObjects"][PAND]["children"].append("none")),
    (
        "first level with parent",
        "hierarchy",
        lambda n: n[1]["CityObjects"][PAND].update(parents=[f"{PAND}-0"]),
    ),
    ("vertex too high", "index", lambda n: solid(n)["boundaries"][0][0][0].__setitem__(0, 99)),
    ("vertex negative", "index", lambda n: solid(n)["boundaries"][0][0][0].__setitem__(0, -1)),
    ("ring of two", "boundary", lambda n: solid(n)["boundaries"][0][0].__setitem__(0, [0, 1])),
    ("ring closed twice", "boundary", lambda n: (lambda r: r.append(r[0]))(solid(n)["boundaries"][0][0][0])),
    ("unknown geometry", "boundary", lambda n: solid(n).update(type="MultiSolid")),
    ("value too many", "semantics", lambda n: solid(n)["semantics"]["values"][0].append(0)),
    ("values not nested", "semantics", lambda n: solid(n)["semantics"].update(values=[0] * 6)),
    ("value beyond", "semantics", lambda n: solid(n)["semantics"]["values"][0].__setitem__(0, 3)),
    ("value negative", "semantics", lambda n: solid(n)["semantics"]["values"][0].__setitem__(0, -1)),
    ("unused vertex", "unused-vertex", lambda n: n[1]["vertices"].append([1, 2, 3])),
    ("double vertex", "double-vertex", lambda n: n[1]["vertices"].__setitem__(1, n[1]["vertices"][0])),
    ("no vertices", "structure", lambda n: n[1].pop("vertices")),
    ("no geometry type", "structure", lambda n: solid(n).pop("type")),
    ("boundaries no list", "structure", lambda n: solid(n).update(boundaries=5)),
    ("a list", "json", lambda n: n.__setitem__(1, [])),
]


def plant(folder: Path, fault: Callable[[Lines], object]) -> Path:
    path = folder / "t.city.jsonl"
    write_sequence(path, HEADER, *town())
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    fault(lines)
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return path


def test_a_good_file_has_no_faults(tmp_path: Path) -> None:
    assert check_sequence(plant(tmp_path, lambda _: None)) == []


@pytest.mark.parametrize(("rule", "fault"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_found(tmp_path: Path, rule: str, fault: Callable[[Lines], object]) -> None:
    found = check_sequence(plant(tmp_path, fault))
    assert rule in {f.rule for f in found}, found
    where = next(f.where for f in found if f.rule == rule)
    assert where.startswith("t.city.jsonl:")


def test_every_rule_has_a_fault_planted_for_it() -> None:
    from twin.cityjson.consistency import Fault

    assert Fault.__doc__ is not None
    named = {rule for _, rule, _ in FAULTS}
    assert all(f"``{rule}``" in Fault.__doc__ for rule in named)
    assert Fault.__doc__.count("``") // 2 == len(named)


def test_a_broken_line_does_not_hide_the_next(tmp_path: Path) -> None:
    path = plant(tmp_path, lambda n: n[3]["vertices"].append([7, 7, 7]))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][: len(lines[1]) // 2] + b"\n", *lines[2:]]))
    assert [f.rule for f in check_sequence(path)] == ["json", "unused-vertex"]


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "e.city.jsonl"
    path.write_bytes(b"")
    assert [(f.where, f.rule) for f in check_sequence(path)] == [("e.city.jsonl", "header")]
