-- The two database users of a production installation, for MySQL 8 and MariaDB 10.11 or newer.
--
--   dojang_owner   makes and changes tables: only `./run ops migrate` signs in as this user
--   dojang         serves: adds rows everywhere, changes only what may change, never edits or removes history
--
-- Replace both passwords (and the database name, if yours is another), then as an administrator:
--   1. run part 1    2. DATABASE_URL=mysql+aiomysql://dojang_owner:…@…/dojang ./run ops migrate    3. run part 2
-- After an upgrade that adds tables run part 2 again: a right can only be given on a table that exists.

-- Part 1 -----------------------------------------------------------------------------------------------------------

CREATE DATABASE IF NOT EXISTS dojang CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS dojang_owner@'%' IDENTIFIED BY 'CHANGE-ME-1';
CREATE USER IF NOT EXISTS dojang@'%' IDENTIFIED BY 'CHANGE-ME-2';
GRANT ALL PRIVILEGES ON dojang.* TO dojang_owner@'%';

-- Part 2 -----------------------------------------------------------------------------------------------------------

-- LOCK TABLES: MySQL asks for it (or UPDATE) to let SELECT … FOR UPDATE join a table. It changes no row.
GRANT SELECT, INSERT, LOCK TABLES ON dojang.* TO dojang@'%';

-- What changes in place.
GRANT UPDATE ON dojang.hosts TO dojang@'%';
GRANT UPDATE ON dojang.api_keys TO dojang@'%';
GRANT UPDATE ON dojang.user_profiles TO dojang@'%';
GRANT UPDATE ON dojang.player_aliases TO dojang@'%';
GRANT UPDATE ON dojang.staff TO dojang@'%';
GRANT UPDATE ON dojang.staff_second_factors TO dojang@'%';
GRANT UPDATE ON dojang.staff_recovery_codes TO dojang@'%';
GRANT UPDATE ON dojang.refresh_tokens TO dojang@'%';
GRANT UPDATE ON dojang.wallets TO dojang@'%';
GRANT UPDATE ON dojang.reward_log TO dojang@'%';
GRANT UPDATE ON dojang.reversal_reviews TO dojang@'%';
GRANT UPDATE ON dojang.coupon_pools TO dojang@'%';
GRANT UPDATE ON dojang.coupon_codes TO dojang@'%';
GRANT UPDATE ON dojang.coupon_batches TO dojang@'%';
GRANT UPDATE ON dojang.promo_campaigns TO dojang@'%';
GRANT UPDATE ON dojang.inbox_mailings TO dojang@'%';
GRANT UPDATE ON dojang.inbox_items TO dojang@'%';
GRANT UPDATE ON dojang.entitlements TO dojang@'%';
GRANT UPDATE ON dojang.seasons TO dojang@'%';
GRANT UPDATE ON dojang.season_options TO dojang@'%';
GRANT UPDATE ON dojang.season_progress TO dojang@'%';
GRANT UPDATE ON dojang.season_passes TO dojang@'%';
GRANT UPDATE ON dojang.season_counters TO dojang@'%';
GRANT UPDATE ON dojang.prize_stock TO dojang@'%';
GRANT UPDATE ON dojang.game_configs TO dojang@'%';
GRANT UPDATE ON dojang.feature_config TO dojang@'%';
GRANT UPDATE ON dojang.app_ui_config TO dojang@'%';
GRANT UPDATE ON dojang.outbox TO dojang@'%';
GRANT UPDATE ON dojang.grant_allowances TO dojang@'%';
GRANT UPDATE ON dojang.bridge_campaigns TO dojang@'%';
GRANT UPDATE ON dojang.bridge_settlements TO dojang@'%';
GRANT UPDATE ON dojang.job_runs TO dojang@'%';
GRANT UPDATE ON dojang.job_controls TO dojang@'%';
GRANT UPDATE ON dojang.host_rule_versions TO dojang@'%';
GRANT UPDATE ON dojang.rule_marks TO dojang@'%';
GRANT UPDATE ON dojang.goal_book TO dojang@'%';
GRANT UPDATE ON dojang.missions TO dojang@'%';
GRANT UPDATE ON dojang.mission_progress TO dojang@'%';
GRANT UPDATE ON dojang.badges TO dojang@'%';
GRANT UPDATE ON dojang.leaderboards TO dojang@'%';
GRANT UPDATE ON dojang.daily_rankings TO dojang@'%';
GRANT UPDATE ON dojang.team_contests TO dojang@'%';
GRANT UPDATE ON dojang.teams TO dojang@'%';
GRANT UPDATE ON dojang.team_members TO dojang@'%';
GRANT UPDATE ON dojang.leaderboard_scores TO dojang@'%';
GRANT UPDATE ON dojang.leaderboard_windows TO dojang@'%';
GRANT UPDATE ON dojang.leaderboard_results TO dojang@'%';
GRANT UPDATE ON dojang.leaderboard_marks TO dojang@'%';
GRANT UPDATE ON dojang.webhook_endpoints TO dojang@'%';
GRANT UPDATE ON dojang.webhook_deliveries TO dojang@'%';

-- What is replaced as a whole, or may go once it is over.
-- a refund takes a level or a key back: its mark goes, so that it may be earned anew; ledger and rewards keep the story
GRANT DELETE ON dojang.season_claims TO dojang@'%';
GRANT DELETE ON dojang.bridge_keys TO dojang@'%';
GRANT DELETE ON dojang.season_levels TO dojang@'%';
GRANT DELETE ON dojang.season_level_rewards TO dojang@'%';
GRANT DELETE ON dojang.season_bonuses TO dojang@'%';
GRANT DELETE ON dojang.feature_schedule TO dojang@'%';
GRANT DELETE ON dojang.staff_second_factors TO dojang@'%';
GRANT DELETE ON dojang.staff_recovery_codes TO dojang@'%';
GRANT DELETE ON dojang.revoked_sessions TO dojang@'%';
GRANT DELETE ON dojang.refresh_tokens TO dojang@'%';
GRANT DELETE ON dojang.leaderboard_marks TO dojang@'%';
GRANT DELETE ON dojang.daily_ranking_entries TO dojang@'%';
GRANT DELETE ON dojang.team_members TO dojang@'%';
GRANT DELETE ON dojang.bridge_slots TO dojang@'%';
GRANT DELETE ON dojang.job_runs TO dojang@'%';
GRANT DELETE ON dojang.rejected_events TO dojang@'%';
GRANT UPDATE ON dojang.rejected_event_days TO dojang@'%';
GRANT DELETE ON dojang.rejected_event_days TO dojang@'%';
GRANT UPDATE ON dojang.live_streams TO dojang@'%';
GRANT DELETE ON dojang.live_streams TO dojang@'%';
GRANT DELETE ON dojang.outbox TO dojang@'%';
GRANT DELETE ON dojang.webhook_deliveries TO dojang@'%';
GRANT DELETE ON dojang.webhook_attempts TO dojang@'%';
