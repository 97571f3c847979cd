"""What the guides quote is what the program says: settings, report, words of the viewer."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.docs.pages import DOCS, REPOSITORY, page, rows, sections
from twin.catalogue import CATALOGUE
from twin.settings import Settings

EXAMPLES = [
    (path.relative_to(DOCS).as_posix(), block)
    for path in sorted(DOCS.rglob("*.md"))
    for block in re.findall(r"^```toml\n(.*?)^```$", path.read_text(encoding="utf-8"), flags=re.M | re.S)
]
AREA = '[twin]\nname = "X"\n[[source]]\nkind = "bag"\npath = "bag.zip"\n'


@pytest.mark.parametrize(("name", "block"), EXAMPLES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(EXAMPLES)])
def test_examples_of_settings_are_valid(name: str, block: str) -> None:
    settings = Settings.model_validate(tomllib.loads(block if "[twin]" in block else AREA + block))
    assert settings.source


def test_there_are_examples() -> None:
    assert {name for name, _ in EXAMPLES} >= {"nl/aan-de-slag.md", "developers/settings.md"}


def test_the_guide_explains_every_part_of_the_report(sample_twin: Path) -> None:
    shown = re.findall(r"<h2>(.*?)</h2>", (sample_twin / "report" / "index.html").read_text(encoding="utf-8"))
    assert shown
    assert _bold(sections(page("nl/aan-de-slag.md"))["4. Het verslag lezen"]) == set(shown)


def test_the_guide_to_the_folder_names_what_is_there(sample_twin: Path) -> None:
    told = {
        r[0].strip("`/").partition("/")[0] for r in rows(sections(page("nl/aan-de-slag.md"))["3. Bouwen"])
    }
    assert told == {path.name for path in sample_twin.iterdir() if not path.name.startswith(".")}


def test_what_is_internal_is_in_the_restricted_tables_only(sample_twin: Path) -> None:
    """As nl/gegevens.md and developers/cityjson.md promise to whoever publishes a folder."""
    internal = {a.name for a in CATALOGUE.attributes if a.classification != "openbaar"}
    tables = sorted((sample_twin / "restricted" / "pand").glob("*.parquet"))
    assert sum(pd.read_parquet(path)["woz_waarde"].notna().sum() for path in tables) > 0
    published = [
        p
        for folder in ("cityjson", "3dtiles", "objects")
        for p in (sample_twin / folder).rglob("*")
        if p.is_file()
    ]
    assert len(published) > 5
    for path in published:
        content = path.read_bytes()
        assert not [name for name in internal if f'"{name}"'.encode() in content], path.name
        if path.suffix == ".parquet":
            assert not internal & set(pd.read_parquet(path).columns), path


def test_the_viewers_words_are_those_on_its_screen() -> None:
    source = REPOSITORY / "viewer" / "src"
    topics = [*(source / "i18n").glob("*.ts"), *(source / "tools").rglob("words.ts")]
    dutch = [
        re.findall(r"^const nl = \{$(.*?)^\} as const", t.read_text("utf-8"), re.M | re.S) for t in topics
    ]
    screen = re.findall(r": '([^']+)',$", "".join(part for parts in dutch for part in parts), flags=re.M)
    # A message is quoted up to what to do about it.
    words = {re.split(r"\.( |$)|: | \(", text)[0] for text in screen} | set(screen)
    parts = sections(page("nl/viewer.md"))
    quoted = {row[0] for row in rows(parts["Als er iets niet gaat"])}
    for part in (
        *("Rondkijken", "Een object bekijken", "Lagen en kleuren", "Filteren", "Tabel", "Lopen", "Meten"),
        *("Zon en schaduw", "Doorsnede", "Zicht", "Water", "Beeld opslaan en insluiten", "Delen"),
        "Telefoon en projector",
    ):
        quoted |= _bold(parts[part])
    guide = page("nl/scenario.md")
    quoted |= _bold(guide[guide.index("## In de viewer") : guide.index("## Zonder browser")])
    assert len(quoted) > 45
    assert quoted <= words


def _bold(text: str) -> set[str]:
    return {" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", text, flags=re.S)}
