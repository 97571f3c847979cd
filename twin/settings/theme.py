"""``[theme]``: the looks of a municipality, refused where nobody could read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from twin.settings.table import Table

Colour = Annotated[
    str,
    StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True),
]

WHITE, BLACK = "#ffffff", "#000000"
INK, INK_SOFT, CONTROL_LINE = "#16222e", "#4b5a68", "#6d7c8a"
"""Of ``viewer/src/styles/theme.css``; a theme leaves them."""
SOFT, DARKER = 0.11, 0.8
"""Shares of the accent in its soft background (with white) and in its darker one (with black)."""
TEXT, PARTS = 4.5, 3.0
"""Contrast that WCAG 2.1 asks at level AA of text (1.4.3) and of parts of the interface (1.4.11)."""

_BUTTON = "utrecht-button"
_SIZE = re.compile(r"\d+(\.\d+)?(px|rem)")
SIZES = frozenset(
    {
        f"{_BUTTON}-border-radius",
        f"{_BUTTON}-secondary-action-border-width",
        "utrecht-form-control-border-radius",
        "utrecht-form-control-border-width",
        "utrecht-listbox-border-radius",
        "utrecht-alert-border-radius",
    }
)
"""NL Design System tokens of lengths that the viewer uses."""


class Theme(Table):
    """``[theme]``: the looks of the municipality in the viewer."""

    organisation: str | None = Field(
        default=None, max_length=80, description="Whose twin it is; said with the logo."
    )
    logo: Path | None = Field(
        default=None,
        description="SVG, PNG, JPEG or WebP of at most 64 KB, shown in the title; relative to twin.toml.",
    )
    accent: Colour = Field(default="#154273", description="Buttons, links and focus.")
    on_accent: Colour = Field(default=WHITE, description="Text on the accent.")
    header: Colour = Field(default=WHITE, description="Background of the title and the logo.")
    on_header: Colour = Field(default=INK, description="Text of the title.")
    tokens: dict[str, str] = Field(
        default_factory=dict, description="NL Design System tokens of the viewer's buttons, fields and lists."
    )

    @model_validator(mode="after")
    def _known_tokens(self) -> Self:
        colours = self.colours()
        for name, value in self.tokens.items():
            if name in SIZES:
                if not _SIZE.fullmatch(value):
                    raise ValueError(
                        f"tokens.{name} must be a length such as 4px or 0.25rem; found {value!r}"
                    )
            elif name not in colours:
                known = ", ".join(sorted({*colours, *SIZES}))
                raise ValueError(f"tokens.{name} is no token that the viewer uses. It uses {known}")
            elif not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
                raise ValueError(f"tokens.{name} must be a colour such as #154273; found {value!r}")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        faults = [_fault(*pair) for pair in self.pairs() if contrast(pair[1], pair[3]) < pair[4]]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def colours(self) -> dict[str, str]:
        """Every NL Design System token of a colour that the viewer uses, with the colour it has."""
        soft, darker = mixed(self.accent, SOFT, WHITE), mixed(self.accent, DARKER, BLACK)
        own = {
            f"{_BUTTON}-primary-action-color": self.on_accent,
            f"{_BUTTON}-primary-action-background-color": self.accent,
            f"{_BUTTON}-primary-action-hover-color": self.on_accent,
            f"{_BUTTON}-primary-action-hover-background-color": darker,
            f"{_BUTTON}-secondary-action-color": self.accent,
            f"{_BUTTON}-secondary-action-background-color": WHITE,
            f"{_BUTTON}-secondary-action-border-color": CONTROL_LINE,
            f"{_BUTTON}-secondary-action-hover-color": self.accent,
            f"{_BUTTON}-secondary-action-hover-background-color": soft,
            f"{_BUTTON}-subtle-color": self.accent,
            f"{_BUTTON}-subtle-hover-color": self.accent,
            f"{_BUTTON}-subtle-hover-background-color": soft,
            "utrecht-form-control-color": INK,
            "utrecht-form-control-background-color": WHITE,
            "utrecht-form-control-placeholder-color": INK_SOFT,
            "utrecht-form-control-border-color": CONTROL_LINE,
            "utrecht-listbox-background-color": WHITE,
            "utrecht-listbox-option-active-color": INK,
            "utrecht-listbox-option-active-background-color": soft,
        }
        return own | {name: value.lower() for name, value in self.tokens.items() if name in own}

    def pairs(self) -> list[tuple[str, str, str, str, float]]:
        """What is read on what: name and colour of either, and the contrast that it needs."""
        soft = mixed(self.accent, SOFT, WHITE)
        pairs = [
            ("accent", self.accent, "white panels", WHITE, TEXT),
            ("accent", self.accent, "its own soft background", soft, TEXT),
            ("on_accent", self.on_accent, "accent", self.accent, TEXT),
            ("on_header", self.on_header, "header", self.header, TEXT),
        ]
        tokens = self.colours()
        for name, colour in tokens.items():
            if name.endswith("-background-color"):
                continue
            background = _background(name)
            # Without tokens of its own it is one of the pairs above, or as the viewer has it.
            if {name, background} & self.tokens.keys():
                least = PARTS if name.endswith("-border-color") else TEXT
                pairs.append((f"tokens.{name}", colour, background, tokens.get(background, WHITE), least))
        return pairs


def _background(name: str) -> str:
    """The token of what is behind one that is read."""
    return (
        name.removesuffix("-color").removesuffix("-placeholder").removesuffix("-border") + "-background-color"
    )


def _fault(name: str, colour: str, other: str, behind: str, least: float) -> str:
    found, better = contrast(colour, behind), nearest(colour, behind, least)
    return (
        f"{name} {colour} on {other} ({behind}) has contrast {found:.1f} and needs {least:g} (WCAG AA); "
        f"{better} has it"
    )


def nearest(colour: str, behind: str, least: float) -> str:
    """The first colour on the way from one to black or white that has enough contrast with what is behind."""
    steps = range(1, 101)
    for share in steps:
        for end in (BLACK, WHITE) if contrast(BLACK, behind) >= contrast(WHITE, behind) else (WHITE, BLACK):
            tried = mixed(colour, 1 - share / 100, end)
            if contrast(tried, behind) >= least:
                return tried
    return BLACK


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance of sRGB)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, share: float, other: str) -> str:
    """A share of one colour with the rest of another, in sRGB, as CSS ``color-mix`` has it."""
    parts = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in parts)


def _luminance(colour: str) -> float:
    shares = (channel / 255 for channel in _channels(colour))
    r, g, b = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
