from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..clients.errors import FinanceError
from ..lib.vault import VaultError

STEPS = ("product", "address", "secret", "test", "mapping")
# what of the wizard becomes the connection, beside what the product asks for at login
TAKEN = ("name", "company_id", "product", "responsible_id", "receipt_journal_id")


class FinanceSetup(models.TransientModel):
    """Five steps to a connection, for someone who is not technical. It makes the connection; it switches nothing on."""

    _name = "finance.setup"
    _description = "Set Up a Finance Connection"

    step = fields.Selection(
        [
            ("product", "Software"),
            ("address", "Address"),
            ("secret", "Secret"),
            ("test", "Test"),
            ("mapping", "Mapping"),
        ],
        required=True,
        default="product",
    )
    connection_id = fields.Many2one("finance.connection", readonly=True, ondelete="cascade")
    name = fields.Char()
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="One of the companies that are ticked at the top right of the screen",
    )
    product = fields.Selection(
        lambda self: self.env["finance.connection"]._selection_product(), "Finance Software", default="kingdee_galaxy"
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        help="Gets the to-do when a document is refused or stops; messages are written in this person's language",
    )
    receipt_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Receipts",
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        help="Where receipts read from the ERP are registered; empty: they are shown and not registered",
    )
    base_url = fields.Char(
        "Address",
        help="For example https://erp.example.com/k3cloud/. Only https; private networks must be named in the server's "
        "environment.",
    )
    account_set = fields.Char(help="Id of the account set (data centre id)")
    user_name = fields.Char(
        "Integration User",
        help="User over there that is kept for this connection alone, with the rights for what is to be sent and read",
    )
    app_id = fields.Char(
        "Application ID",
        help="Given by the finance system when our application is registered there, together with the secret",
    )
    organisation = fields.Char(help="Number of the settlement organisation over there")
    eas_db_type = fields.Selection(
        lambda self: self.env["finance.connection"]._fields["eas_db_type"]._description_selection(self.env),
        "Database of EAS",
    )
    # never stored here: it goes straight into the connection, encrypted
    secret_input = fields.Char(
        "Secret", compute="_compute_secret_input", inverse="_inverse_secret_input", store=False, exportable=False
    )
    has_secret = fields.Boolean(compute="_compute_has_secret")
    test_result = fields.Text(readonly=True)
    is_tested = fields.Boolean(readonly=True)
    default_material = fields.Char("Number for Products Without One")
    default_unit = fields.Char("Number for Units Without One")
    u8_customer_class = fields.Char("Customer Class", help="Code of the class (客户分类) that new customers join")
    u8_department = fields.Char("Department", help="Code of the department (部门) on every document")
    u8_person = fields.Char("Salesperson Over There", help="Code of the person (业务员) where none is mapped")
    u8_operator = fields.Char("Operator", help="Name of the U8 user (制单人) under whom documents are entered")
    u8_revenue_account = fields.Char("Revenue Account", help="Account (对方科目) of receivables; not a controlled one")
    u8_tax_account = fields.Char("Tax Account", help="Empty: the tax stays in the row of the revenue account")
    u8_auditor_person = fields.Char("Audited By", help="Code of the person who audits; empty: a person there does it")

    def _compute_secret_input(self):
        self.secret_input = False

    def _inverse_secret_input(self):
        for wizard in self:
            if wizard.secret_input and wizard.connection_id:
                wizard.connection_id.secret_input = wizard.secret_input
        self.invalidate_recordset(["secret_input"], flush=False)

    @api.depends("connection_id")
    def _compute_has_secret(self):
        for wizard in self:
            wizard.has_secret = bool(wizard.connection_id.sudo().secret_set_at)

    def _check_actor(self):
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only a system administrator sets up a connection."))

    # -- buttons ----------------------------------------------------------------------------

    def action_next(self):
        """Checks the step and goes to the next one."""
        self.ensure_one()
        self._check_actor()
        getattr(self, f"_finish_{self.step}")()
        if self.step == STEPS[-1]:
            return self.connection_id.action_preview()
        self.step = STEPS[STEPS.index(self.step) + 1]
        return self._again()

    def action_back(self):
        self.ensure_one()
        self._check_actor()
        self.step = STEPS[max(STEPS.index(self.step) - 1, 0)]
        return self._again()

    def action_test(self):
        """Logs in and reads something harmless."""
        self.ensure_one()
        self._check_actor()
        connection = self.connection_id.sudo()
        try:
            report = connection._adapter().test_connection()
        except (FinanceError, VaultError) as error:
            self.write({"is_tested": False, "test_result": connection.with_env(self.env)._test_sentence(error)})
        else:
            connection._resume()
            text = self.env._(
                "It works: account set %(account)s, user %(user)s.", account=report.account, user=report.user
            )
            self.write({"is_tested": True, "test_result": text})
        return self._again()

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Up a Finance Connection"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    # -- the steps --------------------------------------------------------------------------

    def _finish_product(self):
        # said before anything is typed that could not be kept
        self.env["finance.connection"]._check_key()
        if not (self.product and self.company_id and self.responsible_id):
            raise UserError(self.env._("Choose the product, the company and who answers for it."))
        known = self.env["finance.connection"].search(
            [("company_id", "=", self.company_id.id), ("product", "=", self.product)], limit=1
        )
        if known - self.connection_id:
            raise UserError(
                self.env._("%(company)s has one already: %(name)s. Open it under Connections.",
                           company=self.company_id.name, name=known.name)
            )  # fmt: skip
        label = dict(self._fields["product"]._description_selection(self.env))[self.product]
        self.name = self.name or f"{label} – {self.company_id.name}"

    def _finish_address(self):
        """The connection is made here, or takes over what was corrected."""
        asked = self.env["finance.connection"]._login_fields(self.product)
        missing = [name for name in asked if not self[name]]
        if missing:
            labels = format_list(self.env, [self._fields[name]._description_string(self.env) for name in missing])
            raise UserError(self.env._("Still empty: %(fields)s", fields=labels))
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in (*TAKEN, *asked)}
        if self.connection_id:
            self.connection_id.write(vals)
        else:
            self.connection_id = self.env["finance.connection"].create(vals)

    def _finish_secret(self):
        if not self.has_secret:
            raise UserError(self.env._("Enter the secret that the finance system gave to this application."))

    def _finish_test(self):
        if not self.is_tested:
            raise UserError(self.env._("Press Test first. The next step needs a connection that works."))

    def _finish_mapping(self):
        asked = self.env["finance.connection"]._writing_fields(self.product)
        self.connection_id.write({name: self[name] for name in asked})
