"""Hosts and their API keys as operators see and set them."""

from pydantic import Field

from app.domain.config_fields import Label
from app.schemas.admin.common import AdminBody, HostCode, Instant
from app.schemas.common import Shape


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


class HostRow(Shape):
    """A host with its keys, newest first."""

    id: int
    code: str = Field(examples=["main"])
    name: str
    is_active: bool
    jwt_algorithm: str | None = Field(description="How it signs its own player tokens; null: it doesn't.")
    created_at: Instant
    keys: list[ApiKeyRow]


class HostList(Shape):
    """Every host: one page."""

    items: list[HostRow]
    next: int | None
    has_more: bool
