"""Runs measurements: gives them their databases, keeps their time, keeps what they found."""

import contextlib
import importlib
import os
import time
import traceback

from house import settings

from . import GROUPS, figures
from .results import Store
from .side import Side, SideError, TimeUp
from .worlds import Worlds, source_digest

GROUP_SECONDS = 50 * 60


def load_groups():
    """All declared figures, group after group."""
    for group in GROUPS:
        importlib.import_module(f"bench.{group}")
    return [entry for group in GROUPS for entry in figures.figures_of(group)]


class Bench:
    """What a measurement is given.

    :ivar full: ``--full`` was asked for
    """

    def __init__(self, databases, group, wanted, full):
        self.databases, self.full = databases, full
        self.wanted = wanted
        self._worlds = Worlds(databases)
        self._sides, self._scratches = {}, []
        self._deadline = time.monotonic() + GROUP_SECONDS
        folder, stem = settings.STATE / "bench" / "results", f"{group}-{'full' if full else 'small'}"
        self.store = Store(folder / f"{stem}-{source_digest()}.json", stale=folder.glob(f"{stem}-*.json"))

    # -- for measurements -----------------------------------------------------------------

    def wants(self, name):
        """Whether a figure was asked for and is not known yet; a measurement may leave out the others."""
        return name in self.wanted

    def side(self, kind, data="people", scratch=False):
        """The Odoo process on a database.

        :param kind: ``stock``, ``suite`` … of ``worlds.KINDS``
        :param data: ``module`` or ``module:size`` of ``bench/data``
        :param scratch: a copy of this measurement's own, in which functions may commit
        """
        template = self._worlds.template(kind, data)
        if not scratch:
            if template not in self._sides:
                self._sides[template] = Side(self.databases, template, deadline=self._deadline)
            return self._sides[template]
        if template in self._sides:
            # PostgreSQL copies no database that somebody is connected to; the next call starts the process again
            self._sides[template].close()
        side = Side(self.databases, self._worlds.scratch(template), may_commit=True, deadline=self._deadline)
        self._scratches.append(side)
        return side

    def keep(self, part, compute):
        """``compute()``, or what it gave in a run that was interrupted; the value must be fit for JSON.

        :param part: ``figure#part``
        """
        self.check_time()
        if part not in self.store:
            self.store[part] = compute()
        return self.store[part]

    def check_time(self):
        """:raises TimeUp: the group has had its 50 minutes"""
        if time.monotonic() > self._deadline:
            raise TimeUp

    # -- for the driver -------------------------------------------------------------------

    def end_measurement(self):
        for side in self._scratches:
            side.close()
            self.databases.drop(side.name)
        self._scratches = []

    def close(self):
        self.end_measurement()
        for side in self._sides.values():
            side.close()


def run_group(databases, group, chosen, full):
    """Yields (figure, :class:`~bench.figures.Result` or the text of an error) for the chosen figures of a group."""
    bench = Bench(databases, group, set(), full)
    names = [entry.name for entry in chosen]
    try:
        for entry in chosen:
            if entry.name in bench.store:
                yield entry, figures.Result(**bench.store[entry.name])
        left = [entry for entry in chosen if entry.name not in bench.store]
        for run in dict.fromkeys(entry.run for entry in left):
            yield from _measure(bench, run, {entry.name: entry for entry in left if entry.run is run})
        if all(name in bench.store for name in names):
            bench.store.forget(*names)
    finally:
        bench.close()


def _measure(bench, run, wanted):
    """Runs one measurement and yields what it finds; an error of it does not stop the others."""
    bench.wanted = set(wanted)
    reason = "the measurement did not give this figure"
    try:
        bench.check_time()
        with contextlib.closing(run(bench)) as results:
            for result in results:
                if result.name in wanted:
                    bench.store[result.name] = vars(result)
                    yield wanted.pop(result.name), result
    except TimeUp:
        reason = f"the group has had its {GROUP_SECONDS // 60} minutes; run it again to go on"
    except SideError as error:
        reason = str(error)
    except Exception as error:
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    finally:
        bench.end_measurement()
    for entry in wanted.values():
        yield entry, reason


def machine(cluster):
    """One line that says what the figures were taken on."""
    shown = {
        name: cluster.sql(f"SHOW {name}").strip()
        for name in ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    }
    with open("/proc/meminfo") as lines:
        memory = int(next(line for line in lines if line.startswith("MemTotal")).split()[1]) / 2**20
    version = shown.pop("server_version").split()[0]
    options = ", ".join(f"{name}={value}" for name, value in shown.items())
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}; PostgreSQL {version} "
        f"({options}); {time.strftime('%Y-%m-%d %H:%M')}"
    )
