import json
from array import array
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from odoo import models
from odoo.tools import SQL

from ...lib.duplicate_keys import LEVELS, judge
from .row_reader import read_row

# rows compared with one key; a sheet with one number on every row must not cost the square of its rows
MAX_COMPARED = 30
CHECK_STEP = 5000


@dataclass(frozen=True)
class _Verdict:
    """A row is the same as ``target``: the id of another row, or (model, id) of a record."""

    level: str
    kind: str
    target: object

    def at_most(self, other):
        """This verdict, no surer than the other one."""
        weaker = max(self, other, key=lambda verdict: LEVELS.index(verdict.level))
        return replace(self, level=weaker.level, kind=weaker.kind)


class _Groups:
    """Rows that belong together, in stars: each duplicate points to its survivor, never to another duplicate."""

    def __init__(self):
        self.verdicts, self.members = {}, defaultdict(list)

    def _to_survivor(self, verdict):
        onward = self.verdicts.get(verdict.target) if not isinstance(verdict.target, tuple) else None
        return replace(verdict.at_most(onward), target=onward.target) if onward else verdict

    def add(self, row, verdicts):
        """:param verdicts: what the row equals, records first"""
        if not verdicts:
            return
        verdicts = [self._to_survivor(verdict) for verdict in verdicts]
        best = min(verdicts, key=lambda verdict: LEVELS.index(verdict.level))
        self._point(row, best)
        for verdict in verdicts:
            # two records stay two; a row that is a survivor so far goes where this row goes
            if not isinstance(verdict.target, tuple) and verdict.target != best.target:
                self._join(verdict.target, replace(verdict.at_most(best), target=best.target))

    def _point(self, row, verdict):
        self.verdicts[row] = verdict
        self.members[verdict.target].append(row)

    def _join(self, survivor, verdict):
        if survivor in self.verdicts:
            return
        for row in self.members.pop(survivor, ()):
            self._point(row, replace(self.verdicts[row].at_most(verdict), target=verdict.target))
        self._point(survivor, verdict)


