"""Tokens of an OpenID Connect provider, checked against the keys that it publishes.

Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 8725 (JSON Web Token Best Current Practices): the
algorithm comes from our list and must fit the key, never from the token alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.error import URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
)

import jwt
import orjson
import structlog

from twin.access.audience import Right
from twin.access.settings import Provider, require_https
from twin.errors import ProviderError, UnauthorizedError

log = structlog.get_logger()
LONGEST = 8192  # characters of a token; a request's headers are not longer either
_FRESH = 3600.0  # s that keys are used without looking whether they were replaced
_PAUSE = 30.0  # s between two looks: a flood of unknown keys costs the provider no more than this
_LARGEST = 1 << 20  # bytes of an answer of a provider
_PATIENCE = 5.0  # s

Fetch = Callable[[str], Any]


class Tokens:
    """The tokens of one provider. Safe to share between threads."""

    def __init__(
        self, provider: Provider, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.provider = provider
        self._fetch = fetch or fetch_json
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read = self._tried = -float("inf")

    def rights(self, token: str, header: dict[str, Any]) -> tuple[str, list[Right]]:
        """Subject and rights of a token.

        Parameters
        ----------
        token : str
        header : dict
            As it stands in the token: not to be trusted.

        Raises
        ------
        UnauthorizedError
            When it is not a token of this provider for this service, or not valid now.
        ProviderError
            When the provider's keys can't be had.
        """
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self.provider.algorithms or not (kid is None or isinstance(kid, str)):
            raise UnauthorizedError("The token is signed in a way that is not trusted here")
        try:
            claims = jwt.decode(
                token,
                self._key(kid),
                algorithms=list(self.provider.algorithms),
                audience=self.provider.audience,
                issuer=self.provider.issuer,
                leeway=self.provider.leeway,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise UnauthorizedError("The token has expired. Log in again") from None
        except jwt.PyJWTError as error:
            raise UnauthorizedError(f"The token is not valid: {_told(error)}") from None
        return str(claims["sub"]), self._granted(claims)

    def _granted(self, claims: dict[str, Any]) -> list[Right]:
        found: Any = claims
        for name in self.provider.claim.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        names = found.split() if isinstance(found, str) else found if isinstance(found, list) else []
        return [self.provider.roles[n] for n in names if isinstance(n, str) and n in self.provider.roles]

    def _key(self, kid: str | None) -> jwt.PyJWK:
        """The key with an id, or the only one; looked up anew when it is unknown, but not too often."""
        key = self._known(kid) if self._clock() - self._read < _FRESH else None
        if key is None:
            with self._lock:
                key = self._known(kid) if self._clock() - self._read < _FRESH else None
                if key is None and self._clock() - self._tried >= _PAUSE:
                    self._refresh()
                key = self._known(kid)
        if key is None and not self._keys:
            raise ProviderError(f"{self.provider.issuer} does not give its keys. Try again in a moment")
        if key is None:
            raise UnauthorizedError("The token is signed with a key that its provider does not have")
        return key

    def _known(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _refresh(self) -> None:
        self._tried = self._clock()
        try:
            issuer = self.provider.issuer
            about = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if about["issuer"] != issuer:
                raise ValueError(f"says that its issuer is {about['issuer']!r}")
            content = self._fetch(require_https(about["jwks_uri"]))
            keys = {k.get("kid"): k for k in content["keys"] if k.get("use", "sig") == "sig"}
            self._keys = {kid: key for kid, k in keys.items() if (key := _public(k)) is not None}
            self._read = self._clock()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # Who has a token signed with a key known before is not locked out by this.
            log.warning("the keys of a provider can't be read", issuer=self.provider.issuer, error=str(error))
            if self._clock() - self._read > 24 * _FRESH:
                self._keys = {}


def header_of(token: str) -> tuple[dict[str, Any], str | None]:
    """Header and issuer that a token pretends to have, to find out whose keys to try.

    Raises
    ------
    UnauthorizedError
        When it is no token.
    """
    if len(token) > LONGEST:
        raise UnauthorizedError(f"The token is longer than {LONGEST} characters")
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise UnauthorizedError("Not a token: expected a signed JSON Web Token") from None
    issuer = parts["payload"].get("iss")
    return parts["header"], issuer if isinstance(issuer, str) else None


def _public(content: dict[str, Any]) -> jwt.PyJWK | None:
    """A key of a set; None for a shared secret or a kind that is not known."""
    try:
        return None if content.get("kty") == "oct" else jwt.PyJWK(content)
    except (jwt.PyJWTError, ValueError):
        return None


def _told(error: Exception) -> str:
    """What may be said of a token: which check failed, and nothing of what is in it."""
    names = {
        jwt.InvalidAudienceError: "it is for another service",
        jwt.InvalidIssuerError: "it is of another issuer",
        jwt.ImmatureSignatureError: "it is not valid yet",
        jwt.InvalidSignatureError: "its signature is wrong",
        jwt.MissingRequiredClaimError: "it lacks exp, iss, aud or sub",
    }
    return next((text for kind, text in names.items() if isinstance(error, kind)), "it is malformed")


def fetch_json(address: str) -> Any:
    """JSON at an address of a provider; no redirects, nothing large, and not for long.

    Raises
    ------
    OSError, ValueError
    """
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    try:
        with opener.open(address, timeout=_PATIENCE) as answer:
            content = answer.read(_LARGEST + 1)
    except URLError as error:
        raise OSError(f"{address}: {error.reason}") from error
    if len(content) > _LARGEST:
        raise ValueError(f"{address}: longer than {_LARGEST} bytes")
    return orjson.loads(content)
