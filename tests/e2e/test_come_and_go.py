"""All addons come onto a small database and leave it as it was; on a large one and one by one in ``bin/test slow``."""

import json

from guest import Guest, difference
from suite import settings


def test_all_come_and_go():
    guest = Guest("e2e_come_and_go")
    try:
        catalogue, files = guest.catalogue(), guest.unreferenced_files()
        guest.install(*settings.SUITE)
        assert difference(catalogue, guest.catalogue()), "the catalogue sees that they are there"
        guest.uninstall(settings.SUITE[0])
        left = difference(catalogue, guest.catalogue())
        assert not left, json.dumps(left, indent=1, ensure_ascii=False)
        assert guest.unreferenced_files() <= files
        assert not guest.complaints, guest.complaints
    finally:
        guest.close()
