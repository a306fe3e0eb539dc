"""``bin/lint``: ruff, pylint-odoo, XML, licences, architecture, Chinese texts."""

import os
import subprocess
import sys
import time

from lxml import etree

from . import settings

BIN = settings.TOP / ".venv" / "bin"
ADDONS = [str(settings.ADDONS_DIR / name) for name in settings.SUITE]


def check_xml():
    """Every XML file of ours can be read, and no view of Odoo 17 and before is among them."""
    wrong = []
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for path in sorted(settings.ADDONS_DIR.rglob("*.xml")):
        try:
            tree = etree.parse(str(path), parser)
        except etree.XMLSyntaxError as error:
            wrong.append(f"{path}: {error}")
            continue
        for field in tree.iter("field"):
            if field.get("name") == "view_mode" and "tree" in (field.text or ""):
                wrong.append(f"{path}:{field.sourceline}: view_mode is 'list', not 'tree'")
        wrong += [f"{path}:{node.sourceline}: <tree> is <list> now" for node in tree.iter("tree")]
        wrong += [
            f'{path}:{node.sourceline}: kanban-box is not read any more, use t-name="card"'
            for node in tree.iter("t")
            if node.get("t-name") == "kanban-box"
        ]
    print("\n".join(wrong))
    return not wrong


def check_licences():
    """Ours are LGPL-3 and stand on nothing stricter, by manifestoo over our addons and Odoo's."""
    folders = [str(settings.ADDONS_DIR), str(settings.odoo_root() / "odoo" / "addons")]
    return subprocess.run(
        [
            str(BIN / "manifestoo"), "--addons-path", ",".join(folders), "--odoo-series", "19.0",
            "--select-include", ",".join(settings.SUITE), "check-licenses",
        ],
        check=False,
    ).returncode == 0  # fmt: skip


def command(*words):
    def run():
        env = dict(os.environ, PYTHONPATH=f"{settings.TOP / 'bin'}:{settings.odoo_root()}")
        return subprocess.run([str(w) for w in words], check=False, cwd=settings.TOP, env=env).returncode == 0

    return run


def steps(quick):
    yield "ruff format", command(BIN / "ruff", "format", "--check", "-q", ".")
    yield "ruff", command(BIN / "ruff", "check", "-q", ".")
    yield "XML", check_xml
    yield "pylint-odoo", command(BIN / "pylint", "--rcfile=.pylintrc-mandatory", "-j2", *ADDONS)
    yield "readme", command(sys.executable, "-m", "house.readme", "--check")
    yield "licences", check_licences
    yield "architecture", command(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/architecture")
    if not quick:
        yield "Chinese texts", command(sys.executable, "-m", "house.i18n", "--check")


def main(arguments):
    wrong = []
    for name, check in steps("--quick" in arguments):
        started = time.monotonic()
        fine = check()
        print(f"{'ok  ' if fine else 'FAIL'} {name} ({time.monotonic() - started:.0f} s)", flush=True)
        if not fine:
            wrong.append(name)
    print(f"lint: {', '.join(wrong)}" if wrong else "lint: clean")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
