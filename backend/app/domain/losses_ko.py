"""What a withdrawn promise takes from players, in Korean, by its English words; `{}` stands for what varies.

A refusal tells both (`errors.told_in`). A test holds the list complete.
"""

import re
from functools import cache

LOSSES: dict[str, str] = {
    # seasons
    "players are in this season: its program is fixed": "참여한 플레이어가 있어 프로그램을 바꿀 수 없습니다",
    "players are in this season: its first day is fixed": "참여한 플레이어가 있어 시작일을 바꿀 수 없습니다",
    "days on which players may still stamp and level": "도장을 찍고 레벨을 올릴 수 있는 날이 줄어듭니다",
    "days on which open levels can still be claimed": "열린 레벨의 보상을 받을 수 있는 날이 줄어듭니다",
    "XP of each stamp": "도장 하나의 XP가 줄어듭니다",
    "the stamp for wins that players are counting towards": "승리로 받는 도장이 멀어집니다",
    "the stamp of each play": "게임 참여로 찍히던 도장이 없어집니다",
    "stamps of plays within a day": "게임 참여로 하루에 찍을 수 있는 도장이 줄어듭니다",
    "XP that can be earned within a day": "하루에 얻을 수 있는 XP가 줄어듭니다",
    "the bonus past the last level": "마지막 레벨 이후의 보너스가 없어집니다",
    "streaks and their milestones": "연속 출석과 그 보상이 없어집니다",
    "levels that players are on their way to": "플레이어가 향하던 레벨이 없어집니다",
    "the threshold that players are on their way to": "플레이어가 향하던 레벨의 필요 XP가 늘어납니다",
    "that the level is paid by itself": "자동으로 지급되던 레벨이 아니게 됩니다",
    "rewards that players are on their way to": "플레이어가 향하던 보상이 줄어듭니다",
    "the distance between bonuses": "보너스 간격이 넓어집니다",
    "bonuses": "보너스 횟수가 줄어듭니다",
    "what each bonus gives": "보너스가 주는 것이 줄어듭니다",
    "freezes": "보호권이 줄어듭니다",
    "days that could be missed for nothing": "쉬어도 되던 날이 없어집니다",
    "milestones that players are on their way to": "플레이어가 향하던 연속 출석 보상이 줄어듭니다",
    "players have stamped until {}": "플레이어가 {}까지 도장을 찍었습니다",
    "players' wins are being counted: the threshold is fixed": "승리를 세고 있어 기준을 바꿀 수 없습니다",
    "players have reached level {}: it can't be removed": "플레이어가 도달한 레벨 {}은 지울 수 없습니다",
    "players have reached this level: only its labels may change": "플레이어가 도달한 레벨이라 이름만 바꿀 수 있습니다",
    "players have {} XP already: it must be above that": "이미 {} XP인 플레이어가 있어 그보다 커야 합니다",
    "players were paid overflow bonuses: their distance is fixed": "보너스를 받은 사람이 있어 간격은 고정입니다",
    "players were paid overflow bonuses: the last level is fixed": "보너스를 받은 사람이 있어 마지막 레벨은 고정입니다",
    "players have had streaks of {}: those up to it stay": "연속 {}일 출석한 사람이 있어 그때까지의 보상은 고정입니다",
    "players own the pass {}: it must give something": "{} 패스를 가진 플레이어가 있어 보상이 있어야 합니다",
    "their stamps and open claims until {}": "{}까지의 도장과 받을 보상",
    "a part of the reward that was shown": "안내된 보상의 일부",
    # missions, boards, contests
    "players have begun: make another mission": "시작한 플레이어가 있어 바꿀 수 없습니다. 미션을 새로 만드세요",
    "the target that players are on their way to": "플레이어가 향하던 목표 횟수가 늘어납니다",
    "completions that players may still reach": "완료할 수 있는 횟수가 줄어듭니다",
    "that a completion is paid by itself": "완료하면 자동으로 지급되던 보상이 아니게 됩니다",
    "days on which completions can still be claimed": "완료 보상을 받을 수 있는 날이 줄어듭니다",
    "that the mission counts without another one": "먼저 마쳐야 하는 미션이 생깁니다",
    "days that count": "인정되는 날이 줄어듭니다",
    "that players see the mission they have begun": "시작한 미션이 보이지 않게 됩니다",
    "what they have begun; `ends_on` ends it without a loss": "시작한 미션(`ends_on`으로 끝내면 잃지 않습니다)",
    "players have scores: make another board": "점수가 있는 플레이어가 있어 바꿀 수 없습니다. 순위표를 새로 만드세요",
    "what the ranks were promised": "순위 보상이 줄어듭니다",
    "time in which late events of hosts count": "늦게 온 이벤트를 인정하는 시간이 줄어듭니다",
    "ranks that are kept": "남기는 순위가 줄어듭니다",
    "the rest of the window that they are ranked in": "순위를 겨루고 있는 기간의 나머지",
    "players joined for it: make another contest": "참가한 플레이어가 있어 바꿀 수 없습니다. 대회를 새로 만드세요",
    "time in which teams can be joined": "팀에 참가할 수 있는 기간이 줄어듭니다",
    "the contest with its scores and rewards": "대회와 그 점수와 보상",
    # campaigns of codes, mailings, bridges
    "that these players may take part": "참여할 수 있던 플레이어가 참여하지 못하게 됩니다",
    "time in which codes can be used": "코드를 쓸 수 있는 기간이 줄어듭니다",
    "units that were announced": "안내한 수량이 줄어듭니다",
    "what a code gives": "코드가 주는 것이 줄어듭니다",
    "units have gone since": "이미 받아 간 사람이 있습니다",
    "players have got them already": "이미 받은 플레이어가 있습니다",
    "a code that they may hold": "갖고 있을 수 있는 코드",
    "what waits in their inbox": "우편함에서 기다리는 것",
    "the level of each player who has the keys: this season is over": "끝난 시즌이라 열쇠로 얻는 레벨을 줄 수 없습니다",
    # games
    "plays that players have counted towards the guarantee": "보장까지 남은 횟수가 늘어납니다",
    "which prizes are guaranteed": "보장되는 경품이 바뀝니다",
    "the guarantee that players count towards": "플레이어가 세고 있던 보장이 없어집니다",
    "what a guaranteed prize gives": "보장되는 경품이 주는 것이 줄어듭니다",
    "open rounds with what is left in their boxes": "진행 중인 판의 남은 상자가 바뀝니다",
    "what a prize in an open round gives": "진행 중인 판의 경품이 주는 것이 줄어듭니다",
    # how to do it all the same
    "{} would lose {}: name the number to do it": "{}명이 잃습니다: {}. 그래도 하려면 이 인원을 적으세요",
    "at least {} players: name the number to do it": "적어도 {}명입니다. 그래도 하려면 이 인원을 적으세요",
}  # fmt: skip


def korean(loss: str) -> str | None:
    """The Korean words of a loss; None for one that isn't known here."""
    if loss in LOSSES:
        return LOSSES[loss]
    for pattern, said in _patterns():
        if found := pattern.fullmatch(loss):
            return said.format(*(korean(part) or part for part in found.groups()))
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those in which something varies."""
    varying = ((en, ko) for en, ko in LOSSES.items() if "{}" in en)
    return [(re.compile("(.+?)".join(map(re.escape, en.split("{}")))), ko) for en, ko in varying]
