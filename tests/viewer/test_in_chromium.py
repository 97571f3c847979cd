"""What a visitor does, in a real browser on a served twin, with axe after each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.viewer.conftest import Run, serving
from twin.access.keys import KeyStore


@pytest.mark.slow
def test_a_visitor_walks_through_the_sample(npm: Run, chromium: str, sample_twin: Path) -> None:
    with serving(sample_twin) as address:
        walked = npm("run", "e2e", "--", "--base", address, "--chromium", chromium)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr


@pytest.mark.slow
def test_staff_log_in_and_see_more(npm: Run, chromium: str, sample_twin: Path, tmp_path: Path) -> None:
    access = tmp_path / "access.toml"
    access.write_text("[server]\nrate = 500.0\nburst = 5000\n", encoding="utf-8")
    _, key = KeyStore(tmp_path / "keys.json").make("proef", ["intern"])
    with serving(sample_twin, "--access", str(access)) as address:
        options = ("--only", "staff", "--key", key, "--chromium", chromium)
        walked = npm("run", "e2e", "--", "--base", address, *options)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr
