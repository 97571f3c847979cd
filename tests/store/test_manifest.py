"""The manifest: what was written is read, and what can't be read says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.store.manifests import manifest
from twin.errors import StoreError
from twin.store import Layout, read_manifest
from twin.store.manifest import FORMAT, versions


def test_what_was_written_is_read(tmp_path: Path) -> None:
    given = manifest(sources=[{"kind": "bag", "notes": ["RD aangenomen"]}], quality={"rmse_lod22": 0.12})
    given.write(Layout(tmp_path))
    assert read_manifest(Layout(tmp_path)) == given
    assert (tmp_path / "twin.json").read_bytes().endswith(b"}\n")


def test_versions_name_the_program_and_what_its_results_depend_on() -> None:
    assert {"gemeentetwin", "python", "numpy", "shapely", "pyogrio"} <= set(versions())
    assert manifest().versions == versions()


def test_no_twin_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"^{tmp_path}: no twin here .*twin build"):
        read_manifest(Layout(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not valid JSON"),
        (b"[]", "not the manifest"),
        (b"{}", rf"format None, but this program reads {FORMAT}"),
        (orjson.dumps(replace(manifest(), format=99)), "format 99"),
        (orjson.dumps({"format": FORMAT}), "incomplete or altered"),
        (
            orjson.dumps({**orjson.loads(orjson.dumps(manifest())), "extra": 1}),
            "incomplete or altered.*extra",
        ),
    ],
)
def test_what_can_not_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "twin.json").write_bytes(content)
    with pytest.raises(StoreError, match=words) as caught:
        read_manifest(Layout(tmp_path))
    assert str(tmp_path / "twin.json") in str(caught.value)
    assert "Build the twin again" in str(caught.value)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "twin.json").mkdir()
    with pytest.raises(StoreError, match="can't be read"):
        read_manifest(Layout(tmp_path))
