from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..clients.adapter import adapter_for
from ..clients.errors import FinanceError
from ..clients.transport import HttpTransport
from ..lib import vault

# what names the books over there; after the first document it can only be changed by a new connection
IDENTITY = ("company_id", "product", "account_set", "number_prefix")

# the crons that carry documents, by number of the lane
LANES = ("cron_deliver", "cron_deliver_2", "cron_deliver_3", "cron_deliver_4")


class FinanceConnection(models.Model):
    """One company's books in one ERP product. Arrives switched off; what is secret lives in the other files."""

    _name = "finance.connection"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Finance Connection"
    _check_company_auto = True
    _order = "company_id, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    product = fields.Selection(
        "_selection_product", "Finance Software", required=True, default="kingdee_galaxy", tracking=True
    )
    state = fields.Selection(
        [("off", "Off"), ("on", "On")], required=True, default="off", readonly=True, copy=False, tracking=True
    )
    base_url = fields.Char(
        "Address",
        required=True,
        tracking=True,
        help="For example https://erp.example.com/k3cloud/. Only https; private networks must be named in the server's "
        "environment.",
    )
    account_set = fields.Char(required=True, tracking=True, help="Id of the account set (data centre id)")
    user_name = fields.Char(
        "Integration User",
        required=True,
        tracking=True,
        help="User over there that is kept for this connection alone, with the rights for what is to be sent and read",
    )
    app_id = fields.Char(
        "Application ID",
        required=True,
        tracking=True,
        help="Given by the finance system when our application is registered there, together with the secret",
    )
    organisation = fields.Char(required=True, help="Number of the settlement organisation over there")
    pay_organisation = fields.Char("Collecting Organisation", help="Empty: the settlement organisation")
    sale_organisation = fields.Char("Selling Organisation", help="Empty: the settlement organisation")
    default_material = fields.Char(help="Number for products without a mapping; empty: such an invoice is refused")
    default_unit = fields.Char(help="Number for units without a mapping; empty: such an invoice is refused")
    is_audited_by_us = fields.Boolean(
        "Audit Documents Ourselves", default=True, help="Off: we save and submit, a person over there audits"
    )
    number_prefix = fields.Char(default="CRM", required=True, help="Starts every number that we give over there")
    settle_seconds = fields.Integer(
        "Settle Delay (s)",
        default=120,
        required=True,
        help="How long a document whose fate is unknown may take to show up over there, before it is sent again",
    )
    overlap_minutes = fields.Integer(default=15, required=True, help="How far back receipts are read again")
    responsible_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        tracking=True,
        help="Gets the to-do when a document is refused or stops; messages are written in this person's language",
    )
    receipt_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Receipts",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="Where receipts read from the ERP are registered; empty: they are shown and not registered",
    )
    sync_from = fields.Datetime("On Since", readonly=True, copy=False)
    last_success_at = fields.Datetime("Last Success", readonly=True, copy=False)
    outbox_ids = fields.One2many("finance.outbox", "connection_id", readonly=True)

    _company_product_uniq = models.UniqueIndex(
        "(company_id, product) WHERE active IS TRUE", "This company already has a connection to this product."
    )
    _archived_is_off = models.Constraint(
        "CHECK (active IS TRUE OR state = 'off')", "Switch the connection off before you archive it."
    )
    _settle_positive = models.Constraint(
        "CHECK (settle_seconds >= 30 AND overlap_minutes >= 1)",
        "The settle delay is at least 30 seconds and the overlap at least one minute.",
    )

    @api.model
    def _selection_product(self):
        """Products an adapter is registered for; a consultant's module adds its own."""
        return [("kingdee_galaxy", self.env._("Kingdee Cloud Galaxy"))]

    @api.model
    def _login_fields(self, product):
        """Names of the fields that somebody must fill in before that product lets us in, the secret aside."""
        return ("base_url", "account_set", "user_name", "app_id", "organisation")

    @api.model
    def _writing_fields(self, product):
        """Names of the fields that the last step of the set-up asks for, because documents of that product name them."""
        return ("default_material", "default_unit")

    @api.constrains("base_url")
    def _check_base_url(self):
        for connection in self:
            try:
                HttpTransport(connection.base_url or "", vault.allowed_networks())
            except FinanceError as error:
                raise ValidationError(connection._error_sentence(error)) from None

    @api.constrains("number_prefix")
    def _check_number_prefix(self):
        for connection in self:
            if not (connection.number_prefix.isascii() and connection.number_prefix.isalnum()):
                raise ValidationError(self.env._("The prefix of numbers may hold only letters and digits."))

    def _guarded_fields(self):
        return super()._guarded_fields() | {"state", "sync_from", "last_success_at"}

    @api.model_create_multi
    def create(self, vals_list):
        self._check_key()
        return super().create(vals_list)

    def write(self, vals):
        identity = [name for name in IDENTITY if name in vals]
        if identity:
            self._check_identity(vals, identity)
        return super().write(vals)

    def _check_identity(self, vals, names):
        """Other books or other numbers would make every stored number a lie."""
        for connection in self.sudo():
            changed = any(connection._fields[name].convert_to_write(connection[name], connection) != vals[name]
                          for name in names)  # fmt: skip
            if changed and (connection.outbox_ids or connection._has_bindings()):
                raise UserError(
                    self.env._(
                        "Documents already went to these books, so company, product, account set and prefix stay as "
                        "they are. Switch this connection off, archive it and make a new one."
                    )
                )

    def _has_bindings(self):
        return bool(self.env["finance.binding"].sudo().search_count([("connection_id", "in", self.ids)], limit=1))

    # -- who may operate --------------------------------------------------------------------

    def _check_operator(self, clerk=False):
        """The actor may operate the bridge of these records' companies.

        :param clerk: finance clerks may do it too
        :raises AccessError: otherwise
        """
        user = self.env.user
        allowed = user.has_group("base.group_system") or user.has_group("crm_merchant.group_finance_manager")
        if not allowed and not (clerk and user.has_group("crm_merchant.group_finance_clerk")):
            raise AccessError(self.env._("Only finance and system administrators operate the finance bridge."))
        self.check_access("read")

    # -- the adapter ------------------------------------------------------------------------

    def _adapter(self):
        """The product's adapter, ready to be called; opens no connection.

        :raises FinanceError: settings that cannot work
        :raises VaultError: the secret cannot be read
        """
        self.ensure_one()
        self._check_home()
        return adapter_for(self.product).connect(
            self.base_url,
            self._adapter_credentials(),
            self._adapter_settings(),
            **self._adapter_options(),
        )

    def _adapter_options(self):
        """Hook: what else the adapter is connected with."""
        return {"allow_private_networks": vault.allowed_networks()}

    def _adapter_credentials(self):
        """Hook: what the product's adapter needs to log in; never stored, logged or returned to a client."""
        return {
            "acct_id": self.account_set,
            "user_name": self.user_name,
            "app_id": self.app_id,
            "app_secret": self._secret_clear(),
        }

    def _adapter_settings(self):
        """Hook: plain settings of the product's adapter."""
        tables = self.env["finance.mapping"].sudo()._tables(self)
        return {
            "organisation": self.organisation,
            "pay_organisation": self.pay_organisation or "",
            "sale_organisation": self.sale_organisation or "",
            "currencies": tables["currency"],
            "materials": tables["product"],
            "units": tables["unit"],
            "local_currency": self.local_currency,
            "overlap_minutes": self.overlap_minutes,
            "salespersons": tables["salesperson"],
            "departments": tables["department"],
            "settlements": tables["settlement"],
            "audit_kinds": adapter_for(self.product).sends if self.is_audited_by_us else (),
        }

    def _currency_default(self):
        """Hook: what a new account set of the product calls its own currency, 人民币."""
        return "PRE001"

    # -- buttons ----------------------------------------------------------------------------

    def action_test_connection(self):
        """Logs in and reads something harmless. No document is touched, so this one call may run in the request."""
        self.ensure_one()
        self._check_operator(clerk=True)
        connection = self.sudo()
        try:
            report = connection._adapter().test_connection()
        except (FinanceError, vault.VaultError) as error:
            return self._notice("danger", connection.with_env(self.env)._test_sentence(error))
        connection._resume()
        return self._notice("success", self.env._("Connected to account set %(account)s.", account=report.account))

    def action_switch_on(self):
        """Opens the form that shows what switching on would send; nothing is switched yet."""
        self.ensure_one()
        self._check_operator()
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.switch.on",
            "name": self.env._("Switch On"),
            "view_mode": "form",
            "target": "new",
            "context": {"default_connection_id": self.id},
        }

    def action_switch_off(self):
        """Nothing is sent or read any more; what waits, waits."""
        self._check_operator()
        self.sudo()._switch("off")

    def _switch(self, state, start_date=None):
        """The door of the switch.

        :param start_date: documents of an earlier day are never sent; an earlier start stands
        """
        vals = self._prepare_switch_vals(state, start_date)
        self._through_door(*vals).write(vals)
        self._toggle_crons()
        if state == "on":
            self.env["finance.outbox"].sudo()._wake()

    def _prepare_switch_vals(self, state, start_date):
        """Hook: what the switch writes."""
        vals = {"state": state}
        if state == "on":
            vals["sync_from"] = fields.Datetime.now()
        if start_date and not self.start_date:
            vals["start_date"] = start_date
        return vals

    def _toggle_crons(self):
        """The crons of the bridge exist for connections that are on; without one they do not even start."""
        for name in self._cron_names():
            cron = self.env.ref(name, raise_if_not_found=False)
            if cron:
                cron.sudo().toggle(model=self._name, domain=[("state", "=", "on")])

    @api.model
    def _cron_names(self):
        """Hook: external ids of the crons that a connection needs."""
        jobs = ("cron_poll", "cron_changes", "cron_reconcile", "cron_credit", "cron_customers")
        return [f"crm_finance_bridge.{name}" for name in (*LANES, *jobs)]

    def _notice(self, kind, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": text, "sticky": kind == "danger", "next": {"type": "ir.actions.client",
                       "tag": "soft_reload"}},
        }  # fmt: skip
