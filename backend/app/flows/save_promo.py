"""What operators do with campaigns of codes: make, change, give them codes, look inside.

Locks promo_campaigns; reads hosts. Writes promo_campaigns, promo_codes, admin_audit_log.
"""

from collections.abc import Mapping, Sequence

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_text
from app.domain.code_files import NewCode
from app.domain.codes import new_codes
from app.domain.promises import open_to_all_before, require_kept, require_loss_accepted
from app.domain.promo import CodeKind, Counter, PromoState
from app.domain.promo_config import PromoConfig, edit_problems
from app.domain.spreadsheets import STORED_NUMBER, Fault, zero_twins
from app.domain.text_files import refuse
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.hosts import host_id_of
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services
from app.services.audit_service import AdminAct

LARGE_FILE_SECONDS = 60.0  # 100,000 codes take some seconds
IN_ANOTHER_CAMPAIGN = Fault("this code belongs to another campaign", "다른 캠페인의 코드입니다")
KEPT = ("code", "kind", "units", "opens_at", "closes_at", "is_open", "rewards", "version")


async def add_promo(house: House, act: KeyedAct, config: PromoConfig) -> Done:
    """A new campaign, once per key. Raises NAME_TAKEN (its name or code), VALIDATION_ERROR (unknown host, token)."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        if await keepers.promo.find(config.code) is not None:
            raise AppError("NAME_TAKEN", field="code")
        if config.shared_code is not None and await keepers.promo.resolve([config.shared_code]):
            raise AppError("NAME_TAKEN", field="shared_code")
        warnings = await check_references(keepers, promo_names(config), now)
        host_id = await host_id_of(keepers, config.host)
        await keepers.promo.add(config, host_id=host_id, actor=act.actor, now=now)
        after = await _row(keepers, config.code)
        await keepers.audit.add(act, "PROMO_ADDED", _target(config.code), after=only(after, *KEPT), now=now)
        return after | {"warnings": warnings}

    return await once(house, act, "PROMO", work)


async def replace_promo(
    house: House,
    act: AdminAct,
    code: str,
    config: PromoConfig,
    *,
    expected_version: int | None,
) -> Row:
    """A campaign anew. Raises PROMO_NOT_FOUND, VERSION_CONFLICT, VALIDATION_ERROR.

    Once it has opened it changes for the better only: PROMISE_WITHDRAWN. So does stopping it while units are left,
    unless so many losing one is accepted.
    """

    async def work(keepers: Services) -> Row:
        counter = await _locked(keepers, code)
        # read behind the lock: every unit that went so far went before this instant, as its own clock said
        now = house.clock.now()
        require_version(expected_version, counter.campaign.version)
        before = await _row(keepers, code)
        is_shared = counter.campaign.kind is CodeKind.SHARED
        shared_code = await keepers.promo.shared_code(counter.campaign.id) if is_shared else None
        problems = edit_problems(counter.campaign, counter.given, config, shared_code, now=now)
        warnings = await check_references(keepers, promo_names(config), now)
        host_id = await host_id_of(keepers, config.host)
        has_begun = counter.given > 0 or (counter.campaign.is_open and counter.campaign.opens_at <= now)
        if has_begun and not open_to_all_before(counter.campaign.host_id, host_id):
            problems.append(("host", "that these players may take part"))
        require_kept(problems, counter.given)
        if counter.campaign.state_at(now, counter.given) is PromoState.OPEN and not config.is_open:
            _require_stop_accepted(act, counter, before["codes"])
        await keepers.promo.replace(counter.campaign.id, config, host_id=host_id, actor=act.actor, now=now)
        after = await _row(keepers, code)
        await keepers.audit.add(
            act, "PROMO_CHANGED", _target(code), before=only(before, *KEPT), after=only(after, *KEPT), now=now
        )
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


def _require_stop_accepted(act: AdminAct, counter: Counter, codes: int) -> None:
    """How many may hold a code or wait for a unit still: as many as there are, at most."""
    left = counter.campaign.left(counter.given)
    unused = codes - counter.given if counter.campaign.kind is CodeKind.UNIQUE else max(1, counter.given)
    most = unused if left is None else min(left, unused)
    require_loss_accepted("a code that they may hold", most, act.players_who_lose)


async def add_promo_codes(house: House, act: KeyedAct, code: str, codes: Sequence[NewCode]) -> Done:
    """Adds codes to a UNIQUE campaign, once per key; those it has already are left out.

    Raises PROMO_NOT_FOUND, and VALIDATION_ERROR for a SHARED campaign, or with the line of each code that another
    campaign has, or that differs from one of any campaign by leading zeros only.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        campaign = (await _locked(keepers, code)).campaign
        if campaign.kind is not CodeKind.UNIQUE:
            raise invalid(("kind", "a SHARED campaign has its one code"))
        lengths = await keepers.promo.zero_led_lengths()
        twins = {one.code: zero_twins(one.code, lengths) for one in codes}
        known = await _known(keepers, sorted({one.code for one in codes}.union(*twins.values())))
        found = [(one, _fault(one.code, known, twins[one.code], campaign.id)) for one in codes]
        refuse([fault.at(one.line) for one, fault in found if fault is not None])
        fresh = [one.code for one in codes if one.code not in known]
        await keepers.promo.add_codes(campaign.id, fresh, now)
        facts = {"added": len(fresh), "known_before": len(codes) - len(fresh)}
        await keepers.audit.add(act, "PROMO_CODES_ADDED", _target(code), after=facts, now=now)
        return facts | {"campaign": await _row(keepers, code)}

    return await once(house, act, "PROMO_CODES", work, budget_seconds=LARGE_FILE_SECONDS)


