"""Figures of the fit against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from twin.reconstruction.fit import Fit


def test_figures_agree_with_numpy_and_add_up() -> None:
    rng = np.random.default_rng(3)
    distance = np.concatenate((rng.normal(0, 0.03, 900), rng.normal(0, 4, 101)))
    figures = (Fit.of(distance[:300]) + Fit.of(distance[300:])).figures()
    size = np.abs(distance)
    assert figures["points"] == 1001
    assert figures["median"] == pytest.approx(np.median(size), abs=0.001)
    for cm in (10, 20, 50):
        assert figures[f"within_{cm}cm"] == pytest.approx((size < cm / 100).mean(), abs=1e-4)
    assert figures["rmse"] == pytest.approx(np.sqrt((distance**2).mean()), abs=0.001)
    assert figures["rmse_clipped_3m"] == pytest.approx(np.sqrt((size.clip(max=3) ** 2).mean()), abs=0.001)


def test_no_points_have_no_figures() -> None:
    assert Fit.of(np.empty(0)).figures() == {"points": 0}
