from datetime import timedelta

from odoo import api, fields, models

from ..clients.u8_token import SHARED

CHINA = timedelta(hours=8)
U8 = "yonyou_u8"
# what its documents name beside products and units; the set-up asks for it
WRITING = ("u8_customer_class", "u8_department", "u8_person", "u8_operator", "u8_revenue_account", "u8_tax_account",
           "u8_auditor_person")  # fmt: skip
# kinds that are audited (审核) over there
AUDITED_KINDS = ("sales_order", "receivable", "credit_note", "own_receipt")


class FinanceConnection(models.Model):
    """A connection to Yonyou U8+: what its account set asks for on every document.

    The account set is the company's account at the open platform (提供方), the integration user our own one (调用方),
    application ID and secret are app_key and app_secret, the organisation is the number of the data source (账套).
    """

    _inherit = "finance.connection"

    u8_customer_class = fields.Char("Customer Class", help="Code of the class (客户分类) that new customers join")
    u8_product_class = fields.Char("Product Class", help="Code of the class (存货分类) that new products join")
    u8_department = fields.Char("Department", help="Code of the department (部门) on every document")
    u8_person = fields.Char("Salesperson Over There", help="Code of the person (业务员) where none is mapped")
    u8_operator = fields.Char("Operator", help="Name of the U8 user (制单人) under whom documents are entered")
    u8_sale_type = fields.Char("Kind of Sale", help="Code of the kind of sale (销售类型) of sales orders")
    u8_revenue_account = fields.Char("Revenue Account", help="Account (对方科目) of receivables; not a controlled one")
    u8_tax_account = fields.Char("Tax Account", help="Empty: the tax stays in the row of the revenue account")
    u8_settle_style = fields.Char("Way of Payment", help="Code (结算方式) of receipts whose journal is not mapped")
    u8_auditor_person = fields.Char("Audited By", help="Code of the person who audits; empty: a person there does it")
    u8_unaudited_counts = fields.Boolean(
        "Receipts Show No State", help="Some versions tell no state of a receipt: then each one that is read counts"
    )
    sends_signed_customers = fields.Boolean(
        "Send Customers at Signing",
        tracking=True,
        help="A customer goes out as soon as a contract is signed, not only with the first invoice",
    )

    @api.model
    def _selection_product(self):
        return [*super()._selection_product(), (U8, self.env._("Yonyou U8+"))]

    @api.model
    def _writing_fields(self, product):
        asked = super()._writing_fields(product)
        return (*asked, *WRITING) if product == U8 else asked

    def _adapter_credentials(self):
        if self.product != U8:
            return super()._adapter_credentials()
        return {
            "from_account": self.user_name,
            "to_account": self.account_set,
            "app_key": self.app_id,
            "app_secret": self._secret_clear(),
            "ds_sequence": self.organisation,
        }

    def _adapter_settings(self):
        if self.product != U8:
            return super()._adapter_settings()
        tables = self.env["finance.mapping"].sudo()._tables(self)
        since = self.sync_from and (self._reads_from() + CHINA).date()
        return {
            "currencies": tables["currency"],
            "materials": tables["product"],
            "units": tables["unit"],
            "salespersons": tables["salesperson"],
            "departments": tables["department"],
            "settlements": tables["settlement"],
            "accounts": tables["account"],
            "local_currency": self.local_currency,
            "customer_class": self.u8_customer_class or "",
            "product_class": self.u8_product_class or "",
            "department": self.u8_department or "",
            "person": self.u8_person or "",
            "operator": self.u8_operator or "",
            "sale_type": self.u8_sale_type or "",
            "revenue_account": self.u8_revenue_account or "",
            "tax_account": self.u8_tax_account or "",
            "settle_style": self.u8_settle_style or "",
            "auditor_person": self.u8_auditor_person or "",
            "audit_kinds": AUDITED_KINDS if self.is_audited_by_us else (),
            "unaudited_counts": self.u8_unaudited_counts,
            "receipts_from": since or None,
        }

    def _adapter_options(self):
        options = super()._adapter_options()
        if self.product == U8 and self._origin:
            options["tokens"] = self.env["finance.token"]._shared(self._origin, SHARED)
        return options

    def _currency_default(self):
        return "人民币" if self.product == U8 else super()._currency_default()

    def _mapping_sentence(self, field, value):
        """What a document misses may be a setting of the connection instead of a row under Mappings."""
        name = f"u8_{field}"
        if self.product != U8 or name not in self._fields:
            return super()._mapping_sentence(field, value)
        return self.env._(
            "The connection has no “%(field)s”, which the other side asks for. A system administrator enters it there, "
            "then press Retry.",
            field=self._fields[name]._description_string(self.env),
        )