class ImportBatch(models.Model):
    """Checking: what the rows say, and which of them are the same company or person."""

    _inherit = "crm.import.batch"

    def action_check(self):
        """Understands every row by the columns chosen and lists problems and duplicates, at once up to 5 000 rows, else
        in the background; can be run again."""
        self._check_importer("mapping", "checked")
        self.env["crm.merge.suggestion"].sudo().search([("batch_id", "=", self.id)]).unlink()
        self.env.flush_all()
        self.env.execute_query(
            SQL("UPDATE crm_import_line SET state = 'new' WHERE batch_id = %s RETURNING batch_id", self.id)
        )
        self.env.invalidate_all()
        self._set(state="checking")
        if self.total_count > CHECK_STEP:
            self.env.ref("crm_merchant.ir_cron_lead_import")._trigger()
        else:
            while self._check_step():
                pass
        return True

    def _check_step(self, limit=CHECK_STEP):
        """Understands the next rows, or compares them all once that is done; one transaction.

        :return: number of rows read; 0 when the check is done
        """
        self.ensure_one()
        batch = self.sudo().try_lock_for_update()
        if not batch or batch.state != "checking":
            return 0
        batch = batch._as_importer()
        lines = batch.env["crm.import.line"].search(
            [("batch_id", "=", batch.id), ("state", "=", "new")], order="id", limit=limit
        )
        if lines:
            batch._read_lines(lines)
            return len(lines)
        batch._suggest_merges()
        if batch.update_existing:
            batch._plan_updates()
        batch._set(state="checked")
        return 0

    def _plan_updates(self):
        """Rows with the code or the phone of a lead are confirmed: they write over it when the import runs."""
        suggestions = (
            self.env["crm.merge.suggestion"]
            .sudo()
            .search(
                [
                    ("batch_id", "=", self.id),
                    ("survivor_model", "=", "crm.lead"),
                    ("kind", "in", ("credit_code", "phone")),
                    ("level", "in", ("certain", "very_likely")),
                ]
            )
        )
        suggestions._decide("confirmed")
        suggestions.line_id.write({"state": "update"})

    def action_change_columns(self):
        """Back to the columns."""
        self._check_importer("checked")
        self._set(state="mapping")
        return True

    def _read_lines(self, lines):
        """Understands these rows; written by one statement, every column that depends on the reading."""
        targets = {mapping.header: mapping.target for mapping in self.mapping_ids}
        texts = lines._finding_texts()
        rows = []
        for line in lines:
            row = read_row([(header, targets.get(header, "note"), text) for header, text in line.raw or []])
            rows.append(
                (
                    line.id,
                    json.dumps(row.values),
                    row.values.get("company") or None,
                    row.values.get("contact") or None,
                    row.values.get("phone") or None,
                    lines._words(row.problems, texts=texts) or None,
                    lines._words(row.hints, texts=texts) or None,
                    "problem" if row.problems else "ready",
                )
            )
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE crm_import_line l SET values = v.values::jsonb, company_name = v.company, contact_name = v.contact, "
                "phone = v.phone, problem = v.problem, hint = v.hint, state = v.state "
                "FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) "
                "AS v(id, values, company, contact, phone, problem, hint, state) WHERE l.id = v.id RETURNING l.batch_id",
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        self.env.invalidate_all()

    # -- duplicates ------------------------------------------------------------------------------

    def _suggest_merges(self):
        """Suggestions for the ready rows against leads, customers and each other.

        Rows are compared with fuller ones, so that the one that says most survives; each duplicate row gets one
        suggestion. What equals a duplicate goes to that one's survivor, and a row that equals two survivors joins
        them, each time at the weaker of the two levels. Rows stand here by their ids, and of a large file only those that
        can equal anything are in memory.
        """
        found, repeated = self._comparable_rows()
        keys, order, content = self._keys_of_rows(sorted({*found, *repeated}))
        accepted = LEVELS if self.with_weak else LEVELS[:-1]
        finder = self.env["crm.duplicate.finder"]
        by_key = defaultdict(list)
        groups = _Groups()
        for row in sorted(keys, key=order.get):
            verdicts = [_Verdict(m.level, m.kind, (m.model, m.res_id)) for m in found.get(row, ())]
            lookups = list(finder._lookup_keys(keys[row]))
            others = dict.fromkeys(other for lookup in lookups for other in by_key[lookup][:MAX_COMPARED])
            for other in others:
                verdict = judge(keys[row], keys[other])
                if verdict and content[row] == content[other]:
                    verdict = ("certain", "row")
                if verdict:
                    verdicts.append(_Verdict(*verdict, other))
            groups.add(row, [verdict for verdict in verdicts if verdict.level in accepted])
            for lookup in lookups:
                by_key[lookup].append(row)
        self._write_suggestions(groups.verdicts)

    def _comparable_rows(self):
        """What the ready rows equal outside of the file, and which of them share a key with another one.

        :return: (row's id -> list of ``Match``, set of row ids)
        """
        Line = self.env["crm.import.line"]
        Line.flush_model(["batch_id", "state", "raw", "values"])
        finder = self.env["crm.duplicate.finder"]
        found, rows, hashes, last = {}, array("q"), array("q"), 0
        # past the ORM, which copies a JSON value each time it is looked at
        query = (
            "SELECT id, values FROM crm_import_line "
            "WHERE batch_id = %s AND state = 'ready' AND id > %s ORDER BY id LIMIT %s"
        )
        while page := self.env.execute_query(SQL(query, self.id, last, CHECK_STEP)):
            keys = {line_id: Line._keys(values or {}) for line_id, values in page}
            found |= finder._find_duplicates(keys, company=self.company_id)
            for line_id, candidate in keys.items():
                own = set(map(hash, finder._lookup_keys(candidate)))
                rows.extend([line_id] * len(own))
                hashes.extend(own)
            last = page[-1][0]
        # a hash that two keys share by chance costs a comparison and says nothing
        several = {one for one, other in pairwise(sorted(hashes)) if one == other}
        return found, {line_id for line_id, key in zip(rows, hashes, strict=True) if key in several}

    def _keys_of_rows(self, ids):
        """Three dicts by the row's id: its keys, its place in the order (fullest first), a hash of what was written."""
        Line = self.env["crm.import.line"]
        keys, order, content = {}, {}, {}
        query = "SELECT id, values, raw::text FROM crm_import_line WHERE id = ANY(%s) ORDER BY id"
        for start in range(0, len(ids), CHECK_STEP):
            for line_id, values, raw in self.env.execute_query(SQL(query, ids[start : start + CHECK_STEP])):
                values = values or {}
                keys[line_id] = Line._keys(values)
                order[line_id] = (-sum(map(bool, values.values())), line_id)
                content[line_id] = hash(raw)
        return keys, order, content

    def _write_suggestions(self, verdicts):
        if not verdicts:
            return
        self.env["crm.merge.suggestion"].create(
            [self._prepare_suggestion_vals(row, verdict) for row, verdict in verdicts.items()]
        )
        self.env["crm.import.line"].browse(verdicts).write({"state": "duplicate"})

    def _prepare_suggestion_vals(self, row, verdict):
        """Values of one suggestion; ``row`` is the id of a line."""
        is_record = isinstance(verdict.target, tuple)
        return {
            "company_id": self.company_id.id,
            "batch_id": self.id,
            "line_id": row,
            "level": verdict.level,
            "kind": verdict.kind,
            "survivor_line_id": not is_record and verdict.target,
            "survivor_model": is_record and verdict.target[0],
            "survivor_res_id": is_record and verdict.target[1],
        }
