"""What all tables of ``twin.toml`` have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from twin.catalogue import STRICTNESS, Classification

__all__ = ["STRICTNESS", "Classification", "Table"]


class Table(BaseModel):
    """A table without keys that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
