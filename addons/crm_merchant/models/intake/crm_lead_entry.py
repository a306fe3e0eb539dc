from odoo import api, fields, models

from .row_reader import read_row


class CrmLead(models.Model):
    """Entering a lead by hand: whether it is there already is said while it is typed. And what a form says as values."""

    _inherit = "crm.lead"

    # filled by the onchange only; no compute, so that reading a lead never asks and never answers
    intake_answer = fields.Char("There Already", store=False, groups="base.group_user")

    @api.onchange("phone", "partner_name", "credit_code")
    def _onchange_intake_answer(self):
        typed = [
            self[name]
            for name in ("credit_code", "phone", "partner_name")
            if self[name] and self[name] != self._origin[name]
        ]
        self.intake_answer = self.env["crm.duplicate.check"]._answer(typed, exclude=self._origin)

    @api.model
    def _intake_read(self, cells):
        """Understands what somebody sent.

        :param cells: list of (label, target as in ``crm.import.column``, text)
        :return: (values of a lead, findings that make it useless, findings worth a note); findings as of ``row_reader``
        """
        row = read_row(cells)
        return self._prepare_intake_vals(row.values), row.problems, row.hints

    @api.model
    def _prepare_intake_vals(self, values):
        """Values of a lead from what ``row_reader`` understood, without origin and owner."""
        states = self.env["crm.region"]._state_of_province_code()
        state_id = states.get(values.get("province"))
        name = values.get("company") or values.get("contact") or values.get("phone") or values.get("email")
        product, industry = values.get("product"), values.get("industry")
        industries = self.env["res.partner.industry"]._merchant_read_texts([industry])
        lines = self.env["product.category"]._merchant_read_texts([product])
        return {
            "name": f"{name} - {product}" if product else name,
            "partner_name": values.get("company"),
            "contact_name": values.get("contact"),
            "function": values.get("function"),
            "phone": values.get("phone"),
            "email_from": values.get("email"),
            "website": values.get("website"),
            "credit_code": values.get("credit_code"),
            "country_id": self.env.ref("base.cn").id if state_id or values.get("is_mainland") else False,
            "state_id": state_id,
            "city": values.get("city"),
            "street": values.get("street"),
            "referred": values.get("referred"),
            "merchant_industry_id": industries.get(industry),
            "merchant_product_line_id": lines.get(product),
            "expected_revenue": float(values.get("budget") or 0),
            "description": self.env["crm.import.batch"]._as_html(self._intake_description_pairs(values)),
        }

    @api.model
    def _intake_description_pairs(self, values):
        """What has no field of its own, as (label, text)."""
        pairs = [
            (self.env._("Industry"), values.get("industry")),
            (self.env._("Product of Interest"), values.get("product")),
            *values.get("notes", ()),
        ]
        return [(label, text) for label, text in pairs if text]

    def _intake_worked_on(self):
        """Leads with a human message, a done to-do, a meeting, an order, another stage or kind than at their arrival, or
        merged."""
        first = self._stage_find(domain=[("fold", "=", False)])
        leads = self.with_context(active_test=False).sudo()
        written = (
            self.env["mail.message"]
            .sudo()
            ._read_group(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    "|",
                    ("message_type", "in", ("comment", "email", "email_outgoing", "sms")),
                    ("mail_activity_type_id", "!=", False),
                ],
                ["res_id"],
            )
        )
        ids = {res_id for (res_id,) in written}
        worked_on = leads.filtered(
            lambda lead: lead.id in ids
            or lead.type != "lead"
            or not lead.active
            or lead.merged_into_id
            or lead.calendar_event_ids
            or lead.order_ids
            or lead.stage_id not in (first, lead.stage_id.browse())
        )
        return super()._intake_worked_on() | worked_on.with_env(self.env)
