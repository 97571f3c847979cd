"""Where the tests find real data, and what they share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real register data beside the repository; skips the test where it is absent."""
    folder = Path(os.environ.get("TWIN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"real data not found at {folder}; set TWIN_TEST_DATA to its folder")
    return folder
