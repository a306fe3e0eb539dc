from odoo import api, fields, models


class CrmContract(models.Model):
    _inherit = "crm.contract"

    service_warranty_months = fields.Integer(
        "Warranty (months)", help="Of all equipment of this contract; 0: as the product or the company says"
    )
    service_asset_ids = fields.One2many(
        "service.asset", "contract_id", "Equipment", readonly=True,
        groups="crm_service_ticket.group_ticket_reader",
    )  # fmt: skip
    service_asset_count = fields.Integer(
        "Equipment Count", compute="_compute_service_asset_count", groups="crm_service_ticket.group_ticket_reader"
    )

    _service_warranty_positive = models.Constraint(
        "CHECK(service_warranty_months IS NULL OR service_warranty_months >= 0)", "A warranty cannot be negative."
    )

    @api.depends("service_asset_ids")
    def _compute_service_asset_count(self):
        counts = dict(
            self.env["service.asset"]._read_group([("contract_id", "in", self.ids)], ["contract_id"], ["__count"])
        )
        for contract in self:
            contract.service_asset_count = counts.get(contract, 0)

    def _draft_fields(self):
        return super()._draft_fields() | {"service_warranty_months"}

    def action_view_service_assets(self):
        self.ensure_one()
        return self.service_asset_ids._get_records_action(name=self.env._("Equipment"))
