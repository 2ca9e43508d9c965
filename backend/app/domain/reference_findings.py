"""What is wrong with the names in a config, in words: what can never work is refused, what may come later is said."""

from dataclasses import dataclass
from typing import Any

from app.core.errors import AppError


@dataclass(frozen=True, slots=True)
class Wording:
    """What a code says to people. `refuses`: it can never work, so it is not saved."""

    refuses: bool
    en: str
    ko: str


WORDINGS: dict[str, Wording] = {
    "UNKNOWN_GAME": Wording(True, "unknown game", "없는 게임입니다"),
    "UNKNOWN_METRIC": Wording(
        True,
        "the service counts no such metric; hosts' metrics begin with a small letter",
        "서비스가 세지 않는 항목입니다. 호스트가 보고하는 항목은 소문자로 시작합니다",
    ),
    "UNKNOWN_TOKEN": Wording(True, "unknown token type", "없는 티켓 종류입니다"),
    "UNKNOWN_POOL": Wording(True, "no such coupon pool", "없는 쿠폰입니다. 먼저 쿠폰을 만드세요"),
    "UNKNOWN_BADGE": Wording(True, "no such badge", "없는 배지입니다. 먼저 배지를 만드세요"),
    "UNKNOWN_HOST": Wording(True, "unknown host", "없거나 꺼진 호스트입니다"),
    "UNKNOWN_PROGRAM": Wording(True, "unknown program", "없는 프로그램입니다"),
    "UNKNOWN_SEASON": Wording(True, "no such season", "없는 시즌입니다"),
    "UNKNOWN_MISSION": Wording(True, "no such mission", "없는 미션입니다"),
    "MISSION_CIRCLE": Wording(
        True, "a circle: this one requires the mission itself", "서로를 먼저 요구해 시작할 수 없습니다"
    ),
    "SEASON_OVER": Wording(True, "the season is over by then", "그때는 이미 끝난 시즌입니다"),
    "GAME_NEVER_SET_UP": Wording(
        True,
        "the game has no switch or no config in force: nobody can play it, and players would be promised it",
        "기능이나 적용 중인 설정이 없는 게임입니다. 이대로 열면 아무도 달성할 수 없습니다",
    ),
    "GAME_NOT_SET_UP": Wording(
        False,
        "the game has no switch or no config in force: nobody can play it yet",
        "기능이나 적용 중인 설정이 없어 아직 참여할 수 없는 게임입니다",
    ),
    "GAME_STOPPED": Wording(False, "the game is stopped now", "지금 중지된 게임입니다"),
    "TICKET_UNUSABLE": Wording(
        False, "the game of this ticket can't be played now", "이 티켓을 쓸 게임을 지금 참여할 수 없습니다"
    ),
    "POOL_EMPTY": Wording(
        False,
        "the pool has too few codes left: who earns it waits until codes are uploaded",
        "남은 코드가 모자랍니다. 코드를 채울 때까지 받는 사람이 기다립니다",
    ),
    "PRIZE_OUT_OF_DRAW": Wording(
        False,
        "the pool has too few codes left: the prize is not drawn until codes are uploaded",
        "남은 코드가 모자랍니다. 코드를 채울 때까지 이 경품은 뽑히지 않습니다",
    ),
    "EVENT_NEVER_SEEN": Wording(
        False,
        "no host has sent an event of this type yet: check its spelling",
        "아직 들어온 적 없는 이벤트 종류입니다. 철자를 확인하세요",
    ),
    "METRIC_NOT_REPORTED": Wording(
        False, "no rule in force reports this metric", "이 항목을 보고하는 적용 중인 규칙이 없습니다"
    ),
    "METRIC_NOT_COUNTED": Wording(
        False,
        "no mission, leaderboard or contest in force counts this metric",
        "이 항목을 세는 공개된 미션·순위표·팀 대회가 없습니다",
    ),
    "NO_KEY_WANTED": Wording(
        False,
        "no day of a draft or open bridge asks for this host event",
        "이 호스트 이벤트를 요구하는 브리지 날짜가 없습니다",
    ),
    "NO_SUCH_TRACK": Wording(
        False,
        "no running or coming season has this premium track",
        "진행 중이거나 예정된 시즌에 이 프리미엄 트랙이 없습니다",
    ),
    "NAMED_NOWHERE_ELSE": Wording(
        False,
        "this code is new: nothing else gives it, and nobody has it; check its spelling",
        "처음 쓰는 코드입니다. 다른 설정에도 지급 기록에도 없으니 철자를 확인하세요",
    ),
    "NO_WEBHOOK": Wording(
        False,
        "no webhook endpoint of the host takes reward.ordered: nobody would deliver it",
        "reward.ordered를 받는 웹훅이 없어 보상을 보내 줄 곳이 없습니다",
    ),
    "SEASON_NOT_PUBLISHED": Wording(False, "the season is a draft, or was retired", "공개되지 않은 시즌입니다"),
    "MISSION_RETIRED": Wording(
        False,
        "the required mission is not in force: who has not completed it can't begin",
        "먼저 마칠 미션이 공개 상태가 아닙니다. 마치지 못한 사람은 시작할 수 없습니다",
    ),
    "REQUIRED_BY": Wording(
        False,
        "this mission in force requires it: who has not completed it can't begin",
        "먼저 마쳐야 하는 미션으로 이것을 쓰는 공개된 미션입니다. 마치지 못한 사람은 시작할 수 없습니다",
    ),
    "OF_ANOTHER_HOST": Wording(
        False,
        "it belongs to another host: these players can't reach it",
        "다른 호스트의 것이라 이 플레이어들은 이용할 수 없습니다",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One name that can't be reached, at its field."""

    code: str
    field: str
    name: str

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.code]

    def view(self) -> dict[str, Any]:
        """As it is told: at its field, with its code, in both languages."""
        said = self.wording
        return {"field": self.field, "code": self.code, "name": self.name, "reason": said.en, "reason_ko": said.ko}


def require_reachable(findings: list[Finding], *, code: str = "VALIDATION_ERROR") -> list[dict[str, Any]]:
    """What is to be warned of; raises `code` naming each field where something can never work."""
    refused = [finding.view() for finding in findings if finding.wording.refuses]
    if refused:
        raise AppError(code, fields=refused)
    return [finding.view() for finding in findings]
