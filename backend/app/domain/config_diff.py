"""What differs between two documents, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# fields by which the items of a list are recognised, so that moving one is no change of all behind it
IDENTITIES = ("id", "slot_index")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: `before` or `after` is None where it does not stand."""

    path: str
    before: Any
    after: Any


def diff(before: Any, after: Any) -> list[Change]:
    """Every field that differs, as `prizes[id=3].weight`, in the order of the documents."""
    return list(_diff(before, after, ""))


def _diff(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        prefix = f"{path}." if path else ""
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _diff(before.get(key), after.get(key), f"{prefix}{key}")
    elif _is_list(before) and _is_list(after):
        old, new = _by_identity(before), _by_identity(after)
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _diff(old.get(key), new.get(key), f"{path}[{key}]")
    elif before != after:
        yield Change(path, before, after)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _by_identity(items: Sequence[Any]) -> dict[str, Any]:
    for name in IDENTITIES:
        found = [item.get(name) if isinstance(item, Mapping) else None for item in items]
        if items and None not in found and len(set(found)) == len(items):
            return {f"{name}={key}": item for key, item in zip(found, items, strict=True)}
    return {str(index): item for index, item in enumerate(items)}
