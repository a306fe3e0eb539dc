"""Figures: what they are called, what they must reach, and the line they are printed as."""

import operator
import re
import statistics
from dataclasses import dataclass

NEED = re.compile(r"(ours|ratio) (<=|>=) (\d+(?:\.\d+)?)")
SIGNS = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Need:
    """What a figure must reach: ``ours <= 8`` judges our side alone, ``ratio >= 50`` how many times better we are."""

    subject: str
    sign: str
    limit: float

    @classmethod
    def parse(cls, text):
        found = NEED.fullmatch(text)
        if not found:
            raise ValueError(f"need is 'ours' or 'ratio', '<=' or '>=' and a number, not {text!r}")
        return cls(found[1], found[2], float(found[3]))

    def holds(self, ours, ratio):
        return SIGNS[self.sign](ours if self.subject == "ours" else ratio, self.limit)

    def __str__(self):
        return f"{self.sign} {number(self.limit)}"


@dataclass(frozen=True)
class Figure:
    """One declared figure; ``run`` is the measurement that gives it, perhaps together with others."""

    group: str
    name: str
    unit: str
    need: Need | None
    full: bool
    run: object


@dataclass
class Result:
    """What a measurement yields for one of its figures.

    :param ours: our side, in the figure's unit
    :param peer: the other side's, if there is one
    :param note: a few words beside the figure, as what was compared at what size
    :param ok: ``False`` when something beside the number failed (see :func:`same`)
    """

    name: str
    ours: float
    peer: float | None = None
    note: str = ""
    ok: bool = True


REGISTRY = {}


def figure(name, unit, need=None, full=False):
    """Declares a figure that the measurement below it yields as :class:`Result`; several may be stacked.

    :param name: ``measurement/size``; unique over all groups
    :param unit: ``s``, ``ms``, ``queries`` …; with ``…/s`` more is better
    :param need: ``ours <= 8``, ``ratio >= 50`` …; without it the figure is told and not judged
    :param full: measured with ``--full`` or when it is named on the command line
    """

    def register(run):
        # bench.daily, bench.merchant.importing
        group = run.__module__.split(".")[1]
        if name in REGISTRY:
            raise ValueError(f"there are two figures {name}")
        REGISTRY[name] = Figure(group, name, unit, need and Need.parse(need), full, run)
        return run

    return register


def figures_of(group):
    """Figures of a group, measurements in the order of the file and each one's figures as they are written."""
    runs = {}
    for entry in REGISTRY.values():
        if entry.group == group:
            # decorators are applied from the last to the first
            runs.setdefault(entry.run, []).insert(0, entry)
    return [entry for entries in runs.values() for entry in entries]


def choose(available, groups, words, full):
    """Figures that the words of the command line name: groups, measurements or figures; all without a word.

    :raises ValueError: a word names nothing
    """
    chosen = []
    for word in words or groups:
        if word in groups:
            found = [f for f in available if f.group == word and (full or not f.full)]
        else:
            found = [f for f in available if f.name == word]
            found = found or [f for f in available if f.name.split("/")[0] == word and (full or not f.full)]
            if not found:
                raise ValueError(word)
        chosen += [f for f in found if f not in chosen]
    return sorted(chosen, key=available.index)


# -- judging --------------------------------------------------------------------------------


def ratio_of(unit, ours, peer):
    """How many times better we are, by speed for ``…/s`` and by cost for all others; ``None`` without a peer."""
    if peer is None:
        return None
    better, worse = (ours, peer) if unit.endswith("/s") else (peer, ours)
    if not worse:
        return float("inf") if better else 1.0
    return better / worse


def as_object(entry, result):
    """The figure as ``--json`` prints it; ``result`` is a :class:`Result` or the text of an error."""
    need = str(entry.need) if entry.need else None
    if isinstance(result, str):
        return {"name": entry.name, "ours": None, "peer": None, "unit": entry.unit, "ratio": None, "need": need,
                "ok": False, "error": result}  # fmt: skip
    ratio = ratio_of(entry.unit, result.ours, result.peer)
    ok = result.ok and (not entry.need or ((entry.need.subject == "ours" or ratio is not None)
                        and entry.need.holds(result.ours, ratio)))  # fmt: skip
    return {"name": entry.name, "ours": result.ours, "peer": result.peer, "unit": entry.unit,
            "ratio": None if ratio == float("inf") else ratio, "need": need, "ok": bool(ok),
            **({"note": result.note} if result.note else {})}  # fmt: skip


def as_line(row):
    """``assign/2000  ours 0.6 s  peer 73 s  ratio 121  need >= 50  ok``."""
    if row.get("error"):
        return f"{row['name']}  error: {row['error']}  MISSED"
    parts = [row["name"], f"ours {number(row['ours'])} {row['unit']}"]
    if row["peer"] is not None:
        parts.append(f"peer {number(row['peer'])} {row['unit']}")
    if row["ratio"] is not None:
        parts.append(f"ratio {number(row['ratio'])}")
    if row["need"]:
        parts.append(f"need {row['need']}")
    if row["need"] or not row["ok"]:
        parts.append("ok" if row["ok"] else "MISSED")
    if row.get("note"):
        parts.append(f"({row['note']})")
    return "  ".join(parts)


def number(value):
    """Two significant digits below ten, whole numbers above."""
    if abs(value) >= 10 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2g}"


# -- taking measures ------------------------------------------------------------------------


def median_of(samples):
    """Median of numbers, or of each key of dicts of numbers."""
    if isinstance(samples[0], dict):
        return {key: median_of([sample[key] for sample in samples]) for key in samples[0]}
    return statistics.median(samples)


def in_turn(*sides, times=3, slow_last=False):
    """Calls the sides in turn: each once to warm up, then ``times`` times; a slow last one once in all.

    :return: list of their medians, as :func:`median_of` forms them
    """
    samples = [[] for _side in sides]
    for turn in range(times + 1):
        for side, sample in zip(sides, samples, strict=True):
            slow = slow_last and side is sides[-1]
            if slow and turn != 1:
                continue
            value = side()
            if turn:
                sample.append(value)
    return [median_of(sample) for sample in samples]


def same(name, small, large):
    """Result of a figure in ``x`` that asks for the same cost whatever the table's size.

    The same number of queries, buffers within 20 %; the number of the figure is the wall time's growth, need
    ``ours <= 1.5``.

    :param small: what ``inside.measured(…, buffers=True)`` gave at the small size, ``large`` at the large one
    """
    ok = small["queries"] == large["queries"] and abs(large["buffers"] - small["buffers"]) <= 0.2 * small["buffers"]
    note = f"queries {small['queries']:.0f} and {large['queries']:.0f}, "
    note += f"buffers {small['buffers']:.0f} and {large['buffers']:.0f}"
    return Result(name, large["seconds"] / small["seconds"], note=note, ok=ok)
