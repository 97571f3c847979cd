"""A server that answers as an OpenID Connect provider does, and makes tokens of every kind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from twin.access import AccessSettings

AUDIENCE = "gemeentetwin"
ROLES = {"medewerker": "intern", "woz": "vertrouwelijk", "ontwerper": "planner"}


class Provider:
    """Its keys may be replaced; every request it gets is counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: dict[str, Any] = {}
        self.issuer = ""
        self.about: dict[str, Any] = {}
        self.broken = False
        self.add("first")

    def add(self, kid: str, kind: str = "RS256") -> None:
        """A new key beside the others."""
        self.keys[kid] = (
            ec.generate_private_key(ec.SECP256R1())
            if kind == "ES256"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    def jwks(self) -> dict[str, Any]:
        found = []
        for kid, key in self.keys.items():
            kind = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
            found.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"})
        return {"keys": found}

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        base = {"iss": self.issuer, "aud": AUDIENCE, "sub": "jansen", "exp": now + 300, "iat": now,
                "roles": ["medewerker"], "name": "J. Jansen"}  # fmt: skip
        return {k: v for k, v in (base | changes).items() if v is not None}

    def token(self, kid: str = "first", algorithm: str = "RS256", key: Any = None, **changes: Any) -> str:
        return jwt.encode(self.claims(**changes), key or self.keys[kid], algorithm, headers={"kid": kid})


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            paths = {"/.well-known/openid-configuration": made.about, "/jwks": made.jwks()}
            content = paths.get(self.path)
            self.send_response(200 if content and not made.broken else 500)
            self.end_headers()
            self.wfile.write(json.dumps(content or {}).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    made.about = {"issuer": made.issuer, "jwks_uri": f"{made.issuer}/jwks"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def settings(issuer: str, folder: Path, **server: Any) -> AccessSettings:
    return AccessSettings.model_validate(
        {
            "server": {"keys": folder / "keys.json", "audit": folder / "audit.jsonl", **server},
            "provider": [
                {"issuer": issuer, "audience": AUDIENCE, "roles": ROLES, "client": "viewer", "leeway": 0}
            ],
        }
    )
