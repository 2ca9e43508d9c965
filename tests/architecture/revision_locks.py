"""Which steps of a revision would stop a table that is in use, or break the code that still runs beside it.

Read from the source, so that `./run check` needs no server; tests/migrations asks a real server the same question. A
step that is meant so says why in a comment right above it, of twenty characters or more: `# locks: <why that is fine>`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

MARK = "# locks:"
SHORTEST_REASON = 20

# step → what it does to a table that is full; None: nothing, on MariaDB 10.11 and MySQL 8 alike
STEPS = {
    "op.create_table": None,
    "op.create_index": None,
    "create_index_once": None,
    "op.drop_index": None,
    "drop_index_once": None,
    "op.bulk_insert": None,
    "op.f": None,
    "op.get_context": None,
    "op.get_bind": None,
    "op.create_foreign_key": "copies the table while checks are on",
    "op.create_check_constraint": "copies the table, writes wait",
    "op.create_unique_constraint": "breaks on the duplicates that the old code may add meanwhile",
    "op.create_primary_key": "builds the table anew",
    "op.create_exclude_constraint": "no server of ours has it",
    "op.drop_constraint": "ends a promise that the running code may rely on",
    "op.drop_column": "breaks the running code: first a release that does not use it",
    "drop_column_once": "breaks the running code: first a release that does not use it",
    "op.drop_table": "breaks the running code: first a release that does not use it",
    "op.rename_table": "breaks the running code",
    "op.batch_alter_table": "copies the table on SQLite and hides what it does elsewhere",
}
ADDS = ("op.add_column", "add_column_once")
WITHOUT_A_COPY = ("ALGORITHM=INSTANT", "LOCK=NONE")
ADDED_PARTS = {"ForeignKey": "its foreign key copies the table", "Computed": "a computed column builds the table anew"}


@dataclass(frozen=True, slots=True)
class Objection:
    """One step that may not pass as it stands."""

    line: int
    step: str
    why: str


def objections(source: str) -> list[Objection]:
    """What a revision's way up does that takes locks and does not say why, and reasons that belong to no such step."""
    tree = ast.parse(source)
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    new = {_table(call) for call in _calls(upgrade) if _name(call) == "op.create_table"}
    reasons = dict(_reasons(source))
    found = [
        Objection(call.lineno, _name(call), why) for call in _calls(upgrade) if (why := _why_not(call, new)) is not None
    ]
    refused = [objection for objection in found if len(reasons.get(objection.line, "")) < SHORTEST_REASON]
    lines = {objection.line for objection in found}
    idle = [Objection(line, MARK, "excuses nothing") for line in reasons if line not in lines]
    return sorted([*refused, *idle], key=lambda objection: objection.line)


def _reasons(source: str) -> Iterator[tuple[int, str]]:
    """(line of the step below, reason); a reason may go on in further comment lines."""
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line.strip().startswith(MARK):
            below = next((n for n in range(number + 1, len(lines)) if not lines[n].strip().startswith("#")), len(lines))
            words = " ".join(part.strip().lstrip("# ") for part in lines[number:below])
            yield below + 1, words.removeprefix("locks:").strip()


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (_name(node).startswith("op.") or _name(node).endswith("_once")):
            yield node


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).removesuffix("().dialect.name")


def _table(call: ast.Call) -> str:
    """The table a step is about; of an index it is the second argument."""
    position = 1 if "index" in _name(call) or "constraint" in _name(call) or "key" in _name(call) else 0
    given = call.args[position] if len(call.args) > position else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def _why_not(call: ast.Call, new: set[str]) -> str | None:
    name = _name(call)
    if _table(call) in new:
        return None
    if name in ADDS:
        return _why_not_add(call)
    if name == "op.alter_column":
        return _why_not_alter(call)
    if name == "op.execute":
        return _why_not_execute(call)
    if "create_index" in name and _says(call, "unique"):
        return "breaks on the duplicates that the old code may add meanwhile"
    return STEPS.get(name, "is a step that nobody has judged yet: add it to STEPS")


def _why_not_add(call: ast.Call) -> str | None:
    columns = [node for node in ast.walk(call) if isinstance(node, ast.Call) and _name(node).endswith("Column")]
    if len(columns) != 1:
        return "adds a column that can't be read here: spell it in the call"
    for node in ast.walk(columns[0]):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).split(".")[-1] in ADDED_PARTS:
            return ADDED_PARTS[ast.unparse(node).split(".")[-1]]
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in columns[0].keywords}
    if given.get("nullable") == "False" and "server_default" not in given:
        return "the rows that are there, and those the old code adds, have no value for it"
    return None


def _why_not_alter(call: ast.Call) -> str | None:
    """Only a new default (or comment) is a change of the table's description alone."""
    changed = {keyword.arg for keyword in call.keywords if not str(keyword.arg).startswith("existing_")}
    if "new_column_name" in changed:
        return "breaks the running code: add a column, fill it, and drop the old one releases later"
    if changed <= {"server_default", "comment"}:
        return None
    return "builds the table anew, and may refuse rows that are there"


def _why_not_execute(call: ast.Call) -> str | None:
    literals = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    sql = " ".join(" ".join(literals).upper().replace(" = ", "=").split())
    if sql.startswith(("ALTER TABLE", "CREATE INDEX")) and any(words in sql for words in WITHOUT_A_COPY):
        return None
    return "locks every row that it touches until its end, or more"


def _says(call: ast.Call, word: str) -> bool:
    return any(keyword.arg == word and ast.unparse(keyword.value) == "True" for keyword in call.keywords)
