"""Addons of others that the suite is measured against; they are never installed where the suite runs."""

import os
import shutil
import subprocess
import sys

from house import settings

FOLDER = settings.STATE / "bench" / "peers"
# what queue_job asks for; every process of the bench finds it
LIBRARIES = FOLDER / "libraries"
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(LIBRARIES)]))

# AGPL-3 and LGPL-3; a peer is fetched for a comparison on this machine and nothing of it is passed on
WHEELS = (
    "odoo-addon-base-tier-validation==19.0.1.4.6",
    "odoo-addon-sale-tier-validation==19.0.1.0.0.3",
    "odoo-addon-queue-job==19.0.2.4.0",
)
NEEDED = ("openupgradelib==3.13.7",)


def fetch():
    """Brings the wheels into a folder of the bench's own, once; a changed list is fetched anew."""
    stamp = FOLDER / "wheels.txt"
    if stamp.exists() and stamp.read_text().split() == [*WHEELS, *NEEDED]:
        return
    print("[bench] fetching the addons to compare with", file=sys.stderr)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    # their dependencies are Odoo itself
    for folder, wheels in ((FOLDER, WHEELS), (LIBRARIES, NEEDED)):
        done = subprocess.run(
            [str(settings.PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "--no-deps",
             "--target", str(folder), *wheels],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the peers could not be fetched: {done.stderr.strip().splitlines()[-1:]}")
    stamp.write_text("\n".join([*WHEELS, *NEEDED]))