def _fault(code: str, known: Mapping[str, int], twins: Sequence[str], campaign_id: int) -> Fault | None:
    """Why a code can't be added; None for a new one, and for one that the campaign has."""
    if known.get(code, campaign_id) != campaign_id:
        return IN_ANOTHER_CAMPAIGN
    twin = next((twin for twin in twins if twin in known), None)
    return None if twin is None else STORED_NUMBER.of(twin)


async def generate_promo_codes(house: House, act: KeyedAct, code: str, count: int, *, prefix: str) -> Done:
    """Adds new random codes, once per key. Raises as `add_promo_codes`."""
    codes = [NewCode(text) for text in new_codes(house.draw, count, prefix=prefix)]
    return await add_promo_codes(house, act, code, codes)


async def find_promo(house: House, code: str) -> Row:
    """One campaign. Raises PROMO_NOT_FOUND."""
    return await house.read(lambda keepers: _row(keepers, code))


async def promo_document(house: House, code: str) -> tuple[Row, int]:
    """(a campaign as `replace_promo` takes it, its version). Raises PROMO_NOT_FOUND."""

    async def work(keepers: Services) -> tuple[Row, int]:
        row = await _row(keepers, code)
        hosts = {host["id"]: host["code"] for host in await keepers.identity.hosts()}
        is_shared = row["kind"] == CodeKind.SHARED
        named = {"host": hosts.get(row["host_id"])}
        named |= {"shared_code": await keepers.promo.shared_code(row["id"])} if is_shared else {}
        moments = {name: row[name] and kst_text(row[name]) for name in ("opens_at", "closes_at")}
        kept = only(row, "code", "title_ko", "title_en", "kind", "units", "rewards", "is_open")
        return kept | named | moments, row["version"]

    return await house.read(work)


async def promo_claims(house: House, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The claims of a campaign, `limit + 1` at most. Raises PROMO_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        campaign = await _row(keepers, code)
        return await keepers.promo.claims(campaign["id"], after=after, limit=limit)

    return await house.read(work)


async def _known(keepers: Services, codes: Sequence[str]) -> dict[str, int]:
    """Which of these codes stand already, and in which campaign."""
    known: dict[str, int] = {}
    for start in range(0, len(codes), 1_000):  # values a statement: SQLite takes 32,766
        found = await keepers.promo.resolve(codes[start : start + 1_000])
        known.update({text: one.campaign_id for text, one in found.items()})
    return known


def promo_names(config: PromoConfig) -> ConfigDocument:
    """A campaign of codes, to check what it names."""
    return ConfigDocument("promo", config.code, config.model_dump(mode="json"), config.host)


async def _locked(keepers: Services, code: str) -> Counter:
    counter = await keepers.promo.find(code, locked=True)
    if counter is None:
        raise AppError("PROMO_NOT_FOUND")
    return counter


async def _row(keepers: Services, code: str) -> Row:
    row = await keepers.promo.row(code)
    if row is None:
        raise AppError("PROMO_NOT_FOUND")
    return row


def _target(code: str) -> str:
    return f"promo:{code}"
