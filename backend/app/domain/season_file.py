"""Season files: a whole season as YAML that people read, keep in git, and apply as often as they like.

The text of a season is canonical: writing what was read gives the same bytes. A further part of a season (its missions,
say) becomes a further field of `SeasonFile`.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from pydantic import Field

from app.core.errors import invalid
from app.domain.config_fields import StrictModel, parse_config
from app.domain.season_config import SeasonConfig

Format = Literal["dojang.season/1"]
FORMAT: Format = "dojang.season/1"
MAX_FILE_BYTES = 2_000_000  # 200 levels with five full bundles each are below 1 MB
LINE_WIDTH = 110


class SeasonFile(StrictModel):
    """What a season file holds. `is_active` false is a draft, or a season that was retired."""

    format: Format
    is_active: bool = Field(default=False, description="true: the season counts on its days")
    season: SeasonConfig

    def text(self) -> str:
        """The canonical YAML."""
        season = self.season.view()
        del season["max_level"]  # the number of levels says it
        document = {"format": FORMAT, "is_active": self.is_active, "season": season}
        return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=LINE_WIDTH)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that would change; None stands for "not there"."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """What applying a file does."""

    is_new: bool
    changes: list[Difference]
    warnings: tuple[dict[str, Any], ...] = ()


def read_season_file(raw: bytes) -> SeasonFile:
    """The validated file; raises VALIDATION_ERROR naming each field, or the line where it is no sound YAML."""
    return parse_config(SeasonFile, read_yaml(raw), "VALIDATION_ERROR")


def read_yaml(raw: bytes) -> Any:
    """The document of a file that people write; raises VALIDATION_ERROR naming the line where it is no sound YAML."""
    if len(raw) > MAX_FILE_BYTES:
        raise invalid(("(file)", f"at most {MAX_FILE_BYTES} bytes"))
    try:
        return yaml.load(raw, Loader=_Loader)  # noqa: S506 – a SafeLoader with less, not with more
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "(file)"
        raise invalid((where, getattr(error, "problem", None) or "not readable as YAML")) from None


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:
    """Every leaf that differs between two JSON documents, by path."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = [*before, *(name for name in after if name not in before)]
        parts = [(str(name), before.get(name), after.get(name)) for name in names]
    elif isinstance(before, list) and isinstance(after, list):
        length = max(len(before), len(after))
        parts = [(str(n), _item(before, n), _item(after, n)) for n in range(length)]
    else:
        return [] if before == after else [Difference(path, before, after)]
    return [change for name, old, new in parts for change in differences(old, new, f"{path}.{name}" if path else name)]


def _item(values: list[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


class _Dumper(yaml.SafeDumper):
    """Days stay bare (2025-12-09), lists are indented, nothing is written as an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Loader(yaml.SafeLoader):
    """Reads days as text and refuses what people do not mean: a field twice, aliases, merges."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "no aliases", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for name in _names(node):
            if name.value in seen:
                raise yaml.constructor.ConstructorError(None, None, "a field stands twice", name.start_mark)
            seen.add(name.value)
        return super().construct_mapping(node, deep)


def _names(node: yaml.MappingNode) -> Iterator[Any]:
    return (name for name, _ in node.value)


for _class in (_Dumper, _Loader):  # without the resolver of timestamps a day is what it looks like: text
    _class.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
