-- The three database users of a production installation, for MySQL 8 and MariaDB 10.11 or newer.
--
--   dojang_owner        makes and changes tables: only `./run ops migrate` signs in as this user
--   dojang              serves value: never edits or removes history, and can make no operator, key or sign-in
--   dojang_identities   serves operators, keys and sign-ins: can write no value
--
-- Replace the three passwords (and the database name, if yours is another), then as an administrator:
--   1. run part 1    2. DATABASE_URL=mysql+aiomysql://dojang_owner:…@…/dojang ./run ops migrate    3. run part 2
-- The service is given the other two: DATABASE_URL of dojang, IDENTITY_DATABASE_URL of dojang_identities.
-- After an upgrade that adds tables run part 2 again: a right can only be given on a table that exists.

-- Part 1 -----------------------------------------------------------------------------------------------------------

CREATE DATABASE IF NOT EXISTS dojang CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS dojang_owner@'%' IDENTIFIED BY 'CHANGE-ME-1';
CREATE USER IF NOT EXISTS dojang@'%' IDENTIFIED BY 'CHANGE-ME-2';
CREATE USER IF NOT EXISTS dojang_identities@'%' IDENTIFIED BY 'CHANGE-ME-3';
GRANT ALL PRIVILEGES ON dojang.* TO dojang_owner@'%';

-- Part 2 -----------------------------------------------------------------------------------------------------------

-- LOCK TABLES: MySQL asks for it (or UPDATE) to let SELECT … FOR UPDATE join a table. It changes no row.
-- REFERENCES: who holds it may see in information_schema that the constraints stand; it is of use to nobody else.
GRANT SELECT, LOCK TABLES, REFERENCES ON dojang.* TO dojang@'%';
GRANT SELECT, LOCK TABLES ON dojang.* TO dojang_identities@'%';

-- History: rows are added and stay as they are.
GRANT INSERT ON dojang.admin_audit_log TO dojang@'%';
GRANT INSERT ON dojang.audit_seals TO dojang@'%';
GRANT INSERT ON dojang.event_revocations TO dojang@'%';
GRANT INSERT ON dojang.feature_history TO dojang@'%';
GRANT INSERT ON dojang.game_activations TO dojang@'%';
GRANT INSERT ON dojang.game_configs TO dojang@'%';
GRANT INSERT ON dojang.game_plays TO dojang@'%';
GRANT INSERT ON dojang.host_events TO dojang@'%';
GRANT INSERT ON dojang.host_rule_versions TO dojang@'%';
GRANT INSERT ON dojang.host_rules TO dojang@'%';
GRANT INSERT ON dojang.idempotency_keys TO dojang@'%';
GRANT INSERT ON dojang.mission_versions TO dojang@'%';
GRANT INSERT ON dojang.prize_stock_log TO dojang@'%';
GRANT INSERT ON dojang.programs TO dojang@'%';
GRANT INSERT ON dojang.promo_claims TO dojang@'%';
GRANT INSERT ON dojang.promo_codes TO dojang@'%';
GRANT INSERT ON dojang.rule_hits TO dojang@'%';
GRANT INSERT ON dojang.season_stamp_log TO dojang@'%';
GRANT INSERT ON dojang.season_xp_ledger TO dojang@'%';
GRANT INSERT ON dojang.team_results TO dojang@'%';
GRANT INSERT ON dojang.user_event_log TO dojang@'%';
GRANT INSERT ON dojang.wallet_debts TO dojang@'%';
GRANT INSERT ON dojang.wallet_ledger TO dojang@'%';

-- Versions of odds and rules stay as they are, too; which of them is in force changes.
GRANT UPDATE (active_slot) ON dojang.game_configs TO dojang@'%';
GRANT UPDATE (active_slot) ON dojang.host_rule_versions TO dojang@'%';

-- What changes in place, and stays.
GRANT INSERT, UPDATE ON dojang.app_ui_config TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.badges TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.bridge_campaigns TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.bridge_keys TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.bridge_settlements TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.coupon_batches TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.coupon_codes TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.coupon_pools TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.daily_rankings TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.entitlements TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.feature_config TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.goal_book TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.grant_allowances TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.inbox_items TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.inbox_mailings TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.job_controls TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.leaderboard_results TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.leaderboard_scores TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.leaderboard_windows TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.leaderboards TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.mission_progress TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.missions TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.player_aliases TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.prize_stock TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.promo_campaigns TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.reversal_reviews TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.reward_log TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.rule_marks TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.season_claims TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.season_counters TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.season_options TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.season_passes TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.season_progress TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.seasons TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.team_contests TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.teams TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.user_profiles TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.wallets TO dojang@'%';
GRANT INSERT, UPDATE ON dojang.webhook_endpoints TO dojang@'%';

-- What is replaced as a whole, or may go once it is over.
GRANT INSERT, DELETE ON dojang.bridge_slots TO dojang@'%';
GRANT INSERT, DELETE ON dojang.daily_ranking_entries TO dojang@'%';
GRANT INSERT, DELETE ON dojang.feature_schedule TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.job_runs TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.leaderboard_marks TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.live_streams TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.outbox TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.rejected_event_days TO dojang@'%';
GRANT INSERT, DELETE ON dojang.rejected_events TO dojang@'%';
GRANT INSERT, DELETE ON dojang.season_bonuses TO dojang@'%';
GRANT INSERT, DELETE ON dojang.season_level_rewards TO dojang@'%';
GRANT INSERT, DELETE ON dojang.season_levels TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.team_members TO dojang@'%';
GRANT INSERT, DELETE ON dojang.webhook_attempts TO dojang@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.webhook_deliveries TO dojang@'%';

-- Of identities: sign-ins that are over may go; processes are told that an id changed hands; nothing else.
GRANT DELETE ON dojang.refresh_tokens TO dojang@'%';
GRANT DELETE ON dojang.revoked_sessions TO dojang@'%';
GRANT UPDATE (names_version) ON dojang.hosts TO dojang@'%';

-- The head of the operators' log moves with each act; how far it reached before there was a chain nobody changes.
GRANT UPDATE (chain_hash) ON dojang.audit_head TO dojang@'%';
GRANT UPDATE (chain_hash) ON dojang.audit_head TO dojang_identities@'%';

-- Operators, keys and sign-ins.
GRANT INSERT, UPDATE ON dojang.hosts TO dojang_identities@'%';
GRANT INSERT, UPDATE ON dojang.api_keys TO dojang_identities@'%';
GRANT INSERT, UPDATE ON dojang.staff TO dojang_identities@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.staff_second_factors TO dojang_identities@'%';
GRANT INSERT, UPDATE, DELETE ON dojang.staff_recovery_codes TO dojang_identities@'%';
GRANT INSERT, UPDATE ON dojang.refresh_tokens TO dojang_identities@'%';
GRANT INSERT, DELETE ON dojang.revoked_sessions TO dojang_identities@'%';

-- What a sign-in writes beside them: the player at first sight, what happened, the answer to a repeated request.
GRANT INSERT, UPDATE ON dojang.user_profiles TO dojang_identities@'%';
GRANT INSERT ON dojang.user_event_log TO dojang_identities@'%';
GRANT INSERT ON dojang.idempotency_keys TO dojang_identities@'%';
GRANT INSERT ON dojang.admin_audit_log TO dojang_identities@'%';
