from odoo import api, fields, models
from odoo.tools import SQL

from ...lib.hashing import canonical_json, chain_hash


class LedgerSeal(models.Model):
    """One row a night and ledger: the hash of the seal before it and of all chain heads that changed since.

    Without it somebody with access to the database could replace the whole chain of one record; with it, he would
    have to replace every seal since as well, and copies of those can be kept elsewhere.
    """

    _name = "crm.ledger.seal"
    _inherit = ["crm.ledger.mixin"]
    _description = "Ledger Seal"
    _log_access = False

    row_from = fields.Integer("After Row", readonly=True)
    row_to = fields.Integer("Up to Row", readonly=True)
    head_count = fields.Integer("Chains Changed", readonly=True)
    heads_hash = fields.Char(readonly=True)

    @api.model
    def _ledgers(self):
        """Names of the models whose chains are sealed."""
        return [
            name
            for name in self.env.registry.descendants(["crm.ledger.mixin"], "_inherit")
            if not self.env[name]._abstract and name != self._name
        ]

    @api.model
    def _cron_seal(self):
        """Seals every ledger that has grown; the number of a seal's record is always 1: one chain a ledger."""
        for name in sorted(self._ledgers()):
            previous = self.sudo().search([("res_model", "=", name)], order="seq desc", limit=1)
            row_to, count, digest = self._heads_since(name, previous.row_to)
            if count:
                self._ledger_append(
                    [
                        {
                            "res_model": name,
                            "res_id": 1,
                            "res_name": name,
                            "row_from": previous.row_to,
                            "row_to": row_to,
                            "head_count": count,
                            "heads_hash": digest,
                        }
                    ]
                )

    def _heads_since(self, name, row_from):
        """(last row id, number of chains, hash of their heads) of the rows after ``row_from``."""
        ledger = self.env[name]
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_model, res_id) res_model, res_id, seq, hash, max(id) OVER () "
                "FROM %s WHERE id > %s ORDER BY res_model, res_id, seq DESC",
                SQL.identifier(ledger._table),
                row_from or 0,
            )
        )
        heads = [[model, res_id, seq, digest] for model, res_id, seq, digest, _last in rows]
        return (rows[0][-1] if rows else row_from, len(heads), chain_hash("", canonical_json(heads)))
