"""The TypeScript types of the contract: written from its schemas, and understood by the compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app.cli.typescript import typescript
from tests.docs.reading import DOCS
from tests.provision import provide
from tests.servers import find_program

FILE = DOCS / "api" / "dojang.d.ts"
# a client as a host's developer would write it: right uses compile, and each wrong one is an error
CLIENT = """
import type { ErrorCode, Problem, operations, paths, PlayAnswer, SeasonStatus } from "./dojang";

type Play = operations["play_roulette"];
const key: Play["parameters"]["header"] = { "Idempotency-Key": "k-1" };
const code: ErrorCode = "NOT_ENOUGH_TOKENS";
type Answer = paths["/api/roulette/play"]["post"]["responses"][200]["content"]["application/json"];
type Refused = paths["/api/roulette/play"]["post"]["responses"][400]["content"]["application/problem+json"];
export const balance = (answer: Answer & PlayAnswer): number => answer.token_balance;
export const why = (refused: Refused & Problem): string => refused.error.code;
export const days = (status: SeasonStatus): string | undefined => status.season.end_date;

// @ts-expect-error a play needs its key
const keyless: Play["parameters"]["header"] = {};
// @ts-expect-error there is no such code
const wrong: ErrorCode = "NO_SUCH_CODE";
// @ts-expect-error there is no such path
type Lost = paths["/api/no-such-path"];
"""


@pytest.mark.parametrize(
    ("schema", "typed"),
    [
        ({"type": "string", "format": "date-time"}, "string"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "array", "items": {"enum": ["A", "B"], "type": "string"}}, '("A" | "B")[]'),
        ({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/X"}}, "{ [name: string]: X }"),
        ({"type": "object"}, "{ [name: string]: unknown }"),
        ({"const": 0}, "0"),
        ({}, "unknown"),
    ],
)
def test_a_schema_becomes_a_type(schema: dict[str, object], typed: str) -> None:
    assert f"export type X = {typed};\n" in typescript({"components": {"schemas": {"X": schema}}, "paths": {}}, ["A"])


def test_fields_say_whether_they_must_stand() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer", "description": "One."}, "b-c": {"type": "boolean"},
    }}  # fmt: skip
    text = typescript({"components": {"schemas": {"X": schema}}, "paths": {}}, ["A"])
    assert 'export interface X {\n  /** One. */\n  a: number;\n  "b-c"?: boolean;\n}\n' in text


def test_what_is_not_understood_ends_the_generation() -> None:
    with pytest.raises(ValueError, match="not understood"):
        typescript({"components": {"schemas": {"X": {"allOf": [{"type": "string"}]}}}, "paths": {}}, ["A"])


@pytest.mark.slow
def test_the_compiler_takes_the_types_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    provide({"tsc": "node-typescript"})
    (tmp_path / "dojang.d.ts").write_bytes(FILE.read_bytes())
    (tmp_path / "client.ts").write_text(CLIENT)
    options = "--noEmit --strict --noUncheckedIndexedAccess --target es2022 --module es2022 --moduleResolution node"
    command = [str(find_program("tsc")), *options.split(), "client.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
