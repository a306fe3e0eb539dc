from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

# a line of more units than that is one record with its quantity
MOST_UNITS = 50


class ServiceAsset(models.Model):
    """Equipment at a customer's. Acceptance of a contract's milestone makes it; older machines are entered by hand."""

    _name = "service.asset"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Equipment"
    _order = "id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "serial_number"]

    name = fields.Char(required=True, index="trigram")
    serial_number = fields.Char("Serial No.", index="trigram", copy=False, tracking=True)
    product_id = fields.Many2one("product.product", check_company=True, index="btree_not_null")
    quantity = fields.Integer(default=1, required=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, check_company=True, tracking=True,
        domain=[("parent_id", "=", False)],
    )  # fmt: skip
    region_id = fields.Many2one(related="partner_id.region_id", store=True, index="btree_not_null")
    site_partner_id = fields.Many2one(
        "res.partner", "Site", check_company=True, domain="[('commercial_partner_id', '=', partner_id)]",
        help="Address and person where it stands",
    )  # fmt: skip
    contract_id = fields.Many2one("crm.contract", check_company=True, index="btree_not_null", ondelete="restrict")
    milestone_id = fields.Many2one(
        "project.milestone", readonly=True, copy=False, index="btree_not_null", help="Whose acceptance made this record"
    )
    order_line_id = fields.Many2one("sale.order.line", readonly=True, copy=False, ondelete="restrict")
    unit_no = fields.Integer("Unit No.", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self._default_company_id()
    )
    active = fields.Boolean(default=True)
    date_accepted = fields.Date("Accepted On", tracking=True, help="The warranty starts on this day")
    warranty_months = fields.Integer("Warranty (months)", tracking=True)
    date_warranty_end = fields.Date(
        "Warranty Through", compute="_compute_date_warranty_end", store=True, help="Last day of the warranty"
    )
    under_warranty = fields.Boolean(compute="_compute_under_warranty", search="_search_under_warranty")
    note = fields.Text()

    # one record a unit, however often a milestone is accepted
    _unit_uniq = models.UniqueIndex(
        "(order_line_id, unit_no) WHERE order_line_id IS NOT NULL", "This unit of the order already has its record."
    )
    _warranty_positive = models.Constraint("CHECK(warranty_months >= 0)", "A warranty cannot be negative.")
    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "The quantity of equipment is above zero.")

    def _default_company_id(self):
        return self.env.company

    @api.depends("name", "serial_number")
    def _compute_display_name(self):
        for asset in self:
            asset.display_name = f"{asset.name} [{asset.serial_number}]" if asset.serial_number else asset.name

    @api.depends("date_accepted", "warranty_months")
    def _compute_date_warranty_end(self):
        for asset in self:
            start, months = asset.date_accepted, asset.warranty_months
            asset.date_warranty_end = start + relativedelta(months=months, days=-1) if start and months else False

    @api.depends("date_warranty_end")
    def _compute_under_warranty(self):
        today = fields.Date.context_today(self)
        for asset in self:
            asset.under_warranty = bool(asset.date_warranty_end and asset.date_warranty_end >= today)

    def _search_under_warranty(self, operator, value):
        if operator != "in":
            return NotImplemented
        under = Domain("date_warranty_end", ">=", fields.Date.context_today(self))
        return under if True in value else ~under

    # -- guards -----------------------------------------------------------------------------

    def _guarded_fields(self):
        return super()._guarded_fields() | {"milestone_id", "order_line_id", "unit_no"}

    # -- from acceptance ----------------------------------------------------------------------

    @api.model
    def _register_accepted(self, milestone):
        """Door of what an acceptance makes: a record for each unit of equipment in the contract's order.

        Units that have their record keep it, so that accepting again makes nothing new.

        :param milestone: one accepted ``project.milestone`` of a contract
        :return: the new records (superuser)
        """
        assets = self.sudo().with_company(milestone.delivery_contract_id.company_id)
        lines = milestone.sudo().delivery_contract_id.order_id.order_line.filtered_domain(self._get_line_domain())
        known = set(
            assets.with_context(active_test=False)
            .search_fetch([("order_line_id", "in", lines.ids)], ["order_line_id", "unit_no"])
            .mapped(lambda asset: (asset.order_line_id.id, asset.unit_no))
        )
        vals_list = []
        for line in lines:
            count = max(int(line.product_uom_qty), 1)
            units = [(1, count)] if count > MOST_UNITS else [(unit, 1) for unit in range(1, count + 1)]
            for unit, quantity in units:
                if (line.id, unit) not in known:
                    vals_list.append(self._prepare_service_asset_vals(milestone, line, unit, quantity))
        names = {name for vals in vals_list for name in vals} & self._guarded_fields()
        return assets._through_door(*names).create(vals_list).with_env(assets.env)

    @api.model
    def _get_line_domain(self):
        """Order lines that bring equipment."""
        return [
            ("display_type", "=", False),
            ("is_downpayment", "=", False),
            ("product_uom_qty", ">", 0),
            ("product_id.service_is_equipment", "=", True),
        ]

    @api.model
    def _prepare_service_asset_vals(self, milestone, line, unit, quantity):
        """Values of the record of one accepted unit.

        :param line: ``sale.order.line`` of the contract's order
        :param unit: number of the unit within its line, from 1
        :param quantity: pieces that this record stands for
        """
        contract, product = milestone.delivery_contract_id, line.product_id
        months = contract.service_warranty_months or product.service_warranty_months
        return {
            "name": product.with_context(lang=contract.partner_id.lang).name,
            "product_id": product.id,
            "quantity": quantity,
            "partner_id": contract.commercial_partner_id.id,
            "site_partner_id": contract.order_id.partner_shipping_id.id,
            "contract_id": contract.id,
            "milestone_id": milestone.id,
            "order_line_id": line.id,
            "unit_no": unit,
            "company_id": contract.company_id.id,
            "date_accepted": milestone.delivery_accepted_date,
            "warranty_months": months or contract.company_id.service_warranty_months,
        }
