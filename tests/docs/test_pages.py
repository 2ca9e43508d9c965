"""Every link leads somewhere, and both languages tell the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, inside
from tests.docs.reading import Block, anchors, bilingual, headings, links, pages, read, twin

LONGEST_README = 150


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.exists() and (not anchor or anchor in anchors(target))
        if not is_there:
            found.append(link)
    return found


def commands(page: Path) -> list[Block]:
    """What stands in fences, but for what is said to the reader in words: comments, and reasons for the audit."""
    said = re.compile(r'(--reason |-F reason=|"reason": ?)"[^"]*"')
    comment = re.compile(r"(^|\s{2,}|(?<=\S) )#\s.*$", re.M)
    return [Block(b.info, comment.sub("", said.sub(r'\1"…"', b.text))) for b in read(page).blocks]


def test_every_link_leads_somewhere() -> None:
    lost = [f"{inside(page)}: {link}" for page in pages() for link in broken(page)]
    assert not lost, "\n".join(lost)


def test_every_page_stands_in_both_languages() -> None:
    alone = [inside(page) for page in bilingual() if not twin(page).exists()]
    orphans = [inside(page) for page in pages() if page.name.endswith(".ko.md") and not original(page).exists()]
    assert (alone, orphans) == ([], [])


def original(page: Path) -> Path:
    return page.with_name(page.name.replace(".ko.md", ".md"))


@pytest.mark.parametrize("page", bilingual(), ids=inside)
def test_both_languages_have_the_same_headings_and_commands(page: Path) -> None:
    assert [level for level, _ in headings(page)] == [level for level, _ in headings(twin(page))]
    assert commands(page) == commands(twin(page))


@pytest.mark.parametrize("page", bilingual(), ids=inside)
def test_each_language_leads_to_the_other(page: Path) -> None:
    assert twin(page).name in links(page)
    assert page.name in links(twin(page))


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readme_is_read_in_one_sitting(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One thing\n")
    page = tmp_path / "page.md"
    page.write_text("[a](other.md) [b](other.md#one-thing) [c](other.md#two) [d](gone.md) `[e](no-link.md)`\n")
    assert broken(page) == ["other.md#two", "gone.md"]


def test_a_command_that_differs_is_found_and_words_are_not(tmp_path: Path) -> None:
    def page(text: str) -> list[Block]:
        file = tmp_path / "page.md"
        file.write_text(f"```sh run\n{text}\n```\n")
        return commands(file)

    assert page('./run ops stop DICE --reason "why"   # so') == page('./run ops stop DICE --reason "왜"   # 이렇게')
    assert page("./run ops stop DICE") != page("./run ops stop LOTTERY")


def test_a_fence_may_begin_a_point_of_a_list(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("1. ```sh run\n   ls\n   ```\n\n   [a](b)\n")
    assert read(page).blocks == (Block("sh run", "ls\n"),)
    assert links(page) == ["b"]
