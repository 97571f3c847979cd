"""The viewer's own unit tests, types and lint, as part of all tests."""

from __future__ import annotations

import pytest

from tests.viewer.conftest import Run


@pytest.mark.parametrize("script", ["typecheck", "lint", "test"])
def test_npm_script_passes(npm: Run, script: str) -> None:
    done = npm("run", script)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
