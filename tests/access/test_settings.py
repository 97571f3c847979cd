"""``access.toml``: what it may say, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.access import load_access
from twin.access.limits import Limits, client_of
from twin.errors import SettingsError

PROVIDER = """
[[provider]]
issuer = "https://login.example.nl/realms/gemeente"
audience = "gemeentetwin"
roles = { medewerker = "intern" }
"""


def test_paths_are_seen_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "access.toml").write_text(f'[server]\naudit = "log/audit.jsonl"\n{PROVIDER}')
    found = load_access(tmp_path / "access.toml")
    assert found.server.keys == tmp_path / "keys.json"
    assert found.server.audit == tmp_path / "log" / "audit.jsonl"
    assert found.provider[0].algorithms == ("RS256", "PS256", "ES256")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nrate = 0", ":2: server.rate"),
        ('[server]\norigins = ["https://kaart.nl/pad"]', ":2: server.origins"),
        ("[srver]", "srver: unknown key"),
        (PROVIDER.replace("https", "http"), "must be an address that begins with https"),
        (PROVIDER.replace('"intern"', '"alles"'), "provider.roles"),
        (PROVIDER + 'algorithms = ["HS256"]', "HS256 is not among"),
        (PROVIDER + 'algorithms = ["none"]', "none is not among"),
        (PROVIDER + "algorithms = []", "provider.algorithms"),
        (PROVIDER + PROVIDER, "two providers have one issuer"),
        (PROVIDER.replace('audience = "gemeentetwin"', ""), "provider.audience: missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "access.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_access(path)
    assert said in str(error.value)


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    now = [0.0]
    limits = Limits(2.0, 5, lambda: now[0])
    assert [limits.wait("a") for _ in range(5)] == [0.0] * 5
    assert limits.wait("a") == pytest.approx(0.5)
    assert limits.wait("b") == 0.0
    now[0] += 0.5
    assert limits.wait("a") == 0.0
    assert limits.wait("a") > 0
    now[0] += 1e6
    assert [limits.wait("a") for _ in range(5)] == [0.0] * 5
    assert limits.wait("a") > 0, "a bucket never holds more than the burst"


def test_buckets_are_not_kept_for_ever() -> None:
    limits = Limits(1.0, 1)
    for number in range(30_000):
        limits.wait(str(number))
    assert len(limits._buckets) == 20_000


def test_a_client_is_a_network_in_ipv6() -> None:
    assert client_of("2001:db8:1:2::9") == client_of("2001:db8:1:2:3::") != client_of("2001:db8:1:3::9")
    assert client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("testclient") == "testclient"
