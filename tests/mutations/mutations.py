"""Twenty ways to break the service that some test must notice: exact patches, with the tests that should see them.

The first eight are the plan's (reliability.md, section 5); the others are those that would cost somebody something.
"""

from tests.mutations.patches import APP, Edit, Mutation, one

SWALLOWED = """        try:
            result = await self._connection.exec_driver_sql(statement.text(self.flavour, **counts), tuple(params))
        except DBAPIError as error:
            if "1205" in str(error.orig):
                return 0
            raise
        return result.rowcount"""

MUTATIONS = (
    Mutation(
        "the unique key of rewards is gone",
        (
            Edit(f"{APP}/models/reward.py", '"operation_id", ascii_text(190), nullable=False, unique=True)',
                 '"operation_id", ascii_text(190), nullable=False)'),
            Edit("backend/alembic/versions/0005_rewards.py",
                 '        sa.UniqueConstraint("operation_id", name="uq_reward_log_operation_id"),\n', ""),
        ),
        ("tests/reconcile/test_each_check_fires.py", "-k", "sqlite and I25"),
    ),
    one("a player's row is read without its lock", "services/player_state.py",
        'lock = "FOR UPDATE" if locked else ""', 'lock = ""',
        "tests/concurrency/test_one_at_a_time.py"),
    one("an answer does not wait for its commit", "db/transaction.py",
        "                await transaction.commit()\n",
        "                with suppress(DBAPIError):\n                    await transaction.commit()\n",
        "tests/db/test_retries.py", "-k", "refused_commit"),
    one("a worker does not look at its fence", "services/job_service.py",
        "run.fence == lease.fence and ", "", "tests/batches/test_worker.py", "-k", "past_its_lease"),
    one("a game throws its own dice", "games/dice/rule.py",
        "        user_dice = [1 + draw.below(FACES), 1 + draw.below(FACES)]\n",
        "        import random\n\n        user_dice = [random.randrange(1, 7), random.randrange(1, 7)]\n",
        "tests/architecture/test_rules_imports_cannot_show.py", "tests/games/test_dice.py"),
    one("a day is that of a naive instant", "core/time_utils.py",
        "return require_aware(instant).astimezone(KST).date()", "return instant.replace(tzinfo=None).date()",
        "tests/kst/test_edges.py", "-k", "business_day or naive"),
    one("a lock wait timeout is swallowed", "db/transaction.py",
        "        result = await self._connection.exec_driver_sql(statement.text(self.flavour, **counts), "
        "tuple(params))\n        return result.rowcount", SWALLOWED,
        "tests/db/test_retries.py", "-k", "1205"),
    one("a duplicate is updated instead of refused", "db/statements.py",
        '    def _tail(self, _flavour: Flavour) -> str:\n        return ""',
        "    def _tail(self, _flavour: Flavour) -> str:\n"
        '        return f" ON DUPLICATE KEY UPDATE {self.columns[0]} = {self.columns[0]}"',
        "tests/db/test_literals.py", "-k", "error"),
    one("a key may come with another request", "flows/steps/decide_each.py",
        "    if answer.fingerprint != command.idempotency.fingerprint:\n",
        "    if answer.fingerprint == command.idempotency.fingerprint + 'x':\n",
        "tests/routes/test_idempotency.py", "-k", "another_request"),
    one("a key is everybody's", "flows/steps/commands.py",
        'return (f"player:{self.user_id}", self.operation', 'return ("player:1", self.operation',
        "tests/routes/test_idempotency.py", "-k", "belongs"),
    one("one token more than there are can be spent", "domain/wallet.py",
        "    if balance < needed:\n", "    if balance + 1 < needed:\n",
        "tests/admin/test_wallets.py", "tests/flows/test_play.py"),
    one("a level opens one XP late", "domain/season.py",
        "return bisect_right([level.required_xp for level in self.levels], xp)",
        "return bisect_right([level.required_xp for level in self.levels], xp - 1)", "tests/domain/test_season.py"),
    one("a prize has one unit more than there are", "domain/stock.py",
        "return max(0, self.supply - self.taken)", "return max(0, self.supply - self.taken + 1)",
        "tests/play/test_stock.py", "-k", "sqlite"),
    one("an operator approves the own gift", "domain/rewards.py",
        "        if actor == self.requested_by:\n", "        if actor == self.approved_by:\n",
        "tests/rewards/test_approvals.py", "-k", "sqlite"),
    one("a stop does not wait for plays under way", "services/rule_book_service.py",
        'LOCKED = Statement(IN_FORCE + " LOCK IN SHARE MODE")', "LOCKED = Statement(IN_FORCE)",
        "tests/admin/test_stop_holds.py"),
    one("what a failed commit left open goes back to the pool", "db/transaction.py",
        "    if not is_rolled_back:\n        await connection.invalidate()", "    del is_rolled_back",
        "tests/db/test_retries.py", "tests/db/test_cancellation.py"),
    one("a token of another audience is taken", "core/tokens.py",
        "options=CHECKS, audience=self.audience", 'options=CHECKS | {"verify_aud": False}, audience=self.audience',
        "tests/identity/test_forged_tokens.py"),
    one("a new level is announced to nobody", "flows/steps/grant_rewards.py",
        "    decision.announce(Topic.LEVEL_UP, season_id=season_id, level=level.level)\n", "",
        "tests/webhooks/test_delivery.py", "-k", "level_up"),
    one("an act forgets the one before it", "core/audit_marks.py",
        "hashlib.sha256(before.encode() + document)", "hashlib.sha256(document)",
        "tests/reconcile/test_sealed_log.py", "-k", "tampering and sqlite"),
    one("a blocked player is settled like any other", "domain/bridge.py",
        "    if player.is_blocked:\n        return Payout(Outcome.BLOCKED",
        "    if player.is_blocked and not player.event_key_count:\n        return Payout(Outcome.BLOCKED",
        "tests/bridge/test_walk.py", "-k", "six_keys"),
)  # fmt: skip
