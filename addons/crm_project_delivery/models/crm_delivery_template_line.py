from datetime import timedelta

from odoo import fields, models

DELIVERY_KINDS = [
    ("production", "Production"),
    ("shipment", "Shipment"),
    ("installation", "Installation"),
    ("acceptance", "Acceptance"),
    ("other", "Other"),
]


class CrmDeliveryTemplateLine(models.Model):
    _name = "crm.delivery.template.line"
    _description = "Milestone of a Delivery Template"
    _order = "sequence, id"

    template_id = fields.Many2one("crm.delivery.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(DELIVERY_KINDS, required=True, default="other")
    days_offset = fields.Integer("Days After Signing", help="Calendar days from the signing to the planned date")
    deliverable_required = fields.Boolean(
        "Deliverables Required", default=True, help="The milestone is accepted only with files attached"
    )

    _days_positive = models.Constraint("CHECK(days_offset >= 0)", "The days after signing cannot be negative.")

    def _prepare_milestone_vals(self, contract, project):
        """Values of the ``project.milestone`` of one row."""
        self.ensure_one()
        planned = contract.date_sign + timedelta(days=self.days_offset)
        return {
            "name": self.name,
            "sequence": self.sequence,
            "project_id": project.id,
            "deadline": planned,
            "delivery_planned_date": planned,
            "delivery_contract_id": contract.id,
            "delivery_kind": self.kind,
            "delivery_owner_id": contract.manager_id.id,
            "delivery_deliverable_required": self.deliverable_required,
        }
