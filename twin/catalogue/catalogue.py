"""Attributes of the objects: name, type, unit, words, source and who may see them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from twin.errors import AttachError

Kind = Literal["integer", "number", "string", "boolean", "date", "datetime", "list"]
Classification = Literal["openbaar", "intern", "vertrouwelijk"]
STRICTNESS: dict[Classification, int] = {"openbaar": 0, "intern": 1, "vertrouwelijk": 2}
PANDAS_TYPES: dict[Kind, str] = {
    "integer": "Int64",
    "number": "Float64",
    "string": "string",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "datetime": "datetime64[us]",
    "list": "object",
}


@dataclass(frozen=True, slots=True)
class Text:
    """Words for an attribute in one language."""

    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute.

    Attributes
    ----------
    name : str
        Column name, the same everywhere.
    type : str
        ``integer``, ``number``, ``string``, ``boolean``, ``date``, ``datetime`` or ``list`` (of strings).
    unit : str or None
        Unit as UCUM-like text: ``m``, ``m2``, ``m3``, ``EUR``, ``%``, ``1/m2``, ``ms``.
    group : str
        Heading below which a viewer shows it.
    source : str
        Register (``bgt``, ``bag``, ``ahn``, ``cbs``, ``woz``, ``energielabel``), ``reconstructie``, or
        the name of a data set of the twin's own.
    classification : str
        ``openbaar``, ``intern`` or ``vertrouwelijk``.
    applies_to : tuple of str
        Collections whose objects have it; ``bouwverslag`` for what only the build's report
        has, ``dakvlak`` for the roof faces of CityJSON.
    decimals : int or None
        Decimals to show.
    tile : bool
        Whether the 3D Tiles carry it, for styling without the API.
    nl, en : Text
    """

    name: str
    type: Kind
    group: str
    source: str
    applies_to: tuple[str, ...]
    nl: Text
    en: Text
    unit: str | None = None
    classification: Classification = "openbaar"
    decimals: int | None = None
    tile: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the API's ``/api/catalogue`` gives it."""
        return {**asdict(self), "applies_to": list(self.applies_to)}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All attributes, in the order in which they are shown."""

    attributes: tuple[Attribute, ...]

    def __getitem__(self, name: str) -> Attribute:
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(name)

    def extended(self, declared: Iterable[Attribute]) -> Catalogue:
        """With the attributes that a twin's own data sets declare, after all others."""
        return Catalogue((*self.attributes, *declared))

    def of(self, collection: str) -> tuple[Attribute, ...]:
        """Attributes of a collection."""
        return tuple(a for a in self.attributes if collection in a.applies_to)

    def public(self, withheld: Collection[str] = ()) -> Catalogue:
        """Only what anybody may see.

        Parameters
        ----------
        withheld : collection of str
            Sources that ``twin.toml`` keeps from the public: all that comes from them is left out, but for
            the ids, without which there are no objects.
        """
        return self.seen_by("openbaar", dict.fromkeys(withheld, "intern"))

    def seen_by(
        self, clearance: Classification, sources: Mapping[str, Classification] | None = None
    ) -> Catalogue:
        """Only what somebody with a clearance may see.

        Parameters
        ----------
        clearance : str
            The strictest classification that they may see.
        sources : mapping, optional
            Classification of sources; what comes from one is at least as strict, but for the ids, without
            which there are no objects.
        """
        most, of = STRICTNESS[clearance], sources or {}
        return Catalogue(
            tuple(
                a
                for a in self.attributes
                if STRICTNESS[a.classification] <= most
                and (a.name == "identificatie" or STRICTNESS[of.get(a.source, "openbaar")] <= most)
            )
        )

    def conform(self, frame: pd.DataFrame, collection: str) -> pd.DataFrame:
        """The columns of ``frame`` that the catalogue knows for ``collection``, in its order and types.

        An attribute that the sources did not give is a column of missing values, so that every table of
        a collection has the same columns.

        Raises
        ------
        AttachError
            When a value does not fit the attribute's type; the first such object is named.
        """
        columns = {}
        for attribute in self.of(collection):
            given = frame.get(attribute.name)
            try:
                columns[attribute.name] = _typed(given, attribute.type, frame.index)
            except (TypeError, ValueError) as error:
                raise AttachError(_misfit(frame, collection, attribute)) from error
        return pd.DataFrame(columns, index=frame.index)


def _typed(given: pd.Series[Any] | None, kind: Kind, index: pd.Index[Any]) -> pd.Series[Any]:
    dtype: Any = PANDAS_TYPES[kind]
    if given is None:
        nothing = [None] * len(index) if kind == "list" else None
        return pd.Series(nothing, index=index, dtype=dtype)
    if kind == "list":
        missing = given.isna().tolist()
        lists = [None if m else _list(v) for v, m in zip(given.tolist(), missing, strict=True)]
        return pd.Series(lists, index=index, dtype="object")
    if kind in ("date", "datetime"):
        given = pd.to_datetime(given)
    return given.astype(dtype)


def _list(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple | np.ndarray) or not all(isinstance(v, str) for v in value):
        raise TypeError("expected a list of strings")
    return tuple(value)


def _misfit(frame: pd.DataFrame, collection: str, attribute: Attribute) -> str:
    """What to say of the first value that does not fit; found one by one, as the build ends here anyway."""
    for row in range(len(frame)):
        one = frame.iloc[row : row + 1]
        try:
            _typed(one[attribute.name], attribute.type, one.index)
        except (TypeError, ValueError) as error:
            name = one["identificatie"].iloc[0] if "identificatie" in one else f"row {row}"
            value = one[attribute.name].iloc[0]
            return (
                f"{collection} {name}: {attribute.name} = {value!r} does not fit type {attribute.type} "
                f"({error}). Mend it in the source, or leave the value out"
            )
    return f"{collection}: {attribute.name} does not fit type {attribute.type}"


def attributes_from_json(content: Sequence[dict[str, Any]]) -> tuple[Attribute, ...]:
    """Attributes as :meth:`Attribute.as_json` wrote them.

    Raises
    ------
    ValueError
        When they are not attributes.
    """
    return TypeAdapter(tuple[Attribute, ...]).validate_python(content)


def _load() -> tuple[Catalogue, dict[str, tuple[str, ...]]]:
    content = tomllib.loads(files(__package__).joinpath("attributes.toml").read_text(encoding="utf-8"))
    sets = {name: tuple(members) for name, members in content["sets"].items()}
    for entry in content["attribute"]:
        entry["applies_to"] = [c for name in entry["applies_to"] for c in _members(name, sets)]
    attributes = TypeAdapter(tuple[Attribute, ...]).validate_python(content["attribute"])
    names = [a.name for a in attributes]
    if len(set(names)) != len(names):
        raise ValueError(f"attributes.toml: named twice: {sorted({n for n in names if names.count(n) > 1})}")
    return Catalogue(attributes), sets


def _members(name: str, sets: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return sets[name[1:]] if name.startswith("@") else (name,)


CATALOGUE, SETS = _load()
