"""The frame of ``bin/bench``: needs, lines, choice, medians, and going on after an interruption."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "bin", ROOT / "tests"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from bench import GROUPS, driver, figures, inside
from bench.figures import Figure, Need, Result
from bench.results import Store
from bench.side import TimeUp


def entry(name="assign/2000", unit="s", need="ratio >= 50", full=False, group="merchant", run=None):
    return Figure(group, name, unit, need and Need.parse(need), full, run)


def line(figure, *result, **more):
    return figures.as_line(figures.as_object(figure, Result(figure.name, *result, **more)))


# -- needs and lines ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "50", ">= 50", "ours < 8", "peer <= 8", "ours <= 8 ms", "ratio >= -1"])
def test_a_need_says_what_is_judged(text):
    with pytest.raises(ValueError):
        Need.parse(text)


def test_the_line_of_a_figure_with_a_peer():
    assert line(entry(), 0.6, 73.0) == "assign/2000  ours 0.6 s  peer 73 s  ratio 122  need >= 50  ok"
    assert line(entry(), 2.0, 73.0).endswith("ratio 36  need >= 50  MISSED")


def test_the_line_of_a_figure_without_a_peer():
    queries = entry("posting/queries-50", "queries", "ours <= 8")
    assert line(queries, 5) == "posting/queries-50  ours 5 queries  need <= 8  ok"
    assert line(queries, 8).endswith("ok")
    assert line(queries, 9).endswith("MISSED")


def test_more_a_second_is_better_and_fewer_seconds_too():
    assert figures.ratio_of("rows/s", 300, 60) == 5
    assert figures.ratio_of("s", 60, 300) == 5
    assert figures.ratio_of("s", 1, None) is None


def test_nothing_against_something_is_beyond_every_ratio():
    row = figures.as_object(entry(need="ratio >= 50"), Result("assign/2000", 0, 103))
    assert (row["ok"], row["ratio"]) == (True, None)
    json.dumps(row, allow_nan=False)


def test_a_ratio_is_missed_when_the_peer_was_not_measured():
    assert line(entry(), 0.6).endswith("need >= 50  MISSED")


def test_a_figure_without_need_is_told_and_not_judged():
    assert line(entry(need=None), 3.1, 2.9) == "assign/2000  ours 3.1 s  peer 2.9 s  ratio 0.94"


def test_an_error_is_a_miss():
    row = figures.as_object(entry(), "no database")
    assert not row["ok"]
    assert figures.as_line(row) == "assign/2000  error: no database  MISSED"


def test_json_names_what_the_line_says():
    row = figures.as_object(entry(), Result("assign/2000", 0.5, 50, note="x"))
    assert row == {"name": "assign/2000", "ours": 0.5, "peer": 50, "unit": "s", "ratio": 100, "need": ">= 50",
                   "ok": True, "note": "x"}  # fmt: skip


# -- taking measures ------------------------------------------------------------------------


def test_both_sides_take_turns_and_the_first_turn_warms_up():
    calls, values = [], iter([100, 3, 1, 2])

    def ours():
        calls.append("ours")
        return {"seconds": next(values)}

    def peer():
        calls.append("peer")
        return {"seconds": 7}

    assert figures.in_turn(ours, peer) == [{"seconds": 2}, {"seconds": 7}]
    assert calls == ["ours", "peer"] * 4
    calls.clear()
    values = iter([9, 9, 9, 9])
    figures.in_turn(ours, peer, slow_last=True)
    assert calls == ["ours", "ours", "peer", "ours", "ours"]


@pytest.mark.parametrize(
    ("queries", "buffers", "seconds", "ok"),
    [(4, 120, 1.5, True), (5, 100, 1, False), (4, 121, 1, False), (4, 79, 1, False), (4, 100, 1.6, False)],
)
def test_the_same_whatever_the_size(queries, buffers, seconds, ok):
    small = {"queries": 4, "buffers": 100, "seconds": 1}
    large = {"queries": queries, "buffers": buffers, "seconds": seconds}
    result = figures.same("list/same", small, large)
    assert figures.as_object(entry("list/same", "x", "ours <= 1.5"), result)["ok"] is ok


def test_buffers_are_read_from_the_plans_that_postgresql_sends():
    plans = inside._Plans()
    plan = {"Plan": {"Shared Hit Blocks": 5, "Shared Read Blocks": 2, "Plans": [{"Shared Hit Blocks": 5}]}}
    plans.append(f"LOG:  duration: 0.1 ms  plan:\n{json.dumps(plan)}\n")
    plans.append("NOTICE:  something else {")
    assert plans.buffers == 7


# -- what is measured -----------------------------------------------------------------------


def test_every_declared_figure_can_be_chosen():
    available = driver.load_groups()
    assert {figure.group for figure in available} <= set(GROUPS)
    assert {name.split("/")[0] for name in figures.REGISTRY}.isdisjoint(GROUPS)
    assert figures.choose(available, GROUPS, [], True) == available


def test_groups_measurements_and_figures_are_chosen_by_name():
    small, large, other = entry(), entry("assign/20000", full=True), entry("posting/ms-1", group="bridge")
    available = [small, large, other]

    def choose(*words, full=False):
        return figures.choose(available, GROUPS, words, full)

    assert choose() == [small, other]
    assert choose(full=True) == available
    assert choose("merchant") == choose("assign") == [small]
    assert choose("posting", "merchant", "assign") == [small, other]
    # who names a large one gets it
    assert choose("assign/20000") == [large]
    with pytest.raises(ValueError, match="nothing"):
        choose("nothing")


# -- going on -------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs measurements of the group merchant in a state of their own."""
    monkeypatch.setattr(driver.settings, "STATE", tmp_path)
    monkeypatch.setattr(driver, "Worlds", lambda databases: None)
    monkeypatch.setattr(driver, "source_digest", lambda: "0")

    def run(*entries):
        return {figure.name: result for figure, result in driver.run_group(None, "merchant", entries, False)}

    return run


