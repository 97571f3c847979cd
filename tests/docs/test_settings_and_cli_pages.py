"""The pages on settings and commands name every key and every option that there is, and no others."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args

import pytest
import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.core import TyperGroup

from ingest.woz import WozColumns
from tests.docs.pages import code_words, page, rows, sections
from twin.access.settings import Contact, Provider, Server
from twin.build import BuildSummary
from twin.cli.app import app
from twin.settings.dataset import Aggregate, Dataset, DatasetAttribute, Join
from twin.settings.model import BuildSettings, Source, SourceKind, TilesSettings, TwinSettings
from twin.settings.theme import Theme

SETTINGS = sections(page("developers/settings.md"))
COMMANDS = sections(page("developers/cli.md"))
GROUP = typer.main.get_command(app)


def _commands(group: Any, before: str = "") -> dict[str, Any]:
    """All commands, those of groups as ``group command``."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        found[before + name] = command
        if isinstance(command, TyperGroup):
            found |= _commands(command, f"{before}{name} ")
    return found


ALL = _commands(GROUP)
TABLES: dict[str, Any] = {
    "[twin]": TwinSettings,
    "[build]": BuildSettings,
    "[tiles]": TilesSettings,
    "[theme]": Theme,
    "[[source]]": Source,
    "[[dataset]]": Dataset,
    "[[dataset.attribute]]": DatasetAttribute,
    "[server]": Server,
    "[contact]": Contact,
    "[[provider]]": Provider,
}


@pytest.mark.parametrize("title", TABLES)
def test_every_key_has_its_row_with_its_default(title: str) -> None:
    documented = {r[0].strip("`"): r[2] for r in rows(SETTINGS[title])}
    expected = {name: _default(info) for name, info in TABLES[title].model_fields.items()}
    assert documented == expected


def test_every_key_of_the_woz_columns_has_its_row_with_its_default() -> None:
    documented = {r[0].strip("`"): r[1] for r in rows(SETTINGS["[source.columns]"])}
    expected = {f.name: f'`"{f.default}"`' for f in fields(WozColumns)}
    assert documented == expected


def test_every_kind_of_source_is_told() -> None:
    documented = {r[0].strip("`") for r in rows(SETTINGS["Kinds of sources"])}
    assert documented == {kind.value for kind in SourceKind}


def test_every_join_and_every_aggregate_is_told_in_both_languages() -> None:
    guide = sections(page("nl/eigen-gegevens.md"))["Waarop gekoppeld wordt"]
    for table in (rows(SETTINGS["Joins"]), rows(guide)):
        assert {word for cells in table for word in code_words(cells[0])} == {str(j) for j in Join}
    for text in (guide, "".join(r[1] for r in rows(SETTINGS["[[dataset.attribute]]"]))):
        assert set(get_args(Aggregate)) <= code_words(text)


def test_every_command_has_its_section() -> None:
    documented = {title.removeprefix("twin ") for title in COMMANDS if title.startswith("twin ")}
    assert isinstance(GROUP, TyperGroup)
    assert documented == set(ALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_option_of_a_command_is_told_and_no_other(name: str) -> None:
    _compare(ALL[name], COMMANDS[f"twin {name}"])


def test_the_options_of_all_commands_are_told() -> None:
    _compare(GROUP, COMMANDS["All commands"])


def test_every_key_of_the_summary_of_a_build_is_told() -> None:
    assert {f.name for f in fields(BuildSummary)} <= code_words(COMMANDS["twin build"])


def _compare(command: Any, text: str) -> None:
    words = code_words(text)
    named = {w for word in words for w in re.findall(r"(?<!\S)--?[a-z][a-z-]*", word)}
    options = [p for p in command.params if p.param_type_name == "option"]
    expected = {o for p in options for o in (*p.opts, *p.secondary_opts)}
    ignored = {"--help", "-h", "--install-completion", "--show-completion"}
    assert named - ignored == expected - ignored
    for p in options:
        if p.envvar:
            assert p.envvar in words
    for argument in (p for p in command.params if p.param_type_name == "argument"):
        assert (argument.metavar or argument.name or "").strip("{}") in {w.strip("{}") for w in words}


def _default(info: FieldInfo) -> str:
    if info.is_required() or (info.default is PydanticUndefined and info.default_factory is None):
        return "needed"
    value = info.get_default(call_default_factory=True)
    return "–" if value is None or value == {} else f"`{value}`"
