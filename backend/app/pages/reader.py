"""What a reader chose for themselves, on the player's pages and in the console alike."""

from fastapi import Request

from app.core.languages import LANGUAGES, preferred_language
from app.pages.cookies import read_cookie

THEMES = ("light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "dojang_lang", "dojang_theme"


def language_of(request: Request) -> str:
    """The reader's choice, else the browser's, else Korean."""
    chosen = read_cookie(request, LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else preferred_language(request.headers.get("accept-language", ""))


def theme_of(request: Request) -> str:
    """The reader's choice; empty when the system decides."""
    theme = read_cookie(request, THEME_COOKIE)
    return theme if theme in THEMES else ""
