"""What of a rules file would be left out in silence. Reads badges, missions, host_rules with hosts."""

from app.core.errors import invalid
from app.domain.rules_file import RulesFile
from app.services import House, Services


async def require_names_free(house: House, wanted: RulesFile) -> None:
    """Returns when each name of the file is free, or stands for what the file says.

    Applying a file gives rules new versions and changes nothing else that there is. So NAME_TAKEN names each badge and
    mission that stands otherwise, and each rule of another title or host.
    """

    async def taken(keepers: Services) -> list[str]:
        return [*await _badges(keepers, wanted), *await _missions(keepers, wanted), *await _rules(keepers, wanted)]

    fields = await house.read(taken)
    if fields:
        raise invalid(
            *((field, "stands otherwise, and a file does not change it") for field in fields), code="NAME_TAKEN"
        )


async def _badges(keepers: Services, wanted: RulesFile) -> list[str]:
    stored = {row["code"]: (row["name_ko"], row["name_en"]) for row in await keepers.badge.all()}
    said = [(one.code, (one.name_ko, one.name_en)) for one in wanted.badges]
    return [f"badges.{n}.{code}" for n, (code, names) in enumerate(said) if stored.get(code, names) != names]


async def _missions(keepers: Services, wanted: RulesFile) -> list[str]:
    found = []
    for n, mission in enumerate(wanted.missions):
        stored = await keepers.mission.find(mission.code)
        if stored is not None and stored["config"] != mission.view():
            found.append(f"missions.{n}.{mission.code}")
    return found


async def _rules(keepers: Services, wanted: RulesFile) -> list[str]:
    found = []
    for n, rule in enumerate(wanted.rules):
        stored = await keepers.rule.find(rule.code)
        if stored is not None and (stored["title"], stored["host"]) != (rule.title, rule.host):
            found.append(f"rules.{n}.{rule.code}")
    return found
