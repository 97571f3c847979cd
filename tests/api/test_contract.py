"""The API against its own description: whatever a client sends, the answer is one that was promised.

Schemathesis makes the requests, of every operation as many as ``TWIN_API_CASES`` says: a few in the usual
suite, thousands by hand, see docs/developers/testing.md. Staff ask too, as they reach more code.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from twin.access import AccessSettings
from twin.access.keys import KeyStore
from twin.access.settings import load_access
from twin.api import create_app

CASES = int(os.environ.get("TWIN_API_CASES", "12"))
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def root(sample_twin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A twin that variants may be saved in."""
    copied = tmp_path_factory.mktemp("contract") / "twin"
    shutil.copytree(sample_twin, copied)
    return copied


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> tuple[AccessSettings, str]:
    folder = tmp_path_factory.mktemp("access")
    (folder / "access.toml").write_text(
        '[server]\nrate = 1000000\nburst = 1000000\naudit = "audit.jsonl"\n', encoding="utf-8"
    )
    return load_access(folder / "access.toml"), KeyStore(folder / "keys.json").make(
        "x", ["intern", "planner"]
    )[1]


@pytest.mark.parametrize("staff", [False, True], ids=["anybody", "staff"])
def test_every_answer_is_one_that_was_promised(
    root: Path, access: tuple[AccessSettings, str], staff: bool
) -> None:
    app = create_app(root, access[0] if staff else None)
    headers = {"X-API-Key": access[1]} if staff else {}
    description = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    operations = [found.ok() for found in description.get_all_operations()]
    paths = description.raw_schema["paths"]
    assert {found.path for found in operations} == set(paths)
    assert {"/scenarios/evaluate", "/collections/{collection}/items"} < set(paths)
    answers: Counter[int] = Counter()
    for operation in operations:
        _try(operation, headers, answers)
    print(f"{answers.total()} requests of {len(operations)} operations: {dict(sorted(answers.items()))}")
    assert answers[200] > len(operations), "hardly any request was a good one"


def _try(operation: Any, headers: dict[str, str], answers: Counter[int]) -> None:
    @settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        response = case.call(headers=headers)
        answers[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    run()
