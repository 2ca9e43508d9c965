"""Keeper of stored answers."""

from collections.abc import Iterable, Sequence

from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, known_instant_in
from app.domain.records import Answer
from app.models.idempotency import idempotency_keys

AnswerKey = tuple[str, str, str]
# in whose name operators' answers are stored: a key of theirs is one for all of them
OPERATORS = "operators"
COLUMNS = "actor, operation, idempotency_key, fingerprint, status, body, created_at"
ONE_KEY = "(actor = ? AND operation = ? AND idempotency_key = ?)"
HAND_OVER = Statement(f"""
    INSERT INTO idempotency_keys ({COLUMNS})
    SELECT ?, k.operation, k.idempotency_key, k.fingerprint, k.status, k.body, k.created_at FROM idempotency_keys k
    LEFT JOIN idempotency_keys have
        ON have.actor = ? AND have.operation = k.operation AND have.idempotency_key = k.idempotency_key
    WHERE k.actor = ? AND have.actor IS NULL
""")
# A deed of operators. Answers were once kept for each operator, and grants apart from compensations and mailings: those
# count as well, the first of them for all.
ONE_DEED = "(operation IN ({names}) AND idempotency_key = ?)"
# one deed, however an operator gives: a key that names a ticket pays for it once
GIFT = "ADMIN_GRANT"
DEED_NAMES = {GIFT: (GIFT, "ADMIN_MAKE_GOOD", "MAILING")}
ADD = Insert(idempotency_keys, COLUMNS.split(", "))


class IdempotencyService:
    """Keeper of stored answers, by (actor, operation, key). Of operators' deeds every operator is one actor."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def stored(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]:
        """The answers already given to these keys. Read them after the players are locked: then none is under way."""
        unique = sorted(set(keys))
        own = [key for key in unique if key[0] != OPERATORS]
        found = await self._rows(" OR ".join([ONE_KEY] * len(own)), [part for key in own for part in key])
        answers = {(answer.actor, answer.operation, answer.idempotency_key): answer for answer in found}
        for key in unique:
            if key[0] == OPERATORS:
                names = DEED_NAMES.get(key[1], (key[1],))
                deed = ONE_DEED.format(names=", ".join("?" * len(names)))
                given = await self._rows(deed, [*names, key[2]])
                if given:
                    answers[key] = min(given, key=lambda answer: answer.created_at)
        return answers

    async def _rows(self, which: str, params: Sequence[str]) -> list[Answer]:
        if not params:
            return []
        rows = await self._tx.rows(Statement(f"SELECT {COLUMNS} FROM idempotency_keys WHERE {which}"), params)
        return [
            Answer(actor, operation, key, fingerprint, status, body.encode(), known_instant_in(at))
            for actor, operation, key, fingerprint, status, body, at in rows
        ]

    async def store(self, answers: Sequence[Answer]) -> None:
        """Keeps answers for ever. A key that already has one raises IntegrityError."""
        await self._tx.write(
            ADD,
            [
                (a.actor, a.operation, a.idempotency_key, a.fingerprint, a.status, a.body.decode(),
                 instant_out(a.created_at))
                for a in answers
            ],
        )  # fmt: skip

    async def hand_over(self, source: str, target: str) -> None:
        """The target's clients get the source's answers too, but for a key that has an answer of its own."""
        await self._tx.run(HAND_OVER, (target, target, source))