def test_an_interrupted_group_goes_on_where_it_stopped(run, tmp_path):
    calls, interrupted = [], [True]

    def quick(bench):
        calls.append("quick")
        yield Result("quick", 1)

    def slow(bench):
        for part in range(3):
            bench.keep(f"slow#{part}", lambda part=part: calls.append(part) or part)
            if part == 1 and interrupted:
                raise TimeUp
        yield Result("slow", sum(bench.store[f"slow#{part}"] for part in range(3)))

    entries = [entry("quick", run=quick), entry("slow", run=slow)]
    first = run(*entries)
    assert first["quick"].ours == 1 and "run it again" in first["slow"]
    interrupted.clear()
    assert run(*entries)["slow"].ours == 3
    assert calls == ["quick", 0, 1, 2]
    # whole: the next run starts anew
    assert not list(tmp_path.rglob("*.json"))
    run(*entries)
    assert calls[4:] == ["quick", 0, 1, 2]


def test_an_error_does_not_stop_the_others(run):
    def broken(bench):
        yield Result("first", 1)
        raise RuntimeError("no database")

    def forgetful(bench):
        yield from ()

    def fine(bench):
        yield Result("third", 3)

    found = run(entry("first", run=broken), entry("second", run=broken), entry("fourth", run=forgetful),
                entry("third", run=fine))  # fmt: skip
    assert (found["first"].ours, found["second"], found["third"].ours) == (1, "RuntimeError: no database", 3)
    assert "did not give" in found["fourth"]


def test_what_older_sources_gave_is_not_gone_on_with(run, tmp_path):
    old = tmp_path / "bench" / "results" / "merchant-small-1.json"
    old.parent.mkdir(parents=True)
    old.write_text('{"quick": {"name": "quick", "ours": 99}}')

    def quick(bench):
        yield Result("quick", 1)

    assert run(entry("quick", run=quick))["quick"].ours == 1
    assert not old.exists()


def test_a_database_is_left_before_it_is_copied(run, monkeypatch):
    log = []

    class FakeWorlds:
        def __init__(self, databases):
            pass

        def template(self, kind, data):
            return f"{kind}_{data}"

        def scratch(self, template):
            log.append(f"copy {template}")
            return "copy"

    class FakeSide:
        def __init__(self, databases, name, may_commit=False, deadline=0):
            self.name, self.may_commit = name, may_commit

        def close(self):
            log.append(f"close {self.name}")

    monkeypatch.setattr(driver, "Worlds", FakeWorlds)
    monkeypatch.setattr(driver, "Side", FakeSide)
    bench = driver.Bench(None, "merchant", set(), False)
    kept = bench.side("stock")
    assert bench.side("stock") is kept and not kept.may_commit
    assert bench.side("stock", scratch=True).may_commit
    assert log == ["close stock_people", "copy stock_people"]


def test_parts_are_forgotten_with_their_figure(tmp_path):
    store = Store(tmp_path / "results" / "x.json")
    store["a"], store["a#1"], store["ab"] = 1, 2, 3
    store.forget("a")
    assert Store(store.path).values == {"ab": 3}
    store.forget("ab")
    assert not store.path.exists()
