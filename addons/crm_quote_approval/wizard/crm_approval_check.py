import base64

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.crm_merchant.lib.hashing import canonical_json, chain_hash

CHAINS_AT_ONCE = 500
MOST_SHOWN = 50


class ApprovalCheck(models.TransientModel):
    """Checks the ledger of approvals and gives the seals out, so that a copy can be kept elsewhere."""

    _name = "crm.approval.check"
    _description = "Check of the Approval Ledger"

    row_count = fields.Integer("Rows Checked", readonly=True)
    chain_count = fields.Integer("Papers", readonly=True)
    seal_count = fields.Integer("Seals Checked", readonly=True)
    finding_count = fields.Integer("Number of Findings", readonly=True)
    findings = fields.Text(readonly=True)
    checked_at = fields.Datetime(readonly=True)
    seal_file = fields.Binary("Seals", readonly=True, attachment=False)
    seal_name = fields.Char(readonly=True)

    def _check_actor(self):
        """:raises AccessError: for anyone but suite administrators"""
        if not self.env.user.has_group("crm_merchant.group_suite_admin"):
            raise AccessError(self.env._("Only a suite administrator checks the ledger."))

    def action_check(self):
        """Goes through all rows, all seals and all decisions."""
        self.ensure_one()
        self._check_actor()
        ledger = self.env["crm.approval.ledger"].sudo()
        ledger.flush_model()
        findings = [*self._check_chains(ledger), *self._check_seals(ledger), *self._check_decisions()]
        self.write(
            {
                "checked_at": fields.Datetime.now(),
                "finding_count": len(findings),
                "findings": "\n".join(findings[:MOST_SHOWN]) or self.env._("Nothing was changed, cut or removed."),
            }
        )
        return self._open()

    def _check_chains(self, ledger):
        """Sentences on rows that do not fit their chain, some hundred chains at a time, so that memory stays flat."""
        findings, rows, chains = [], 0, 0
        last = ("", 0)
        while True:
            keys = self.env.execute_query(
                SQL(
                    "SELECT res_model, res_id, count(*) FROM %s WHERE (res_model, res_id) > (%s, %s) "
                    "GROUP BY res_model, res_id ORDER BY res_model, res_id LIMIT %s",
                    SQL.identifier(ledger._table),
                    *last,
                    CHAINS_AT_ONCE,
                )
            )
            if not keys:
                break
            last = keys[-1][:2]
            chains += len(keys)
            rows += sum(count for _model, _id, count in keys)
            for model in sorted({key[0] for key in keys}):
                ids = [res_id for name, res_id, _count in keys if name == model]
                for row in ledger._ledger_broken([("res_model", "=", model), ("res_id", "in", ids)]):
                    findings.append(
                        self.env._(
                            "%(name)s: row %(number)s was changed, or one before it was removed.",
                            name=row.res_name or f"{model} {row.res_id}",
                            number=row.seq,
                        )
                    )
            ledger.invalidate_model()
        self.write({"row_count": rows, "chain_count": chains})
        return findings

    def _check_seals(self, ledger):
        """Sentences on seals whose heads are not those of the rows any more: the end of a chain was cut off, or a
        whole chain removed or written anew."""
        seals = self.env["crm.ledger.seal"].sudo()
        domain = [("res_model", "=", ledger._name)]
        findings = [
            self.env._("Seal %(number)s does not fit the one before it.", number=seal.seq)
            for seal in seals._ledger_broken(domain)
        ]
        kept = seals.search(domain, order="seq")
        for seal in kept:
            count, digest = self._heads_between(ledger, seal.row_from, seal.row_to)
            if (count, digest) != (seal.head_count, seal.heads_hash):
                findings.append(
                    self.env._(
                        "Rows that seal %(number)s of %(date)s covers were changed or removed.",
                        number=seal.seq,
                        date=seal.moment,
                    )
                )
        self.write({"seal_count": len(kept)})
        return findings

    def _heads_between(self, ledger, row_from, row_to):
        """(number of chains, hash of their heads) as the seal saw them that night."""
        heads = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_model, res_id) res_model, res_id, seq, hash FROM %s "
                "WHERE id > %s AND id <= %s ORDER BY res_model, res_id, seq DESC",
                SQL.identifier(ledger._table),
                row_from or 0,
                row_to or 0,
            )
        )
        return len(heads), chain_hash("", canonical_json([list(head) for head in heads]))

    def _check_decisions(self):
        """Sentences on signatures and requests that have no row in the ledger."""
        self.env.flush_all()
        unsigned = self.env.execute_query(
            SQL(
                "SELECT t.title, t.step_name FROM crm_approval_task t WHERE t.state = 'approved' AND NOT EXISTS ("
                "SELECT 1 FROM crm_approval_ledger l WHERE l.task_ref = t.id AND l.event = 'approve')"
            )
        )
        silent = self.env.execute_query(
            SQL(
                "SELECT r.title FROM crm_approval_request r WHERE NOT EXISTS ("
                "SELECT 1 FROM crm_approval_ledger l WHERE l.request_ref = r.id AND l.event = 'submit')"
            )
        )
        done = self.env.execute_query(
            SQL(
                "SELECT r.title FROM crm_approval_request r WHERE r.state = 'approved' AND NOT EXISTS ("
                "SELECT 1 FROM crm_approval_ledger l WHERE l.request_ref = r.id AND l.event = 'done')"
            )
        )
        return [
            *(
                self.env._("%(name)s: step %(step)s counts as signed without a row.", name=title, step=step)
                for title, step in unsigned
            ),
            *(self.env._("%(name)s: its rows are gone.", name=title) for (title,) in silent),
            *(self.env._("%(name)s: counts as approved without a row.", name=title) for (title,) in done),
        ]

    def action_export(self):
        """Gives out all seals of this ledger as a file; who keeps it can prove later what stood in the ledger."""
        self.ensure_one()
        self._check_actor()
        seals = self.env["crm.ledger.seal"].sudo()
        names = ["seq", "moment", "row_from", "row_to", "head_count", "heads_hash", "previous_hash", "hash"]
        rows = seals.search_read([("res_model", "=", "crm.approval.ledger")], names, order="seq")
        content = canonical_json([{name: row[name] for name in names} for row in rows])
        self.write(
            {
                "seal_file": base64.b64encode(content.encode()),
                "seal_name": f"approval-seals-{fields.Date.context_today(self)}.json",
            }
        )
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check the Ledger"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
