"""A2, one switch: who opened and stopped it, and what changed since it was stopped."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.flows.feature_story import feature_story
from app.pages.console.doors import ConsoleRoute
from app.pages.console.forms import LINES, After
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.features import FeatureType

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/console/features/{feature_type}")
async def feature(request: Request, feature_type: Annotated[FeatureType, Path()], after: After = None) -> Response:
    """Its story, newest first; stopped, what operators changed meanwhile."""
    who = await operator(request)
    story = await feature_story(container_of(request).house, feature_type, after=after, limit=LINES)
    return show(request, "feature.html", who=who, story=story, after=after)
