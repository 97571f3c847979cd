"""What a visitor does, in a real browser on a served twin, with axe after each step."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.ifc.reading import NEEDED
from tests.access.provider import AUDIENCE, CLIENT, provider
from tests.viewer.conftest import Run, serving
from twin.access.keys import KeyStore
from twin.build.looks import looks_of
from twin.settings import Theme
from twin.store import Layout, read_manifest

PARTS = 4  # of the walk, which may go at the same time


@pytest.mark.slow
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_a_visitor_walks_through_the_sample(
    npm: Run, chromium: str, sample_twin: Path, tmp_path: Path, part: int
) -> None:
    with serving(sample_twin) as address:
        options = ("--part", f"{part}/{PARTS}", "--chromium", chromium, *_ifc(tmp_path))
        walked = npm("run", "e2e", "--", "--base", address, *options)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr


def _ifc(folder: Path) -> tuple[str, ...]:
    """Option with a house in IFC; none where the extra that reads it is missing, and the walk says so."""
    if not all(map(find_spec, NEEDED)):
        return ()
    from tests.ingest.ifc_house import house

    file = folder / "huis.ifc"
    file.write_bytes(house().content())
    return "--ifc", str(file)


@pytest.mark.slow
def test_a_server_without_the_extra_for_ifc_says_so_in_the_viewer(
    npm: Run, chromium: str, sample_twin: Path, tmp_path: Path
) -> None:
    hidden = tmp_path / "site" / "sitecustomize.py"
    hidden.parent.mkdir()
    hidden.write_text(
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'manifold3d' else found(name, *more)\n",
        encoding="utf-8",
    )
    with serving(sample_twin, env={"PYTHONPATH": str(hidden.parent)}) as address:
        options = ("--only", "Takes in an IFC", "--chromium", chromium, *_ifc(tmp_path))
        walked = npm("run", "e2e", "--", "--base", address, *options)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert "skipped: this server lacks the extra [ifc]" in walked.stdout


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


@pytest.mark.slow
def test_staff_log_in_at_their_provider(npm: Run, chromium: str, sample_twin: Path, tmp_path: Path) -> None:
    """The whole flow: the page of the provider, the code, its exchange, and what is seen then."""
    access = tmp_path / "access.toml"
    with provider() as issuer:
        access.write_text(
            "[server]\nrate = 500.0\nburst = 5000\n\n"
            f'[[provider]]\nissuer = "{issuer.issuer}"\naudience = "{AUDIENCE}"\nclient = "{CLIENT}"\n'
            'title = "de gemeente"\nleeway = 0\nroles = { medewerker = "intern" }\n',
            encoding="utf-8",
        )
        with serving(sample_twin, "--access", str(access)) as address:
            options = ("--only", "login", "--provider", issuer.issuer, "--chromium", chromium)
            walked = npm("run", "e2e", "--", "--base", address, *options)
        print(walked.stdout)
        assert walked.returncode == 0, walked.stdout + walked.stderr
        # As it must have gone, whatever the page showed.
        assert sum(path == "/token" for path in issuer.asked) == 3
        assert not issuer.codes, "a code was given and never exchanged"


@pytest.mark.slow
def test_a_municipality_has_its_own_looks(npm: Run, chromium: str, sample_twin: Path, tmp_path: Path) -> None:
    root = shutil.copytree(sample_twin, tmp_path / "twin")
    picture = tmp_path / "logo.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path fill="#d00" d="M0 0h4v3H0z"/></svg>',
        encoding="utf-8",
    )
    theme = Theme(
        organisation="Gemeente Proef",
        logo=picture,
        accent="#6a1b4d",
        header="#ffcc00",
        on_header="#1a1a1a",
        tokens={"utrecht-button-border-radius": "0px"},
    )
    replace(read_manifest(Layout(root)), looks=looks_of(theme)).write(Layout(root))
    with serving(root) as address:
        walked = npm("run", "e2e", "--", "--base", address, "--only", "looks", "--chromium", chromium)
    print(walked.stdout)
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert "Gemeente Proef" in walked.stdout
