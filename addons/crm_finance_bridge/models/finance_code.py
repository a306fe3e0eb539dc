from odoo import api, fields, models

from odoo.addons.crm_merchant.lib.credit_code import check_credit_code

from ..clients.adapter import adapter_for
from ..clients.errors import FinanceError
from ..lib.vault import VaultError

BATCH = 1000
# what the far side says of a code
SAID = ("name", "credit_code")


class FinanceCode(models.Model):
    """A number of the far side and what it means there: what is offered when a mapping is missing."""

    _name = "finance.code"
    _description = "Code of the Finance System"
    _order = "connection_id, kind, number"
    _rec_name = "number"
    _rec_names_search = ("number", "name")

    connection_id = fields.Many2one("finance.connection", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connection_id.company_id", store=True)
    kind = fields.Selection("_selection_kind", required=True, readonly=True)
    number = fields.Char("Number Over There", required=True, readonly=True)
    name = fields.Char("Name Over There", readonly=True)
    credit_code = fields.Char("Credit Code Over There", readonly=True)

    _number_uniq = models.UniqueIndex("(connection_id, kind, number)")

    @api.model
    def _selection_kind(self):
        kinds = self.env["finance.mapping"]._fields["kind"]._description_selection(self.env)
        return [*kinds, ("customer", self.env._("Customer"))]

    @api.depends("number", "name")
    def _compute_display_name(self):
        for code in self:
            code.display_name = " ".join(filter(None, [code.number, code.name]))

    @api.model
    def _store(self, connection, codes):
        """Takes over what was read or imported; what is not named stays.

        :param codes: list of (kind, number, name), of a customer with his credit code behind it if it is known
        :return: how many are new or changed
        """
        codes = {(kind, number): self._prepare_said(*said) for kind, number, *said in codes}
        known = {
            (code.kind, code.number): code
            for code in self.sudo().search_fetch([("connection_id", "=", connection.id)], ["kind", "number", *SAID])
        }
        new = [
            {"connection_id": connection.id, "kind": kind, "number": number, **said}
            for (kind, number), said in codes.items()
            if (kind, number) not in known
        ]
        for start in range(0, len(new), BATCH):
            self.sudo().create(new[start : start + BATCH])
        changed = [
            key
            for key, said in codes.items()
            if key in known and any((known[key][name] or False) != (value or False) for name, value in said.items())
        ]
        for key in changed:
            known[key].write(codes[key])
        return len(new) + len(changed)

    @api.model
    def _prepare_said(self, name, credit_code=None):
        """Hook: what is kept of one code; a credit code that is none is not kept, one that is not told stays."""
        if credit_code is None:
            return {"name": name}
        code = check_credit_code(credit_code)
        return {"name": name, "credit_code": code.normalised if code.valid else False}


class FinanceConnection(models.Model):
    _inherit = "finance.connection"

    def action_read_codes(self):
        """Reads the numbers and names of the far side's base data. Nothing is changed there."""
        self.ensure_one()
        self._check_operator(clerk=True)
        connection = self.sudo()
        codes, offered = [], False
        try:
            adapter = connection._adapter()
            for kind in (*adapter_for(connection.product).mapped_kinds, "customer"):
                found = adapter.read_codes(kind)
                offered = offered or found is not None
                codes.extend(connection._codes_of(found))
        except (FinanceError, VaultError) as error:
            return self._notice("danger", connection.with_env(self.env)._error_sentence(error))
        if not offered:
            return self._notice("warning", self.env._("This product does not list its codes. Import them from a file."))
        changed = self.env["finance.code"]._store(connection, codes)
        self.env["finance.code"]._match_customers(connection)
        return self._notice(
            "success", self.env._("%(count)s codes were read, %(changed)s are new.", count=len(codes), changed=changed)
        )

    def action_import_codes(self):
        self.ensure_one()
        self._check_operator(clerk=True)
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.code.import",
            "name": self.env._("Import Codes"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_connection_id": self.id},
        }

    def action_preview(self):
        """Tries everything that waits and that would go out; sends nothing."""
        self.ensure_one()
        self._check_operator(clerk=True)
        preview = self.env["finance.preview"].create({"connection_id": self.id})
        preview._fill()
        return preview._open()
