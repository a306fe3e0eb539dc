from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    quote_letterhead = fields.Boolean(
        "Quotations with Letterhead",
        help="Quotations and orders are printed with letterhead, bank account, amount in capitals and payment terms in "
        "the page itself, which needs no special build of the PDF program.",
    )
    quote_expiry_active = fields.Boolean(
        "Expired Quotes Are Not Valid",
        help="A quote whose last day of validity is over is marked, and is not sent, accepted, paid or confirmed before "
        "somebody sets a later day.",
    )
    quote_notice_days = fields.Integer(
        "Notice before Expiry (working days)", default=3, help="0: the owner is not told"
    )
    quote_share_days = fields.Integer("Shared Links Are Open for (days)", default=14)

    def _quote_bank_account(self, currency):
        """The account that a quotation in ``currency`` asks to be paid to; empty where there is none.

        Taken from the bank journals, which only accounting may edit: an account that somebody adds to the company's
        contact is not printed.
        """
        self.ensure_one()
        company = self.sudo()
        journals = company.env["account.journal"].search(
            [
                *company.env["account.journal"]._check_company_domain(company),
                ("type", "=", "bank"),
                ("bank_account_id", "!=", False),
            ]
        )
        fitting = journals.filtered(lambda journal: (journal.currency_id or company.currency_id) == currency)
        return (fitting or journals)[:1].bank_account_id
