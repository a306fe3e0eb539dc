from collections import defaultdict
from dataclasses import dataclass, replace

from odoo import models

from ...lib.duplicate_keys import LEVELS, judge
from .row_reader import read_row

# rows compared with one key; a sheet with one number on every row must not cost the square of its rows
MAX_COMPARED = 30


@dataclass(frozen=True)
class _Verdict:
    """A row is the same as ``target``: another row, or (model, id) of a record."""

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
        """Understands every row by the columns chosen and lists problems and duplicates; can be run again."""
        self._check_importer("mapping", "checked")
        self.env["crm.merge.suggestion"].sudo().search([("batch_id", "=", self.id)]).unlink()
        lines = self.sudo().line_ids
        self._read_lines(lines)
        self._suggest_merges(lines.filtered(lambda line: line.state == "ready"))
        if self.update_existing:
            self._plan_updates()
        self._set(state="checked")
        return True

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
        targets = {mapping.header: mapping.target for mapping in self.sudo().mapping_ids}
        texts = self.env["crm.import.line"]
        for line in lines:
            row = read_row([(header, targets.get(header, "note"), text) for header, text in line.raw or []])
            line.write(
                {
                    "values": row.values,
                    "company_name": row.values.get("company"),
                    "contact_name": row.values.get("contact"),
                    "phone": row.values.get("phone"),
                    "problem": texts._words(row.problems) or False,
                    "hint": texts._words(row.hints) or False,
                    "state": "problem" if row.problems else "ready",
                }
            )

    # -- duplicates ------------------------------------------------------------------------------

    def _suggest_merges(self, lines):
        """Suggestions for these rows against leads, customers and each other.

        Rows are compared with fuller ones, so that the one that says most survives; each duplicate row gets one
        suggestion. What equals a duplicate goes to that one's survivor, and a row that equals two survivors joins
        them, each time at the weaker of the two levels.
        """
        keys = {line: line._keys() for line in lines}
        accepted = LEVELS if self.with_weak else LEVELS[:-1]
        finder = self.env["crm.duplicate.finder"]
        found = finder._find_duplicates({line.id: keys[line] for line in lines}, company=self.company_id)
        by_key = defaultdict(list)
        groups = _Groups()
        for line in sorted(lines, key=lambda line: (-self._fullness(line), line.id)):
            verdicts = [_Verdict(m.level, m.kind, (m.model, m.res_id)) for m in found.get(line.id, ())]
            lookups = list(finder._lookup_keys(keys[line]))
            others = dict.fromkeys(other for lookup in lookups for other in by_key[lookup][:MAX_COMPARED])
            for other in others:
                verdict = judge(keys[line], keys[other])
                if verdict and line.raw == other.raw:
                    verdict = ("certain", "row")
                if verdict:
                    verdicts.append(_Verdict(*verdict, other))
            groups.add(line, [verdict for verdict in verdicts if verdict.level in accepted])
            for lookup in lookups:
                by_key[lookup].append(line)
        self._write_suggestions(groups.verdicts)

    def _fullness(self, line):
        return sum(1 for value in (line.values or {}).values() if value)

    def _write_suggestions(self, verdicts):
        if not verdicts:
            return
        self.env["crm.merge.suggestion"].sudo().create(
            [self._prepare_suggestion_vals(line, verdict) for line, verdict in verdicts.items()]
        )
        self.env["crm.import.line"].sudo().browse([line.id for line in verdicts]).write({"state": "duplicate"})

    def _prepare_suggestion_vals(self, line, verdict):
        is_record = isinstance(verdict.target, tuple)
        return {
            "company_id": self.company_id.id,
            "batch_id": self.id,
            "line_id": line.id,
            "level": verdict.level,
            "kind": verdict.kind,
            "survivor_line_id": False if is_record else verdict.target.id,
            "survivor_model": is_record and verdict.target[0],
            "survivor_res_id": is_record and verdict.target[1],
        }
