"""What docker-compose.yml promises, checked without an engine: on its schema, and on what it says."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from app.config.secret_files import SECRETS
from app.config.settings import Settings
from app.core.startup import judge_settings
from tests.architecture.house import ROOT
from tests.startup.conftest import STRONG, production

FILES = ("docker-compose.yml", "docker-compose.demo.yml")
OURS = {"migrate", "api", "worker"}
VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^{}]*))?\}")


class Loader(yaml.SafeLoader):
    """YAML with Compose's own tag for "instead of, not in addition"."""


Loader.add_constructor("!override", lambda loader, node: loader.construct_sequence(node))


def compose(name: str = FILES[0], **environment: str) -> dict[str, Any]:
    """The file as Compose renders it; raises KeyError for a required variable that is missing."""

    def value(found: re.Match[str]) -> str:
        variable, operator, rest = found.groups()
        if environment.get(variable):
            return environment[variable]
        if operator != ":-":
            raise KeyError(variable)
        return str(rest)

    secrets = {
        "DB_ROOT_PASSWORD": "r",
        "DB_OWNER_PASSWORD": "o",
        "DB_PASSWORD": "p",
        "DB_IDENTITIES_PASSWORD": "i",
        "JWT_SECRET": "j",
        "ENCRYPTION_KEY": "e",
    }
    environment = secrets | environment
    text = VARIABLE.sub(value, "\n".join(line for line in (ROOT / name).read_text().splitlines()))
    rendered: dict[str, Any] = yaml.load(text, Loader)
    return rendered


@pytest.fixture(scope="module")
def production_file() -> dict[str, Any]:
    return compose()


@pytest.mark.parametrize("name", FILES)
def test_the_files_keep_to_the_specification(name: str) -> None:
    vendored = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(compose(name), json.loads(vendored.read_text()))


def test_nothing_starts_without_its_secrets(production_file: dict[str, Any]) -> None:
    asked = {secret["environment"] for secret in production_file["secrets"].values()}
    assert asked == {f"DB_{whose}PASSWORD" for whose in ("ROOT_", "OWNER_", "", "IDENTITIES_")} | {
        "JWT_SECRET",
        "ENCRYPTION_KEY",
    }
    for variable in asked:
        with pytest.raises(KeyError, match=variable):
            compose(**{variable: ""})


def test_no_secret_stands_in_a_containers_settings(production_file: dict[str, Any]) -> None:
    values = {f"DB_{whose}PASSWORD": "canary-p" for whose in ("ROOT_", "OWNER_", "", "IDENTITIES_")}
    rendered = compose(**values, JWT_SECRET="canary-j", ENCRYPTION_KEY="canary-e")
    del rendered["x-required"]
    assert "canary" not in json.dumps(rendered)


def test_nginx_has_the_only_published_ports(production_file: dict[str, Any]) -> None:
    services = production_file["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert services["nginx"]["ports"] == ["80:8080", "443:8443"]
    assert production_file["networks"]["data"]["internal"] is True
    assert services["db"]["networks"] == services["redis"]["networks"] == ["data"]
    assert services["nginx"]["networks"] == ["edge"], "the door sees no database"


def test_the_order_is_database_migration_grants_and_then_everything_else(production_file: dict[str, Any]) -> None:
    waits = {
        name: {other: condition["condition"] for other, condition in service.get("depends_on", {}).items()}
        for name, service in production_file["services"].items()
    }
    assert waits == {
        "db": {},
        "migrate": {"db": "service_healthy"},
        "grants": {"migrate": "service_completed_successfully"},
        "api": {"grants": "service_completed_successfully"},
        "worker": {"grants": "service_completed_successfully"},
        "nginx": {"api": "service_healthy"},
        "redis": {},
    }
    for once in ("migrate", "grants"):
        assert production_file["services"][once]["restart"] == "no"
    assert production_file["services"]["redis"]["profiles"] == ["redis"]


def test_every_container_has_as_few_rights_as_it_can(production_file: dict[str, Any]) -> None:
    for name, service in production_file["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        if name != "db":  # its image starts as root to hand over the volume, and writes where it likes
            assert service["read_only"] is True, name
            assert "cap_add" not in service, name
        if name not in OURS | {"db"}:  # ours says so itself: test_image.py
            assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name


def test_whatever_stays_up_is_asked_whether_it_is_well(production_file: dict[str, Any]) -> None:
    image_asks = {"api"}
    for name in set(production_file["services"]) - {"migrate", "grants"} - image_asks:
        assert "healthcheck" in production_file["services"][name], name


@pytest.mark.parametrize("service", sorted(OURS))
def test_our_image_serves_all_three_and_each_setting_is_one_of_ours(
    production_file: dict[str, Any], service: str
) -> None:
    found = production_file["services"][service]
    assert found["image"] == "dojang:local"
    assert found["command"] == [service]
    known = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}
    of_the_entrypoint = {"DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD_FILE"} | {
        "IDENTITY_DATABASE_PASSWORD_FILE"
    }
    assert set(found["environment"]) <= known | of_the_entrypoint
    for name, value in found["environment"].items():
        if name.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in found["secrets"]


def test_the_settings_are_ones_that_production_accepts(production_file: dict[str, Any]) -> None:
    environment = production_file["services"]["api"]["environment"]
    given = {name.lower(): value for name, value in environment.items() if name.lower() in Settings.model_fields}
    settings = production("mysql+aiomysql://dojang:p@db/dojang", **given | {"jwt_secret": STRONG})
    assert [finding for finding in judge_settings(settings) if not finding.ok] == []
    assert environment["FORWARDED_ALLOW_IPS"] == production_file["networks"]["edge"]["ipam"]["config"][0]["subnet"]


def test_the_serving_user_never_migrates(production_file: dict[str, Any]) -> None:
    users = {name: production_file["services"][name]["environment"]["DATABASE_USER"] for name in OURS}
    assert users == {"migrate": "dojang_owner", "api": "dojang", "worker": "dojang"}


@pytest.mark.parametrize("name", FILES)
def test_everything_mounted_is_in_the_project(name: str) -> None:
    mounted = [volume for service in compose(name)["services"].values() for volume in service.get("volumes", [])]
    paths = [volume.split(":")[0] for volume in mounted if volume.startswith("./")]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_demo_shows_itself_to_this_machine_only() -> None:
    assert compose(FILES[1])["services"]["nginx"]["ports"] == ["127.0.0.1:8080:8080", "127.0.0.1:8443:8443"]
