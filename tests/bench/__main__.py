"""``bin/bench``."""

import argparse
import fcntl
import json
import sys

from house import settings
from house.database import Databases
from house.postgres import Cluster

from . import GROUPS, figures
from .driver import load_groups, machine, run_group


def main(arguments):
    parser = argparse.ArgumentParser(prog="bin/bench", description=f"Groups: {' '.join(GROUPS)}")
    parser.add_argument("names", nargs="*", metavar="group or name")
    parser.add_argument("--json", action="store_true", help="a list of objects on standard output")
    parser.add_argument("--full", action="store_true", help="large sizes too")
    parser.add_argument("--list", action="store_true", help="the figures there are")
    options = parser.parse_args(arguments)
    available = load_groups()
    try:
        chosen = figures.choose(available, GROUPS, options.names, options.full)
    except ValueError as error:
        parser.error(f"no group or figure {error}; bin/bench --list names them")
    if options.list:
        for entry in chosen if options.names else available:
            need = f"  need {entry.need.subject} {entry.need}" if entry.need else ""
            print(f"{entry.group}  {entry.name}  {entry.unit}{need}{'  --full' if entry.full else ''}")
        return 0
    (settings.STATE / "bench").mkdir(parents=True, exist_ok=True)
    with open(settings.STATE / "bench" / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("[bench] another bin/bench is running here; two would spoil each other's times") from None
        rows = measure(options, chosen)
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    return 0 if all(row["ok"] for row in rows) else 1


def measure(options, chosen):
    """Measures and prints the chosen figures, group after group."""
    out = sys.stderr if options.json else sys.stdout
    databases = Databases(Cluster("bench"))
    databases.cluster.start()
    rows = []
    try:
        print(machine(databases.cluster), file=out, flush=True)
        for group in GROUPS:
            entries = [entry for entry in chosen if entry.group == group]
            if not entries and (not options.names or group in options.names):
                print(f"{group}: no figures yet", file=out)
                continue
            for entry, result in run_group(databases, group, entries, options.full) if entries else ():
                rows.append(figures.as_object(entry, result))
                print(figures.as_line(rows[-1]), file=out, flush=True)
    finally:
        databases.cluster.stop()
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
