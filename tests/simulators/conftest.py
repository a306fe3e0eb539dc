"""Fixtures of the simulators and their clients; loopback only, no Odoo."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from eas import EASSimulator
from eas_support import connect_eas, product_values
from eas_values import CUSTOMER as EAS_CUSTOMER
from eas_values import MATERIAL as EAS_MATERIAL
from kingdee import KingdeeSimulator
from kingdee_support import connect, customer_values, deliver, module, receivable_values
from raw_calls import EASCalls, U8Calls
from u8 import U8Simulator
from u8_values import CUSTOMER as U8_CUSTOMER
from u8_values import PRODUCT as U8_PRODUCT


@pytest.fixture(scope="session")
def clients():
    """``clients("errors")`` gives a module of the client package."""
    return module


@pytest.fixture
def errors():
    """The errors of the client package."""
    return module("errors")


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


@pytest.fixture
def u8_api(u8):
    """Hand-made calls."""
    return U8Calls(u8)


@pytest.fixture
def u8_ready(u8_api):
    """Calls to books that hold a customer and a product."""
    assert u8_api.add("customer", U8_CUSTOMER, "crm-C-1")["errcode"] == "0"
    assert u8_api.add("inventory", U8_PRODUCT, "crm-P-1")["errcode"] == "0"
    return u8_api


@pytest.fixture
def eas_api(eas):
    """Hand-made calls."""
    return EASCalls(eas)


@pytest.fixture
def eas_ready(eas_api):
    """Calls to books that hold a customer and a material."""
    assert eas_api.save("customer", EAS_CUSTOMER, "audit")["success"] is True
    assert eas_api.save("material", EAS_MATERIAL, "audit")["success"] is True
    return eas_api


@pytest.fixture
def eas_books(eas):
    """An adapter to books that hold a customer and a material, and the payload of a receivable."""
    adapter = connect_eas(eas)
    deliver(adapter, "customer", customer_values())
    deliver(adapter, "product", product_values())
    return adapter, adapter.build("receivable", receivable_values())


@pytest.fixture(autouse=True)
def no_eas_sessions():
    """The login of one test serves no other."""
    module("kingdee_eas").SESSIONS._entries.clear()
