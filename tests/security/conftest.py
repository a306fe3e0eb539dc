import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# the harness is that of the end-to-end tests
for folder in (HERE, HERE.parent / "e2e"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from world import World


@pytest.fixture(scope="session")
def world():
    world = World()
    try:
        yield world
    finally:
        world.server.close()


@pytest.fixture(autouse=True)
def nothing_changes(world, request):
    """Every test here is an attack: afterwards each protected table is what it was."""
    if request.node.get_closest_marker("changes"):
        yield
        return
    before = world.fingerprint()
    yield
    after = world.fingerprint()
    assert [table for table in before if before[table] != after[table]] == []


def pytest_collection_modifyitems(items):
    """Attacks that leave records behind run after the others (those would find them), the server's log is read last."""

    def turn(item):
        return (item.path.stem == "test_attack_server", item.get_closest_marker("changes") is not None)

    ours = [index for index, item in enumerate(items) if HERE in item.path.parents]
    for index, item in zip(ours, sorted((items[index] for index in ours), key=turn), strict=True):
        items[index] = item
