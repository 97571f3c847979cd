"""Street furniture: as large as is usual for its kind, upright, facing out, standing on its place."""

from __future__ import annotations

import numpy as np
import pytest

from twin.geometry.measure import surface_vectors
from twin.ground import COLLECTIONS
from twin.ground.furniture import SIDES, USUAL, furniture_shells, usual_sizes

BASE = np.array([(1000.0, 400000.0, 1.5), (1010.0, 400005.0, -0.25)])


def test_every_collection_of_furniture_has_a_usual_size() -> None:
    assert set(USUAL) == {c.name for c in COLLECTIONS.values() if c.city_type == "CityFurniture"}


def test_a_kind_that_is_known_has_its_own_size() -> None:
    sizes = usual_sizes("paal", np.array(["lichtmast", None, "iets anders"], dtype=object))
    assert sizes.tolist() == [[6.0, 0.08], [2.5, 0.06], [2.5, 0.06]]
    assert usual_sizes("put", np.empty(0, dtype=object)).shape == (0, 2)


def test_each_stands_on_its_place_and_is_as_high_and_wide_as_told() -> None:
    size = np.array([(6.0, 0.08), (1.2, 0.4)])
    shells = furniture_shells(BASE, size)
    corners = shells.xyz.reshape(2, 2 * SIDES, 3)
    np.testing.assert_allclose(corners[:, :, 2].min(axis=1), BASE[:, 2])
    np.testing.assert_allclose(np.ptp(corners[:, :, 2], axis=1), size[:, 0])
    np.testing.assert_allclose(np.ptp(corners[:, :, 0], axis=1), 2 * size[:, 1], atol=1e-3)
    np.testing.assert_allclose(corners.mean(axis=1)[:, :2], BASE[:, :2], atol=1e-3)


def test_its_surfaces_face_out() -> None:
    shells = furniture_shells(BASE[:1], np.array([(1.2, 0.4)]))
    vectors = surface_vectors(shells)
    rings = np.split(shells.ring_vertices, shells.ring_offsets[1:-1])
    middle = np.array([shells.xyz[ring].mean(axis=0) for ring in rings])
    inside = BASE[0] + (0, 0, 0.6)
    assert ((vectors * (middle - inside)).sum(axis=1) > 0).all()
    top = np.linalg.norm(vectors[-1])
    assert top == pytest.approx(3 * np.sqrt(3) / 2 * 0.4**2, rel=0.02)


def test_no_furniture() -> None:
    assert len(furniture_shells(np.empty((0, 3)), np.empty((0, 2)))) == 0
