"""The looks of the viewer as the manifest has them: colours, and the logo itself."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from twin.errors import SettingsError
from twin.settings import Theme

LARGEST = 64 * 1024  # bytes of a logo: it travels in twin.json
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_SVG = "{http://www.w3.org/2000/svg}svg"


def looks_of(theme: Theme) -> dict[str, Any]:
    """A theme for ``twin.json``.

    Raises
    ------
    SettingsError
        When the logo can't be read, is too large or is no picture that every browser shows.
    """
    looks = theme.model_dump(include={"organisation", "accent", "on_accent", "header", "on_header"})
    return looks | {"tokens": dict(theme.tokens), "logo": theme.logo and _logo(theme.logo)}


def _logo(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"{path}: the logo can't be read: {error.strerror}. Correct theme.logo"
        ) from error
    if len(content) > LARGEST:
        raise SettingsError(
            f"{path}: the logo is larger than {LARGEST // 1024} KB. Make it smaller, or take an SVG"
        )
    return {"type": _type(path, content), "data": base64.b64encode(content).decode()}


def _type(path: Path, content: bytes) -> str:
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    # Entities are what makes XML dangerous to read; a logo has none.
    if b"<!ENTITY" not in content and b"<!DOCTYPE" not in content:
        try:
            if ElementTree.fromstring(content).tag == _SVG:
                return "image/svg+xml"
        except ElementTree.ParseError:
            pass
    raise SettingsError(
        f"{path}: the logo is no PNG, JPEG, WebP, or SVG without a DOCTYPE. Save it as one of these"
    )
