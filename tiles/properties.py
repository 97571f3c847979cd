"""The property table: columns of a DataFrame as EXT_structural_metadata stores them, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tiles.errors import TilesError
from tiles.mesh import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]
    Vocabulary = dict[str, NDArray[Any]]  # words in ascending order, by the property that has them


@dataclass(frozen=True)
class _Form:
    dtype: str
    component: str
    missing: int | float


# Types every browser reads: no 64-bit numbers, which JavaScript only has as BigInt. BOOLEAN knows no missing
# value.
_FORMS = {
    "int": _Form("<i4", "INT32", -(2**31)),
    "float": _Form("<f4", "FLOAT32", -3.4028234663852886e38),
    "bool": _Form("u1", "UINT8", 255),
}
_MOST_WORDS = 256  # what a byte can number
IDENTIFICATIE = Property(
    "identificatie", "string", "Identificatie", "Key to everything else about the object"
)


def complete(schema: Sequence[Property]) -> tuple[Property, ...]:
    """Schema with `identificatie` first, whether or not the caller lists it."""
    names = [prop.name for prop in schema]
    for name in names:
        if names.count(name) > 1:
            raise TilesError(f"Property {name!r} is listed twice in the property schema")
        if not name.isidentifier():
            raise TilesError(
                f"Property {name!r} is not a name that 3D Tiles allows: letters, digits and _ only"
            )
    listed = [prop for prop in schema if prop.name == IDENTIFICATIE.name]
    return (*(listed or [IDENTIFICATIE]), *(prop for prop in schema if prop.name != IDENTIFICATIE.name))


def encode(table: pd.DataFrame, schema: Sequence[Property], cell: str) -> Columns:
    """Columns of `schema` as plain arrays.

    Text is fixed-width UTF-8 bytes, the rest has the type that the tile will hold.

    Raises
    ------
    TilesError
        Names the cell, the object and the property whose value does not fit.
    """
    absent = [prop.name for prop in schema if prop.name not in table.columns]
    if absent:
        raise TilesError(f"Cell {cell}: the table of properties lacks {', '.join(absent)}")
    return {prop.name: _encode(table[prop.name], prop, table["identificatie"], cell) for prop in schema}


def _encode(column: pd.Series[Any], prop: Property, ids: pd.Series[Any], cell: str) -> NDArray[Any]:
    if prop.kind == "string":
        text = column.astype(object).where(column.notna(), "")
        encoded = [str(value).encode() for value in text]
        return np.array(encoded, dtype=np.bytes_) if encoded else np.zeros(0, dtype="S1")
    form = _FORMS[prop.kind]
    try:
        values = column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise TilesError(
            f"Cell {cell}: property {prop.name} is declared {prop.kind}, but: {error}"
        ) from error
    missing = np.isnan(values)
    if prop.kind == "float":
        fits = np.abs(values) < -form.missing
    elif prop.kind == "int":
        fits = (values == np.floor(values)) & (np.abs(values) < 2**31)
    else:
        fits = (values == 0) | (values == 1)
    wrong = ~(fits | missing)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise TilesError(
            f"Cell {cell}: {ids.iloc[row]} has {prop.name} = {column.iloc[row]}, which does not fit "
            f"a property of kind {prop.kind} ({form.component}); declare another kind or leave it out"
        )
    return np.where(missing, form.missing, values).astype(form.dtype)


def select(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """Rows of every column."""
    return {name: values[rows] for name, values in columns.items()}


def concatenate(parts: Sequence[Columns]) -> Columns:
    """Columns of all parts below each other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def schema_json(theme: str, schema: Sequence[Property], words: Vocabulary) -> dict[str, Any]:
    """Schema as EXT_structural_metadata wants it: one class, named after the theme."""
    properties = {prop.name: _property_json(prop, words) for prop in schema}
    enums = {
        name: {
            "valueType": "UINT8",
            "values": [{"name": word.decode(), "value": value} for value, word in enumerate(known.tolist())],
        }
        for name, known in words.items()
    }
    return {"id": theme, "classes": {theme: {"properties": properties}}} | ({"enums": enums} if enums else {})


def vocabulary(schema: Sequence[Property], columns: Columns) -> Vocabulary:
    """Distinct values of the text columns that have few: these travel as numbers, and a list of words."""
    texts = [p.name for p in schema if p.kind == "string" and p.name != IDENTIFICATIE.name]
    # the empty word stands for what is missing, and is always there
    known = {name: np.unique(np.append(columns[name], b"")) for name in texts}
    return {name: words for name, words in known.items() if len(words) <= _MOST_WORDS}


