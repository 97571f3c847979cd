"""A manifest to begin with."""

from __future__ import annotations

from typing import Any

from twin.store import Manifest


def manifest(**changes: Any) -> Manifest:
    content: dict[str, Any] = {
        "name": "Dorp",
        "municipality": "GM0503",
        "bbox": (84500.0, 447000.0, 85500.0, 448000.0),
        "built": "2026-01-01T00:00:00+00:00",
        "parameters": {"tile": 500.0, "chunk": 100},
        "sources": [],
        "themes": [],
        "counts": {},
        "lods": {},
        "quality": {},
        "joins": [],
        "ledger": [],
    }
    return Manifest(**(content | changes))
