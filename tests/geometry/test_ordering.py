"""Sorting whole numbers: the same answers as numpy's slower ways."""

from __future__ import annotations

import numpy as np
import pytest

from twin.geometry.ordering import distinct, numbered, stable_order

CASES = {
    "none": np.empty(0, np.int64),
    "one": np.array([5]),
    "negative": np.array([3, -7, 3, -7, 0]),
    "many alike": np.random.default_rng(0).integers(-20, 20, 1000),
    "far apart": np.array([2**62, -(2**62), 0, 2**62, -(2**62)]),
}


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_orders_and_numbers_are_those_of_numpy(values: np.ndarray) -> None:
    assert stable_order(values).tolist() == np.argsort(values, kind="stable").tolist()
    assert distinct(values).tolist() == np.unique(values).tolist()
    unique, number = np.unique(values, return_inverse=True)
    found = numbered(values)
    assert (found[0].tolist(), found[1].tolist()) == (unique.tolist(), number.tolist())
