"""Our own stylesheets, scripts and pictures, served under names that change with their content.

Stylesheets are written as one file per component and served as one file per page family, in the order given; pictures
they name are rewritten to their served names. Scripts stay ES modules, and their imports are rewritten likewise.
"""

import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.core.errors import AppError
from app.domain.config_fields import PathName

FOREVER = "public, max-age=31536000, immutable"
IMPORT = re.compile(r"""(\bfrom\s+|\bimport\s+)(["'])\./([\w-]+\.js)\2""")
URL = re.compile(r'url\("([\w.-]+)"\)')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    """One served file."""

    name: str
    media_type: str
    content: bytes
    etag: str


class Assets:
    """Every served file by its name with hash, and the way from a plain name to it."""

    def __init__(
        self,
        *,
        bundles: Mapping[str, Sequence[Path]],
        scripts: Sequence[Path],
        files: Sequence[Path],
        folder: str = "/assets",
    ) -> None:
        self.folder = folder
        self._by_name: dict[str, Asset] = {}
        self._served_as: dict[str, str] = {}
        for file in files:
            self._add(file.name, file.read_bytes())
        for name, parts in bundles.items():
            text = "\n".join(COMMENT.sub("", part.read_text("utf-8")).strip() for part in parts)
            self._add(name, URL.sub(lambda found: f'url("{self.url(found[1])}")', text).encode())
        sources = {script.name: script.read_text("utf-8") for script in scripts}
        for name in sources:
            self._add_script(name, sources, ())

    def url(self, name: str) -> str:
        """Where a file is served, hash and all."""
        return f"{self.folder}/{self._served_as[name]}"

    def get(self, served_as: str) -> Asset:
        """The file served under this name; raises NOT_FOUND."""
        asset = self._by_name.get(served_as)
        if asset is None:
            raise AppError("NOT_FOUND")
        return asset

    def _add(self, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()[:12]
        stem, _, ending = name.rpartition(".")
        served_as = f"{stem}.{digest}.{ending}"
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._by_name[served_as] = Asset(served_as, media_type, content, f'"{digest}"')
        self._served_as[name] = served_as

    def _add_script(self, name: str, sources: Mapping[str, str], importers: tuple[str, ...]) -> None:
        """Adds what it imports first, so that their names are known. Raises ValueError on a circle of imports."""
        if name in self._served_as:
            return
        if name in importers:
            raise ValueError(f"the scripts import each other in a circle: {' → '.join((*importers, name))}")
        for found in IMPORT.finditer(sources[name]):
            self._add_script(found[3], sources, (*importers, name))
        text = IMPORT.sub(lambda found: f"{found[1]}{found[2]}./{self._served_as[found[3]]}{found[2]}", sources[name])
        self._add(name, text.encode())


def assets_router(assets: Assets) -> APIRouter:
    """Serves the files, to be kept for ever: another content has another name."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"{assets.folder}/{{name}}")
    async def asset(request: Request, name: PathName) -> Response:
        found = assets.get(name)
        headers = {"Cache-Control": FOREVER, "ETag": found.etag, "Cross-Origin-Resource-Policy": "same-origin"}
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    return router
