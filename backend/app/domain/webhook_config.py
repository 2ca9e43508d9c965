"""A webhook endpoint as an operator sets it."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from app.domain.config_fields import Label, StrictModel
from app.domain.event_names import Topic

MAX_ENDPOINTS = 20  # per host: every announcement is written once for each
MAX_REPLAYED = 10_000  # in one transaction, which other writers don't notice


def _address(url: str) -> str:
    """The URL itself; raises ValueError where a request to it could mean more than one thing."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http"):
        raise ValueError("an https URL")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError("a host name, without user and password")
    if parts.fragment or "\\" in url:
        raise ValueError("no fragment and no backslash")
    if parts.port == 0:
        raise ValueError("a port from 1 to 65535")
    return url


Address = Annotated[
    str,
    StringConstraints(min_length=10, max_length=500, pattern=r"^https?://[!-~]+$"),
    AfterValidator(_address),
    Field(examples=["https://lms.example/hooks/dojang"], description="Redirects are not followed."),
]


class EndpointFields(StrictModel):
    """Where to, and which message types; an empty list means all of them."""

    name: Label
    url: Address
    topics: tuple[Topic, ...] = Field(default=(), max_length=50, strict=False)
