"""Tokens of a provider: the good ones, and every way in which one can be wrong."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.access.provider import Provider, provider, settings
from twin.access import Audience, Gate
from twin.errors import ProviderError, UnauthorizedError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(issuer: Provider, tmp_path: Path, clock: Clock) -> Gate:
    return Gate(settings(issuer.issuer, tmp_path), clock=clock)


def ask(gate: Gate, token: str) -> Audience:
    return gate.audience(f"Bearer {token}", None)


def test_roles_become_what_may_be_seen(gate: Gate, issuer: Provider) -> None:
    assert ask(gate, issuer.token()).clearance == "intern"
    assert ask(gate, issuer.token(roles=["woz", "medewerker"])).clearance == "vertrouwelijk"
    assert ask(gate, issuer.token(roles="ontwerper onbekend")) == Audience(
        "openbaar", True, ask(gate, issuer.token()).subject
    )
    for strange in ([], None, 3, {"woz": 1}, [["woz"]], "wozzer"):
        assert ask(gate, issuer.token(roles=strange)).clearance == "openbaar"


def test_a_claim_within_objects(issuer: Provider, tmp_path: Path) -> None:
    made = settings(issuer.issuer, tmp_path)
    (own,) = made.provider
    nested = made.model_copy(update={"provider": (own.model_copy(update={"claim": "realm_access.roles"}),)})
    token = issuer.token(roles=None, realm_access={"roles": ["woz"]})
    assert ask(Gate(nested), token).clearance == "vertrouwelijk"


def test_who_it_is_can_not_be_told_from_the_subject(issuer: Provider, tmp_path: Path) -> None:
    one, other = (Gate(settings(issuer.issuer, tmp_path / n)) for n in ("a", "b"))
    subject = ask(one, issuer.token()).subject
    assert subject is not None
    assert subject == ask(one, issuer.token()).subject != ask(one, issuer.token(sub="pietersen")).subject
    assert "jansen" not in subject.lower()
    assert subject != ask(other, issuer.token()).subject, "the same on two servers: it is not keyed"


def forged(issuer: Provider) -> dict[str, str]:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = issuer.token()
    head, body, signature = good.split(".")
    public = issuer.keys["first"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def part(content: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    claims = issuer.claims(roles=["woz"])
    confused = f"{part({'alg': 'HS256', 'kid': 'first', 'typ': 'JWT'})}.{part(claims)}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(confused.encode(), pem)
    own_key = {**jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key(), as_dict=True), "kid": "first"}
    return {
        "signed by a stranger": issuer.token(key=stranger),
        "other claims": f"{head}.{part(claims)}.{signature}",
        "no signature": f"{part({'alg': 'none'})}.{part(claims)}.",
        "none in capitals": f"{part({'alg': 'nOnE', 'kid': 'first'})}.{part(claims)}.{signature}",
        "signature cut off": f"{head}.{body}.",
        "the public key as a secret": f"{confused}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}",
        "brings its own key": jwt.encode(claims, stranger, "RS256", headers={"kid": "first", "jwk": own_key}),
        "key at its own address": jwt.encode(
            claims, stranger, "RS256", headers={"kid": "first", "jku": f"{issuer.issuer}/other"}
        ),
        "unknown key": jwt.encode(claims, stranger, "RS256", headers={"kid": "../../jwks"}),
        "expired": issuer.token(exp=int(time.time()) - 5),
        "not yet": issuer.token(nbf=int(time.time()) + 500),
        "no end": issuer.token(exp=None),
        "no subject": issuer.token(sub=None),
        "for another service": issuer.token(aud="elders"),
        "for nobody": issuer.token(aud=None),
        "of another issuer": issuer.token(iss="https://elders.example"),
        "of an issuer that is longer": issuer.token(iss=f"{issuer.issuer}/"),
        "another algorithm": issuer.token(algorithm="RS512"),
        "not a token": "x.y.z",
        "half of it": good[: len(good) // 2],
        "much too long": f"{head}.{'A' * 100_000}.{signature}",
        "a list": f"{part([1])}.{part([1])}.{signature}",
        "deep": f"{head}.{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{signature}",
        "empty": " ",
    }


def test_what_is_wrong_is_refused_and_never_anonymous(gate: Gate, issuer: Provider) -> None:
    assert ask(gate, issuer.token()).clearance == "intern"
    wrong = forged(issuer)
    for name, token in wrong.items():
        with pytest.raises(UnauthorizedError) as error:
            ask(gate, token)
        text = str(error.value)
        assert "jansen" not in text.lower(), name
        assert not token.strip() or token[:40] not in text, name
    assert len(wrong) > 20
    assert issuer.asked.count("/other") == 0, "an address in a token is never asked"


@pytest.mark.parametrize("header", ["Basic dXNlcjpwdw==", "Bearer", "Bearer  ", "token x", ""])
def test_other_headers_are_refused(gate: Gate, header: str) -> None:
    with pytest.raises(UnauthorizedError):
        gate.audience(header, None)
    with pytest.raises(UnauthorizedError, match="not both"):
        gate.audience("Bearer x", "twin_x")


def test_another_kind_of_key(gate: Gate, issuer: Provider) -> None:
    issuer.add("curve", "ES256")
    assert ask(gate, issuer.token("curve", "ES256")).clearance == "intern"
    with pytest.raises(UnauthorizedError):  # the right key, in a way that it is not for
        ask(gate, jwt.encode(issuer.claims(), issuer.keys["first"], "RS256", headers={"kid": "curve"}))


def test_a_replaced_key_is_found_and_the_old_one_forgotten(
    gate: Gate, issuer: Provider, clock: Clock
) -> None:
    old = issuer.token()
    assert ask(gate, old).clearance == "intern"
    first = issuer.keys.pop("first")
    issuer.add("second")
    clock.now += 60
    second = issuer.token("second")
    assert ask(gate, second).clearance == "intern"
    with pytest.raises(UnauthorizedError):
        ask(gate, old)
    issuer.keys = {"first": first}  # taken back: within the hour that keys are trusted unseen
    clock.now += 3700
    with pytest.raises(UnauthorizedError):
        ask(gate, second)


def test_a_flood_of_unknown_keys_does_not_reach_the_provider(
    gate: Gate, issuer: Provider, clock: Clock
) -> None:
    ask(gate, issuer.token())
    before = len(issuer.asked)
    for number in range(200):
        clock.now += 0.5
        with pytest.raises(UnauthorizedError):
            ask(
                gate,
                jwt.encode(issuer.claims(), issuer.keys["first"], "RS256", headers={"kid": f"k{number}"}),
            )
    assert len(issuer.asked) - before <= 2 * (100 / 30 + 1)
    assert ask(gate, issuer.token()).clearance == "intern"


def test_a_provider_that_is_away(gate: Gate, issuer: Provider, clock: Clock) -> None:
    issuer.broken = True
    with pytest.raises(ProviderError):
        ask(gate, issuer.token())
    issuer.broken = False
    clock.now += 31
    assert ask(gate, issuer.token()).clearance == "intern"
    issuer.broken = True
    clock.now += 4000  # its keys are an hour old, and still those that it had
    assert ask(gate, issuer.token()).clearance == "intern"


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://elders.example"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://10.0.0.1/k"},
        {},
    ],
)
def test_a_provider_that_says_strange_things(gate: Gate, issuer: Provider, about: dict[str, str]) -> None:
    issuer.about = issuer.about | about if about else {"issuer": issuer.issuer}
    with pytest.raises(ProviderError):
        ask(gate, issuer.token())
