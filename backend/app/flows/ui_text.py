"""Notices and banners. Reads app_ui_config."""

from typing import Any

from app.core.time_utils import kst_text
from app.services import House


async def ui_text(house: House, key: str) -> dict[str, Any]:
    """One text by language; an unknown key is an empty answer, not an error: a page must not break over a banner."""
    row = await house.read(lambda keepers: keepers.ui_config.find(key))
    if row is None:
        return {"key": key, "value": None, "updated_at": None}
    return {"key": key, "value": row["value"], "updated_at": kst_text(row["updated_at"])}
