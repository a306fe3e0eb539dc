from collections import defaultdict

from odoo import fields, models


class ResPartner(models.Model):
    """Where credit comes from and what it is made of. The limit is Odoo's ``credit_limit``; both facts of ours belong
    to ``_credit_sync()``, which nobody else writes."""

    _inherit = "res.partner"

    credit_limit_synced_at = fields.Datetime(
        "Credit Synced at",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="When the limit and the balance were last read from the accounting system; empty: never",
    )
    credit_erp_balance = fields.Float(
        "Balance in the ERP",
        company_dependent=True,
        readonly=True,
        copy=False,
        digits=(16, 2),
        groups="account.group_account_invoice,account.group_account_readonly",
        help="What the customer owed in the accounting system at that moment, in the currency of the company",
    )

    def _guarded_fields(self):
        return super()._guarded_fields() | {"credit_limit_synced_at", "credit_erp_balance"}

    def _credit_sync(self, company, values):
        """Door of the credit columns: takes over what the accounting system said.

        :param company: ``res.company`` whose credit it is
        :param values: dict ``partner id -> {"limit": float or None, "balance": float, "moment": naive UTC datetime}``;
            a limit of None leaves the limit as it is, a balance of None leaves balance and moment
        """
        if not self:
            return
        partners, differs = self.sudo().with_company(company), company.currency_id.compare_amounts
        # (field, value) -> ids: nearly all customers share the moment, and few owe another amount than the night before
        new = defaultdict(list)
        for partner in partners:
            said = values[partner.id]
            if said["balance"] is not None:
                new["credit_limit_synced_at", said["moment"]].append(partner.id)
                if differs(partner.credit_erp_balance, said["balance"]):
                    new["credit_erp_balance", said["balance"]].append(partner.id)
            if said["limit"] is not None and differs(partner.credit_limit, said["limit"]):
                new["credit_limit", said["limit"]].append(partner.id)
        # Odoo hands each write down to the contacts of each customer; read together, that costs no query a customer
        for name in ("child_ids", "user_ids", "credit_limit"):
            partners.child_ids.mapped(name)
        door = partners._through_door("credit_limit_synced_at", "credit_erp_balance")
        for (name, value), ids in new.items():
            door.browse(ids).write({name: value})

    def _merchant_credit_facts(self, company):
        """Terms of the customer's exposure in one company, for the strip on the quote and the credit step.

        Each addon that knows a term adds it. Reps see them only through the strip's superuser compute.

        :param company: ``res.company``
        :return: list of dicts: ``code``, ``label``, ``amount`` (float, currency of the company, what raises the
            exposure is positive), ``moment`` (naive UTC, when it was known); empty without any source
        """
        self.ensure_one()
        partner = self.commercial_partner_id.sudo().with_company(company)
        if not partner.credit_limit_synced_at:
            return []
        return [
            {
                "code": "erp_balance",
                "label": self.env._("Balance in the ERP"),
                "amount": partner.credit_erp_balance,
                "moment": partner.credit_limit_synced_at,
            }
        ]
