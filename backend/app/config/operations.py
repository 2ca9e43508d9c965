"""The names by which calls of players are limited: methods, and the operation ids of players' routes.

Written down because settings are read before any route exists; a test compares them with the routes.
"""

LIMITABLE = frozenset(
    {
        "GET", "POST", "bridge_status", "claim_all_levels", "claim_all_missions", "claim_inbox", "claim_inbox_item",
        "claim_level", "claim_mission", "dice_status", "enter_page", "get_token", "join_team", "leaderboard",
        "leave_team", "live_stream", "log_out", "lottery_status", "make_team", "me", "my_achievements", "my_badges",
        "my_coupons", "my_entitlements", "my_inbox", "my_items", "my_leaderboards", "my_ledger", "my_missions",
        "my_rewards", "my_wallets", "play_dice", "play_lottery", "play_roulette", "play_scratch_box",
        "promotion_status", "redeem_code", "roulette_status", "scratch_box_status", "season_pass_status",
        "stamp_season_pass", "team_board", "today_ranking", "trial_grant",
    }
)  # fmt: skip
