"""The ends of what a field can hold, put into every place of a sound document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

YEARS = ("0001-01-01", "9999-12-31")
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00", "9999-12-31T23:59")
NUMBERS = (2**63, -(2**63), 2**31, -1, 10**18, 1.7976931348623157e308)
TEXTS = ("", "x" * 20_000, "a\u200bb\u202ec\x01")
EXTREMES: tuple[Any, ...] = (*YEARS, *INSTANTS, *NUMBERS, *TEXTS, None, [], {}, True)
# not in every parser: as bytes of JSON they stand for themselves
RAW_EXTREMES = ("NaN", "Infinity", "-Infinity", '"\\ud800"', "1e400")
Place = tuple[Any, ...]


def places(document: Any, at: Place = ()) -> Iterator[Place]:
    """Where every leaf of a document stands, and every list and object."""
    if at:
        yield at
    if isinstance(document, dict):
        for name, part in document.items():
            yield from places(part, (*at, name))
    elif isinstance(document, list | tuple):
        for number, part in enumerate(document[:2]):  # the third item is no other place than the second
            yield from places(part, (*at, number))


def put(document: Any, place: Place, value: Any) -> Any:
    """The document with this value there."""
    if not place:
        return value
    name, *rest = place
    if isinstance(document, dict):
        return {**document, name: put(document[name], tuple(rest), value)}
    return [put(part, tuple(rest), value) if number == name else part for number, part in enumerate(document)]


def example_of(schema: dict[str, Any], defs: dict[str, Any], depth: int = 0) -> Any:
    """A document with every field of a schema: its example where it has one."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return example_of(defs[name], defs, depth + 1)
    if schema.get("examples"):
        given = schema["examples"][0]
        if not isinstance(given, dict) or "properties" not in schema:
            return given
        return {**_fields(schema, defs, depth), **given}
    if "const" in schema or "enum" in schema:
        return schema.get("const", next(iter(schema.get("enum", ())), None))
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return example_of(schema[word][0], defs, depth + 1)
    return _plain(schema, defs, depth)


def _plain(schema: dict[str, Any], defs: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return _fields(schema, defs, depth)
    if kind == "array":
        return [] if depth > 8 else [example_of(schema.get("items", {}), defs, depth + 1)]
    if kind == "string":
        return {"date": "2026-01-05", "date-time": "2026-01-05T12:00:00+09:00"}.get(schema.get("format", ""), "A1")
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1.0, "boolean": True}.get(str(kind))


def _fields(schema: dict[str, Any], defs: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth > 8:
        return {}
    return {name: example_of(part, defs, depth + 1) for name, part in schema.get("properties", {}).items()}
