"""Main direction and the map between RD and the local frame."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.affinity

from twin.geometry.footprints import footprints_from
from twin.reconstruction.frame import frames, vertex_part


def _turned(angle: float) -> shapely.Polygon:
    """L-shape with a slanted corner, turned by degrees about a place in Delft."""
    shape = shapely.Polygon([(0, 0), (14, 0), (14, 5), (9, 5), (6, 8), (6, 12), (0, 12)])
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return shapely.transform(shape, lambda xy: xy @ np.array([[c, s], [-s, c]]) + (84900.0, 447500.0))


@pytest.mark.parametrize("angle", [0, 0.3, 17.25, 44.9, 45.1, 89.8, 133, 271.5])
def test_walls_follow_the_axes(angle: float) -> None:
    footprints, _ = footprints_from(np.array([_turned(angle)], object))
    frame = frames(footprints)
    found = np.degrees(np.arctan2(frame.sin[0], frame.cos[0]))
    assert abs((found - angle + 45) % 90 - 45) < 0.05
    local = frame.to_local(footprints.xy, vertex_part(footprints))
    assert np.allclose(local.min(axis=0) + local.max(axis=0), frame.size[0], atol=1e-9)
    assert sorted(np.round(np.ptp(local, axis=0), 1)) == [12, 14]
    # Whole metres, one more where rounding made the outline a millimetre longer.
    assert np.allclose(frame.size[0], np.ceil(np.ptp(local, axis=0)), atol=1e-9)


def test_there_and_back_for_many_parts() -> None:
    shapes = [_turned(a) for a in range(0, 90, 7)] + [shapely.box(84000, 447000, 84003, 447001)]
    footprints, _ = footprints_from(np.array(shapes, object))
    frame, part = frames(footprints), vertex_part(footprints)
    back = frame.to_world(frame.to_local(footprints.xy, part), part)
    assert np.abs(back - footprints.xy).max() < 1e-9
    # A plane says the same height in both frames.
    plane = np.random.default_rng(0).normal(size=(len(footprints), 3))
    world = frame.plane_to_world(plane, np.arange(len(footprints)))
    local = frame.to_local(footprints.xy, part)
    a, b, c = plane[part].T
    away = footprints.xy - frame.center[part]
    expected = (world[part, :2] * away).sum(axis=1) + world[part, 2]
    assert np.allclose(a * local[:, 0] + b * local[:, 1] + c, expected, atol=1e-9)


def test_a_shift_by_millimetres_shifts_the_frame_only() -> None:
    shape = _turned(31.0)
    moved = shapely.transform(shape, lambda xy: np.round(xy, 3) + np.array([1234.567, -98.765]))
    one, other = (frames(footprints_from(np.array([s], object))[0]) for s in (shape, moved))
    assert np.allclose(other.center - one.center, (1234.567, -98.765), atol=1e-9)
    assert np.allclose(other.corner, one.corner, atol=1e-9)
    assert np.allclose((other.cos, other.sin), (one.cos, one.sin), atol=1e-12)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_quarter_turn_lays_the_axes_the_same_way(angle: float) -> None:
    """So that every pixel and every tie after it is the same."""
    shape = shapely.set_precision(_turned(31.0), 0.001)
    about = shapely.get_coordinates(shape)[0]
    turned = shapely.set_precision(shapely.affinity.rotate(shape, angle, origin=tuple(about)), 0.001)
    local = []
    for outline in (shape, turned):
        footprints, _ = footprints_from(np.array([outline], object))
        xy = frames(footprints).to_local(footprints.xy, vertex_part(footprints))
        local.append(xy[np.lexsort(np.round(xy, 6).T)])
    assert np.abs(local[0] - local[1]).max() < 1e-8


@pytest.mark.parametrize("angle", [0.0, 3.0, 59.0, 88.0, 91.0, 200.0])
def test_the_longer_side_comes_first_and_most_of_it_ahead(angle: float) -> None:
    footprints, _ = footprints_from(np.array([_turned(angle)], object))
    frame = frames(footprints)
    local = frame.to_local(footprints.xy, vertex_part(footprints))
    assert np.ptp(local[:, 0]) > np.ptp(local[:, 1])
    # The L has its corner at one end of the longer side, where most of its edges are.
    edges = np.diff(np.vstack((local, local[:1])), axis=0)
    middle = np.vstack((local, local[:1]))[:-1] + edges / 2
    mean = np.average(middle, axis=0, weights=np.hypot(*edges.T))
    assert max(mean - (local.min(axis=0) + local.max(axis=0)) / 2, key=abs) > 0


def test_no_parts() -> None:
    footprints, _ = footprints_from(np.empty(0, object))
    assert frames(footprints).size.shape == (0, 2)
