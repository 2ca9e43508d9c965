"""The documents as their tests see them: pages, headings, links, commands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.architecture.house import ROOT

DOCS = ROOT / "docs"
AT_THE_TOP = ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY", "llms")
# written once, in English
ONE_PAGE = ("adr", "api")
ONE_PAGE_ALONE = ("docs/logs.md", "docs/proof.md", "CHANGELOG.md")
FENCE = re.compile(r"^( *(?:(?:\d+\.|[-*]) +)?)```(.*)$")
HEADING = re.compile(r"^(#{1,6}) (.+)$")
LINK = re.compile(r"\]\(([^()\s]+(?:\([^()]*\))?)\)|<img src=\"([^\"]+)\"")


class Block(NamedTuple):
    """A fenced block: its words after the fence, and its text without the fence's indent."""

    info: str
    text: str


class Read(NamedTuple):
    """What stands outside fences, and what stands inside."""

    prose: str
    blocks: tuple[Block, ...]


def pages() -> list[Path]:
    """Every page of the documents."""
    top = [path for name in AT_THE_TOP for path in sorted(ROOT.glob(f"{name}*")) if path.suffix in (".md", ".txt")]
    return [*top, *sorted(DOCS.rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]


def bilingual() -> list[Path]:
    """The English page of every pair."""
    return [page for page in pages() if is_one_of_two(page) and not page.name.endswith(".ko.md")]


def is_one_of_two(page: Path) -> bool:
    inside = page.relative_to(ROOT)
    if inside.parts[0] == "docs" and inside.parts[1] in ONE_PAGE:
        return False
    return page.suffix == ".md" and inside.parts[0] != "examples" and inside.as_posix() not in ONE_PAGE_ALONE


def twin(page: Path) -> Path:
    """The Korean page of an English one."""
    return page.with_name(f"{page.stem}.ko.md")


def read(page: Path) -> Read:
    prose: list[str] = []
    blocks: list[Block] = []
    inside: list[str] | None = None
    indent, info = 0, ""
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = FENCE.match(line)
        if fence and inside is None:
            indent, info, inside = len(fence[1]), fence[2].strip(), []
        elif fence and inside is not None:
            blocks.append(Block(info, "\n".join(inside) + "\n"))
            inside = None
        elif inside is not None:
            inside.append(line[indent:] if line[:indent].isspace() else line)
        else:
            prose.append(line)
    assert inside is None, f"{page}: a fence is not closed"
    return Read("\n".join(prose), tuple(blocks))


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and words of each."""
    found = (HEADING.match(line) for line in read(page).prose.splitlines())
    return [(len(match[1]), match[2].strip()) for match in found if match]


def anchors(page: Path) -> set[str]:
    """What `#…` may name, as GitHub spells it."""
    named = (re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-") for _, words in headings(page))
    return set(named)


def links(page: Path) -> list[str]:
    """Every link and picture of a page, but for those that leave the project."""
    prose = re.sub(r"`[^`]*`", "", read(page).prose)
    found = [first or second for first, second in LINK.findall(prose)]
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]
