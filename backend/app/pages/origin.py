"""Whether a form was sent by one of our own pages."""

from urllib.parse import urlsplit

from fastapi import Request

from app.core.errors import AppError


def require_own_page(request: Request) -> None:
    """Returns when the browser says that one of our pages sent this; raises SCOPE_REQUIRED otherwise.

    Beside SameSite=Strict this is the second line. Every browser of the last years sends Sec-Fetch-Site; an older one
    sends Origin with a POST; a request with neither comes from no page.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise AppError("SCOPE_REQUIRED")
        return
    origin = request.headers.get("origin")
    if origin is None or not _is_ours(origin, request):
        raise AppError("SCOPE_REQUIRED")


def is_foreign(request: Request) -> bool:
    """Whether another site's page took this step: then a browser left the Strict cookies out.

    A program says nothing of pages, and sends what it has.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and not _is_ours(origin, request)


def _is_ours(origin: str, request: Request) -> bool:
    shown = urlsplit(origin)
    return shown.scheme == request.url.scheme and shown.netloc == request.headers.get("host")


def local_path(path: str | None) -> str:
    """A path of ours to go back to; the front page when it leads anywhere else."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 500:
        return "/"
    return path if path.isprintable() and path.isascii() and "\\" not in path else "/"
