"""What a page may do in a browser: run our own scripts, show our own files, talk to us, and nothing else."""

from collections.abc import Sequence

from fastapi import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def policy(ancestors: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page that these origins may frame (none by default)."""
    return f"{POLICY}; frame-ancestors {' '.join(ancestors) or chr(39) + 'none' + chr(39)}"


def protect(response: Response, ancestors: Sequence[str] = ()) -> None:
    """Sets the headers of every page. Pages are personal: no cache between us and the reader may keep one."""
    headers = response.headers
    headers["Content-Security-Policy"] = policy(ancestors)
    headers["Referrer-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    headers["Vary"] = "Cookie, Accept-Language"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
