"""API keys: made once, shown once, stored as hashes.

A key is ``twin_<id>_<secret>`` with 256 random bits in the secret. At that size a plain SHA-256 can't be
guessed back, so no slow hash is needed; the comparison takes equal time whatever is wrong.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from twin.access.audience import Audience, Right
from twin.errors import NotFoundError, StoreError, UnauthorizedError
from twin.store.atomic import replacing

_KEY = re.compile(r"twin_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
PREFIX = "twin_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key.

    Attributes
    ----------
    id, name : str
    rights : tuple of str
    made : date
    expires : date or None
        The last day on which it is good.
    revoked : date or None
    hash : str
        SHA-256 of the secret, in hexadecimals.
    """

    id: str
    name: str
    rights: tuple[Right, ...]
    made: dt.date
    expires: dt.date | None
    revoked: dt.date | None
    hash: str

    def good_on(self, day: dt.date) -> bool:
        """Whether it is neither revoked nor past its last day."""
        return self.revoked is None and (self.expires is None or day <= self.expires)


class KeyStore:
    """The file with the keys; what another process changes in it counts from the next request on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp = -1
        self._keys: dict[str, ApiKey] = {}
        self._salt = secrets.token_bytes(16)
        self.all()

    @property
    def salt(self) -> bytes:
        """What hashes of persons are keyed with, so that nobody can find them by trying names."""
        return self._salt

    def all(self) -> list[ApiKey]:
        """Every key, those that are no longer good included.

        Raises
        ------
        StoreError
            When the file can't be read.
        """
        try:
            stamp = self._path.stat().st_mtime_ns
        except OSError:
            stamp = 0
        if stamp != self._stamp:
            with self._lock:
                self._read(stamp)
        return list(self._keys.values())

    def _read(self, stamp: int) -> None:
        if not stamp:
            self._keys, self._stamp = {}, stamp
            return
        try:
            content = orjson.loads(self._path.read_bytes())
            keys = TypeAdapter(list[ApiKey]).validate_python(content["keys"])
            self._salt = bytes.fromhex(content["salt"])
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise StoreError(
                f"{self._path}: not a file with API keys. Restore it, or remove it and make new keys"
            ) from error
        self._keys, self._stamp = {k.id: k for k in keys}, stamp

    def make(self, name: str, rights: Sequence[Right], expires: dt.date | None = None) -> tuple[ApiKey, str]:
        """Make a key.

        Returns
        -------
        key : ApiKey
        text : str
            The key itself, which is stored nowhere.

        Raises
        ------
        StoreError
            When the file can't be written.
        """
        self.all()
        number, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = ApiKey(number, name, tuple(rights), _today(), expires, None, _hash(secret))
        self._write([*self._keys.values(), key])
        return key, f"{PREFIX}{number}_{secret}"

    def revoke(self, number: str) -> ApiKey:
        """Make a key worthless; it stays in the list.

        Raises
        ------
        NotFoundError
            When there is no such key.
        StoreError
            When the file can't be written.
        """
        self.all()
        if number not in self._keys:
            raise NotFoundError(f"{self._path}: no key {number!r}. See: twin access list")
        revoked = replace(self._keys[number], revoked=self._keys[number].revoked or _today())
        self._write([revoked if k.id == number else k for k in self._keys.values()])
        return revoked

    def audience(self, text: str) -> Audience:
        """Whose key it is.

        Raises
        ------
        UnauthorizedError
            When it is none, or no longer good; which of the two is not told.
        """
        self.all()
        parts = _KEY.fullmatch(text)
        key = self._keys.get(parts[1]) if parts else None
        # An unknown id takes the time of a known one.
        right = hmac.compare_digest(_hash(parts[2] if parts else ""), key.hash if key else _hash("x"))
        if key is None or not right or not key.good_on(_today()):
            raise UnauthorizedError("This API key is not known here, has expired or was revoked")
        return Audience.of(key.rights, f"key:{key.id}")

    def _write(self, keys: list[ApiKey]) -> None:
        content: dict[str, Any] = {"salt": self._salt.hex(), "keys": [asdict(k) for k in keys]}
        with replacing(self._path) as temporary:
            temporary.chmod(0o600)
            temporary.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        self._stamp = -1
        self.all()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
