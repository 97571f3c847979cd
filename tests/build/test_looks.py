"""The looks as they travel in ``twin.json``."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from twin.build.looks import LARGEST, looks_of
from twin.errors import SettingsError
from twin.settings import Theme

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def logo(folder: Path, content: bytes) -> Theme:
    path = folder / "logo"
    path.write_bytes(content)
    return Theme(logo=path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SVG, "image/svg+xml"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->' + SVG, "image/svg+xml"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_a_logo_comes_along_whole(tmp_path: Path, content: bytes, kind: str) -> None:
    found = looks_of(logo(tmp_path, content))["logo"]
    assert found["type"] == kind
    assert base64.b64decode(found["data"]) == content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html><svg/></html>", "no PNG"),
        (b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]>" + SVG, "without a DOCTYPE"),
        (b"GIF89a", "no PNG"),
        (b"", "no PNG"),
        (SVG[:-3], "no PNG"),
        (PNG + bytes(LARGEST), "larger than 64 KB"),
    ],
)
def test_what_is_no_logo_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        looks_of(logo(tmp_path, content))


def test_a_logo_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"can't be read.*Correct theme\.logo"):
        looks_of(Theme(logo=tmp_path / "none.svg"))
