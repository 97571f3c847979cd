"""The notebook runs from top to bottom on a built twin, and is committed without its outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

from tests.docs.pages import REPOSITORY

NOTEBOOK = REPOSITORY / "notebooks" / "kwaliteit.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in content if cell["cell_type"] == "code"]


def test_outputs_are_cleared(cells: list[dict[str, Any]]) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


def test_every_cell_runs_and_shows_something_true(
    cells: list[dict[str, Any]],
    sample_twin: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TWIN_OUT", str(sample_twin))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    plt.switch_backend("Agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    names: dict[str, Any] = {}
    for number, cell in enumerate(cells):
        exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}, code cell {number}", "exec"), names)
    plt.close("all")
    counts = json.loads((sample_twin / "twin.json").read_text())["counts"]
    assert f"{counts['pand']} panden" in capsys.readouterr().out
    assert len(names["slechtste"]) == 10
    assert len(names["punten"]) > 0
    assert len(names["daken"]) > 0
    # The notebook's own distances are those that the build measured.
    far = abs(names["afstand"][~names["np"].isnan(names["afstand"])])
    assert names["np"].mean(far < 0.2) == pytest.approx(names["rij"]["aandeel_binnen_20cm"], abs=0.02)
