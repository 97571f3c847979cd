"""What all tables of ``twin.toml`` have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Classification = Literal["openbaar", "intern", "vertrouwelijk"]
STRICTNESS: dict[Classification, int] = {"openbaar": 0, "intern": 1, "vertrouwelijk": 2}


class Table(BaseModel):
    """A table without keys that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
