"""Fixtures of the simulators and their clients; loopback only, no Odoo."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from eas import EASSimulator
from kingdee import KingdeeSimulator
from kingdee_support import connect, module
from u8 import U8Simulator


@pytest.fixture(scope="session")
def clients():
    """``clients("errors")`` gives a module of the client package."""
    return module


@pytest.fixture(scope="module")
def running():
    """One simulator process for the tests of a file."""
    with KingdeeSimulator() as simulator:
        yield simulator


@pytest.fixture
def erp(running):
    """The simulator with empty books and no faults."""
    if running._process is None:
        running.start()
    running.settings(session_ttl=1200, clock_tolerance=300)
    running.reset()
    return running


@pytest.fixture(params=["signed", "session"])
def adapter(erp, request):
    """An adapter in both ways of authentication."""
    return connect(erp, auth=request.param)


@pytest.fixture
def signed(erp):
    """An adapter with signed headers."""
    return connect(erp)


@pytest.fixture(scope="module")
def u8_running():
    """One U8 simulator process for the tests of a file."""
    with U8Simulator() as simulator:
        yield simulator


@pytest.fixture
def u8(u8_running):
    """The U8 simulator with empty books, no faults and the switches as delivered."""
    if not u8_running.alive:
        u8_running.start()
    u8_running.settings(defaults=True, new_period=True)
    u8_running.reset()
    return u8_running


@pytest.fixture(scope="module")
def eas_running():
    """One EAS simulator process for the tests of a file."""
    with EASSimulator() as simulator:
        yield simulator


@pytest.fixture
def eas(eas_running):
    """The EAS simulator with empty books, no faults and the switches as delivered."""
    if not eas_running.alive:
        eas_running.start()
    eas_running.settings(defaults=True)
    eas_running.reset()
    return eas_running
