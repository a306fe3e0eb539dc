from odoo import Command
from odoo.tests import TransactionCase

from odoo.addons.crm_merchant.demo.roles import build_roles

ROLES = [
    "sales_rep", "sales_rep_2", "regional_agent", "sales_supervisor", "hq_commerce", "finance_clerk",
    "finance_manager", "project_manager", "field_engineer", "marketing", "technical_lead", "service_agent", "suite_admin",
]  # fmt: skip


class DeliveryCase(TransactionCase):
    """Roles, a customer, a product and orders of 13 % value-added tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls.company = cls.env.company
        cls.users = build_roles(cls.env, ROLES)
        cls.rep = cls.users["sales_rep"]
        cls.commerce = cls.users["hq_commerce"]
        cls.clerk = cls.users["finance_clerk"]
        cls.manager = cls.users["project_manager"]
        cls.customer = cls.env["res.partner"].create({"name": "苏州华芯装备有限公司", "is_company": True})
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "VAT 13%",
                "amount": 13,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
            }
        )
        cls.product = cls._product("立式加工中心")

    @classmethod
    def _product(cls, name):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "invoice_policy": "order", "taxes_id": [Command.set(cls.tax.ids)]}
        )

    @classmethod
    def _order(cls, price=113274.34, user=None, partner=None, lines=None, confirm=True):
        """Order of one line at ``price`` without tax (by default 128 000.00 with it), or of ``lines`` = prices."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "user_id": (user or cls.rep).id,
                "order_line": [
                    Command.create({"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": unit,
                                    "tax_ids": [Command.set(cls.tax.ids)]})
                    for unit in lines or [price]
                ],
            }
        )  # fmt: skip
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _contract(cls, order=None, signed=True, **kwargs):
        order = order or cls._order(**kwargs)
        contract = cls.env["crm.contract"].browse(order.with_user(cls.commerce).action_create_contract()["res_id"])
        contract.manager_id = cls.manager
        if signed:
            contract.with_user(cls.commerce).action_sign()
        return contract

    @classmethod
    def _invoice(cls, line, post=True):
        line.with_user(cls.clerk).action_create_invoice()
        move = line.invoice_id
        if post:
            move.action_post()
        return move

    @classmethod
    def _pay(cls, move, amount=None):
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount or move.amount_residual})
        )
        return wizard._create_payments()

    @classmethod
    def _attach(cls, milestone):
        milestone.delivery_attachment_ids = cls.env["ir.attachment"].create(
            {"name": "验收单.pdf", "raw": b"%PDF", "res_model": milestone._name, "res_id": milestone.id}
        )

    @classmethod
    def _accept(cls, milestone):
        cls._attach(milestone)
        milestone.with_user(cls.manager).action_accept()
