"""Every place where the service takes only a part of something, and why nobody is left without knowing.

By file, then by the expression as `ast.unparse` writes it. A page that reads one more than it shows (`limit + 1`) and a
look for one row need no line here.
"""

ROUND = "in rounds: the caller goes on until nothing is left"
PAGE = "a page: `page` says `next` and `has_more`"
TOLD = "the answer says that there is more"
FIRST = "named as the first or newest so many, and as many as the caller asks for"
SUM = "arithmetic of the domain: nothing that somebody was promised is dropped"
ANSWERED = "the answer says what was given and what the bound left out"
WHOLE = "compares or splits; nothing is dropped"
SHORT = "a short form of a hash, to be looked at"
LOG = "words for a log or a page of operators: the cause is at their beginning"
WAIT = "a pause or a life has a longest"
GUARD = "far above anything sound: more than that can't be what was meant"

CUTS: dict[str, dict[str, str]] = {
    "batches/seals.py": {"broken.breaks[:EXAMPLES]": LOG},
    "cli/example.py": {"min(kst_midnight(day + timedelta(days=1)) - timedelta(seconds=1), now)": SUM},
    "cli/hosts.py": {"(signs['public_key_sha256'] or '')[:12]": SHORT},
    "cli/typescript.py": {"json.dumps(schema)[:200]": LOG},
    "config/loading.py": {
        "min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))": SUM,
        "min(cost, last[j - 2] + 1)": SUM,
    },
    "core/errors.py": {"problems[:MOST_TOLD]": TOLD},
    "core/host_tokens.py": {"hashlib.sha256(token.rpartition('.')[0].encode()).hexdigest()[:36]": SHORT},
    "core/jwks.py": {"min(FETCHES_AT_ONCE, known.left + passed / BETWEEN_FETCHES)": WAIT},
    "core/languages.py": {"accept.split(',')[:MOST_TAGS]": GUARD},
    "core/rate_limits.py": {"min(full_in_seconds, self.keep_seconds)": WAIT},
    "core/security.py": {"password[:LONGEST_GUESSED]": "the estimate alone: the password counts whole"},
    "core/sign_in_delays.py": {"min(LONGEST, timedelta(seconds=2 ** min(over, 20)))": WAIT, "min(over, 20)": WAIT},
    "core/time_utils.py": {
        "min(max(require_aware(instant), SHOWN_FIRST), SHOWN_LAST)": "an instant can be shown at all"
    },
    "core/webhook_sender.py": {"chunk[:ANSWER_BYTES - len(read)]": LOG, "text[:ANSWER_CHARACTERS]": LOG},
    "db/server_copies.py": {"lines[-1][:300]": LOG, "chunk[:HEAD_BYTES]": WHOLE},
    "db/transaction.py": {"min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** attempt)": WAIT},
    "domain/boards.py": {"external_id[:2]": "a masked name is meant to say little"},
    "domain/bridge.py": {"min(self.plays, player.plays_on(game, day))": SUM},
    "domain/code_text.py": {"text[:LONGEST_TYPED]": GUARD},
    "domain/jobs.py": {"min(max(tries, 1), len(PAUSES))": WAIT},
    "domain/merging.py": {
        "min(most, own.progress + source.progress)": SUM,
        "min(repeats, progress, own.completed + source.completed)": SUM,
        "min(completed, own.claimed + source.claimed)": SUM,
    },
    "domain/missions.py": {
        "min(total, max(row.progress, config.target * config.repeat_max))": "the surplus keeps the rest",
        "min(row.progress, total)": SUM,
        "min(row.completed, before - due(row.progress))": SUM,
        "min(row.claimed, row.completed)": SUM,
        "min(config.repeat_max, row.progress // config.target)": SUM,
        "min(mission.config.repeat_max, progress // mission.config.target)": SUM,
    },
    "domain/rewards.py": {"min(max(attempts - 1, 0), MOST_DOUBLINGS)": WAIT, "min(pause, LONGEST_PAUSE)": WAIT},
    "domain/rules.py": {"min(wanted, config.cap_per_day - given)": ANSWERED, "min(found, count.max_units)": ANSWERED},
    "domain/season.py": {"min(amount, season.daily_xp_cap - counters.earned_xp)": ANSWERED},
    "domain/season_edits.py": {"before.levels[:use.top_level]": WHOLE},
    "domain/season_options.py": {
        "min(self.max_times, max(0, xp_past_last_level) // self.every_xp)": SUM,
        "min(rules.freezes_at_start, rules.freeze_cap)": SUM,
        "min(rules.freeze_cap, counters.streak_freezes + 1)": SUM,
    },
    "domain/spreadsheets.py": {"code[:1]": WHOLE},
    "domain/teams.py": {
        "min(amount, member.score)": SUM,
        "min(amount, cap - today)": "the contest's `daily_cap`, which its board shows",
        "min(amount, member.counted_today if is_newest else cap)": SUM,
    },
    "domain/text_files.py": {"head[:2]": WHOLE},
    "domain/webhooks.py": {
        "min(max(until - now, timedelta()), LONGEST_WAIT)": WAIT,
        "min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)": WAIT,
        "text[:9]": GUARD,
    },
    "flows/close_leaderboard.py": {
        "(await keepers.leaderboard_result.results(board.id, key, after=run.cursor, limit=limit))[:limit]": ROUND
    },
    "flows/console_now.py": {"(await keepers.audit.page(target=None, after=None, limit=LAST_ACTS))[:LAST_ACTS]": FIRST},
    "flows/correct_level.py": {"lost[:MOST_PAID_AT_ONCE]": "`left` says how many remain"},
    "flows/feature_story.py": {"changes[:MOST_CHANGES]": TOLD},
    "flows/find_anything.py": {"text.removeprefix('PLAY:')[:36]": WHOLE, "some[:MOST]": TOLD},
    "flows/game_status.py": {"history[:MOST_VERSIONS]": TOLD},
    "flows/host_rewards.py": {"error[:LONGEST_ERROR]": LOG},
    "flows/lane.py": {"min(MAX_BATCH, len(waiting))": ROUND},
    "flows/leaderboard_view.py": {"places[:limit]": PAGE},
    "flows/refresh_sign_in.py": {"min(token.expires_at, token.family_expires_at)": WAIT},
    "flows/save_mission.py": {"rows[:limit]": TOLD},
    "flows/save_promo.py": {"min(left, unused)": SUM},
    "flows/seed_reference.py": {"min(today + timedelta(days=DAYS_AHEAD), *planned, date.max)": SUM},
    "flows/steps/choose_run.py": {"min(today, newest.slot.logical_date + timedelta(days=1))": SUM},
    "flows/steps/debts.py": {
        "min(amount, balances.get(token_type, 0))": "the rest is owed, and said",
        "min(credited, decision.player.debts.get(token_type, 0))": SUM,
    },
    "flows/steps/merge_goals.py": {
        "min(mine.joined_at, theirs.joined_at)": SUM,
        "min(mission.config.repeat_max, joined.progress // mission.config.target)": SUM,
    },
    "flows/steps/merge_season.py": {"min(together, threshold - 1)": SUM},
    "flows/steps/sessions.py": {"min(refresh_ends_at, family.expires_at)": WAIT},
    "flows/steps/undo.py": {"min(given.delta, progress.current_xp)": SUM},
    "flows/try_rule.py": {"events[:number]": "`is_complete` says so"},
    "flows/unknown_types.py": {"rows[:MOST_TYPES]": TOLD},
    "flows/upload_ranking.py": {"after['entries'][:KEPT_ENTRIES]": "the audit's head; `count` stands beside it"},
    "pages/assets.py": {"hashlib.sha256(content).hexdigest()[:12]": SHORT},
    "pages/console/now.py": {
        "[route for route in figures.routes if _is_an_answer(route.route)][:SLOWEST_ROUTES]": FIRST
    },
    "pages/console/season_editor.py": {
        "min(max(kst_date(container.clock.now()), config.start_date), config.end_date)": SUM
    },
    "pages/console/season_form.py": {"parts[:3]": WHOLE, "min(count, 200)": GUARD},
    "pages/console/season_view.py": {"min(today, *(row['start_date'] for row in seasons))": SUM},
    "pages/player/home.py": {
        "hashlib.sha256(parts.encode()).hexdigest()[:16]": SHORT,
        "min(left, container.settings.stream_seconds)": WAIT,
    },
    "pages/player/templates/parts/rewards.html": {"[:5]": "the newest; the history has all"},
    "pages/console/templates/rule.html": {"[:16]": SHORT},
    "pages/console/templates/game.html": {"[:16]": SHORT},
    "pages/console/templates/parts/host_signing.html": {"[:16]": SHORT},
    "pages/console/templates/season_edit.html": {"[:30]": TOLD},
    "routes/bodies.py": {"str(other)[:50]": LOG},
    "routes/queries.py": {"name[:50]": LOG},
    "routes/stream.py": {"min(left, container.settings.stream_seconds)": WAIT},
    "schemas/client.py": {"f'{address_of(request)} · {program}'[:LONGEST]": LOG},
    "schemas/stream.py": {"min(HEARTBEAT_SECONDS, left)": WAIT},
    "schemas/uploads.py": {"''.join((sign for sign in name if sign.isprintable()))[:LONGEST_NAME]": LOG},
    "services/bridge_service.py": {".limit(limit)": ROUND},
    "services/coupon_batch_service.py": {".limit(limit)": PAGE},
    "services/coupon_service.py": {"LIMIT ?": "as many codes as rewards ask for"},
    "services/delivery_service.py": {".limit(limit)": ROUND, "error[:LONGEST_ERROR]": LOG},
    "services/event_log_service.py": {"LIMIT ?": ROUND, "row[:4]": WHOLE},
    "services/export_service.py": {"LIMIT ?": ROUND},
    "services/game_config_service.py": {".limit(limit)": FIRST},
    "services/game_log_service.py": {".limit(limit)": FIRST},
    "services/history_service.py": {"LIMIT ?": ROUND},
    "services/host_event_service.py": {
        ".limit(limit)": ROUND,
        ".limit(DAYS_SHOWN)": "the newest days on which not all were kept",
        "refused[:max(0, most_a_day - kept_before)]": "HOST_REJECTED_EVENTS_A_DAY; the day says how many more",
    },
    "services/identity_service.py": {".limit(limit)": ROUND},
    "services/inbox_service.py": {
        "LIMIT ? LOCK IN SHARE MODE": "the contract says: a hundred at once, until the answer is empty",
        "LIMIT ?": PAGE,
        ".limit(limit)": PAGE,
    },
    "services/job_service.py": {"error[:LONGEST_ERROR]": LOG, ".limit(limit)": ROUND, ".limit(MOST_OPEN)": ROUND},
    "services/leaderboard_result_service.py": {"LIMIT ?": "the ranks that a window keeps, and a page of them"},
    "services/leaderboard_service.py": {"LIMIT ?": PAGE},
    "services/mission_service.py": {".limit(limit)": FIRST},
    "services/outbox_service.py": {".limit(limit)": ROUND, "error[:LONGEST_ERROR]": LOG},
    "services/player_service.py": {"LIMIT ?": ROUND},
    "services/promo_service.py": {".limit(limit)": PAGE},
    "services/ranking_service.py": {".limit(limit)": FIRST},
    "services/reconcile/draw_checks.py": {"row[:2]": WHOLE, "LIMIT ": "the newest plays, as the check's name says"},
    "services/reconcile/reconcile_service.py": {"broken[:EXAMPLES]": "`count` stands beside the examples"},
    "services/report_service.py": {"LIMIT ?": FIRST, "LIMIT ": "a figure that says `at least`", "text[:8]": WHOLE},
    "services/reward_service.py": {"LIMIT ?": ROUND},
    "services/rule_book_service.py": {"rows[0][:12]": WHOLE},
    "services/seal_service.py": {".limit(ACTS_AT_ONCE)": ROUND},
    "services/team_service.py": {"LIMIT ?": ROUND},
    "utils/pagination.py": {"rows[:limit]": PAGE, "names[:most]": TOLD},
    "utils/random_utils.py": {"text[:8]": WHOLE, "milliseconds[:8]": WHOLE},
}
