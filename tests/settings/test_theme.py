"""``[theme]``: what can be read comes through, what cannot is refused with a colour that can."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from twin.errors import SettingsError
from twin.settings import Theme, load
from twin.settings.theme import SIZES, contrast, mixed, nearest

BAG = '[twin]\nname = "X"\n[[source]]\nkind = "bag"\npath = "bag.zip"\n'
COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
STYLES = (REPOSITORY / "viewer" / "src" / "styles" / "theme.css").read_text(encoding="utf-8")


def fault(folder: Path, theme: str) -> str:
    path = folder / "twin.toml"
    path.write_text(BAG + theme, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value)


def test_contrast_is_that_of_wcag() -> None:
    """Known ratios; that of #767676 is the well-known edge of AA on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#ff0000") == pytest.approx(4.0, abs=0.01)


def test_the_viewers_own_looks_can_be_read() -> None:
    assert all(contrast(a, b) >= least for _, a, _, b, least in Theme().pairs())


@pytest.mark.parametrize(
    ("theme", "key", "found"),
    [
        ('accent = "#ffcc00"', "accent #ffcc00 on white panels", "1.5"),
        ('header = "#ffcc00"\non_header = "#ffffff"', "on_header #ffffff on header (#ffcc00)", "1.5"),
        ('on_accent = "#154273"', "on_accent #154273 on accent", "1.0"),
        ('[theme.tokens]\nutrecht-button-subtle-color = "#999999"', "utrecht-button-subtle-color", "2.8"),
        ('[theme.tokens]\nutrecht-form-control-border-color = "#eeeeee"', "form-control-border", "1.2"),
    ],
)
def test_too_little_contrast_is_refused_with_a_colour_that_has_it(
    tmp_path: Path, theme: str, key: str, found: str
) -> None:
    told = fault(tmp_path, f"[theme]\n{theme}\n")
    assert "twin.toml:6: theme" in told
    assert key in told
    assert f"contrast {found}" in told
    assert re.search(r"#[0-9a-f]{6} has it", told)


@pytest.mark.parametrize(
    ("theme", "told"),
    [
        ('accent = "blue"', "theme.accent"),
        ('[theme.tokens]\nutrecht-button-font-size = "2rem"', "is no token that the viewer uses. It uses"),
        ('[theme.tokens]\nutrecht-button-border-radius = "url(https://x.nl)"', "must be a length"),
        ('[theme.tokens]\nutrecht-button-subtle-color = "red;}"', "must be a colour"),
        ('colour = "#000000"', "unknown key"),
    ],
)
def test_nonsense_is_told(tmp_path: Path, theme: str, told: str) -> None:
    assert told in fault(tmp_path, f"[theme]\n{theme}\n")


@given(COLOURS, COLOURS, st.sampled_from([3.0, 4.5]))
def test_what_is_advised_has_the_contrast(colour: str, behind: str, least: float) -> None:
    assert contrast(nearest(colour, behind, least), behind) >= least


@given(COLOURS)
def test_an_accent_that_is_let_in_can_be_read_wherever_the_viewer_puts_it(accent: str) -> None:
    on_accent = nearest("#ffffff", accent, 4.5)
    try:
        theme = Theme(accent=accent, on_accent=on_accent)
    except ValueError:
        assert min(contrast(accent, "#ffffff"), contrast(accent, mixed(accent, 0.11, "#ffffff"))) < 4.5
        return
    assert contrast(theme.accent, "#ffffff") >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def test_the_tokens_are_those_of_the_style_sheet() -> None:
    used = set(re.findall(r"--(utrecht-[a-z-]+):", STYLES))
    assert SIZES | Theme().colours().keys() <= used


def test_the_colours_are_those_of_the_style_sheet() -> None:
    own = dict(re.findall(r"--twin-([a-z-]+): (#[0-9a-f]{6});", STYLES))
    theme = Theme()
    assert (own["accent"], own["on-accent"]) == (theme.accent, theme.on_accent)
    assert (own["header"], own["on-header"]) == (theme.header, theme.on_header)
    tokens = theme.colours()
    assert own["ink"] == tokens["utrecht-form-control-color"]
    assert own["ink-soft"] == tokens["utrecht-form-control-placeholder-color"]
    assert own["control-line"] == tokens["utrecht-form-control-border-color"]
    shares = dict(
        re.findall(r"--twin-accent-([a-z]+): color-mix\(in srgb, var\(--twin-accent\) (\d+)%", STYLES)
    )
    assert shares == {"soft": "11", "dark": "80"}
