"""When there is nothing to play: what happened, what is kept, and when it returns. Never a blank page."""

from fastapi import Request, Response

from app.pages.player.look import show

# the face of each refusal; templates/closed.html has the words of every face
FACES = {
    "NOT_FOUND": "lost",
    "GAME_NOT_FOUND": "lost",
    "METHOD_NOT_ALLOWED": "lost",
    "VALIDATION_ERROR": "lost",
    "NO_ACTIVE_SEASON": "ended",
    "NO_ACTIVE_SEASON_CONFLICT": "maintenance",
    "FEATURE_DISABLED": "resting",
    "FEATURE_NOT_ACTIVE": "resting",
    "NO_FEATURE_TODAY": "resting",
    "GAME_MISCONFIGURED": "resting",
    "LOTTERY_SOLD_OUT": "resting",
    "PRIZES_SOLD_OUT": "resting",
    "USER_BLOCKED": "blocked",
    "HOST_DISABLED": "disabled",
    "SCOPE_REQUIRED": "foreign",
    "BUSY": "maintenance",
    "DATABASE_UNAVAILABLE": "maintenance",
}


def closed_page(request: Request, code: str, status: int) -> Response:
    """The page for a refusal. Needs no database: it must stand when that is what is missing."""
    opens_itself = status == 503 and request.method == "GET"  # whatever was sent is not sent again by itself
    face = FACES.get(code, "broken")
    response = show(request, "closed.html", http_status=status, face=face, code=code, opens_itself=opens_itself)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
