"""Filters in CQL2 as conditions of DuckDB: names come from the catalogue, values are always bound.

The text form is parsed by the library `cql2`; text and JSON then go the same way. Source: OGC 21-065r2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cql2
import orjson

from twin.api.values import local_time, typed
from twin.catalogue import Attribute
from twin.errors import QueryError

LONGEST = 4000
"""Characters of a filter."""
DEEPEST = 10
"""Brackets within brackets of a text: the parser tries twice as long for each level of them."""
_DEEPEST_TREE = 60

_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ARITHMETIC = {"+": "+", "-": "-", "*": "*", "/": "/"}
_LISTS = {
    "a_contains": "list_has_all({0}, {1})",
    "a_containedby": "list_has_all({1}, {0})",
    "a_overlaps": "list_has_any({0}, {1})",
    "a_equals": "list_sort({0}) = list_sort({1})",
}
SPATIAL = ("s_intersects", "s_within", "s_contains", "s_disjoint", "s_equals", "s_touches", "s_crosses",
           "s_overlaps")  # fmt: skip

Places = Callable[[str, dict[str, Any]], list[int]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of SQL, and the values of its parameters in order."""

    sql: str
    values: tuple[Any, ...] = ()


def parse(text: str, language: str) -> Any:
    """The tree of a filter, as CQL2 JSON has it.

    Raises
    ------
    QueryError
        When it is too long or deep, or not CQL2.
    """
    if len(text) > LONGEST:
        raise QueryError(f"filter: {len(text)} characters, of {LONGEST} at most. Ask in several requests")
    if language == "cql2-json":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise QueryError(f"filter: not JSON: {error}") from None
    if "\\" in text or "\0" in text:
        raise QueryError("filter: a text filter may not hold a backslash; use filter-lang=cql2-json")
    if _depth(text) > DEEPEST:
        raise QueryError(f"filter: brackets more than {DEEPEST} deep. Write it flatter, or in cql2-json")
    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as error:
        lines = str(error).splitlines()
        raise QueryError(f"filter: not CQL2: {lines[-1].strip(' =') if lines else 'empty'}") from None


def condition(tree: Any, attributes: Mapping[str, Attribute], places: Places) -> Condition:
    """The condition that a tree stands for.

    Parameters
    ----------
    tree
        From :func:`parse`; whatever a client sent.
    attributes : mapping
        Those that may be filtered by.
    places : callable
        Rows of the objects that stand in a spatial relation to a geometry.

    Raises
    ------
    QueryError
        When it says something that is not understood here, or compares what can't be compared.
    """
    _require_flat(tree)
    return _Translator(attributes, places).boolean(tree)


def _depth(text: str) -> int:
    """How deep the brackets go; those in quotes count as opened, so that no quoting hides any."""
    depth = deepest = 0
    quoted = False
    for character in text:
        if character == "'":
            quoted = not quoted
        elif character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")" and not quoted:
            depth = max(depth - 1, 0)
    return deepest


def _require_flat(tree: Any, depth: int = 0) -> None:
    if depth > _DEEPEST_TREE:
        raise QueryError(f"filter: nested more than {_DEEPEST_TREE} deep. Write it flatter")
    members = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for member in members:
        _require_flat(member, depth + 1)


@dataclass(frozen=True, slots=True)
class _Value:
    """A term: SQL, its parameters, and the type of attribute that it is comparable with."""

    sql: str
    values: tuple[Any, ...]
    kind: str | None
    attribute: Attribute | None = None


