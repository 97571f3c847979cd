"""The API against its own description: whatever a client sends, the answer is one that was promised.

Schemathesis makes the requests. Here a few of every kind; by hand many more, see docs/developers/testing.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from twin.api import create_app

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_every_answer_is_one_that_was_promised(sample_twin: Path) -> None:
    description = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(sample_twin))
    operations = [found.ok() for found in description.get_all_operations()]
    assert len({found.path for found in operations}) == len(description.raw_schema["paths"]) > 12
    for operation in operations:
        _try(operation)


def _try(operation: Any) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    run()
