"""``access.toml``: who may see and do what on a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from twin.access.audience import Right
from twin.settings.load import read_toml
from twin.settings.table import Table

# Signatures that only the provider can make. Those with a shared secret (HS...) and none are not among them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_HERE = ("127.0.0.1", "::1", "localhost")


def require_https(address: str) -> str:
    """An address that can't be listened to on the way; on this machine itself http will do.

    Raises
    ------
    ValueError
    """
    parts = urlsplit(address)
    if (
        not parts.hostname
        or parts.username
        or (parts.scheme, parts.hostname in _HERE)
        not in (
            ("https", True),
            ("https", False),
            ("http", True),
        )
    ):
        raise ValueError("must be an address that begins with https://")
    return address


class Server(Table):
    """``[server]``: for all clients."""

    keys: Path = Field(default=Path("keys.json"), description="File with the hashed API keys.")
    audit: Path | None = Field(
        default=None, description="File that reads of non-public data are written to, a line each."
    )
    rate: float = Field(default=50.0, gt=0, description="Requests per second that a client may go on making.")
    burst: int = Field(default=500, ge=1, description="Requests that a client may make at once.")
    origins: tuple[str, ...] = Field(
        default=(),
        description="Origins of other sites whose pages may use the API, such as `https://kaart.nl`.",
    )

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin != "*" and (
                parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}"
            ):
                raise ValueError("must be scheme and host, such as https://kaart.nl, or *")
        return value


class Contact(Table):
    """``[contact]``: whom users of the API can turn to; stands in its description."""

    name: str = Field(min_length=1, description="Name of the organisation or team.")
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="Address for questions.")
    url: str = Field(description="Page about this service.")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return require_https(value)


class Provider(Table):
    """``[[provider]]``: an OpenID Connect provider whose tokens are trusted."""

    issuer: str = Field(description="Its address, just as its tokens have it in `iss`.")
    audience: str = Field(min_length=1, description="For whom the tokens must be, in `aud`: this service.")
    title: str = Field(default="Inloggen", description="Name to show on the button.")
    client: str | None = Field(
        default=None,
        description="Id of the public client with which the viewer logs in (PKCE); none: it can't.",
    )
    scopes: str = Field(default="openid", description="Scopes that the viewer asks for.")
    claim: str = Field(default="roles", description="Claim with the roles; dots lead into objects.")
    roles: dict[str, Right] = Field(
        description="What each role of the provider gives: `intern`, `vertrouwelijk` or `planner`."
    )
    algorithms: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=("RS256", "PS256", "ES256"), description="Signatures that are trusted."
    )
    leeway: int = Field(default=30, ge=0, le=300, description="How far clocks may differ [s].")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        return require_https(value)

    @field_validator("algorithms")
    @classmethod
    def _asymmetric(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [a for a in value if a not in ALGORITHMS]:
            raise ValueError(f"{wrong[0]} is not among {', '.join(ALGORITHMS)}")
        return value


class AccessSettings(Table):
    """All of ``access.toml``."""

    server: Server = Server()
    contact: Contact | None = None
    provider: tuple[Provider, ...] = ()

    @field_validator("provider")
    @classmethod
    def _different(cls, value: tuple[Provider, ...]) -> tuple[Provider, ...]:
        if len({p.issuer for p in value}) != len(value):
            raise ValueError("two providers have one issuer")
        return value


def load_access(path: Path) -> AccessSettings:
    """Settings in ``path``; its paths become absolute, seen from the file's folder.

    Raises
    ------
    SettingsError
        File missing or not TOML, or a key unknown, missing or of a wrong value: with file, line and key.
    """
    found = read_toml(path, AccessSettings, "Write one with: twin access init")
    server, folder = found.server, path.parent.resolve()
    placed = {"keys": folder / server.keys, "audit": folder / server.audit if server.audit else None}
    return found.model_copy(update={"server": server.model_copy(update=placed)})
