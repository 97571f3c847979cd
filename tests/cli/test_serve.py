"""``twin serve`` over a real socket, from start to stop."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Twin, is_sentence


@contextmanager
def served(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own process, and the line it announced itself with."""
    command = [sys.executable, "-c", "from twin.cli import main; main()", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def get(address: str) -> tuple[int, str, bytes]:
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except HTTPError as error:
        return error.code, error.headers["content-type"], error.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_it_answers_on_a_free_port_and_stops_when_told(sample_twin: Path, number: signal.Signals) -> None:
    with served("serve", sample_twin, "--port", 0) as (process, line):
        found = re.fullmatch(r"The viewer is ready at (http://127\.0\.0\.1:\d+)/\n", line)
        assert found, line
        status, kind, body = get(f"{found[1]}/api/twin")
        assert (status, kind) == (200, "application/json")
        twin = json.loads(body)
        assert twin["name"] == "Meerwaarde"
        assert {s["kind"]: s["date"] for s in twin["sources"]}["ahn"] == "2023-02-14"
        assert get(f"{found[1]}/3dtiles/tileset.json")[0] == 200
        status, kind, body = get(f"{found[1]}/api/collections/pand/items?limit=1")
        assert status == 200
        assert json.loads(body)["numberReturned"] == 1
        assert get(f"{found[1]}/api/collections/gebouw/items")[0] == 404
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_port_in_use_is_told_with_a_way_out(twin: Twin, sample_twin: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = twin("serve", sample_twin, "--port", port)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"Error: port {port} is in use. Choose another one with --port, or 0 for any\n"


def test_an_address_of_another_machine_is_told_with_a_way_out(twin: Twin, sample_twin: Path) -> None:
    answer = twin("serve", sample_twin, "--host", "192.0.2.1", "--port", 0)
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert "Give --host an address of this machine" in answer.err
