"""``bin/i18n``: exports the terms of our addons and keeps ``zh_CN.po`` complete."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from . import settings
from .database import Databases
from .postgres import Cluster

EXPORT = """
from odoo.tools.translate import trans_export
for addon in {addons!r}:
    with open({folder!r} + "/" + addon + ".pot", "wb") as stream:
        trans_export(None, [addon], stream, "po", env)
"""


def export(addons, folder):
    """Writes ``<addon>.pot`` for each addon into ``folder``, from a database in which they are installed."""
    databases = Databases(Cluster("test"))
    databases.cluster.start()
    name = f"i18n_{os.getpid()}"
    databases.copy(databases.base_template(), name)
    try:
        log = settings.STATE / "i18n.log"
        databases._odoo_or_exit(
            "installing the addons", "-d", name, "-i", ",".join(addons), "--skip-auto-install", "--stop-after-init",
            "--no-http", log=log,
        )  # fmt: skip
        command = databases.odoo_command("-d", name, "--no-http", subcommand=("shell",))
        script = EXPORT.format(addons=addons, folder=str(folder))
        done = subprocess.run(command, input=script, text=True, check=False, capture_output=True)
        missing = [a for a in addons if not (Path(folder) / f"{a}.pot").exists()]
        if done.returncode or missing:
            raise SystemExit(f"exporting the terms failed: {missing}\n{done.stderr[-3000:]}")
    finally:
        databases.drop(name)
        databases.cluster.stop()


def merge(addon, pot_path, write):
    """Brings the addon's files in line with its exported terms.

    :return: list of complaints, empty when every term is translated and the files are as they should be
    """
    folder = settings.ADDONS_DIR / addon / "i18n"
    pot = polib.pofile(str(pot_path), wrapwidth=0)
    pot.metadata.pop("POT-Creation-Date", None)
    pot.metadata.pop("PO-Revision-Date", None)
    path = folder / f"{settings.LANGUAGE}.po"
    po = polib.pofile(str(path), wrapwidth=78) if path.exists() else polib.POFile(wrapwidth=78)
    known = {entry.msgid: entry.msgstr for entry in po if entry.msgstr}
    complaints = []
    merged = polib.POFile(wrapwidth=78)
    merged.metadata = {**pot.metadata, "Language": settings.LANGUAGE, "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in pot:
        text = known.get(entry.msgid, "")
        if not text:
            complaints.append(f"{addon}: no Chinese for {entry.msgid!r} ({entry.occurrences[0][0]})")
        merged.append(
            polib.POEntry(
                msgid=entry.msgid, msgstr=text, comment=entry.comment, occurrences=entry.occurrences,
                flags=[f for f in entry.flags if f != "fuzzy"],
            )
        )  # fmt: skip
    gone = known.keys() - {entry.msgid for entry in pot}
    if write:
        folder.mkdir(exist_ok=True)
        merged.save(str(path))
        pot.save(str(folder / f"{addon}.pot"))
    elif gone:
        complaints.append(f"{addon}: {len(gone)} terms of zh_CN.po no longer exist; run bin/i18n {addon}")
    return complaints


def main(arguments):
    check = "--check" in arguments
    addons = [a for a in arguments if a != "--check"] or settings.SUITE
    complaints = []
    with tempfile.TemporaryDirectory() as folder:
        export(addons, folder)
        for addon in addons:
            complaints += merge(addon, Path(folder) / f"{addon}.pot", write=not check)
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} terms to translate" if complaints else "every term is translated")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
