"""How a build tells what it is doing; the command line shows it, tests and servers stay silent."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listener to a build."""

    def stage(self, title: str, total: int) -> None:
        """Begin a stage of ``total`` steps."""

    def doing(self, what: str) -> None:
        """Name the step in hand."""

    def advance(self) -> None:
        """End a step."""


class Silence:
    """A listener that says nothing."""

    def stage(self, title: str, total: int) -> None:
        """Say nothing."""

    def doing(self, what: str) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""
