"""Where the bounds on depths lie: what the country has passes, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from twin.check.depths import BELOW_BANK, DEEPEST, STEP, UNEVEN, deep_waters, far_below, steep_grounds
from twin.check.rings import Rings
from twin.geometry.columns import Ints


def mm(*corners: tuple[float, float, float]) -> Ints:
    return np.rint(np.array(corners) * 1000).astype(np.int64)


def basin(depth: float, *, odd: float = 0.0) -> Rings:
    """A square of water with a bank on each side, one of them ``odd`` metres higher."""
    plan = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    low = [(x, y, -depth) for x, y in plan]
    high = [(x, y, odd if number == 0 else 0.0) for number, (x, y) in enumerate(plan)]
    rings = Rings()
    walls = [(True, [a, (a + 1) % 4, 4 + (a + 1) % 4, 4 + a]) for a in range(4)]
    rings.add(0, [(False, [0, 1, 2, 3]), *walls], mm(*low, *high))
    return rings


@pytest.mark.parametrize(("depth", "odd", "wrong"), [
    (11.85, 0.0, False), (BELOW_BANK - 0.1, 0.0, False), (BELOW_BANK + 0.1, 0.0, True), (30.0, 0.0, True),
    (2.0, 40.0, False),
])  # fmt: skip
def test_water_lies_no_deeper_below_half_of_its_bank_than_in_a_lock(
    depth: float, odd: float, wrong: bool
) -> None:
    found = list(deep_waters(basin(depth, odd=odd)))
    assert [row for row, _ in found] == [0] * wrong
    assert not wrong or f"{depth:.1f} m" in found[0][1]


@pytest.mark.parametrize(("rise", "run", "wrong"), [
    (STEP, 1.0, False), (STEP + 1.1, 1.0, True), (60.0, 50.0, False), (80.0, 50.0, True), (30.0, 0.0, True),
])  # fmt: skip
def test_ground_rises_no_more_than_a_wall_or_a_dune(rise: float, run: float, wrong: bool) -> None:
    for up in (rise, -rise):
        rings = Rings()
        rings.add(0, [(False, [0, 1, 2])], mm((0, 0, 0), (run, 0, up), (run / 2, 9, up / 2)))
        assert [row for row, _ in steep_grounds(rings)] == [0] * wrong


def test_banks_may_be_upright() -> None:
    assert list(steep_grounds(basin(14.9))) == []


@pytest.mark.parametrize("level", [-1, -2])
def test_what_lies_below_is_as_deep_as_its_level_and_a_dike(level: int) -> None:
    limit = -level * DEEPEST + UNEVEN

    def wrong(z: float, x: float = 5.0) -> bool:
        deep = [(7, level, mm((x, 5.0, z), (x, 6.0, -1.0)))]
        rows = [row for row, _ in far_below(basin(0.0), deep)]
        assert rows in ([], [7])
        return bool(rows)

    assert not wrong(-limit + 0.1)
    assert wrong(-limit - 0.1)
    assert not wrong(UNEVEN - 0.1)
    assert wrong(UNEVEN + 0.1)
    assert not wrong(-90.0, x=1000.0), "far from all ground there is nothing to compare with"


def test_without_ground_nothing_is_said() -> None:
    assert list(far_below(Rings(), [(0, -1, mm((0, 0, -99)))])) == []
    assert list(deep_waters(Rings())) == list(steep_grounds(Rings())) == []
