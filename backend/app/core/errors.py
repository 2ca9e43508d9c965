"""Every refusal the service can give: its code, its kind and its words. Rules raise; one door maps kinds to HTTP."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_TOLD = 20  # problems of one refusal


class Kind(StrEnum):
    """What sort of refusal it is. `routes/error_handlers.py` gives each kind its HTTP status."""

    REFUSED = "refused"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD = "method"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    PRECONDITION = "precondition"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says to people."""

    kind: Kind
    en: str
    ko: str


def _table(kind: Kind, rows: dict[str, tuple[str, str]]) -> dict[str, Meaning]:
    return {code: Meaning(kind, en, ko) for code, (en, ko) in rows.items()}


ERRORS: dict[str, Meaning] = {
    **_table(Kind.REFUSED, {
        "NOT_ENOUGH_TOKENS": ("Not enough tokens", "티켓이 부족합니다"),
        "DAILY_LIMIT_REACHED": ("Today's limit is reached", "오늘의 참여 횟수를 모두 사용했습니다"),
        "ALREADY_STAMPED_TODAY": ("Today's stamp is already collected", "오늘의 도장을 이미 받았습니다"),
        "REWARD_ALREADY_CLAIMED": ("The reward is already claimed", "이미 받은 보상입니다"),
        "AUTO_CLAIM_LEVEL": ("This level is paid automatically", "자동으로 지급되는 레벨입니다"),
        "LEVEL_NOT_REACHED": ("This level is not reached yet", "아직 달성하지 못한 레벨입니다"),
        "FEATURE_DISABLED": ("This feature is stopped", "지금은 이용할 수 없는 기능입니다"),
        "FEATURE_NOT_ACTIVE": ("This feature is not scheduled today", "오늘 예정된 기능이 아닙니다"),
        "CHOICE_NOT_AVAILABLE": ("This choice is not available any more", "이미 선택된 항목입니다"),
        "JOIN_CLOSED": ("Teams can't be joined now", "지금은 팀에 참가할 수 없습니다"),
        "NOT_IN_TEAM": ("The player is in no team", "참가한 팀이 없습니다"),
        "MISSION_NOT_COMPLETED": ("This mission is not completed yet", "아직 완료하지 못한 미션입니다"),
        "CLAIM_CLOSED": ("The time to claim this is over", "수령 기간이 지났습니다"),
        "PREMIUM_REQUIRED": ("This track needs its premium pass", "프리미엄 패스가 필요한 트랙입니다"),
        "CODE_ALREADY_USED": ("This code was used already", "이미 사용한 코드입니다"),
        "PROMO_ALREADY_CLAIMED": (
            "This player has already had this campaign; the code stays unused",
            "이미 참여한 이벤트입니다. 한 사람이 한 번만 받을 수 있으며, 이 코드는 사용되지 않았습니다",
        ),
        "INBOX_EXPIRED": ("It can't be claimed any more", "받을 수 있는 기간이 지났습니다"),
        "PROMO_NOT_OPEN": ("It opens later", "아직 시작하지 않은 이벤트입니다"),
        "PROMO_ENDED": ("It has ended", "종료된 이벤트입니다"),
        "INVALID_SEASON_DATES": ("The season's dates are not valid", "시즌 기간이 올바르지 않습니다"),
        "IDEMPOTENCY_KEY_REQUIRED": ("A valid Idempotency-Key header is required", "Idempotency-Key 헤더가 필요합니다"),
    }),
    **_table(Kind.UNAUTHENTICATED, {
        "AUTH_REQUIRED": ("Sign-in is required", "로그인이 필요합니다"),
        "TOKEN_INVALID": ("The token is not valid", "토큰이 올바르지 않습니다"),
        "TOKEN_EXPIRED": ("The token has expired", "토큰이 만료되었습니다"),
        "TOKEN_REVOKED": ("The token was revoked", "폐기된 토큰입니다"),
        "INVALID_CREDENTIALS": ("The credentials are not valid", "인증 정보가 올바르지 않습니다"),
        "SECOND_FACTOR_REQUIRED": ("The code of the second factor is needed", "2단계 인증 코드가 필요합니다"),
    }),
    **_table(Kind.FORBIDDEN, {
        "SCOPE_REQUIRED": ("The token lacks the needed scope", "권한이 없습니다"),
        "CORS_REFUSED": ("This origin may not send this request", "이 출처의 페이지에서 보낼 수 없는 요청입니다"),
        "HOST_DISABLED": ("The host is switched off", "이 서비스와의 연결이 꺼져 있습니다"),
        "SECOND_PERSON_REQUIRED": (
            "Who asked for it, or wrote what gives it, can't approve it: another operator must",
            "요청했거나 이 보상의 설정을 만든 운영자는 승인할 수 없습니다. 다른 운영자의 승인이 필요합니다",
        ),
        "USER_BLOCKED": ("This player is blocked", "이용이 제한된 계정입니다"),
    }),
    **_table(Kind.NOT_FOUND, {
        "NOT_FOUND": ("Not found", "찾을 수 없습니다"),
        "NO_ACTIVE_SEASON": ("No season is active today", "오늘 진행 중인 시즌이 없습니다"),
        "NO_FEATURE_TODAY": ("This feature does not exist", "존재하지 않는 기능입니다"),
        "LEVEL_NOT_FOUND": ("The season has no such level", "존재하지 않는 레벨입니다"),
        "TRACK_NOT_FOUND": ("The season has no such track", "존재하지 않는 트랙입니다"),
        "NO_STREAKS": ("The season counts no streaks", "연속 출석을 세지 않는 시즌입니다"),
        "SEASON_NOT_FOUND": ("No such season", "존재하지 않는 시즌입니다"),
        "NO_ENTITLEMENT": ("Nothing is left to redeem", "사용할 수 있는 이용권이 없습니다"),
        "CODE_NOT_FOUND": ("No such code", "존재하지 않는 코드입니다"),
        "PROMO_NOT_FOUND": ("No such campaign", "존재하지 않는 이벤트입니다"),
        "INBOX_NOT_FOUND": ("No such item in the inbox", "보관함에 없는 항목입니다"),
        "POOL_NOT_FOUND": ("No such coupon pool", "존재하지 않는 쿠폰 풀입니다"),
        "BATCH_NOT_FOUND": ("No such upload", "존재하지 않는 업로드입니다"),
        "REWARD_NOT_FOUND": ("No such reward", "존재하지 않는 보상입니다"),
        "USER_NOT_FOUND": (
            "No such player: one is known from the first signed-in request on, or once the host has made them",
            "모르는 플레이어입니다. 처음 로그인해 요청하거나 호스트가 미리 등록해야 알 수 있습니다",
        ),
        "GAME_NOT_FOUND": ("No such game", "존재하지 않는 게임입니다"),
        "NO_BRIDGE": ("No bridge campaign runs now", "진행 중인 시즌 브리지가 없습니다"),
        "BRIDGE_NOT_FOUND": ("No such bridge campaign", "존재하지 않는 브리지 캠페인입니다"),
        "CONTEST_NOT_FOUND": ("No such contest", "존재하지 않는 팀 대회입니다"),
        "TEAM_NOT_FOUND": ("No such team", "존재하지 않는 팀입니다"),
        "LEADERBOARD_NOT_FOUND": ("No such leaderboard", "존재하지 않는 순위표입니다"),
        "RULE_NOT_FOUND": ("No such rule", "존재하지 않는 규칙입니다"),
        "MISSION_NOT_FOUND": ("No such mission", "존재하지 않는 미션입니다"),
        "JOB_NOT_FOUND": ("No such job", "존재하지 않는 작업입니다"),
        "WEBHOOK_NOT_FOUND": ("No such webhook endpoint", "존재하지 않는 웹훅입니다"),
        "DELIVERY_NOT_FOUND": ("No such webhook delivery", "존재하지 않는 웹훅 전송입니다"),
    }),
    **_table(Kind.METHOD, {
        "METHOD_NOT_ALLOWED": ("This method is not allowed here", "허용되지 않는 메서드입니다"),
    }),
    **_table(Kind.CONFLICT, {
        "NO_ACTIVE_SEASON_CONFLICT": ("More than one season is active today", "진행 중인 시즌이 둘 이상입니다"),
        "ACTIVE_SEASON_CONFLICT": ("Another active season overlaps these dates", "기간이 겹치는 활성 시즌이 있습니다"),
        "RANKING_CONFLICT": ("The ranking holds a rank twice", "순위가 중복되었습니다"),
        "PRIZES_SOLD_OUT": ("Every prize is gone", "모든 경품이 소진되었습니다"),
        "LOTTERY_SOLD_OUT": ("Every prize is gone", "모든 경품이 소진되었습니다"),
        "API_KEY_SHOWN_ONCE": (
            "The key was made and shown. End it and make another",
            "이미 만들어 보여 드린 키입니다. 그 키를 끝내고 새로 만드세요",
        ),
        "IDEMPOTENCY_IN_PROGRESS": ("The same request is still running", "같은 요청이 처리 중입니다"),
        "PROMISE_WITHDRAWN": ("Players rely on it", "플레이어가 이미 믿고 참여한 조건이라 불리하게 바꿀 수 없습니다"),
        "VERSION_CONFLICT": ("It was changed by someone else meanwhile", "다른 사람이 먼저 변경했습니다"),
        "ALREADY_IN_TEAM": ("The player is in a team already", "이미 팀에 참가했습니다"),
        "TEAM_FULL": ("The team is full", "팀 정원이 찼습니다"),
        "TOO_MANY_TEAMS": ("The player has made as many teams as one may", "만들 수 있는 팀 수를 모두 썼습니다"),
        "CONTEST_STATE": ("The contest's state does not allow this", "대회 상태에서 할 수 없는 작업입니다"),
        "SECOND_FACTOR_ON": ("The second factor is on already", "이미 2단계 인증을 사용하고 있습니다"),
        "LAST_ADMIN": ("The last admin can't be switched off", "마지막 관리자는 끌 수 없습니다"),
        "OWN_ACCOUNT": ("Nobody switches their own account off", "자기 계정은 끌 수 없습니다"),
        "PLAYER_MERGED": ("This account became part of another one", "다른 계정으로 합쳐진 계정입니다"),
        "PLAYER_ERASED": ("This player was erased", "개인정보가 삭제된 계정입니다"),
        "PLAYERS_APART": ("These players belong to two hosts", "서로 다른 호스트의 플레이어입니다"),
        "EXTERNAL_ID_TAKEN": ("Another player has or had this id", "다른 플레이어가 쓰고 있거나 썼던 ID입니다"),
        "EXTERNAL_ID_MOVED": ("The player has another id by now", "그사이 ID가 바뀐 플레이어입니다"),
        "MERGE_NOT_NOW": (
            "Something of this account is being settled; merge it afterwards",
            "이 계정의 정산이 진행 중입니다. 정산이 끝난 뒤에 합치세요",
        ),
        "NAME_TAKEN": ("This name is already used", "이미 사용 중인 이름입니다"),
        "BRIDGE_CONFLICT": ("Another bridge campaign overlaps it", "기간이 겹치는 브리지 캠페인이 있습니다"),
        "BRIDGE_STATE": ("The campaign's state does not allow this", "캠페인 상태에서 할 수 없는 작업입니다"),
        "ENTITLEMENT_ACTIVE": ("The entitlement is being used now", "이미 사용 중인 이용권이 있습니다"),
        "PROMO_SOLD_OUT": ("Every unit is gone", "선착순이 마감되었습니다"),
        "REVIEW_DECIDED": ("This was decided before", "이미 처리된 검토입니다"),
        "NOTHING_TO_VOID": ("Nothing of this upload is left to void", "무효 처리할 코드가 남아 있지 않습니다"),
        "REWARD_STATE": ("The reward's state does not allow this", "보상 상태에서 할 수 없는 작업입니다"),
        "JOB_MUST_RUN": ("This job is never paused: it watches", "서비스를 감시하는 작업이라 일시 중지할 수 없습니다"),
        "JOB_PAUSED": ("The job is paused", "일시 중지된 작업입니다"),
        "JOB_ALREADY_DONE": ("This run is already done", "이미 완료된 작업입니다"),
        "JOB_RUNNING": ("The job is running now", "이미 실행 중인 작업입니다"),
        "WEBHOOK_DISABLED": ("The webhook endpoint is disabled", "비활성화된 웹훅입니다"),
    }),
    **_table(Kind.GONE, {
        "FEATURE_RETIRED": ("This endpoint is retired", "종료된 기능입니다"),
    }),
    **_table(Kind.TOO_LARGE, {
        "BODY_TOO_LARGE": ("The request body is too large", "요청 본문이 너무 큽니다"),
    }),
    **_table(Kind.INVALID, {
        "VALIDATION_ERROR": ("The request is not valid", "요청 값이 올바르지 않습니다"),
        "IDEMPOTENCY_KEY_REUSED": ("This key was used for another request", "다른 요청에 사용된 Idempotency-Key입니다"),
        "ADDRESS_NOT_ALLOWED": ("This address must not be called", "호출할 수 없는 주소입니다"),
        "JOB_NOT_DUE": ("It can't be run yet", "아직 실행할 수 있는 때가 아닙니다"),
        "JOB_DAY_INVALID": ("The job can't be run for this day", "이 날짜로는 실행할 수 없는 작업입니다"),
        "JOB_SUBJECT_INVALID": ("The run needs a subject that there is", "작업을 실행할 대상을 골라 주세요"),
        "EVENT_INVALID": ("The event is not valid", "이벤트 값이 올바르지 않습니다"),
        "EVENT_TOO_LATE": ("The event is older than is accepted", "접수 기한이 지난 이벤트입니다"),
        "EVENT_FROM_FUTURE": ("The event lies in the future", "미래 시각의 이벤트입니다"),
        "EVENT_CONFLICT": (
            "Another event was taken under this source and id",
            "같은 source와 id로 내용이 다른 이벤트를 이미 받았습니다",
        ),
        "EVENT_REVOKED": ("The event was revoked", "취소된 이벤트입니다"),
        "INVALID_RULE": ("The rule is not valid", "규칙 설정이 올바르지 않습니다"),
        "INVALID_ROULETTE_CONFIG": ("The roulette config is not valid", "룰렛 설정이 올바르지 않습니다"),
        "INVALID_DICE_CONFIG": ("The dice config is not valid", "주사위 설정이 올바르지 않습니다"),
        "INVALID_GAME_CONFIG": ("The game's config is not valid", "게임 설정이 올바르지 않습니다"),
        "INVALID_LOTTERY_CONFIG": ("The lottery config is not valid", "복권 설정이 올바르지 않습니다"),
    }),
    **_table(Kind.PRECONDITION, {
        "PRECONDITION_REQUIRED": ("An If-Match header is required", "If-Match 헤더가 필요합니다"),
    }),
    **_table(Kind.RATE_LIMITED, {
        "COOLDOWN_ACTIVE": ("The next play is possible in a moment", "잠시 후에 다시 참여할 수 있습니다"),
        "RATE_LIMITED": ("Too many requests", "요청이 너무 많습니다"),
    }),
    **_table(Kind.UNAVAILABLE, {
        "BUSY": ("The service is busy; try again", "잠시 후 다시 시도해 주세요"),
        "JWKS_UNAVAILABLE": ("The host's keys can't be fetched now", "서명 키를 지금 가져올 수 없습니다"),
        "GAME_MISCONFIGURED": ("The game is not set up", "게임이 준비되지 않았습니다"),
        "DATABASE_UNAVAILABLE": ("The database cannot be reached", "일시적으로 이용할 수 없습니다"),
        "DB_SCHEMA_MISMATCH": ("The database does not fit this version", "데이터베이스 버전이 맞지 않습니다"),
    }),
    **_table(Kind.INTERNAL, {
        "INTERNAL_ERROR": ("Something went wrong on our side", "서버 오류가 발생했습니다"),
    }),
}  # fmt: skip


