"""Notices and banners, public."""

from typing import Annotated, Any

from fastapi import Path, Request

from app.flows.ui_text import ui_text
from app.routes.deps import container_of
from app.routes.doors import api_router
from app.routes.openapi import problems
from app.schemas.ui_config import UiText

router = api_router(tag="pages")
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


# a key with a control character is no path of ours
@router.get("/ui-config/{key}", operation_id="ui_config", response_model=UiText, responses=problems("NOT_FOUND"))
async def read_ui_text(request: Request, key: Key) -> dict[str, Any]:
    """A text by language. An unknown key is 200 with null."""
    return await ui_text(container_of(request).house, key)
