"""Parts of something long that say so. The next page starts after the last id seen: rows neither repeat nor vanish."""

from collections.abc import Sequence
from typing import Any

MAX_PAGE = 100


def first_named(names: Sequence[str], most: int) -> str:
    """The first names of many, and how many more there are; "" for none."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def page(rows: Sequence[dict[str, Any]], limit: int, *, key: str = "id") -> dict[str, Any]:
    """One page out of `limit + 1` rows that were read: `items`, `next` (the key to continue after) and `has_more`."""
    items = list(rows[:limit])
    has_more = len(rows) > limit
    return {"items": items, "next": items[-1][key] if has_more else None, "has_more": has_more}
