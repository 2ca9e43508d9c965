"""`./run ops rules …`: the rules of a host as a file."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.acting import Data, Reason, act, warn
from app.container import Container
from app.core.errors import AppError
from app.domain.rules_file import RulesFile, read_rules_file
from app.flows.check_rules_file import require_names_free
from app.flows.config_warnings import config_warnings
from app.flows.save_badge import save_badge
from app.flows.save_mission import create_mission, mission_document
from app.flows.save_rule import apply_rule, rule_document
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a rules file (YAML)")]


@app.command()
def apply(file: File, reason: Reason, data: Data = None) -> None:
    """Puts the rules of FILE in force: adds them, gives them a new version, or finds them so already. Audited.

    Badges and missions that are missing are added. One that stands otherwise than in FILE refuses the whole file.
    """
    raw = file.read_bytes()

    async def work(container: Container) -> tuple[list[str], list[dict[str, Any]]]:
        wanted = read_rules_file(raw)
        changed = await apply_rules_file(container, AdminAct(f"cli:{getpass.getuser()}", reason, None), wanted)
        return changed, await _warnings(container, wanted)

    changed, warnings = act(data, work)
    typer.echo("applied: " + (", ".join(changed) or "nothing, all was so already"))
    warn(warnings)


async def _warnings(container: Container, applied: RulesFile) -> list[dict[str, Any]]:
    """What of the file can't be reached, now that all of it is in force: missions count what its rules report."""
    documents = [mission_document(mission.view()) for mission in applied.missions]
    documents += [rule_document(rule.code, rule.host, rule.config.view()) for rule in applied.rules]
    return [
        found | {"field": f"{document.key}: {found['field']}"}
        for document in documents
        for found in await config_warnings(container.house, document)
    ]


async def apply_rules_file(container: Container, who: AdminAct, wanted: RulesFile) -> list[str]:
    """Makes everything in the file so; returns what was changed."""
    house, changed = container.house, []
    await require_names_free(house, wanted)
    for badge in wanted.badges:
        if await house.read(lambda keepers, code=badge.code: keepers.badge.find(code)) is None:  # type: ignore[misc]
            texts = {"name_ko": badge.name_ko, "name_en": badge.name_en, "text_ko": "", "text_en": ""}
            await save_badge(house, who, badge.code, texts, expected_version=None, is_blind=True)
            changed.append(f"badge {badge.code}")
    for mission in wanted.missions:
        try:
            await create_mission(house, who, mission, is_active=True)
            changed.append(f"mission {mission.code}")
        except AppError as refusal:
            if refusal.code != "NAME_TAKEN":
                raise
    for rule in wanted.rules:
        if await apply_rule(house, who, code=rule.code, title=rule.title, host=rule.host, config=rule.config):
            changed.append(f"rule {rule.code}")
    return changed
