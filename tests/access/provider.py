"""A server that answers as an OpenID Connect provider does, and makes tokens of every kind.

It knows one client, which has no secret: the authorization code flow with PKCE (RFC 7636, S256), a page on
which somebody logs in or does not, codes that are good once, and keys that can be replaced.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from twin.access import AccessSettings

AUDIENCE = "gemeentetwin"
CLIENT = "viewer"
ROLES = {"medewerker": "intern", "woz": "vertrouwelijk", "ontwerper": "planner"}


_PAGE = (
    '<!doctype html><html lang="nl"><title>Inloggen</title><link rel="icon" href="data:,"><h1>Inloggen</h1>'
    '<form method="post">{hidden}<button name="answer" value="yes">Inloggen</button>'
    '<button name="answer" value="no">Weigeren</button></form></html>'
)


class Provider:
    """Its keys may be replaced; every request it gets is counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: dict[str, Any] = {}
        self.issuer = ""
        self.about: dict[str, Any] = {}
        self.broken = False
        self.lifetime = 300  # s of the tokens of who logs in
        self.codes: dict[str, dict[str, str]] = {}
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

    def rotate(self) -> None:
        """Another key in the place of all others."""
        kid = f"key-{len(self.asked)}"
        self.keys = {}
        self.add(kid)

    def page(self, query: dict[str, str]) -> tuple[int, str]:
        """The page to log in on, or what is wrong with the question."""
        wrong = (
            query.get("response_type") != "code"
            or query.get("client_id") != CLIENT
            or not query.get("redirect_uri", "").startswith("http://127.0.0.1:")
            or query.get("code_challenge_method") != "S256"
            or len(query.get("code_challenge", "")) != 43
            or "openid" not in query.get("scope", "").split()
        )
        if wrong:
            return 400, "invalid_request"
        hidden = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in query.items())
        return 200, _PAGE.format(hidden=hidden)

    def answered(self, form: dict[str, str]) -> str:
        """Where the browser goes after the page."""
        back = {"state": form["state"]}
        if form["answer"] == "yes":
            code = secrets.token_urlsafe(16)
            self.codes[code] = form
            back["code"] = code
        else:
            back["error"] = "access_denied"
        return f"{form['redirect_uri']}?{urlencode(back)}"

    def exchanged(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code: once, and only for who asked for it."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = asked is not None and all(
            (
                form.get("grant_type") == "authorization_code",
                form.get("client_id") == CLIENT,
                form.get("redirect_uri") == asked["redirect_uri"],
                challenge == asked["code_challenge"],
            )
        )
        if not right:
            return None
        token = self.token(next(iter(self.keys)), exp=int(time.time()) + self.lifetime)
        return {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "access_token": "opaque",
            "id_token": token,
        }


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            address = urlsplit(self.path)
            if address.path == "/authorize":
                status, page = made.page(_first(address.query))
                self._answer(status, page, "text/html")
                return
            paths = {"/.well-known/openid-configuration": made.about, "/jwks": made.jwks()}
            content = paths.get(self.path)
            self._answer(200 if content and not made.broken else 500, json.dumps(content or {}))

        def do_POST(self) -> None:
            made.asked.append(self.path)
            form = _first(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
            match urlsplit(self.path).path:
                case "/authorize":
                    self._answer(303, "", Location=made.answered(form))
                case "/token":
                    tokens = made.exchanged(form)
                    self._answer(200 if tokens else 400, json.dumps(tokens or {"error": "invalid_grant"}))
                case "/rotate":
                    made.rotate()
                    self._answer(200, "{}")
                case "/lifetime":
                    made.lifetime = int(form["seconds"])
                    self._answer(200, "{}")
                case _:
                    self._answer(404, "{}")

        def _answer(self, status: int, content: str, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Access-Control-Allow-Origin", "*")  # a client of the browser asks for its token
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    made.about = {
        "issuer": made.issuer,
        "jwks_uri": f"{made.issuer}/jwks",
        "authorization_endpoint": f"{made.issuer}/authorize",
        "token_endpoint": f"{made.issuer}/token",
    }
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def settings(issuer: str, folder: Path, **server: Any) -> AccessSettings:
    return AccessSettings.model_validate(
        {
            "server": {"keys": folder / "keys.json", "audit": folder / "audit.jsonl", **server},
            "provider": [
                {"issuer": issuer, "audience": AUDIENCE, "roles": ROLES, "client": CLIENT, "leeway": 0}
            ],
        }
    )
