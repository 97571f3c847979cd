"""Objects as binary glTF, read by other programs: the same solids, at the place that the file says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pygltflib
import pytest
import trimesh
from fastapi.testclient import TestClient

from tests.end_to_end.twins import read_collection
from twin.api import create_app


@pytest.fixture(scope="module")
def client(sample_twin: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_twin)) as made:
        yield made


@pytest.fixture(scope="module")
def panden(sample_twin: Path) -> pd.DataFrame:
    table = read_collection(sample_twin, "pand")
    return table[table["lod"] == "2.2"].head(20)


def scene(content: bytes) -> trimesh.Scene:
    loaded = trimesh.load(io.BytesIO(content), file_type="glb")
    assert isinstance(loaded, trimesh.Scene)
    return loaded


def test_a_pand_is_its_solid_at_its_place(client: TestClient, panden: pd.DataFrame) -> None:
    for row in panden.itertuples():
        response = client.get(f"/api/collections/pand/items/{row.identificatie}?f=glb")
        assert response.headers["content-type"] == "model/gltf-binary"
        assert response.headers["content-disposition"].endswith('"pand.glb"')
        file = pygltflib.GLTF2.load_from_bytes(response.content)
        (node,) = file.nodes
        assert node.name == f"NL.IMBAG.Pand.{row.identificatie}"
        assert node.extras["lod"] == "2.2"
        assert "woz_waarde" not in node.extras
        (mesh,) = scene(response.content).geometry.values()
        assert mesh.volume == pytest.approx(row.volume_lod22, rel=1e-3, abs=0.1)
        x, y, z = mesh.vertices.T
        origin = np.array(file.asset.extras["origin"])
        low, high = mesh.bounds
        assert (x.min() + origin[0], -z.max() + origin[1]) == pytest.approx((row.minx, row.miny), abs=0.01)
        assert (x.max() + origin[0], -z.min() + origin[1]) == pytest.approx((row.maxx, row.maxy), abs=0.01)
        assert high[1] + origin[2] == pytest.approx(row.h_dak_max, abs=0.011)
        assert low[1] < y.max()


@pytest.mark.parametrize("collection", ["pand", "wegdeel", "waterdeel"])
def test_a_selection_has_a_node_for_every_object(client: TestClient, collection: str) -> None:
    items = client.get(f"/api/collections/{collection}/items?limit=30").json()
    content = client.get(f"/api/collections/{collection}/items?limit=30&f=glb").content
    file = pygltflib.GLTF2.load_from_bytes(content)
    assert {n.name.rsplit(".", 1)[-1] for n in file.nodes} == {
        f["id"].rsplit(".", 1)[-1] for f in items["features"]
    }
    assert len(scene(content).geometry) == len(file.meshes) > 0
    blob = np.frombuffer(file.binary_blob(), dtype=np.uint8)
    assert len(blob) == file.buffers[0].byteLength


def test_normals_look_outward_and_roofs_differ_from_walls(client: TestClient, panden: pd.DataFrame) -> None:
    one = panden["identificatie"].iloc[0]
    file = pygltflib.GLTF2.load_from_bytes(client.get(f"/api/collections/pand/items/{one}?f=glb").content)
    vertices = np.frombuffer(file.binary_blob(), dtype=[("p", "<f4", 3), ("n", "<f4", 3), ("c", "u1", 4)])
    np.testing.assert_allclose(np.linalg.norm(vertices["n"], axis=1), 1, atol=1e-5)
    corners = vertices["p"].reshape(-1, 3, 3).astype(float)
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((flat * vertices["n"][::3]).sum(axis=1) >= 0).all()
    up, level = vertices["n"][:, 1] > 0.5, np.abs(vertices["n"][:, 1]) < 0.1
    assert set(map(tuple, vertices["c"][up])).isdisjoint(map(tuple, vertices["c"][level]))


def test_what_has_no_model_is_told(client: TestClient) -> None:
    for collection in ("buurt", "verblijfsobject"):
        response = client.get(f"/api/collections/{collection}/items?f=glb")
        assert response.status_code == 400
        assert "no 3D model" in response.json()["detail"]
    empty = client.get("/api/collections/pand/items?f=glb&filter=hoogte > 1000")
    assert pygltflib.GLTF2.load_from_bytes(empty.content).nodes == []


def test_each_roof_face_says_where_it_faces(client: TestClient, panden: pd.DataFrame) -> None:
    """The CityJSON of a pand: its roof faces add up to what its table says."""
    for row in panden.itertuples():
        city: dict[str, Any] = client.get(
            f"/api/collections/pand/items/{row.identificatie}?f=cityjson"
        ).json()
        faces = [
            s
            for o in city["CityObjects"].values()
            for g in o.get("geometry", ())
            if g["lod"] == "2.2"
            for s in g["semantics"]["surfaces"]
            if s["type"] == "RoofSurface"
        ]
        area = sum(s["dakvlak_oppervlakte"] for s in faces)
        assert area == pytest.approx(row.opp_dak_plat + row.opp_dak_schuin, abs=0.1 * len(faces) + 0.1)
        sun = sum(s["dakvlak_oppervlakte"] * s["dakvlak_zoninstraling"] for s in faces)
        assert sun == pytest.approx(row.zoninstraling, rel=0.02)
        assert len(faces) == row.aantal_dakvlakken
