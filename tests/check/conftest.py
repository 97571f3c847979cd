"""A twin to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def twin(sample_twin: Path, tmp_path: Path) -> Path:
    """A copy of the sample twin, to spoil."""
    return Path(shutil.copytree(sample_twin, tmp_path / "twin", ignore=shutil.ignore_patterns(".work")))
