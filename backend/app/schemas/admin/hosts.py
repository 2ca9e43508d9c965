"""Hosts and their API keys as operators see and set them."""

from typing import Any

from pydantic import ConfigDict, Field

from app.domain.config_fields import Label
from app.domain.host_signing import HostFields, SigningFields
from app.schemas.admin.common import AdminBody, HostCode, Instant, Reason
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "algorithm": "ES256",
    "issuer": "https://lms.example",
    "audience": "dojang",
    "jwks_url": "https://lms.example/.well-known/jwks.json",
    "reason": "The LMS signs its players in itself",
}


class HostBody(HostFields):
    """A new host. The code can't be changed: events, players and addresses name it."""

    reason: Reason


class SigningBody(SigningFields):
    """How a host signs its own players' tokens; all of it is replaced."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: Reason


class ApiKeyNew(AdminBody):
    """A further key for a host's server. The name says where it lives."""

    name: Label = Field(examples=["LMS server 1"])


class ApiKeyRow(Shape):
    """A key, of which nothing else is kept but a hash."""

    id: int
    host: HostCode
    name: str
    created_at: Instant
    revoked_at: Instant | None = None


class ApiKeyMade(ApiKeyRow):
    """A new key with what its server sends as X-API-Key; shown this once."""

    key: str = Field(examples=["dk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"])


class Signing(Shape):
    """What a host's own tokens are verified by. Of a pinned public key its SHA-256 is shown, of a secret nothing."""

    algorithm: str = Field(examples=["ES256"])
    issuer: str | None
    audience: str | None
    jwks_url: str | None
    public_key_sha256: str | None
    max_life_seconds: int


class HostView(Shape):
    """A host. The version is the ETag that a change must name."""

    id: int
    code: str = Field(examples=["main"])
    name: str
    is_active: bool
    jwt_algorithm: str | None = Field(description="How it signs its own player tokens; null: it doesn't.")
    signing: Signing | None
    version: int
    created_at: Instant


class HostRow(HostView):
    """A host with its keys, newest first."""

    keys: list[ApiKeyRow]


class HostList(Shape):
    """Every host: one page."""

    items: list[HostRow]
    next: int | None
    has_more: bool
