"""Reading ``twin.toml``; what is wrong is said with its file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from twin.errors import SettingsError
from twin.settings.dataset import Dataset
from twin.settings.model import BuildSettings, Settings, Source
from twin.settings.table import Table
from twin.settings.theme import Theme

T = TypeVar("T", bound=Table)

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]")
_KEY = re.compile(r"^\s*\"?([A-Za-z0-9_.\-]+)\"?\s*=")
_TOML_PLACE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)


def load(path: Path) -> Settings:
    """Settings in ``path``; the paths of sources become absolute, seen from the file's folder.

    Raises
    ------
    SettingsError
        File missing or not TOML, or a key unknown, missing or of a wrong value: with file, line and key.
    """
    settings = read_toml(path, Settings, f"Write one with: twin init NAME --out {path}")
    return settings.model_copy(
        update={
            "source": tuple(_rooted(s, path.parent) for s in settings.source),
            "dataset": tuple(_dataset(d, path.parent) for d in settings.dataset),
            "build": _build(settings.build, path.parent),
            "theme": _theme(settings.theme, path.parent),
        }
    )


def read_toml(path: Path, model: type[T], remedy: str) -> T:
    """A TOML file as what it should be.

    Parameters
    ----------
    path : Path
    model : type of Table
    remedy : str
        What to do where there is no such file.

    Raises
    ------
    SettingsError
        As :func:`load`.
    """
    try:
        # Editors on Windows put a byte order mark before the text.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. {remedy}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: can't be read as UTF-8 text: {error}") from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.match(str(error))
        what, line = place.groups() if place else (str(error), len(text.splitlines()) or 1)
        raise SettingsError(f"{path}:{line}: not valid TOML: {what}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise SettingsError(_explain(path, text, error)) from None


def _rooted(source: Source, folder: Path) -> Source:
    return source.model_copy(update={"path": tuple((folder / p).resolve() for p in source.path)})


def _build(build: BuildSettings, folder: Path) -> BuildSettings:
    downloads = build.downloads and (folder / build.downloads).resolve()
    return build.model_copy(update={"downloads": downloads})


def _theme(theme: Theme, folder: Path) -> Theme:
    return theme.model_copy(update={"logo": theme.logo and (folder / theme.logo).resolve()})


def _dataset(dataset: Dataset, folder: Path) -> Dataset:
    if dataset.address:
        return dataset
    return dataset.model_copy(update={"path": (folder / dataset.file).resolve()})


def _explain(path: Path, text: str, error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        keys = problem["loc"]
        what = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            what = "unknown key. See docs/developers/settings.md for the keys"
        elif problem["type"] == "missing":
            what = "has too few values" if isinstance(keys[-1], int) else "missing, and needed"
        elif "input" in problem and not isinstance(problem["input"], dict | list):
            what = f"{what}; found {problem['input']!r}"
        # Which of several [[source]] it is, the line says.
        name = ".".join(k for k in keys if isinstance(k, str)) or "the file"
        lines.append(f"{path}:{line_of(text, keys)}: {name}: {what}")
    return "\n".join(lines)


def line_of(text: str, keys: Sequence[str | int]) -> int:
    """Line (from 1) of a key in TOML text, or of the nearest table around it.

    Parameters
    ----------
    text : str
        The TOML file.
    keys : sequence of str or int
        Path of the key, as ``("source", 1, "kind")`` for the second ``[[source]]``.
    """
    best, depth = 1, 0
    table: list[str | int] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            brackets, name = header.groups()
            if brackets == "[[":
                seen[name] = seen.get(name, -1) + 1
                # A new [[dataset]] begins its [[dataset.attribute]] anew.
                seen = {n: i for n, i in seen.items() if not n.startswith(f"{name}.")}
            table = _path(name, seen)
            here = table
        elif key := _KEY.match(line):
            here = [*table, *key.group(1).split(".")]
        else:
            continue
        common = _shared_length(here, keys)
        if common > depth and common == min(len(here), len(keys)):
            best, depth = number, common
    return best


def _path(name: str, seen: dict[str, int]) -> list[str | int]:
    """Keys down to a table, with the number of the latest member after each array of tables."""
    path: list[str | int] = []
    prefix = ""
    for part in name.split("."):
        prefix = f"{prefix}.{part}" if prefix else part
        path.append(part)
        if prefix in seen:
            path.append(seen[prefix])
    return path


def _shared_length(a: Sequence[str | int], b: Sequence[str | int]) -> int:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))
