"""What a visitor does, in a real browser on a served twin, with axe after each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.viewer.conftest import Run, serving


@pytest.mark.slow
def test_a_visitor_walks_through_the_sample(npm: Run, chromium: str, sample_twin: Path) -> None:
    with serving(sample_twin) as address:
        walked = npm("run", "e2e", "--", "--base", address, "--chromium", chromium)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr
