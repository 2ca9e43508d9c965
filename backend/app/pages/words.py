"""The words of the pages: Korean in the templates, English out of a catalogue compiled in memory."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.languages import KOREAN

LOCALE = Path(__file__).parent / "locale"


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language. Korean is what the templates say themselves."""
    if language == KOREAN:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / "pages.po").open("rb") as file:
        words = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return GNUTranslations(compiled)
