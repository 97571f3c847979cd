"""One object that the program breaks on is set apart and told; all others are as they would have been."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from tests.build.towns import CORNER, Town, build_town, pand_id, read_panden
from tests.conftest import Sample
from tests.end_to_end.twins import read_collection, shells
from twin.build import Silence, ground, panden
from twin.build.isolate import isolating
from twin.check import check_twin
from twin.geometry.footprints import polygons_of

BROKEN = "fout in het programma bij dit pand; zie het logboek van de bouw"


@pytest.mark.parametrize("bad", [set(), {0}, {6}, {2, 3}, set(range(7))])
def test_just_what_breaks_is_set_apart(bad: set[int]) -> None:
    def method(rows: np.ndarray) -> list[int]:
        if bad & set(rows.tolist()):
            raise ZeroDivisionError
        return [10 * r for r in rows.tolist()]

    pieces = isolating(method, [f"object {n}" for n in range(7)])
    assert np.concatenate([p.rows for p in pieces]).tolist() == list(range(7))
    lost = {int(p.rows[0]) for p in pieces if p.result is None}
    assert lost == bad
    assert all(len(p.rows) == 1 for p in pieces if p.result is None)
    assert [v for p in pieces for v in p.result or []] == [10 * n for n in range(7) if n not in bad]


def test_nothing_broken_is_one_call() -> None:
    calls = []
    isolating(lambda rows: calls.append(len(rows)), ["a", "b", "c"])
    assert calls == [3]


def _breaking_on(monkeypatch: pytest.MonkeyPatch, x: float) -> None:
    """Let the reconstruction break on any pand that covers ``x``."""
    real = panden.reconstruct

    def fragile(polygons: Any, *arguments: Any, **options: Any) -> Any:
        bounds = shapely.bounds(polygons)
        if ((bounds[:, 0] < x) & (x < bounds[:, 2])).any():
            raise FloatingPointError("a pand that nobody thought of")
        return real(polygons, *arguments, **options)

    monkeypatch.setattr(panden, "reconstruct", fragile)


def test_a_pand_that_breaks_the_reconstruction_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    town = Town(tmp_path / "bron", houses=6)
    town.write()
    sound = build_town(town.settings, tmp_path / "sound").out
    _breaking_on(monkeypatch, CORNER[0] + 10 + 2 * 25 + 5)
    summary = build_town(town.settings, tmp_path / "twin")

    assert summary.lods == {"0": 1, "2.2": 5}
    assert summary.reasons == {BROKEN: 1}
    table = read_panden(summary.out)
    assert table.index[table["lod"] == "0"].tolist() == [pand_id(3)]
    assert table.loc[pand_id(3), "oorspronkelijk_bouwjaar"] == 1950
    others = {pand: faces for pand, faces in shells(sound, "2.2").items() if pand != pand_id(3)}
    assert shells(summary.out, "2.2") == others
    assert check_twin(summary.out, Silence()).findings == []
    said = "".join(capfd.readouterr())  # on the error stream once a command line has been configured
    assert pand_id(3) in said
    assert "a pand that nobody thought of" in said


def test_all_panden_that_break_are_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(tmp_path / "bron", houses=3)
    town.write()
    real = panden.reconstruct

    def broken(polygons: Any, *arguments: Any, **options: Any) -> Any:
        if any(p is not None for p in polygons):
            raise RuntimeError("broken for all")
        return real(polygons, *arguments, **options)

    monkeypatch.setattr(panden, "reconstruct", broken)
    summary = build_town(town.settings, tmp_path / "twin")
    assert summary.lods == {"0": 3}
    assert check_twin(summary.out, Silence()).findings == []


def test_a_bgt_object_that_breaks_keeps_its_attributes(
    sample_registers: Sample, sample_twin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roads = read_collection(sample_twin, "wegdeel")
    victim = roads.iloc[5]
    real = ground.ground_mesh
    corner = shapely.get_coordinates(victim.geometry)[0]
    inside = victim.geometry.representative_point()

    def fragile(cells: Any, *arguments: Any) -> Any:
        if any(
            p.contains(inside) and p.dwithin(shapely.Point(corner), 0.01) for p in polygons_of(cells.outline)
        ):
            raise ValueError("a road that nobody thought of")
        return real(cells, *arguments)

    monkeypatch.setattr(ground, "ground_mesh", fragile)
    summary = build_town(sample_registers.settings, tmp_path / "twin")
    found = read_collection(summary.out, "wegdeel").set_index("identificatie")
    assert len(found) == len(roads)
    broken = found[found["h_bron"] == ground.FAULT]
    assert broken.index.tolist() == [victim["identificatie"]]
    assert broken["bgt_functie"].iloc[0] == victim["bgt_functie"]
    unharmed = roads.set_index("identificatie").drop(victim["identificatie"])["h_maaiveld"]
    assert found.drop(victim["identificatie"])["h_maaiveld"].equals(unharmed)
    text = "".join(p.read_text(encoding="utf-8") for p in (summary.out / "cityjson").glob("*"))
    assert json.dumps(f"NL.IMGeo.{victim['identificatie']}") in text
    # The tiles count it as an object that can't be drawn; the check knows that.
    assert check_twin(summary.out, Silence()).findings == []
