"""Every image that we build on or start is named by its digest: whoever moves a tag changes nothing here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

FILES = [
    *sorted((ROOT / "docker").rglob("Dockerfile*")),
    *sorted(ROOT.glob("docker-compose*.yml")),
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
]
NAMED = re.compile(r"^FROM(?: --\S+)* (\S+)|^\s*(?:- )?image: (\S+)|docker run .*?(\S+:\S+@?\S*)$", re.MULTILINE)
PINNED = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
# what we build ourselves, and what a release has just built and names by the digest that came out
OURS = re.compile(r"\$\{DOJANG_IMAGE:-dojang:local\}|\$\{\{")


def images(text: str) -> list[str]:
    """Every image that a file names, stages of its own left out."""
    stages = set(re.findall(r"^FROM .* AS (\S+)$", text, re.MULTILINE | re.IGNORECASE))
    found = [next(filter(None, groups)).strip("\"'") for groups in NAMED.findall(text)]
    return [image for image in found if image not in stages and not OURS.match(image)]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_image_is_named_by_its_digest(file: Path) -> None:
    assert [image for image in images(file.read_text()) if not PINNED.fullmatch(image)] == []


def test_one_tag_is_one_digest_everywhere() -> None:
    digests: dict[str, set[str]] = {}
    for file in FILES:
        for image in images(file.read_text()):
            tag, _, digest = image.partition("@")
            digests.setdefault(tag, set()).add(digest)
    assert {"mysql:8.4", "nginx:1.28-alpine", "redis:8-alpine", "python:3.13-slim-bookworm"} <= set(digests)
    assert {tag: found for tag, found in digests.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "line", ["FROM python:3.13", "FROM --platform=linux/amd64 python:3.13 AS x", "    image: mysql:8.4", "- image: a:1"]
)
def test_an_image_without_one_is_found(line: str) -> None:
    assert [image for image in images(line) if not PINNED.fullmatch(image)]
