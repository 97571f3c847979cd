"""CityJSON features as they stand on disk; broken lines are told by the check of the sequences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from twin.geometry.columns import Floats


def features(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and content of every feature of a sequence that has an id and objects."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                content = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if number > 1 and isinstance(content, dict) and isinstance(content.get("CityObjects"), dict):
                yield number, content


def transform(path: Path) -> tuple[Floats, Floats]:
    """Scale and translate of a sequence; of none where its header is broken."""
    with path.open("rb") as lines:
        try:
            given = orjson.loads(next(lines, b""))["transform"]
            return np.array(given["scale"], dtype=np.float64), np.array(given["translate"], dtype=np.float64)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return np.full(3, 0.001), np.zeros(3)
