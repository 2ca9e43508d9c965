"""Names that people type follow one rule, at every door: walked over everything that the service takes from outside."""

import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import app.cli
import app.main
import app.pages.console  # noqa: F401 – all models
from app.core.names import is_external_id, name_key, shown_name, stored_names
from app.domain.config_fields import StrictModel
from app.schemas.common import RequestBody

NAMES = {"name", "title", "title_ko", "title_en", "label", "label_ko", "label_en", "name_ko", "name_en", "season_name",
         "nickname", "display_name"}  # fmt: skip
IDS = {"external_id", "into", "new_external_id", "subject"}
UNSEEN = (
    *("a\u200bb", "a\u202eb", "erased:1\u2060", "merged:1\u2060", "a\x00b", "\ufeffa", "a\u3164b", "a\u2800b"),
    *("a\u200db", "a\u2028b", "a\ue000b", "a\ufe00b", "a\u034fb"),
)


def models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in base.__subclasses__():
        yield one
        yield from models(one)


def fields(names: set[str]) -> list[tuple[type[BaseModel], str]]:
    found = {one for base in (RequestBody, StrictModel) for one in models(base) if one.__module__.startswith("app.")}
    return sorted(
        ((one, name) for one in found for name in names & set(one.model_fields) if _is_text(one, name)),
        key=lambda pair: (pair[0].__module__, pair[0].__name__, pair[1]),
    )


def _is_text(model: type[BaseModel], name: str) -> bool:
    kind = model.model_fields[name].annotation
    is_text = str in (kind, *get_args(kind))
    return is_text and "maxLength" in str(TypeAdapter(_typed(model, name)).json_schema())


def _typed(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields[name]
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


@pytest.mark.parametrize(("model", "name"), fields(NAMES), ids=lambda one: getattr(one, "__name__", one))
def test_a_name_at_any_door_is_in_one_form_and_holds_nothing_unseen(model: type[BaseModel], name: str) -> None:
    door = TypeAdapter(_typed(model, name))
    for bad in UNSEEN:
        with pytest.raises(ValidationError):
            door.validate_python(bad)
    apart = unicodedata.normalize("NFD", "눈사람 É")
    assert door.validate_python(f"  {apart} ") == "눈사람 É"


@pytest.mark.parametrize(("model", "name"), fields(IDS), ids=lambda one: getattr(one, "__name__", one))
def test_a_hosts_id_is_taken_as_it_is_or_refused(model: type[BaseModel], name: str) -> None:
    door = TypeAdapter(_typed(model, name))
    for good in ("kim", "Kim", "ｋｉｍ", "김/하늘", "a b", "e-1@x.example"):
        assert door.validate_python(good) == good
    for bad in (*UNSEEN, " kim", unicodedata.normalize("NFD", "김"), ""):
        with pytest.raises(ValidationError):
            door.validate_python(bad)


def test_the_walk_finds_the_doors() -> None:
    assert len(fields(NAMES)) > 20
    assert len(fields(IDS)) > 4


def test_emoji_are_names_and_their_joiners_join_nothing_else() -> None:
    for name in ("👨‍👩‍👧", "❤️ 팀", "3️⃣팀", "👍🏽", "🏳️‍🌈"):
        assert shown_name(name) == name
    for bad in ("\u200d👍", "👍\u200d", "a\ufe0f", "a\u200d👍"):
        with pytest.raises(ValueError, match="zero-width"):
            shown_name(bad)


def test_the_same_to_people_is_the_same_key() -> None:
    for one, other in (("Snow", "sNOW"), ("ＡＢＣ", "abc"), ("우리 팀", "우리\u3000팀"), ("ß", "SS"), ("눈", "눈")):
        assert name_key(one) == name_key(other), one
    for one, other in (("cafe", "café"), ("눈사람", "눈 사람"), ("ㄱ", "가")):
        assert name_key(one) != name_key(other), one


def test_what_was_stored_before_the_rule_can_be_read_and_erased_people_have_no_name_to_take() -> None:
    with stored_names():
        assert shown_name("old\u200bname") == "old\u200bname"
    with pytest.raises(ValueError, match="zero-width"):
        shown_name("old\u200bname")
    assert not is_external_id("erased:1\u2060")
    assert not is_external_id("merged:1\u2060")
