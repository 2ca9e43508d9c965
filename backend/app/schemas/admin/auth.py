"""Operators signing in, and what they see of their own account."""

from pydantic import Field

from app.schemas.admin.common import Instant
from app.schemas.common import RequestBody, Shape


class StaffSignInBody(RequestBody):
    """An operator signs in. `code` is asked for where a second factor is on: of the authenticator, or for recovery."""

    email: str = Field(min_length=1, max_length=190, examples=["ops@example.com"])
    password: str = Field(min_length=1, max_length=1000)
    code: str | None = Field(default=None, min_length=1, max_length=40, examples=["492039"])


class OwnAccount(Shape):
    """The operator at this moment."""

    login: str
    scopes: list[str] = Field(examples=[["ops", "support"]])
    has_second_factor: bool
    recovery_codes_left: int


class StaffSession(Shape):
    """One sign-in that lasts."""

    id: str
    client: str | None = Field(description="address and browser as they were when it began")
    began_at: Instant
    used_at: Instant
    ends_at: Instant


class StaffSessions(Shape):
    """The operator's sign-ins, newest first."""

    items: list[StaffSession]


class Enrolment(Shape):
    """For the authenticator, shown once. It counts when a code of it was shown."""

    secret: str = Field(description="base32, to be typed")
    uri: str = Field(description="the address behind a QR code", examples=["otpauth://totp/Dojang:kim?secret=…"])


class FactorCode(RequestBody):
    """A code that the authenticator shows now, or an unused recovery code."""

    code: str = Field(min_length=1, max_length=40, examples=["492039"])


class RecoveryCodes(Shape):
    """Each signs in once without the authenticator. Shown this once."""

    recovery_codes: list[str] = Field(examples=[["K7QX-…"]])
