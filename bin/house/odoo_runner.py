"""Odoo's server as a start script whose test run keeps each result at once and leaves out what is known already.

Started by :mod:`house.odoo_tests` with its plan in the environment; tests that Odoo runs while a module is being
installed run here with all modules loaded as well, for only then do our overrides stand in their way.
"""

import json
import os
import sys

# the folder of this file holds names that belong to nobody else
sys.path.pop(0)

import odoo.cli
from odoo.tests import loader, result

PLAN = json.loads(os.environ["HOUSE_ODOO_PLAN"])
# line buffered: what a killed run has found out stays
OUT = open(PLAN["out"], "a", buffering=1)


def note(test, outcome):
    OUT.write(json.dumps({"test": test, "outcome": outcome}) + "\n")


def wanted(test):
    name = test.id()
    only = PLAN["only"]
    if only is not None:
        return any(entry in (name, name.rpartition(".")[0]) for entry in only)
    return name not in known


def make_suite(module_names, position="at_install"):
    if position == "at_install":
        # asked for while modules are being loaded
        return loader.OdooSuite([])
    tests = [test for p in ("at_install", "post_install") for test in original_make_suite(module_names, p)]
    return loader.OdooSuite(sorted(filter(wanted, tests), key=lambda test: getattr(test, "test_sequence", 0)))


class Result(result.OdooTestResult):
    """Writes down the outcome of each test as it ends."""

    def startTest(self, test):  # noqa: N802
        self._outcome = "passed"
        super().startTest(test)

    def stopTest(self, test):  # noqa: N802
        super().stopTest(test)
        note(test.id(), self._outcome)
        self._outcome = None

    def addSkip(self, test, reason):  # noqa: N802
        self._set(test, "skipped")
        super().addSkip(test, reason)

    def addError(self, test, err):  # noqa: N802
        self._set(test, "failed")
        super().addError(test, err)

    def addFailure(self, test, err):  # noqa: N802
        self._set(test, "failed")
        super().addFailure(test, err)

    def _set(self, test, outcome):
        if getattr(self, "_outcome", None):
            self._outcome = outcome
        else:
            # a class that could not be set up: none of its tests ran
            note(test.id(), outcome)


with open(PLAN["out"]) as stream:
    known = {json.loads(line)["test"] for line in stream}
original_make_suite = loader.make_suite
loader.make_suite = make_suite
loader.OdooTestResult = Result

if __name__ == "__main__":
    odoo.cli.main()
