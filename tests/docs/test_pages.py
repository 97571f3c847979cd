"""Pages that are made from the code or must keep up with it, and links that must lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, REPOSITORY, code_words, page, rows, sections
from twin.catalogue.document import PAGES, Language, markdown
from twin.ground import COLLECTIONS, THEMES
from twin.reconstruction.epochs import CloudReason
from twin.reconstruction.reasons import Reason

MARKDOWN = sorted([*DOCS.rglob("*.md"), REPOSITORY / "CONTRIBUTING.md"])
by_page = pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: p.relative_to(REPOSITORY).as_posix())


@pytest.mark.parametrize("language", PAGES)
def test_the_attribute_pages_are_those_of_the_catalogue(language: Language) -> None:
    path = REPOSITORY / PAGES[language]
    assert path.read_text(encoding="utf-8") == markdown(language), (
        "regenerate with: python -m twin.catalogue.document"
    )


def test_the_table_of_cityjson_types_is_that_of_the_collections() -> None:
    documented = {
        r[0].strip("`"): [c.strip("`") for c in r[1:4]]
        for r in rows(sections(page("developers/cityjson.md"))["BGT"])
    }
    assert documented == {
        c.name: [c.city_type, c.surface_type or "–", c.theme or "–"] for c in COLLECTIONS.values()
    }


def test_the_table_of_themes_is_that_of_the_collections() -> None:
    documented = {r[0].strip("`"): r[1] for r in rows(sections(page("developers/tiles.md"))["Themes"])}
    assert documented == {t.id: t.en for t in THEMES}


def test_every_reason_is_explained_to_users() -> None:
    table = rows(sections(page("nl/gegevens.md"))["Waarom een pand minder detail heeft"])
    assert {reason.nl for reason in Reason} <= {cells[0] for cells in table}


def test_every_reason_for_a_cloud_is_explained_to_users() -> None:
    table = rows(sections(page("nl/gegevens.md"))["Uit welke puntenwolk een pand komt"])
    assert {reason.nl for reason in CloudReason} == {cells[0] for cells in table}


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("developers/reconstruction.md", ["twin/reconstruction", "twin/geometry"]),
        ("developers/tiles.md", ["tiles"]),
        ("developers/ground.md", ["twin/ground"]),
        ("developers/sample.md", ["ingest/sample"]),
    ],
)
def test_every_module_of_a_room_is_told(name: str, folders: list[str]) -> None:
    told = {Path(word).name for word in code_words(page(name)) if word.endswith(".py")}
    for folder in folders:
        modules = {p.name for p in (REPOSITORY / folder).glob("*.py")} - {"__init__.py", "errors.py"}
        assert modules <= told, f"{name} says nothing of {sorted(modules - told)} in {folder}"


@by_page
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), f"{path.name}: {target}"
        if anchor:
            titles = re.findall(r"^#{1,6} +(.+)$", linked.read_text(encoding="utf-8"), flags=re.M)
            assert anchor in {_anchor(title) for title in titles}, f"{path.name}: {target}"


@by_page
def test_files_that_are_named_exist(path: Path) -> None:
    rooms = ("twin/", "ingest/", "tiles/", "viewer/", "tests/", "docs/", "notebooks/")
    for word in code_words(path.read_text(encoding="utf-8")):
        if word.startswith(rooms) and not re.search(r"[<>*{}\s]", word):
            assert (REPOSITORY / word).exists(), f"{path.name} names {word}"


@by_page
def test_every_page_is_in_the_table_of_contents(path: Path) -> None:
    if path.parent.parent == DOCS:
        assert f"]({path.relative_to(DOCS).as_posix()})" in page("README.md")


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.replace("`", "").strip().lower()).replace(" ", "-")
