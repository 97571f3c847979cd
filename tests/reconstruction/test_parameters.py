"""Every number of the method is explained, with its unit and source."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from twin.reconstruction.parameters import PlaneParameters


@pytest.mark.parametrize("name", [f.name for f in fields(PlaneParameters)])
def test_every_parameter_has_an_entry_with_a_source(name: str) -> None:
    text = PlaneParameters.__doc__ or ""
    entries = re.split(r"\n    (?=\w[\w, ]* : )", text)[1:]
    mine = [e for e in entries if name in re.split(r"[, ]+", e.split(" : ")[0])]
    assert len(mine) == 1
    assert re.search(r"\*(AHN|peer|design|choice)\*", mine[0])
    kind = mine[0].split(" : ")[1].splitlines()[0]
    if kind.startswith("float") and not re.search(r"ratio|share|gain|bonus|sigmas|quantile|slope", name):
        assert "[" in kind, "a unit is missing"
