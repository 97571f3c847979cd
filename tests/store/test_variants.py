"""Saved variants: whole files, a bound, no lost update, and no way out of their folder."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from twin.errors import (
    ChangedMeanwhileError,
    NotFoundError,
    ScenarioError,
    StoreError,
    TooLargeError,
    UnconditionalError,
)
from twin.store import Layout
from twin.store import variants as module
from twin.store.variants import Variants

CONTENT = {"title": "Plan", "description": "", "created": None, "modified": "2026-01-01", "edits": [{}, {}]}


@pytest.fixture
def variants(tmp_path: Path) -> Variants:
    return Variants(Layout(tmp_path / "twin"))


def test_what_is_kept_is_read_and_listed(variants: Variants) -> None:
    saved = variants.create({**CONTENT, "id": "mine"})
    assert saved.id != "mine"
    assert orjson.loads(variants.read(saved.id).content) == {**CONTENT, "id": saved.id}
    (entry,) = variants.listed()
    assert (entry["id"], entry["title"], entry["edits"], entry["tag"]) == (saved.id, "Plan", 2, saved.tag)


def test_newest_first_and_what_is_no_variant_is_left_out(variants: Variants) -> None:
    ids = [variants.create({**CONTENT, "modified": f"2026-01-0{n}"}).id for n in (1, 3, 2)]
    for name, content in (("half", b'{"title": "'), ("list", b"[1]"), ("other", b'{"edits": 3}')):
        (variants.layout.scenarios / f"{name}.json").write_bytes(content)
    (variants.layout.scenarios / "notes.txt").write_bytes(b"{}")
    assert [e["id"] for e in variants.listed()] == [ids[1], ids[2], ids[0]]


def test_a_file_that_was_copied_is_listed_by_its_own_name(variants: Variants) -> None:
    saved = variants.create(CONTENT)
    (variants.layout.scenarios / "copy.json").write_bytes(saved.content)
    assert {e["id"] for e in variants.listed()} == {saved.id, "copy"}


def test_replace_and_delete_ask_for_the_version_that_one_has(variants: Variants) -> None:
    first = variants.create(CONTENT)
    with pytest.raises(UnconditionalError, match="If-Match"):
        variants.replace(first.id, CONTENT, None)
    second = variants.replace(first.id, {**CONTENT, "title": "Beter"}, first.tag)
    assert second.tag != first.tag
    for change in (
        lambda: variants.replace(first.id, CONTENT, first.tag),
        lambda: variants.delete(first.id, first.tag),
    ):
        with pytest.raises(ChangedMeanwhileError, match="somebody else"):
            change()
    assert orjson.loads(variants.read(first.id).content)["title"] == "Beter"
    variants.delete(first.id, second.tag)
    with pytest.raises(NotFoundError):
        variants.read(first.id)
    assert variants.listed() == []


def test_of_two_who_save_at_once_one_is_told(variants: Variants) -> None:
    first = variants.create(CONTENT)

    def save(number: int) -> bool:
        try:
            variants.replace(first.id, {**CONTENT, "title": str(number)}, first.tag)
        except ChangedMeanwhileError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(24))) == 1


def test_a_full_disk_leaves_the_old_version(variants: Variants, monkeypatch: pytest.MonkeyPatch) -> None:
    first = variants.create(CONTENT)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="disk is full"):
        variants.replace(first.id, {**CONTENT, "title": "x"}, first.tag)
    assert variants.read(first.id) == first
    assert [p.name for p in variants.layout.scenarios.iterdir()] == [f"{first.id}.json"]


def test_there_is_an_end_to_their_number_and_size(
    variants: Variants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(module, "LARGEST", 1000)
    saved = variants.create(CONTENT)
    with pytest.raises(TooLargeError, match="1000 are allowed"):
        variants.replace(saved.id, {**CONTENT, "title": "x" * 1000}, saved.tag)
    variants.create(CONTENT)
    with pytest.raises(TooLargeError, match="Delete some"):
        variants.create(CONTENT)
    with pytest.raises(ScenarioError):
        variants.replace(saved.id, {"title": object()}, saved.tag)
    assert variants.read(saved.id) == saved


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../twin", "a/b", "a\\b", "/etc/passwd", "a.json", "a\n", "a\0", "x" * 65, "%2e%2e", "é"],
)
def test_an_id_never_leads_out_of_the_folder(variants: Variants, name: str) -> None:
    variants.create(CONTENT)
    secret = variants.layout.root / "twin.json"
    secret.write_bytes(b"{}")
    for attempt in (
        lambda: variants.read(name),
        lambda: variants.replace(name, CONTENT, "*"),
        lambda: variants.delete(name, "*"),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert secret.read_bytes() == b"{}"
    assert len(variants.listed()) == 1
