"""The pages on scenarios hold every verdict and every indicator, in the words of the program."""

from __future__ import annotations

from typing import get_args

from tests.docs.pages import page, rows, sections
from twin.scenario.definitions import DEFINITIONS
from twin.scenario.variant import Edit
from twin.scenario.verdicts import EditVerdict, Verdict

DEVELOPERS = sections(page("developers/scenario.md"))


def test_every_verdict_is_told() -> None:
    told = {tuple(r) for r in rows(DEVELOPERS["Verdicts"])}
    assert told == {(f"`{v}`", v.level, EditVerdict("", v, "{what}").as_json()["en"]) for v in Verdict}


def test_every_indicator_is_told_in_both_languages() -> None:
    told = [tuple(r) for r in rows(DEVELOPERS["Indicators"])]
    assert told == [(f"`{d.id}`", d.unit or "–", d.en[1]) for d in DEFINITIONS]
    dutch = [(r[0], r[2]) for r in rows(sections(page("nl/scenario.md"))["De cijfers"])]
    assert dutch == [d.nl for d in DEFINITIONS]


def test_every_kind_of_edit_is_told() -> None:
    union, *_ = get_args(Edit)
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(union)}
    told = {r[0].strip("`"): r[1] for r in rows(DEVELOPERS["The file"]) if len(r) == 3}
    assert set(told) == kinds
    for kind in get_args(union):
        (name,) = get_args(kind.model_fields["kind"].annotation)
        for key in set(kind.model_fields) - {"id", "kind", "label"}:
            assert f"`{key}`" in told[name], (name, key)
