"""From the headers of a request to its audience."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from twin.access.audience import ANONYMOUS, Audience
from twin.access.keys import PREFIX, KeyStore
from twin.access.settings import AccessSettings
from twin.access.tokens import Fetch, Tokens, header_of
from twin.errors import UnauthorizedError


class Gate:
    """Lets in whoever shows an API key or a token of a trusted provider; all others are anonymous.

    Parameters
    ----------
    settings : AccessSettings
    fetch : callable, optional
        JSON at an address; for tests of what providers do.
    clock : callable, optional
        Seconds that only go up.

    Raises
    ------
    StoreError
        When the file with the keys can't be read.
    """

    def __init__(
        self, settings: AccessSettings, fetch: Fetch | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self.settings = settings
        self.keys = KeyStore(settings.server.keys)
        more: dict[str, Any] = {"clock": clock} if clock else {}
        self._tokens = {p.issuer: Tokens(p, fetch, **more) for p in settings.provider}

    def audience(self, authorization: str | None, api_key: str | None) -> Audience:
        """Who asks.

        Parameters
        ----------
        authorization, api_key : str or None
            The headers ``Authorization`` and ``X-API-Key``.

        Raises
        ------
        UnauthorizedError
            When something is shown that is not to be trusted: nobody becomes anonymous by mistake.
        ProviderError
            When the keys of a provider can't be had.
        """
        if authorization is None and api_key is None:
            return ANONYMOUS
        if authorization is None:
            return self.keys.audience((api_key or "").strip())
        if api_key is not None:
            raise UnauthorizedError("Send either Authorization or X-API-Key, not both")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthorizedError("Authorization: expected Bearer and a token or an API key")
        token = token.strip()
        return self.keys.audience(token) if token.startswith(PREFIX) else self._of_token(token)

    def _of_token(self, token: str) -> Audience:
        header, issuer = header_of(token)
        tokens = self._tokens.get(issuer or "")
        if tokens is None:
            raise UnauthorizedError("The token is not of a provider that is trusted here")
        subject, rights = tokens.rights(token, header)
        return Audience.of(rights, f"sub:{self._pseudonym(tokens.provider.issuer, subject)}")

    def _pseudonym(self, issuer: str, subject: str) -> str:
        """The same for the same person, and of no use without the file of the keys."""
        return hashlib.blake2b(f"{issuer}\0{subject}".encode(), key=self.keys.salt, digest_size=8).hexdigest()
