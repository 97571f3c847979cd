"""A design sent to the API, and all that is done with the edit that comes back."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import trimesh
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tests.api.test_scenarios import BASE, indicators, variant
from tests.planning import files
from tests.planning.test_hostile_designs import HOSTILE
from twin.api import create_app
from twin.cli.app import app as command
from twin.planning.designs import LARGEST


@pytest.fixture(scope="module")
def root(sample_twin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("import") / "twin"
    shutil.copytree(sample_twin, copy)
    return copy


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(create_app(root), base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def edit(client: TestClient) -> dict[str, Any]:
    """The block of the other tests, in the middle of the sample."""
    answer = client.post(f"{BASE}/import", content=files.glb(), params={"label": "Hof <b>Zuid</b>"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["edit"]
    return found


def test_the_answer_is_an_edit_with_remarks(client: TestClient) -> None:
    answer = client.post(f"{BASE}/import", content=files.obj(), params={"position": "84700,447200"})
    made = answer.json()
    assert (made["edit"]["kind"], made["edit"]["position"]) == ("import", [84700.0, 447200.0])
    assert {"code", "nl", "en"} == set(made["remarks"][0])
    assert client.post(f"{BASE}/evaluate", json=variant(made["edit"])).status_code == 200


def test_its_figures_are_those_of_the_design(client: TestClient, edit: dict[str, Any]) -> None:
    told = indicators(client.post(f"{BASE}/evaluate", json=variant(edit)))
    assert told["volume"]["difference"] == pytest.approx(files.VOLUME, abs=1)
    assert told["footprint"]["difference"] == pytest.approx(files.AREA, abs=1)
    assert told["floor_area"]["difference"] == pytest.approx(2 * files.AREA, abs=1)
    assert told["solar_roof"]["difference"] == pytest.approx(files.AREA, abs=20)
    assert any(told[k]["difference"] for k in told if k.startswith("shadow_"))
    sunny = indicators(client.post(f"{BASE}/sun", json=variant(edit)))
    assert sunny["facade_hours"]["after"] <= sunny["facade_hours"]["before"]


def test_it_is_drawn_and_exported(client: TestClient, edit: dict[str, Any]) -> None:
    plan = variant(edit)
    drawn = client.post(f"{BASE}/mesh", json=plan)
    scene = trimesh.load_scene(io.BytesIO(drawn.content), file_type="glb")
    assert sorted(scene.extents)[-1] == pytest.approx(np.hypot(20, 8), abs=2.0)
    city = client.post(f"{BASE}/export", params={"f": "cityjson"}, json=plan).json()
    (found,) = city["CityObjects"].values()
    assert found["geometry"][0]["type"] == "Solid"
    assert found["attributes"]["label"] == "Hof Zuid"
    for form in ("glb", "csv", "html"):
        assert client.post(f"{BASE}/export", params={"f": form}, json=plan).status_code == 200


def test_what_was_exported_comes_in_again_where_it_stood(client: TestClient, edit: dict[str, Any]) -> None:
    city = client.post(f"{BASE}/export", params={"f": "cityjson"}, json=variant(edit)).content
    again = client.post(f"{BASE}/import", content=city).json()
    assert again["edit"]["position"] == pytest.approx(edit["position"], abs=0.002)
    assert {r["code"] for r in again["remarks"]} == {"placed-by-file", "floors-assumed"}
    one, other = (
        orjson.loads(client.post(f"{BASE}/export", params={"f": "cityjson"}, json=variant(e)).content)
        for e in (edit, again["edit"])
    )
    assert one["metadata"]["geographicalExtent"] == pytest.approx(
        other["metadata"]["geographicalExtent"], abs=0.003
    )


def test_the_command_line_tells_the_same(
    client: TestClient, root: Path, edit: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(orjson.dumps(variant(edit)))
    told = CliRunner().invoke(command, ["scenario", "evaluate", str(path), "--twin", str(root), "--json"])
    assert told.exit_code == 0, told.output
    posted = client.post(f"{BASE}/evaluate", json=variant(edit)).json()
    assert orjson.loads(told.stdout)["indicators"] == posted["indicators"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_or_hostile_is_a_problem_of_the_sender(client: TestClient, name: str) -> None:
    answer = client.post(f"{BASE}/import", content=HOSTILE[name])
    assert answer.status_code in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "params",
    [
        {"position": "1"},
        {"position": "a,b"},
        {"position": "nan,5"},
        {"position": "1e9,5"},
        {"position": "4.3,52.0"},
        {"unit": "ell"},
        {"up": "x"},
        {"label": "x" * 201},
        {"other": "1"},
    ],
)
def test_a_wrong_parameter_is_refused(client: TestClient, params: dict[str, str]) -> None:
    answer = client.post(f"{BASE}/import", content=files.glb(), params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_more_is_taken_in_than_is_allowed(client: TestClient) -> None:
    answer = client.post(f"{BASE}/import", content=b" " * (LARGEST + 1))
    assert answer.status_code == 413
