"""The command line as its users have it: arguments in, exit code and text out."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from twin.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; fails if there is anything beside it."""
        content = json.loads(self.out)
        assert isinstance(content, dict)
        return content


Twin = Callable[..., Answer]


@pytest.fixture
def twin(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    """Run ``twin`` with these arguments, in this process."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["twin", *map(str, arguments)])
        capfd.readouterr()
        code: Any = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        return Answer(code, *capfd.readouterr())

    yield run
    structlog.reset_defaults()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def is_sentence(text: str) -> bool:
    """Whether stderr holds an error meant for people: no traceback, no fault of the program."""
    return text.startswith("Error: ") and "Traceback" not in text and "fault in the program" not in text
