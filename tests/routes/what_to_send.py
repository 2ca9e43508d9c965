"""What the matrix of routes and bearers sends: a value for each name in a path, and sound bodies."""

PATH_VALUES = {
    "feature_type": "ROULETTE", "code": "roulette", "config_id": "1", "user_id": "1", "season_id": "1", "level": "1",
    "item_id": "1", "team_id": "1", "batch_id": "1", "mailing_id": "1", "staff_id": "999",
    "session_id": "nobodys", "review_id": "1",
    "key": "ticket_zero", "prize_id": "1", "job": "reconcile", "host": "main", "key_id": "1", "reward_id": "1",
    "external_id": "nobody", "resource": "PASS", "version": "1", "webhook_id": "1", "delivery_id": "1",
    "window": "ALL", "contest": "CUP", "day": "2025-12-10",
    "event_id": "0" * 36,
}  # fmt: skip
# where the door must read a sound body before the flow can look at the player
BODIES = {
    "/api/events/page": {"page": "HOME"},
    "/api/scratch-box/play": {"box": 1},
    "/api/codes/redeem": {"code": "XMAS-2025"},
    "/api/teams/{contest}": {"name": "us"},
    "/api/teams/{contest}/join": {"team_id": 1},
    "/api/missions/claim": {"mission": "SPINS"},
    "/api/trial-grant": {"token_type": "DICE_TOKEN"},
    "/api/season-pass/claim": {"level": 8},
}