class _Translator:
    def __init__(self, attributes: Mapping[str, Attribute], places: Places) -> None:
        self._attributes = attributes
        self._places = places

    def boolean(self, node: Any) -> Condition:
        if isinstance(node, bool):
            return Condition("true" if node else "false")
        if isinstance(node, dict) and "property" in node:
            term = self._property(node)
            if term.kind != "boolean":
                raise QueryError(f"filter: {node['property']} is no condition but of type {term.kind}")
            return Condition(term.sql)
        op, args = _operation(node)
        if op in ("and", "or"):
            parts = [self.boolean(a) for a in _some(op, args, 1)]
            joined = f" {op} ".join(p.sql for p in parts)
            return Condition(f"({joined})", tuple(v for p in parts for v in p.values))
        if op == "not":
            (inner,) = _exactly(op, args, 1)
            part = self.boolean(inner)
            return Condition(f"(not {part.sql})", part.values)
        if op in SPATIAL:
            return self._spatial(op, args)
        if op in _LISTS:
            return self._list(op, args)
        return self._predicate(op, args)

    def _predicate(self, op: str, args: list[Any]) -> Condition:
        if op in _COMPARISONS:
            left, right = self._pair(*_exactly(op, args, 2))
            return Condition(f"({left.sql} {_COMPARISONS[op]} {right.sql})", left.values + right.values)
        if op == "isnull":
            (term,) = _exactly(op, args, 1)
            if not (isinstance(term, dict) and "property" in term):
                raise QueryError("filter: IS NULL is asked of an attribute")
            return Condition(f"({self._property(term, lists=True).sql} is null)")
        if op == "between":
            term, low, high = _exactly(op, args, 3)
            value, lower = self._pair(term, low)
            _, upper = self._pair(term, high)
            return Condition(
                f"({value.sql} between {lower.sql} and {upper.sql})",
                value.values + lower.values + upper.values,
            )
        if op == "in":
            term, listed = _exactly(op, args, 2)
            if not isinstance(listed, list) or not listed:
                raise QueryError("filter: IN needs a list of values")
            pairs = [self._pair(term, item) for item in listed]
            value = pairs[0][0]
            return Condition(
                f"({value.sql} in ({', '.join(p.sql for _, p in pairs)}))",
                value.values + tuple(v for _, p in pairs for v in p.values),
            )
        if op == "like":
            term, pattern = _exactly(op, args, 2)
            value, shape = self._pair(term, pattern)
            if value.kind != "string":
                raise QueryError("filter: LIKE is for text")
            if any(isinstance(v, str) and _ends_escaped(v) for v in shape.values):
                raise QueryError("filter: LIKE: a backslash at the end escapes nothing")
            return Condition(f"({value.sql} like {shape.sql} escape '\\')", value.values + shape.values)
        raise QueryError(f"filter: operator {op!r} is not understood here. See /api/conformance")

    def _list(self, op: str, args: list[Any]) -> Condition:
        left, right = _exactly(op, args, 2)
        if not (isinstance(left, dict) and "property" in left) or not isinstance(right, list):
            raise QueryError(f"filter: {op} compares an attribute with a list of texts")
        term = self._property(left, lists=True)
        if term.kind != "list" or not all(isinstance(v, str) for v in right):
            raise QueryError(f"filter: {op} compares a list of texts with a list of texts")
        return Condition(f"({_LISTS[op].format(term.sql, '?::varchar[]')})", (list(right),))

    def _spatial(self, op: str, args: list[Any]) -> Condition:
        name, shape = _exactly(op, args, 2)
        turned = {"s_within": "s_contains", "s_contains": "s_within"}
        if _is_geometry(name) and isinstance(shape, dict) and "property" in shape:
            name, shape, op = shape, name, turned.get(op, op)
        if not (isinstance(name, dict) and name.get("property") == "geometry") or not _is_geometry(shape):
            raise QueryError(f"filter: {op} compares the property geometry with a geometry")
        disjoint = op == "s_disjoint"
        found = self._places("s_intersects" if disjoint else op, shape)
        sql = "(row_ in (select unnest(?::integer[])))"
        return Condition(f"(not {sql})" if disjoint else sql, (found,))

    def _pair(self, left: Any, right: Any) -> tuple[_Value, _Value]:
        """Two terms that can be compared; the type of a literal is that of the other side."""
        a, b = self._term(left), self._term(right)
        if a.kind is None and b.kind is None:
            raise QueryError("filter: compares a value with a value; one side must be an attribute")
        kind = a.kind or b.kind
        a, b = (self._literal(t, kind) if t.kind is None else t for t in (a, b))
        numeric = {"integer", "number"}
        if a.kind != b.kind and not {a.kind, b.kind} <= numeric:
            raise QueryError(f"filter: {a.kind} can't be compared with {b.kind}")
        return a, b

    def _literal(self, term: _Value, kind: str | None) -> _Value:
        (value,) = term.values
        if term.sql != "?":  # within casei or accenti
            if kind != "string":
                raise QueryError("filter: casei and accenti are for text")
            return _Value(term.sql, (typed(str(kind), value, "filter"),), kind)
        return _Value("?", (typed(str(kind), value, "filter"),), kind)

    def _term(self, node: Any) -> _Value:
        if isinstance(node, str | int | float | bool):
            return _Value("?", (node,), None)
        if not isinstance(node, dict):
            raise QueryError("filter: expected an attribute or a value")
        if "property" in node:
            return self._property(node)
        if "date" in node:
            return _Value("?", (node["date"],), None)
        if "timestamp" in node:
            return _Value("?", (local_time(node["timestamp"], "filter"),), None)
        op, args = _operation(node)
        if op in ("casei", "accenti"):
            (inner,) = _exactly(op, args, 1)
            term = self._term(inner)
            if term.kind not in (None, "string"):
                raise QueryError(f"filter: {op} is for text")
            function = "lower" if op == "casei" else "strip_accents"
            cast = "::varchar" if term.sql == "?" else ""
            return _Value(f"{function}({term.sql}{cast})", term.values, term.kind)
        if op in _ARITHMETIC:
            return self._arithmetic(op, args)
        raise QueryError(f"filter: function {op!r} is not understood here. See /api/conformance")

    def _arithmetic(self, op: str, args: list[Any]) -> _Value:
        terms = [self._term(a) for a in _exactly(op, args, 2)]
        sides = []
        for term in terms:
            if term.kind is None:
                sides.append(_Value("?::double", (typed("number", term.values[0], "filter"),), "number"))
            elif term.kind in ("integer", "number"):
                sides.append(_Value(f"{term.sql}::double", term.values, "number"))
            else:
                raise QueryError(f"filter: {op} is for numbers")
        left, right = sides
        return _Value(f"({left.sql} {_ARITHMETIC[op]} {right.sql})", left.values + right.values, "number")

    def _property(self, node: dict[str, Any], *, lists: bool = False) -> _Value:
        name = node["property"]
        attribute = self._attributes.get(name) if isinstance(name, str) else None
        if attribute is None:
            raise QueryError(f"filter: no attribute {str(name)[:80]!r} here. See queryables")
        if attribute.type == "list" and not lists:
            raise QueryError(f"filter: {name} is a list: use A_CONTAINS or A_OVERLAPS")
        return _Value(f'"{attribute.name}"', (), attribute.type, attribute)


def _operation(node: Any) -> tuple[str, list[Any]]:
    if not isinstance(node, dict) or not isinstance(node.get("op"), str):
        raise QueryError("filter: expected an operator with its arguments")
    args = node.get("args")
    if not isinstance(args, list):
        raise QueryError(f"filter: {node['op'][:40]!r} has no list of arguments")
    return node["op"].lower(), args


def _exactly(op: str, args: list[Any], number: int) -> list[Any]:
    if len(args) != number:
        raise QueryError(f"filter: {op[:40]!r} takes {number} arguments, not {len(args)}")
    return args


def _some(op: str, args: list[Any], number: int) -> list[Any]:
    if len(args) < number:
        raise QueryError(f"filter: {op!r} takes arguments")
    return args


def _ends_escaped(pattern: str) -> bool:
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


def _is_geometry(node: Any) -> bool:
    return isinstance(node, dict) and ("coordinates" in node or "bbox" in node or "geometries" in node)
