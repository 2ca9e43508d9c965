"""Who sends a request, as far as it can be told from the outside."""

from fastapi import Request

LONGEST = 200


def address_of(request: Request) -> str:
    """The address it came from: the proxy in front says it, and nobody else is believed (FORWARDED_ALLOW_IPS)."""
    return request.client.host if request.client else ""


def client_of(request: Request) -> str:
    """Address and browser in one line, for an operator who looks at their own sign-ins."""
    program = "".join(letter for letter in request.headers.get("user-agent", "") if letter.isprintable())
    return f"{address_of(request)} · {program}"[:LONGEST]
