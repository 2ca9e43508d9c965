"""Cookies of ours: no script reads them, no other site has them sent, and over https nobody else can plant one.

`__Host-` says to a browser: only over https, only for this very host, for all its paths. A neighbour below the same
domain, or somebody on a line in clear, can then neither set nor replace it. Plain http, as on the machine of a demo,
has no such cookies: there the bare name stands alone.
"""

from fastapi import Request, Response

PREFIX = "__Host-"


def read_cookie(request: Request, name: str) -> str | None:
    """The cookie's value; over https the bare name is not believed."""
    return request.cookies.get(_served_as(request, name))


def set_cookie(request: Request, response: Response, name: str, value: str, *, seconds: int, path: str = "/") -> None:
    """Has the browser keep it for so long, and send it with requests that our own pages make.

    `path`: which pages get it over plain http; `__Host-` is for all of them.
    """
    is_https = _is_https(request)
    response.set_cookie(
        _served_as(request, name),
        value,
        max_age=seconds,
        path="/" if is_https else path,
        httponly=True,
        samesite="strict",
        secure=is_https,
    )


def delete_cookie(request: Request, response: Response, name: str, *, path: str = "/") -> None:
    """Has the browser forget it."""
    set_cookie(request, response, name, "", seconds=0, path=path)


def _served_as(request: Request, name: str) -> str:
    return PREFIX + name if _is_https(request) else name


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
