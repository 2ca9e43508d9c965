"""The words of the pages: Korean in the templates, English out of catalogues compiled in memory."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core.languages import KOREAN

LOCALE = Path(__file__).parent / "locale"


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language, every catalogue in one. Korean is what the templates say themselves."""
    if language == KOREAN:
        return NullTranslations()
    words = Catalog(locale=language)
    for part in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    words[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return GNUTranslations(compiled)
