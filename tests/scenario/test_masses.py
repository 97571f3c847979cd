"""New masses against volumes worked out by hand, and variants that are none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from twin.errors import ScenarioError
from twin.geometry.measure import volume
from twin.scenario import read_variant
from twin.scenario.masses import outlines_of, raise_masses
from twin.scenario.variant import Add

RECTANGLE = [(0, 0), (20, 0), (20, 10), (0, 10)]


def add(roof: dict[str, Any], corners: list[tuple[float, float]] = RECTANGLE, **more: Any) -> Add:
    ring = [(150_000.0 + x, 520_000.0 + y) for x, y in corners]
    return Add.model_validate({"id": "a", "kind": "add", "rings": [ring], "height": 6, "roof": roof, **more})


@pytest.mark.parametrize(
    ("roof", "expected"),
    [
        ({"form": "flat"}, 1200.0),
        ({"form": "gable", "ridge": 10}, 1200 + 0.5 * 10 * 4 * 20),
        ({"form": "hip", "ridge": 10}, 1200 + 0.5 * 10 * 4 * 10 + 10 * 10 * 4 / 3),
        ({"form": "gable", "slope": 45}, 1200 + 0.5 * 10 * 5 * 20),
    ],
)
@pytest.mark.parametrize("rotation", [0.0, 33.3])
def test_volume_of_a_roof_over_a_rectangle(roof: dict[str, Any], expected: float, rotation: float) -> None:
    edits = [add(roof, rotation=rotation)]
    outlines, faults = outlines_of(edits)
    masses = raise_masses(outlines, edits, np.array([1.2]))
    assert faults == [None]
    assert masses.valid.tolist() == [True]
    assert masses.flattened.tolist() == [False]
    assert volume(masses.shells)[0] == pytest.approx(expected, abs=0.5)


def test_an_outline_that_crosses_itself_is_told() -> None:
    edits = [add({"form": "flat"}, [(0, 0), (10, 10), (10, 0), (0, 10)]), add({"form": "flat"})]
    assert outlines_of(edits)[1] == ["self-intersection", None]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"type": "something"},
        {"edits": [{"id": "a", "kind": "demolish"}]},
        {"edits": [{"id": "a", "kind": "raise", "pand": "1", "height": math.nan}]},
        {"edits": [{"id": "a", "kind": "raise", "pand": "1", "height": 4000}]},
        {"edits": [{"id": "a", "kind": "demolish", "pand": "1"}] * 2},
        {"title": "x" * 300},
        {"views": [{"link": "javascript:alert(1)"}]},
    ],
)
def test_what_is_no_variant_is_refused_with_its_place(change: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"^here: "):
        read_variant({"type": "gemeentetwin-variant", "version": 1, "title": "t"} | change, "here")
