"""The mutations are patches of the code as it stands: one that no longer applies would prove nothing."""

import pytest

from tests.architecture.house import ROOT
from tests.mutations.mutations import MUTATIONS, Mutation


def test_there_are_twenty_of_different_names() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) == 20


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_patch_applies_and_its_tests_exist(mutation: Mutation) -> None:
    for edit in mutation.edits:
        source = (ROOT / edit.file).read_text()
        mutated = edit.applied_to(source)
        assert mutated != source
        compile(mutated, edit.file, "exec")
    assert all((ROOT / name).is_file() for name in mutation.tests if name.startswith("tests/"))
