"""The mutations are patches of the code as it stands: one that no longer applies would prove nothing."""

import pytest

from tests.architecture.house import ROOT
from tests.mutations.guards import GUARDS
from tests.mutations.mutations import MUTATIONS
from tests.mutations.patches import Mutation

ALL = (*MUTATIONS, *GUARDS)


def test_each_has_a_name_of_its_own() -> None:
    assert len({mutation.name for mutation in ALL}) == len(ALL)
    assert len(MUTATIONS) == 20, "the plan's"


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_the_patch_applies_and_its_tests_exist(mutation: Mutation) -> None:
    for edit in mutation.edits:
        source = (ROOT / edit.file).read_text()
        mutated = edit.applied_to(source)
        assert mutated != source
        compile(mutated, edit.file, "exec")
    assert all((ROOT / name).exists() for name in mutation.tests if name.startswith("tests/"))
