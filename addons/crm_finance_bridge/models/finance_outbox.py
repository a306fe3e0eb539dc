import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_merchant.lib.hashing import chain_hash
from odoo.addons.crm_merchant.models.kernel.inserting import insert_rows
from odoo.addons.crm_merchant.models.kernel.outbox_mixin import STATES

# rows are born by the thousand; below this the ORM is as fast
BULK_FROM = 10
# whose versions of ``create`` were read
_READ_MODULES = (
    "odoo.orm.",
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.crm_merchant.models.kernel.guarded_mixin",
    "odoo.addons.crm_finance_bridge.models.",
)
# their story stands in the ledger, not in the chatter
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True, "mail_notrack": True}


class FinanceOutbox(models.Model):
    """A document on its way to the ERP. Its values are frozen here, in the transaction that caused it.

    Sending lives in ``finance_outbox_worker``. Nobody has a right to write these rows; people use the buttons.
    """

    _name = "finance.outbox"
    _inherit = ["crm.outbox.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Finance Outbox"
    _rec_name = "number"

    state = fields.Selection(STATES)
    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            ("customer", "Customer"),
            ("customer_update", "Changed Customer"),
            ("product", "Product"),
            ("receivable", "Receivable"),
            ("credit_note", "Red Receivable"),
            ("sales_order", "Sales Order"),
            ("own_receipt", "Receipt"),
            ("refund", "Refund"),
        ],
        required=True,
        readonly=True,
        help="A module that registers another operation adds its kind here",
    )
    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    res_name = fields.Char("Record Name", readonly=True)
    number = fields.Char("Business Number", required=True, readonly=True)
    requires_id = fields.Many2one("finance.outbox", "Waits For", readonly=True, index="btree_not_null")
    product_row_ids = fields.Many2many(
        "finance.outbox", "finance_outbox_product_rel", "outbox_id", "product_row_id", "Waits for Products",
        readonly=True,
    )  # fmt: skip
    customer_ref = fields.Integer("Customer ID", readonly=True)
    values_text = fields.Text("Frozen Values", required=True, readonly=True)
    wire_text = fields.Text("Values Sent", readonly=True, help="Frozen values with the numbers of the other side")
    payload = fields.Text("Wire Payload", readonly=True, help="Frozen at the first send")
    phase = fields.Char("Last Step", readonly=True, help="Last step that the other side confirmed")
    remote_id = fields.Char("ID Over There", readonly=True)
    remote_possible = fields.Boolean("May Stand Over There", readonly=True)
    evidence = fields.Text(readonly=True, help="Why a person marked it as done")
    attempt_ids = fields.Many2many("finance.attempt", compute="_compute_attempt_ids")

    _key_uniq = models.UniqueIndex("(connection_id, operation, business_key)")
    _number_uniq = models.UniqueIndex("(connection_id, kind, number)")
    _record_idx = models.Index("(res_model, res_id)")

    # everything but the people's to-dos is guarded
    _PEOPLES = frozenset({"id", "create_uid", "create_date", "write_uid", "write_date"})

    def _guarded_fields(self):
        own = {
            name
            for name, field in self._fields.items()
            if field.store and field.column_type and not name.startswith(("activity_", "my_activity_"))
        }
        return super()._guarded_fields() | (own - self._PEOPLES) | {"product_row_ids"}

    def _compute_attempt_ids(self):
        rows = self.env["finance.attempt"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="seq desc"
        )
        by_row = rows.grouped("res_id")
        for row in self:
            row.attempt_ids = by_row.get(row.id, rows.browse())

    # -- writing intents --------------------------------------------------------------------

    @api.model
    def _enqueue(self, connection, operation, records):
        """Writes what is to be sent, in the transaction that caused it; wakes the worker after its commit.

        A row that is there already is frozen anew only if the far side certainly has nothing of it.

        :return: {record id: row} (superuser); records bound without a row are left out
        :raises UserError: the record changed although the far side may have it
        """
        rules = self._operations()[operation]
        outbox = self.sudo().with_company(connection.company_id).with_context(**QUIET)
        records = records.sudo().with_company(connection.company_id)
        needs = getattr(records, rules.needs)() if rules.needs else {}
        rows, needed_rows = outbox._known_rows(connection, rules, records, needs)
        needed_rows = outbox._enqueue_needed(connection, rules, needs, needed_rows)
        first_rows = outbox._rows_to_follow(connection, rules, records)
        values = getattr(records, rules.builder)()
        to_create = []
        for record in records:
            vals = self._prepare_row_vals(connection, operation, record, values[record.id])
            needed = needed_rows.get(needs[record.id].id) if record.id in needs else None
            vals["requires_id"] = first_rows.get(record.id) or (needed.id if needed else False)
            vals["customer_ref"] = needs[record.id].id if record.id in needs else False
            if record.id in rows:
                rows[record.id]._refreeze(vals)
            else:
                to_create.append(vals)
        if to_create:
            created = outbox._outbox_add(to_create)
            rows.update({vals["res_id"]: row for row, vals in zip(created, to_create, strict=True)})
        if rules.products and connection.product_source == "here":
            outbox._enqueue_products(connection, getattr(records, rules.products)(), rows)
        self._wake()
        return rows

    def _outbox_create(self, vals_list):
        if len(vals_list) < BULK_FROM or not self._creates_nothing_else():
            return super()._outbox_create(vals_list)
        now, user_id = self.env.cr.now(), self.env.uid
        given = set().union(*vals_list)
        own = {"create_uid": user_id, "create_date": now, "write_uid": user_id, "write_date": now}
        own |= self.default_get([name for name, field in self._fields.items() if field.store and name not in given])
        return self._watched_create(lambda rows: self.browse(insert_rows(self, [own | row for row in rows])), vals_list)

    def _creates_nothing_else(self):
        """Whether creating rows of this model without tracking and notes is nothing but putting them into the table."""
        creates = [vars(base)["create"] for base in type(self).__mro__ if "create" in vars(base)]
        # an automation rule puts its own method on the class of the registry
        known = all(m.__module__.startswith(_READ_MODULES) and not hasattr(m, "origin") for m in creates)
        return known and not any(f.compute and f.store and f.column_type for f in self._fields.values())

    @api.model
    def _known_rows(self, connection, rules, records, needs):
        """({record id: row}, {needed record id: row}) of what is in the outbox already; one query for both."""
        keys = {f"{rules.model}/{record.id}" for record in records}
        keys |= {f"{target._name}/{target.id}" for target in needs.values()}
        kinds = [rules.kind]
        if needs:
            kinds.append(self._operations()[rules.needs_operation].kind)
        known = self.search_fetch(
            [("connection_id", "=", connection.id), ("kind", "in", kinds), ("business_key", "in", list(keys))],
            ["res_id", "res_model", "kind", "state", "request_hash", "remote_possible"],
        )
        own = known.filtered(lambda row: row.kind == rules.kind)
        return {row.res_id: row for row in own}, {row.res_id: row for row in known - own}

    @api.model
    def _enqueue_needed(self, connection, rules, needs, rows):
        """{record id: row} of what must be done first, written ahead of the records that need it; bound ones need
        none."""
        if not needs:
            return {}
        target = self._operations()[rules.needs_operation]
        targets = self.env[target.model].union(*needs.values())
        bound = self.env["finance.binding"]._numbers(connection, target.model, targets.ids, target.kind)
        new = targets.filtered(lambda record: record.id not in bound and record.id not in rows)
        if new:
            values = getattr(new, target.builder)()
            rows = dict(rows)
            vals_list = [
                self._prepare_row_vals(connection, rules.needs_operation, record, values[record.id]) for record in new
            ]
            rows.update({row.res_id: row for row in self._outbox_add(vals_list)})
        return {record_id: row for record_id, row in rows.items() if record_id not in bound}

    @api.model
    def _rows_to_follow(self, connection, rules, records):
        """{record id: id of the row that goes out before it}."""
        targets = getattr(records, rules.follows)() if rules.follows else {}
        if not targets:
            return {}
        keys = {f"{target._name}/{target.id}": record_id for record_id, target in targets.items()}
        domain = [("connection_id", "=", connection.id), ("business_key", "in", list(keys)), ("state", "!=", "done"),
                  ("error_code", "!=", "withdrawn")]  # fmt: skip
        return {keys[row.business_key]: row.id for row in self.search(domain)}

    @api.model
    def _prepare_row_vals(self, connection, operation, record, values):
        """Hook: columns of a new row."""
        rules = self._operations()[operation]
        key = f"{rules.model}/{record.id}"
        return {
            "connection_id": connection.id,
            "company_id": connection.company_id.id,
            "operation": operation,
            "kind": rules.kind,
            "business_key": key,
            "lane": f"{connection.id}/{key}",
            "res_model": rules.model,
            "res_id": record.id,
            "res_name": record.display_name,
            "number": rules.number.format(prefix=connection.number_prefix, id=record.id),
            "values_text": json.dumps(values, ensure_ascii=False),
            "request_hash": chain_hash("", values),
            "owner_id": connection.responsible_id.id,
            "next_attempt_at": self._outbox_now(),
            "state": "pending",
        }

    def _refreeze(self, vals):
        """New values for a row that never reached the far side; the same values change nothing.

        :raises UserError: the far side may have it with the old values
        """
        self.ensure_one()
        if self.request_hash == vals["request_hash"] and self.state in ("pending", "sending", "uncertain", "done"):
            return
        if self._is_frozen():
            raise UserError(
                self.env._(
                    "%(number)s may already stand in the finance system with other values, so it cannot be sent again. "
                    "Correct it with a credit note and a new invoice.",
                    number=self.number,
                )
            )
        fresh = {"payload": False, "wire_text": False, "attempt_count": 0, "last_error": False, "error_code": False}
        self._outbox_write({**vals, **fresh, "finished_at": False, "evidence": False})

    def _is_frozen(self):
        """The far side has it or may have it: our document must stay as it is."""
        self.ensure_one()
        if self._is_update():
            return False
        return self.state in ("sending", "uncertain", "done") or self.remote_possible

    def _withdraw(self):
        """Our document was taken back before anything was sent."""
        for row in self:
            text = row.connection_id._in_words().env._("Our document was taken back; posting it again sends it.")
            row._outbox_write(
                {"state": "rejected", "last_error": text, "error_code": "withdrawn", "finished_at": self._outbox_now()}
            )
            row.env["finance.attempt"]._note(row, "withdraw", "ok")
        self._close_todo()
