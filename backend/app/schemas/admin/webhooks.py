"""Webhook endpoints and deliveries as operators see and set them."""

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.domain.config_fields import Moment
from app.domain.event_names import Topic
from app.domain.webhook_config import EndpointFields
from app.domain.webhooks import DeliveryState
from app.schemas.admin.common import AdminBody, HostCode, Instant, Reason
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "name": "LMS",
    "url": "https://lms.example/hooks/dojang",
    "topics": ["season_pass.level_up", "reward.granted"],
    "reason": "The LMS shows rewards at once",
}


class WebhookEdit(EndpointFields):
    """Replaces an endpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: Reason


class WebhookBody(WebhookEdit):
    """A new endpoint of a host: it is told of the host's own players."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"host": "main"}]})

    host: HostCode = "main"


class WebhookRotation(AdminBody):
    """For how many hours the present secret signs beside the new one; 0 ends it at once (it was leaked)."""

    keep_hours: int = Field(default=24, ge=0, le=168)


class WebhookRow(Shape):
    """An endpoint without its secrets. The version is the ETag that a change must name."""

    id: int
    host: str = Field(examples=["main"])
    name: str
    url: str
    topics: list[str] = Field(description="Empty = all.", examples=[["reward.granted"]])
    is_active: bool
    disabled_reason: str | None
    previous_secret_until: Instant | None = Field(description="Until then two secrets sign.")
    version: int
    created_at: Instant
    updated_at: Instant


class WebhookView(WebhookRow):
    """An endpoint with how many deliveries are in each state."""

    deliveries: dict[str, int] = Field(examples=[{"PENDING": 0, "DELIVERED": 120, "DEAD": 1}])


class WebhookSecret(WebhookRow):
    """An endpoint with its new secret, which is shown this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class DeliveryRow(Shape):
    """One message for one endpoint. `message_id` is the header webhook-id of every try."""

    id: int
    endpoint_id: int
    message_id: str
    topic: str = Field(examples=["reward.granted"])
    user_id: int | None
    state: DeliveryState
    attempts: int
    next_at: Instant | None
    last_status: int | None
    last_error: str | None
    created_at: Instant
    finished_at: Instant | None


class DeliveryTry(Shape):
    """One try. `answer` is the start of what the receiver said."""

    attempt_no: int
    status: int | None
    error: str | None = Field(examples=["no answer within 15 s"])
    answer: str | None
    duration_ms: int
    created_at: Instant


class DeliveryView(DeliveryRow):
    """A delivery with what is sent and every try."""

    body: str
    tries: list[DeliveryTry]


class EnableBody(AdminBody):
    """Whether what happened while the endpoint was off is sent now, too."""

    send_missed: bool = Field(
        default=False, description="False: it stays HELD, for a replay, until deliveries that are over are deleted."
    )


class ReplayBody(AdminBody):
    """What was queued in [since, until) and is in one of these states."""

    since: Moment
    until: Moment
    states: tuple[Literal["DEAD", "HELD", "DELIVERED"], ...] = Field(
        default=("DEAD",),
        min_length=1,
        max_length=3,
        strict=False,
        description="HELD came while the endpoint was off.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since >= self.until:
            raise ValueError("since lies before until")
        return self


class Replayed(Shape):
    """How many deliveries are due again."""

    replayed: int


AnyTopic = Topic | Literal["webhook.test"]
