"""Approval for any model, in three parts.

* **Judged values.** ``_approval_judged_fields()`` names what an approver judges. Their hash, ``approval_fingerprint``,
  is a stored computed field, so whoever changes a judged value by whatever way, also on the lines, changes it.
* **State.** ``approval_state`` is computed of exactly two inputs: the state of the current request and whether the
  fingerprint equals the one that was frozen at submit. When they part while a request runs or after it was approved,
  the paper is void; a precommit hook then closes the request, so that going back to the old values revives nothing.
* **Gate.** ``_approval_gate()`` stands where a paper takes effect; see ``crm_approval_mixin_gate``.

A model that uses the mixin has the one ``create`` and ``write`` of ``crm.watch.mixin`` and nobody's right to write the
fields below: they are guarded, and only ``crm.approval.request`` opens the door.
"""

from odoo import api, fields, models

from odoo.addons.crm_merchant.lib.hashing import canonical_json, chain_hash
from odoo.addons.crm_merchant.lib.money import from_float

STATES = [
    ("none", "No Request"),
    ("draft", "To Submit"),
    ("pending", "Waiting for Approval"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("returned", "Returned"),
    ("void", "Void"),
]
# requests whose values are frozen: a change makes them void
FROZEN_STATES = ("pending", "approved")
VOIDED = "crm.approval.voided"
# requests whose values an approver is changing at this moment; kept in this process, out of every caller's reach
EDITING = "crm.approval.editing"


def fetch_whole(records, *names):
    """Reads all ordinary columns of ``records`` at once, and these fields besides."""
    columns = [name for name, field in records._fields.items() if field.prefetch is True]
    records.fetch([*columns, *names])


class ApprovalMixin(models.AbstractModel):
    _name = "crm.approval.mixin"
    _inherit = ["crm.watch.mixin"]
    _description = "Approval of a Record"

    approval_request_id = fields.Many2one(
        "crm.approval.request",
        "Approval",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    approval_fingerprint = fields.Char(
        compute="_compute_approval_fingerprint",
        store=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Hash of the values that approvers judge",
    )
    approval_state = fields.Selection(
        STATES,
        compute="_compute_approval_state",
        store=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    approval_task_ids = fields.One2many(
        "crm.approval.task",
        "res_id",
        "Approval Steps",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    approval_ledger_ids = fields.One2many(
        "crm.approval.ledger",
        "res_id",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    approval_waiting_for = fields.Char("Waiting for", compute="_compute_approval_waiting_for", groups="base.group_user")

    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "approval_request_id",
            "approval_fingerprint",
            "approval_state",
            "approval_task_ids",
            "approval_ledger_ids",
        }

    # -- hooks of the model -------------------------------------------------------------------

    def _approval_judged_fields(self):
        """Field paths whose change makes an approval void, e.g. ``["partner_id", "order_line.price_unit"]``.

        A path crosses relations; of records behind a list of records the order counts (``sequence`` gives the order
        and is not a value itself).
        """
        return []

    def _approval_judged_records(self, name):
        """Records behind the list field ``name`` whose values are judged; all of them by default."""
        return self[name]

    def _approval_amount(self):
        """Amount that the policies compare with their thresholds: tax included, in the currency of the company.

        Where a paper could be split, the parts are summed here.
        """
        self.ensure_one()
        return 0.0

    def _approval_amounts(self):
        """id -> ``_approval_amount()``; models that can ask for many at once do it here."""
        return {record.id: record._approval_amount() for record in self}

    def _approval_fetch(self):
        """Reads what judging and freezing these papers (superuser) asks of them, few queries for any number.

        Models read here what they would else read paper by paper.
        """
        requester = self.env.user.sudo()
        people = requester | requester._merchant_superiors().sudo()
        fetch_whole(people)
        fetch_whole(people.partner_id | self._approval_partners())

    def _approval_partners(self):
        """Partners of these papers."""
        return self.env["res.partner"].union(*(record._approval_company().partner_id for record in self))

    def _approval_own_amount(self):
        """Total of this paper alone in its own currency, computed anew from its parts; frozen at submit.

        The gate asks again, so that a tax that was changed elsewhere is seen. None where the model has none.
        """
        self.ensure_one()
        return None

    def _approval_company(self):
        """The company whose policies and approvers count."""
        self.ensure_one()
        return self.company_id

    def _approval_own_users(self):
        """People who never sign this paper, besides the requester: who wrote it and who answers for it."""
        self.ensure_one()
        return self.create_uid

    def _approval_title(self):
        """How requests and tasks name this paper; no money in it, see the amount beside it."""
        self.ensure_one()
        return self.display_name

    def _approval_snapshot(self):
        """Readable frozen copy for the approvers, who may not read the record itself.

        :return: ``{"values": [[label, text], …], "columns": [label, …], "lines": [[text, …], …]}``; a value may
            carry a code as third element (``margin``), by which a step hides it
        """
        self.ensure_one()
        return {"values": [], "columns": [], "lines": []}

    def _on_submitted(self, requests):
        """Runs (as superuser) when ``requests``, one for each of these records and in their order, have frozen the
        values, before the approvers are told."""

    def _on_approved(self):
        """Runs (as superuser) after the last step approved each of these records; a neutral default."""

    def _on_rejected(self):
        """Runs (as superuser) after an approver rejected each of these records; a neutral default."""

    # -- judged values and their hash ------------------------------------------------------------

    @api.depends(lambda self: self._approval_judged_fields())
    def _compute_approval_fingerprint(self):
        for record in self:
            record.approval_fingerprint = record._approval_hash()

    def _approval_hash(self):
        """Hash of the judged values as they are now."""
        return chain_hash("", self._approval_judged_text())

    def _approval_judged_text(self):
        """The one JSON text of the judged values."""
        self.ensure_one()
        tree = {}
        for path in self._approval_judged_fields():
            node = tree
            for name in path.split("."):
                node = node.setdefault(name, {})
        return canonical_json(self._approval_values(self, tree))

    def _approval_values(self, record, tree):
        values = {}
        for name, below in tree.items():
            field = record._fields[name]
            if not below:
                if name != "sequence":
                    values[name] = self._approval_leaf(record, field)
            elif field.type == "many2one":
                values[name] = self._approval_values(record[name], below)
            else:
                rows = record._approval_judged_records(name) if record == self else record[name]
                if "sequence" in below:
                    rows = rows.sorted(lambda row: (row.sequence, row._origin.id or 0))
                else:
                    rows = rows.sorted(lambda row: row._origin.id or 0)
                values[name] = [self._approval_values(row, below) for row in rows]
        return values

    def _approval_leaf(self, record, field):
        value = record[field.name]
        if field.type == "many2one":
            return value._origin.id or None
        if field.relational:
            return sorted(value._origin.ids)
        if field.type in ("float", "monetary"):
            # six digits hold every price and quantity; the shortest text of the float is what was typed
            return from_float(value or 0.0, 6)
        if field.type in ("integer", "boolean"):
            return value
        if field.type in ("date", "datetime"):
            return value or None
        return str(value) if value else None

    # -- state ------------------------------------------------------------------------------------

    @api.depends("approval_request_id.state", "approval_request_id.fingerprint", "approval_fingerprint")
    def _compute_approval_state(self):
        voided = self.env.cr.precommit.data.get(VOIDED, ())
        editing = self.env.cr.precommit.data.get(EDITING, ())
        for record in self:
            request = record.approval_request_id
            state = request.state or "none"
            if (
                state in FROZEN_STATES
                and request.id not in editing
                and (request.fingerprint != record.approval_fingerprint or request.id in voided)
            ):
                state = "void"
                # a form that is being edited (no id yet) only shows what would happen
                if record.id:
                    request._void_before_commit()
            record.approval_state = state

    @api.depends("approval_request_id.waiting_for", "approval_state")
    def _compute_approval_waiting_for(self):
        for record in self:
            record.approval_waiting_for = record.sudo().approval_request_id.waiting_for
