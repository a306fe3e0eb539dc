from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_merchant.models.kernel.inserting import sql_array

from ..clients.adapter import adapter_for


class FinanceBinding(models.Model):
    """Our record ↔ its document over there. Written only by the worker and the poller, through ``_bind``."""

    _name = "finance.binding"
    _inherit = ["crm.guarded.mixin"]
    _description = "Finance Binding"
    _order = "id desc"
    _rec_name = "number"

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    kind_label = fields.Char("Kind of Document", compute="_compute_kind_label")
    number = fields.Char("Number Over There", required=True, readonly=True)
    remote_id = fields.Char("ID Over There", readonly=True)
    remote_state = fields.Char("State Over There", readonly=True)
    is_by_hand = fields.Boolean("Entered by a Person", readonly=True)
    seen_at = fields.Datetime("Last Seen", readonly=True)

    _record_uniq = models.UniqueIndex(
        "(connection_id, res_model, res_id, kind)", "This record is already bound on this connection."
    )
    _number_uniq = models.UniqueIndex(
        "(connection_id, kind, number)", "This number is already bound to another of our records."
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "connection_id", "res_model", "res_id", "kind", "number", "remote_id", "remote_state", "is_by_hand",
            "seen_at",
        }  # fmt: skip

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        labels = dict(self.env["finance.outbox"]._fields["kind"]._description_selection(self.env))
        for binding in self:
            binding.kind_label = labels.get(binding.kind, binding.kind)

    @api.model
    def _bind(
        self, connection, res_model, res_id, kind, *, number, remote_id="", remote_state="", stage=None, by_hand=False
    ):
        """The door: binds, or notes the newest state of what is bound.

        Number and id of a binding never change: another document under our record is a matter for a person.

        :param stage: what the adapter makes of ``remote_state``, from who has one at hand
        """
        if stage is None:
            stage = "" if by_hand else adapter_for(connection.product).stage_of(kind, remote_state)
        rows = [(res_id, number, remote_id, remote_state, stage)]
        return self._bind_many(connection, res_model, kind, rows, by_hand=by_hand)

    @api.model
    def _bind_many(self, connection, res_model, kind, rows, *, by_hand=False):
        """Like :meth:`_bind`.

        :param rows: list of (record id, number, id over there, state over there, stage)
        """
        self.flush_model()
        ids, numbers, remote_ids, states, stages = zip(*rows, strict=True)
        # one statement: it comes after each step of each document, and nothing hangs on these columns
        query = SQL(
            "INSERT INTO finance_binding (connection_id, company_id, res_model, res_id, kind, number, remote_id, "
            "is_by_hand, remote_state, remote_stage, seen_at, create_uid, create_date, write_uid, write_date) "
            "SELECT c.id, c.company_id, %(res_model)s, v.res_id, %(kind)s, v.number, v.remote_id, "
            "%(by_hand)s, v.state, v.stage, %(seen)s, %(uid)s, %(now)s, %(uid)s, %(now)s "
            "FROM finance_connection c, unnest(%(ids)s, %(numbers)s, %(remote_ids)s, %(states)s, %(stages)s) "
            "AS v(res_id, number, remote_id, state, stage) WHERE c.id = %(connection)s "
            "ON CONFLICT (connection_id, res_model, res_id, kind) DO UPDATE SET remote_state = EXCLUDED.remote_state, "
            "remote_stage = EXCLUDED.remote_stage, seen_at = EXCLUDED.seen_at, write_uid = EXCLUDED.write_uid, "
            "write_date = EXCLUDED.write_date RETURNING id",
            connection=connection.id,
            res_model=res_model,
            kind=kind,
            ids=sql_array(ids),
            numbers=sql_array(numbers, "text"),
            remote_ids=sql_array(remote_ids, "text"),
            by_hand=by_hand,
            states=sql_array(states, "text"),
            stages=sql_array([stage or None for stage in stages], "text"),
            seen=self.env.cr.now().replace(microsecond=0),
            uid=self.env.uid,
            now=self.env.cr.now(),
        )
        bound = [row[0] for row in self.env.execute_query(query)]
        self.invalidate_model(flush=False)
        return self.sudo().browse(bound)

    def _rebind(self, res_id):
        """The door of a merge: what these number is another record of ours from now on; theirs stays the same."""
        self._through_door("res_id").write({"res_id": res_id})

    @api.model
    def _numbers(self, connection, res_model, ids, kind):
        """{record id: number over there} of those that are bound."""
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, number FROM finance_binding "
                "WHERE connection_id = %s AND res_model = %s AND res_id = ANY(%s) AND kind = %s",
                connection.id,
                res_model,
                list(ids),
                kind,
            )
        )
        return dict(rows)
