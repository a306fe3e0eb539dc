"""No switch of a fault without a test, and no word in its table that is none."""

import importlib
import json
import re

import fault_table
import pytest
from simulation.faults import TRANSPORT
from simulators_apart import HERE


@pytest.mark.parametrize("package", ["u8", "eas"])
def test_every_kind_is_described_and_tried(package):
    module = importlib.import_module(f"{package}.faults")
    common = importlib.import_module("simulation.faults")
    described = set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b|^\w+", module.__doc__ + common.__doc__, re.MULTILINE))
    assert described >= module.KINDS
    assert module.KINDS > TRANSPORT
    tests = (HERE / f"test_{package}_faults.py").read_text(encoding="utf-8")
    # the rows of the shared table that these tests go through
    for name in re.findall(r"\bLOST\b|\bSLOW\b", tests):
        tests += json.dumps(getattr(fault_table, name), default=str)
    assert {kind for kind in module.KINDS if f'"{kind}"' not in tests} == set()


@pytest.mark.parametrize("package", ["u8", "eas"])
def test_every_switch_is_tried(package):
    names = vars(importlib.import_module(f"{package}.switches").Switches())
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob(f"test_{package}_*.py"))
    codes = {"ping_after", "max_rows"}
    assert {name for name in names if f"{name}=" not in tests and not name.startswith("code_")} <= codes
