"""What a check must find in a twin that was spoiled."""

from __future__ import annotations

from pathlib import Path

from twin.build import Silence
from twin.check import Verdict, check_twin


def found(twin: Path, *words: str, check: str = "") -> Verdict:
    """The verdict, which must hold a finding with all the words, in its place or its message.

    Of the ``check`` of the ground that is named, some must have failed.
    """
    verdict = check_twin(twin, Silence())
    assert not verdict.passed
    texts = [f"{f.where}: {f.message}" for f in verdict.findings]
    assert any(all(word in text for word in words) for text in texts), texts
    assert not check or [c for c in verdict.checks if c.name == f"Ground: {check}" and c.failed]
    return verdict