def _property_json(prop: Property, words: Vocabulary) -> dict[str, Any]:
    said = {"name": prop.title, "description": prop.description}
    about: dict[str, Any] = {key: value for key, value in said.items() if value}
    if prop.name in words:
        return about | {"type": "ENUM", "enumType": prop.name, "noData": ""}
    if prop.kind == "string":
        # The id is never missing; 'required' and 'noData' exclude each other.
        return (
            about
            | {"type": "STRING"}
            | ({"required": True} if prop.name == "identificatie" else {"noData": ""})
        )
    form = _FORMS[prop.kind]
    # 3d-tiles-renderer replaces noData by the default, and without one by 0: a missing year would read as
    # year 0.
    return about | {
        "type": "SCALAR",
        "componentType": form.component,
        "noData": form.missing,
        "default": form.missing,
    }


def table_json(
    theme: str,
    schema: Sequence[Property],
    words: Vocabulary,
    columns: Columns,
    add_view: Callable[[bytes], int],
) -> dict[str, Any]:
    """Property table; `add_view` stores bytes and returns the number of their bufferView."""
    properties: dict[str, Any] = {}
    for prop in schema:
        values = columns[prop.name]
        if prop.name in words:
            number = np.searchsorted(words[prop.name], values).astype(np.uint8)
            properties[prop.name] = {"values": add_view(number.tobytes())}
            continue
        if prop.kind != "string":
            properties[prop.name] = {"values": add_view(values.tobytes())}
            continue
        texts: list[bytes] = values.tolist()
        offsets = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype("<u4")
        # A bufferView cannot be empty; the one byte after the last offset is never read.
        properties[prop.name] = {
            "values": add_view(b"".join(texts) or b"\0"),
            "stringOffsets": add_view(offsets.tobytes()),
        }
    return {"class": theme, "count": len(columns["identificatie"]), "properties": properties}


def decode_table(metadata: dict[str, Any], view: Callable[[int], bytes]) -> pd.DataFrame:
    """Table of a tile as a DataFrame with nullable columns; a damaged table raises TilesError."""
    table = metadata["propertyTables"][0]
    kinds = metadata["schema"]["classes"][table["class"]]["properties"]
    count = int(table["count"])
    columns: dict[str, pd.Series[Any]] = {}
    for name, stored in table["properties"].items():
        kind, data = kinds[name], view(stored["values"])
        if kind["type"] == "ENUM":
            listed = metadata["schema"]["enums"][kind["enumType"]]["values"]
            columns[name] = _decode_words(name, data, {v["value"]: v["name"] for v in listed}, count)
            continue
        if kind["type"] == "STRING":
            columns[name] = _decode_text(name, data, view(stored["stringOffsets"]), count, "noData" in kind)
            continue
        form = next(form for form in _FORMS.values() if form.component == kind["componentType"])
        if len(data) != count * np.dtype(form.dtype).itemsize:
            raise TilesError(f"property {name} has {len(data)} bytes for {count} rows of {form.component}")
        values = np.frombuffer(data, dtype=form.dtype)
        nullable = {"INT32": "Int64", "FLOAT32": "Float64", "UINT8": "boolean"}[form.component]
        missing = values == np.array(form.missing, dtype=form.dtype)
        column: pd.Series[Any] = pd.Series(np.where(missing, 0, values), dtype=nullable)
        columns[name] = column.mask(missing)
    return pd.DataFrame(columns)


def _decode_words(name: str, data: bytes, words: dict[int, str], count: int) -> pd.Series[Any]:
    if len(data) != count or not set(data) <= words.keys():
        raise TilesError(f"the {len(data)} values of property {name} do not fit {count} rows of its list")
    return pd.Series([words[number] or None for number in data], dtype="str")


def _decode_text(name: str, data: bytes, offsets: bytes, count: int, optional: bool) -> pd.Series[Any]:
    at = np.frombuffer(offsets, dtype="<u4").astype(np.int64)
    if len(at) != count + 1 or at[0] != 0 or (np.diff(at) < 0).any() or at[-1] > len(data):
        raise TilesError(
            f"the string offsets of property {name} do not fit {count} rows in {len(data)} bytes"
        )
    texts = [data[start:end].decode() for start, end in zip(at[:-1].tolist(), at[1:].tolist(), strict=True)]
    return pd.Series([None if optional and not text else text for text in texts], dtype="str")
