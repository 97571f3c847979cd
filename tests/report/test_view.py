"""A camera's picture of boxes, of which everything is known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from twin.geometry.columns import Semantic, Shells
from twin.geometry.footprints import columns_of
from twin.geometry.prism import extrude_flat
from twin.report.view import Camera, look


def boxes(*given: tuple[float, float, float, float, float]) -> Shells:
    """Solids from ``x0, y0, x1, y1, height``."""
    footprints = columns_of(np.array([shapely.box(*g[:4]) for g in given], dtype=object))
    return extrude_flat(footprints, np.zeros(len(given)), np.array([g[4] for g in given]))


@pytest.mark.parametrize(
    ("azimuth", "right"), [(180, (1, 0, 0)), (0, (-1, 0, 0)), (90, (0, 1, 0)), (270, (0, -1, 0))]
)
def test_who_looks_from_somewhere_has_that_on_the_right(azimuth: float, right: tuple[float, ...]) -> None:
    camera = Camera.looking(azimuth, 30, np.eye(3), 100, 100)
    assert camera.right == pytest.approx(right)
    assert camera.up @ camera.right == pytest.approx(0)
    assert camera.up[2] > 0


def test_from_above_there_is_only_roof_as_large_as_it_is() -> None:
    shells = boxes((0, 0, 10, 6, 5.0))
    view = look(Camera.looking(180, 90, shells.xyz, 400, 400), shells)
    seen = view.surface[view.surface >= 0]
    assert (shells.semantics[seen] == Semantic.ROOF).all()
    assert len(seen) * view.camera.pixel**2 == pytest.approx(60, rel=0.02)
    assert view.depth[view.surface >= 0] == pytest.approx(5.0)
    x0, x1, y0, y1 = view.camera.extent
    assert x0 < 0 < 10 < x1
    assert y0 < 0 < 6 < y1


def test_the_higher_of_two_that_overlap_is_seen_whatever_their_order() -> None:
    low, high = (0, 0, 10, 10, 3.0), (2, 2, 6, 6, 9.0)
    for shells in (boxes(low, high), boxes(high, low)):
        view = look(Camera.looking(180, 90, shells.xyz, 500, 500), shells)
        heights, counts = np.unique(view.depth[view.surface >= 0].round(6), return_counts=True)
        assert heights.tolist() == [3.0, 9.0]
        assert counts * view.camera.pixel**2 == pytest.approx([84, 16], rel=0.03)


def test_what_is_behind_a_wall_is_hidden_and_what_is_in_front_is_not() -> None:
    shells = boxes((0, 0, 10, 10, 8.0))
    view = look(Camera.looking(180, 0, shells.xyz, 300, 300), shells)
    points = np.array(
        [[5.0, -1.0, 4.0], [5.0, 0.1, 4.0], [5.0, 3.0, 4.0], [5.0, 12.0, 4.0], [5.0, 12.0, 9.0]]
    )
    assert view.sees(points).tolist() == [True, True, False, False, True]


def test_edges_are_drawn_where_surfaces_meet_and_not_inside_them() -> None:
    shells = boxes((0, 0, 10, 10, 8.0))
    view = look(Camera.looking(225, 35, shells.xyz, 400, 400), shells)
    edges, seen = view.edges(), view.surface >= 0
    assert len(np.unique(view.surface[seen])) == 3  # the roof and two walls
    assert 0.01 < edges.sum() / seen.sum() < 0.1
    assert not (edges & ~seen).sum() > edges.sum() / 2
    picture = view.shaded(shells, np.ones((len(shells.semantics), 3)))
    assert (picture[~seen & ~edges, 3] == 0).all()
    tones = np.unique(picture[seen & ~edges][:, 0].round(6))
    assert len(tones) == 3, "each face has its light"
