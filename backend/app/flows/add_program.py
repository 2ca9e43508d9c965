"""Programs: lines of seasons that run side by side. Writes programs and admin_audit_log."""

from typing import Any

from app.core.errors import AppError
from app.flows.steps.hosts import host_id_of
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("id", "code", "title", "host", "created_at")


async def list_programs(house: House) -> list[dict[str, Any]]:
    """Every program, oldest first."""
    rows = await house.read(lambda keepers: keepers.program.all())
    return [{name: row[name] for name in KEPT} for row in rows]


async def add_program(house: House, act: AdminAct, code: str, title: str, *, host: str | None) -> dict[str, Any]:
    """A new program, of one host for ever or of all (None). Raises NAME_TAKEN, VALIDATION_ERROR (unknown host)."""
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        host_id = await host_id_of(keepers, host)
        if await keepers.program.is_known(code):
            raise AppError("NAME_TAKEN", field="code")
        program_id = await keepers.program.add(code, title, host_id=host_id, now=now)
        await keepers.audit.add(
            act, "PROGRAM_ADDED", f"program:{code}", after={"code": code, "title": title, "host": host}, now=now
        )
        return {"id": program_id, "code": code, "title": title, "host": host, "created_at": now}

    return await house.write(work, is_repeatable=False)
