"""A host, and how it signs its own players' tokens, as operators set them. Whether a key is one, the flow judges."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.domain.config_fields import Label, StrictModel
from app.domain.webhook_config import Address

# a token is compared with these byte by byte: a space or a line end at their edge would never be meant
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]([ -~]*[!-~])?$")]
HostName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
LONGEST_KEY = 10_000  # characters: the PEM of an RSA key of 16,384 bits has some 2,900
PinnedKey = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY)]
SHORTEST_LIFE, LONGEST_LIFE = 60, 366 * 24 * 3600


class HostFields(StrictModel):
    """A new host. The code can't be changed: events, players and addresses name it."""

    code: HostName = Field(examples=["lms"])
    name: Label = Field(examples=["LMS of the academy"])


class SigningFields(StrictModel):
    """What a host's tokens are verified by: the keys it publishes, or one that is pinned here. Never both."""

    algorithm: Literal["ES256", "EdDSA", "HS256", "RS256"]
    issuer: Name = Field(description="`iss` of its tokens. No two hosts share one.", examples=["https://lms.example"])
    audience: Name | None = Field(default=None, description="`aud` that its tokens must name; null: any.")
    jwks_url: Address | None = Field(default=None, examples=["https://lms.example/.well-known/jwks.json"])
    public_key: PinnedKey | None = Field(
        default=None, description="A public PEM; for HS256 the shared secret. It is never shown again."
    )
    max_life_seconds: int = Field(
        default=86_400, ge=SHORTEST_LIFE, le=LONGEST_LIFE, description="Tokens that live longer are refused."
    )

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("exactly one of jwks_url and public_key")
        if self.algorithm == "HS256" and self.jwks_url is not None:
            raise ValueError("a secret is never published: HS256 needs public_key")
        return self
