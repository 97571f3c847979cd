"""What is wrong with a variant is told in Dutch as well, every kind of it, and once for a whole outline."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.towns import cube, ring
from twin.errors import ScenarioError
from twin.scenario import read_variant

ADD: dict[str, Any] = {"id": "a", "kind": "add", "rings": [ring(0, 0, 20, 10)], "height": 9, "floors": 3}
IMPORT: dict[str, Any] = {"id": "i", "kind": "import", "position": [150_000, 520_000], "mesh": cube(10)}
OUTSIDE = "ligt buiten Nederland (in RD: x van 0 tot 300000 m, y van 300000 tot 625000 m)"
ABROAD = [[400_000, 500_000], [400_020, 500_000], [400_020, 500_010]]


def refused(content: Any) -> ScenarioError:
    with pytest.raises(ScenarioError) as raised:
        read_variant(content)
    return raised.value


def of(*edits: Any, **more: Any) -> dict[str, Any]:
    return {"type": "gemeentetwin-variant", "version": 1, "edits": list(edits), **more}


@pytest.mark.parametrize(
    ("content", "nl"),
    [
        (of({**ADD, "id": "b", "rings": [ABROAD]}), f"wijziging 1, omtrek: {OUTSIDE}"),
        (of(ADD, {**ADD, "id": "b", "rings": [ABROAD]}), f"wijziging 2, omtrek: {OUTSIDE}"),
        (of(area=ABROAD), f"plangebied: {OUTSIDE}"),
        (of({**ADD, "height": 900}), "wijziging 1, hoogte: mag hoogstens 400 zijn"),
        (of({**ADD, "floors": 2.5}), "wijziging 1, bouwlagen: moet een geheel getal zijn"),
        (
            of({**ADD, "roof": {"form": "gable"}}),
            "wijziging 1, dak: een zadeldak of schilddak heeft een helling of een nokhoogte nodig, en niet "
            "beide",
        ),
        (of({**ADD, "colour": 1}), "wijziging 1, colour: hoort niet in een variant"),
        (of(ADD, ADD), "wijzigingen: twee wijzigingen heten a"),
        (of({"id": "x", "kind": "no"}), "wijziging 1: is een soort wijziging die dit programma niet kent"),
        (of(views=[{"title": "a" * 300}]), "beeld 1, naam: mag hoogstens 200 tekens hebben"),
    ],
)
def test_a_fault_is_told_in_dutch(content: Any, nl: str) -> None:
    assert refused(content).nl == f"De variant klopt niet: {nl}"


def test_what_is_no_variant_or_of_another_version_is_told_in_dutch() -> None:
    for content in ([], {"type": "FeatureCollection"}):
        assert refused(content).nl == "Dit is geen variant van gemeentetwin"
    assert refused(of() | {"version": 7}).nl.startswith(
        "Deze variant is van versie 7; dit programma leest 1."
    )


def test_a_fault_of_every_corner_is_told_once_in_both_languages() -> None:
    error = refused(of({**ADD, "rings": [ABROAD]}))
    assert str(error).count("lies outside the Netherlands") == 1
    assert "edits.0.add.rings.0.0: " in str(error)
    assert error.nl.count("ligt buiten Nederland") == 1


def test_of_many_faults_some_are_told_and_the_others_counted() -> None:
    error = refused(of(*({**ADD, "id": f"e{i}", "height": 0} for i in range(20))))
    assert str(error).endswith("; and 12 more")
    assert error.nl.endswith("; en nog 12")


def places(content: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


WHOLE = of(
    {**ADD, "roof": {"form": "gable", "slope": 30}, "base": 1.0, "rotation": 10.0, "dwellings": 2},
    {**IMPORT, "mesh": {"vertices": [[0, 0, 0], [9, 0, 0], [0, 9, 9]], "triangles": [[0, 1, 2]]}},
    {"id": "d", "kind": "demolish", "pand": "0503100000018603"},
    {"id": "r", "kind": "raise", "pand": "0503100000018603", "height": 3},
    {"id": "m", "kind": "move", "pand": "0503100000018603", "dx": 3},
    {"id": "c", "kind": "change", "pand": "0503100000018603", "set": {"gebruiksdoel": "woonfunctie"}},
    title="Plan",
    created="2026-11-24T12:00:00Z",
    area=[list(p) for p in ring(0, 0, 20, 10)],
    views=[{"title": "Plein", "link": "#a"}],
)  # fmt: skip
WRONG = st.sampled_from(
    [
        None,
        True,
        "",
        "x",
        "\0",
        "\ud800",
        1e999,
        float("nan"),
        -1e9,
        1e9,
        2.5,
        10**30,
        [],
        {},
        [[]],
        "a" * 5000,
    ]
)


@given(st.data())
def test_whatever_is_wrong_has_words_in_dutch(data: st.DataObject) -> None:
    content = copy.deepcopy(WHOLE)
    assert read_variant(content)
    *path, last = data.draw(
        st.sampled_from([p for p in places(content) if p and p[0] not in ("type", "version")])
    )
    holder: Any = content
    for key in path:
        holder = holder[key]
    if isinstance(holder, dict) and data.draw(st.booleans()):
        del holder[last]
    else:
        holder[last] = data.draw(WRONG)
    told = ""
    try:
        read_variant(content)
    except ScenarioError as error:
        told = error.nl.removeprefix("De variant klopt niet: ")
    assert not re.search(r"klopt niet|[{}]|nput should", told), told
