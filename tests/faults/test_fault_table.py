"""Every row of the fault table: one run in ``bin/test faults``, a tenth of the dose in ``bin/test slow``."""

import pytest

from .doses import TABLE, in_words, merged
from .outside import Laboratory


@pytest.fixture(scope="module")
def laboratory():
    laboratory = Laboratory()
    yield laboratory
    laboratory.close()


@pytest.mark.parametrize("row", [row for row in TABLE if row.once], ids=lambda row: row.name)
def test_once(laboratory, row):
    found = laboratory.run(row, row.once, seed=1, few=True)
    assert found["runs"] and not found["violations"], in_words(row, found)


@pytest.mark.slow
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_tenth(laboratory, row):
    found = merged([laboratory.run(row, count, seed) for seed, count in row.parts(row.tenth)])
    assert found["runs"] and not found["violations"], in_words(row, found)