class AppError(Exception):
    """A refusal with a code of `ERRORS`. The facts become `details`; never put an input value or SQL in them."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        # why, for the log alone: whoever is refused could learn from it
        self.reason: str | None = None

    @property
    def meaning(self) -> Meaning:
        return ERRORS[self.code]


def refused_token(reason: str, code: str = "TOKEN_INVALID") -> AppError:
    """The refusal of a token or key. The answer says the code alone; the log says why, in words of docs/logs.md."""
    refusal = AppError(code)
    refusal.reason = reason
    return refusal


def invalid(*problems: tuple[str, str], code: str = "VALIDATION_ERROR") -> AppError:
    """A 422 whose details list each (field path, reason); of many the first, and how many more there are."""
    return AppError(code, fields=told_first([{"field": field, "reason": reason} for field, reason in problems]))


def told_first(problems: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The first problems of many, and how many more there are: enough to see what is wrong."""
    more = len(problems) - MOST_TOLD
    if more <= 0:
        return [*problems]
    what = problems[0]["field"].partition(".")[0]
    return [
        *problems[:MOST_TOLD],
        {"field": what, "reason": f"and {more} more", "reason_ko": f"그 밖에 {more}건"},
    ]


def told_in(fields: Iterable[Mapping[str, Any]], *, korean: bool) -> list[dict[str, Any]]:
    """The problems of a refusal as a reader gets them: a reason that is known in Korean is told so to who reads it."""
    return [
        {name: value for name, value in one.items() if name != "reason_ko"}
        | ({"reason": one["reason_ko"]} if korean and "reason_ko" in one else {})
        for one in fields
    ]
