"""Which parts of a JSON schema have no range: the same question for bodies, queries, addresses, files and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

CLASS = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
ENDLESS = re.compile(r"[*+]|\{\d+,\}")
JOINED = ("anyOf", "oneOf", "allOf")
DATES = ("date", "date-time")


def without_range(schema: dict[str, Any], defs: dict[str, Any], path: str = "") -> Iterator[str]:
    """The path of every text without a length, number or day without bounds, and list without a longest."""
    return _walk(schema, defs, path, frozenset())


def _walk(schema: dict[str, Any], defs: dict[str, Any], path: str, seen: frozenset[str]) -> Iterator[str]:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in seen:
            yield from _walk(defs[name], defs, path, seen | {name})
        return
    joined = [part for word in JOINED for part in schema.get(word, ())]
    for part in joined:
        yield from _walk(part, defs, path, seen)
    if joined or "enum" in schema or "const" in schema:
        return
    kind = schema.get("type", "anything")
    if not _is_bounded(kind, schema):
        yield f"{path}: {kind}"
    for label, part in _parts(schema):
        yield from _walk(part, defs, path + label, seen)


def _is_bounded(kind: str, schema: dict[str, Any]) -> bool:
    if kind == "string":
        if schema.get("format") in DATES:
            return "formatMinimum" in schema and "formatMaximum" in schema
        if schema.get("format") == "binary":  # a file: `body_limits` bounds it
            return True
        return "maxLength" in schema or ("pattern" in schema and not _is_endless(schema["pattern"]))
    if kind in ("integer", "number"):
        low, high = ({name, "exclusive" + name.title()} for name in ("minimum", "maximum"))
        return bool(low & set(schema)) and bool(high & set(schema))
    if kind == "array":
        return "maxItems" in schema
    if kind == "object":
        return "properties" in schema or "maxProperties" in schema
    return kind in ("boolean", "null")


def _is_endless(pattern: str) -> bool:
    return ENDLESS.search(CLASS.sub("x", pattern)) is not None


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        yield f".{name}", part
    for label, word in (("[]", "items"), ("{}", "additionalProperties"), ("{name}", "propertyNames")):
        if isinstance(schema.get(word), dict):
            yield label, schema[word]
