"""The join report of real Voorburg is what the program says of it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.docs.pages import page, rows
from twin.build import Silence
from twin.build.joins import try_joins
from twin.settings import load

SETTINGS = REPOSITORY / "tests" / "real" / "voorburg_datasets.toml"


def test_the_table_is_the_report(real_data: Path, tmp_path: Path) -> None:
    text = re.sub(r'"[./]+/shared/data/', f'"{real_data}/', SETTINGS.read_text(encoding="utf-8"))
    path = tmp_path / "twin.toml"
    path.write_text(text, encoding="utf-8")
    found = [
        [
            f"`{t.dataset.name}`",
            f"`{t.dataset.by}`",
            str(t.report.right),
            str(t.report.right_matched),
            f"{100 * t.report.rate:.1f}%",
            str(sum(t.rejected.values())),
            str(t.report.duplicates),
            str(t.report.left),
            str(next(iter(t.filled.values()))),
        ]
        for t in try_joins(load(path), Silence())
    ]
    assert found == rows(page("developers/joins.md"))
