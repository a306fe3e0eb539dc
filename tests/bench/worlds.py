"""The databases that are measured: built once for a state of the sources, kept, and copied for who wants to commit."""

import hashlib
import importlib
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from house import settings

from . import peers
from .side import Side, side_options

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Kind:
    """What is installed beside Odoo's own modules."""

    modules: tuple = ()
    with_peers: bool = False

    def sources(self):
        """Hash of everything that decides what such a database holds."""
        digest = hashlib.sha256(settings.template_key().encode())
        if self.with_peers:
            digest.update(" ".join(peers.WHEELS).encode())
        for name in self.modules:
            folder = settings.ADDONS_DIR / name
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if path.is_file() and path.suffix != ".pyc" and "/tests/" not in str(path):
                    digest.update(f"{path.relative_to(settings.TOP)}".encode() + path.read_bytes())
        return digest.hexdigest()[:12]


KINDS = {
    "stock": Kind(),
    "suite": Kind(tuple(settings.SUITE)),
    "without_bridge": Kind(tuple(name for name in settings.SUITE if name != "crm_finance_bridge")),
    "tier": Kind(("base_tier_validation", "sale_tier_validation"), with_peers=True),
    # calls of the bridge, made by jobs
    "queue": Kind((*settings.SUITE, "queue_job"), with_peers=True),
}


def source_digest():
    """Changes with our addons and the bench itself: what an interrupted run measured is then no longer of use."""
    digest = hashlib.sha256(KINDS["suite"].sources().encode())
    for path in sorted(HERE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Worlds:
    """Template databases of the bench, by kind and data."""

    def __init__(self, databases):
        self.databases, self.cluster = databases, databases.cluster
        self._scratch = 0
        for name in self.cluster.databases():
            owner = re.fullmatch(r"bench_scratch_(\d+)_\d+", name)
            if owner and not os.path.exists(f"/proc/{owner[1]}"):
                databases.drop(name)

    def template(self, kind, data):
        """Name of the kept database of a kind with some data, built when it is not there or stale.

        :param data: ``module`` or ``module:size`` of ``bench/data``
        """
        module, _, size = data.partition(":")
        sources = KINDS[kind].sources()
        base = self._kept(f"bench_{kind}", sources, lambda name: self._install(kind, name))
        files = (HERE / "data" / f"{module}.py", HERE / "data" / "filling.py")
        generator = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
        key = hashlib.sha256(f"{sources} {generator} {size}".encode()).hexdigest()[:12]
        arguments = {"size": int(size)} if size else {}
        return self._kept(f"bench_{kind}_{module}{size}", key, lambda name: self._fill(base, name, module, arguments))

    def scratch(self, template):
        """Name of a copy for one measurement; whoever asks drops it."""
        self._scratch += 1
        name = f"bench_scratch_{os.getpid()}_{self._scratch}"
        self.databases.copy(template, name)
        return name

    def _kept(self, stem, key, build):
        name = f"{stem}_{key}"
        known = self.cluster.databases()
        if name in known:
            return name
        if not self.cluster.external:
            for old in known:
                if re.fullmatch(re.escape(stem) + "_[0-9a-f]{12}", old):
                    self.databases.drop(old)
        started = time.monotonic()
        print(f"[bench] building {name}", file=sys.stderr, flush=True)
        making = f"{stem}_making"
        build(making)
        # only a finished database gets the name that the next run looks for
        self.cluster.sql("VACUUM ANALYZE", making)
        self.cluster.rename(making, name)
        if self.databases.filestore(making).exists():
            self.databases.filestore(making).rename(self.databases.filestore(name))
        print(f"[bench] ready in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        return name

    def _install(self, kind, name):
        kind = KINDS[kind]
        if kind.with_peers:
            peers.fetch()
        self.databases.copy(self.databases.base_template(), name)
        if not kind.modules:
            return
        log = settings.STATE / "bench" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if self.databases.odoo(
            *side_options(name), "-i", ",".join(kind.modules), "--skip-auto-install", "--stop-after-init", "--no-http",
            log=log,
        ):  # fmt: skip
            raise RuntimeError(f"{', '.join(kind.modules)} could not be installed, see {log}")

    def _fill(self, base, name, module, arguments):
        self.databases.copy(base, name)
        side = Side(self.databases, name, may_commit=True)
        try:
            side.call(importlib.import_module(f"bench.data.{module}").build, **arguments)
        finally:
            side.close()
