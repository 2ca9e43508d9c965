"""Templates: autoescaped, undefined names are errors, one environment for each language."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.languages import LANGUAGES
from app.pages.assets import Assets
from app.pages.formats import Formats
from app.pages.headers import protect
from app.pages.words import catalogue

MARKS = ("seal", "icon", "bar")  # the macros of parts/marks.html, known to every template


class Templates:
    """The templates of one family of pages (the player's, the console)."""

    def __init__(
        self,
        folders: Sequence[Path],
        assets: Assets,
        *,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        names_codes: bool = False,
    ) -> None:
        self._environments = {
            language: _environment(folders, language, assets, names_codes=names_codes) for language in LANGUAGES
        }
        for environment in self._environments.values():
            environment.filters |= filters or {}

    def render(self, template: str, language: str, context: Mapping[str, Any]) -> str:
        """The finished text."""
        return self._environments[language].get_template(template).render(context)

    def answer(
        self,
        template: str,
        language: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        ancestors: Sequence[str] = (),
    ) -> Response:
        """The finished page, with the headers that protect it."""
        response = HTMLResponse(self.render(template, language, context), status)
        protect(response, ancestors)
        response.headers["Content-Language"] = language
        return response


def _environment(folders: Sequence[Path], language: str, assets: Assets, *, names_codes: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = catalogue(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # added by i18n
    formats = Formats(language, words.gettext, names_codes=names_codes)
    environment.globals |= {"lang": language, "asset": assets.url, "fmt": formats}
    marks = environment.get_template("parts/marks.html").module
    environment.globals |= {name: getattr(marks, name) for name in MARKS}
    return environment
