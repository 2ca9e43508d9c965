"""The HTTP status of each kind of refusal, the same at every door."""

from app.core.errors import ERRORS, Kind

STATUS = {
    Kind.REFUSED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.PRECONDITION: 428,
    Kind.RATE_LIMITED: 429,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
}

# every code must be answerable: a kind without a status would be found here, at import
assert all(meaning.kind in STATUS for meaning in ERRORS.values())  # noqa: S101
