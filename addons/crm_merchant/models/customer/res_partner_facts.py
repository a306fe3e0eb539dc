from odoo import fields, models
from odoo.tools import format_date


class ResPartner(models.Model):
    """What the core knows about a customer: who holds him, since when, and how long he has been left alone."""

    _inherit = "res.partner"

    def _pool_silent_days(self):
        """Whole days since the last follow-up of a held customer, or since his holder got him."""
        self.ensure_one()
        since = self.last_followup_at or self.pool_since
        return (fields.Datetime.now() - since).days if since else 0

    def _merchant_360_sections(self):
        sections = super()._merchant_360_sections()
        customer = self.sudo().commercial_partner_id.with_env(self.env)
        customer.check_access("read")
        # the name of a holder of another company is no secret
        rows = [
            (self.env._("Held By"), customer.user_id.sudo().name),
            (self.env._("Grade"), customer.merchant_grade),
            (self.env._("Sales Region"), customer.region_id.sudo().name),
            (self.env._("Pool"), customer.pool_id.sudo().name),
        ]
        if customer.last_followup_at:
            day = fields.Datetime.context_timestamp(customer, customer.last_followup_at).date()
            rows.append((self.env._("Last Follow-up"), format_date(self.env, day)))
        if customer.recycle_deadline and not customer.pool_exempt:
            rows.append((self.env._("Days to Pool"), str(customer.days_to_pool)))
        found = [{"label": label, "value": value} for label, value in rows if value]
        # searched with the reader's own rights
        leads = self.env["crm.lead"].search(
            [("partner_id", "child_of", customer.id), ("won_status", "=", "pending")], order="id"
        )
        for label, kind in ((self.env._("Open Leads"), "lead"), (self.env._("Open Opportunities"), "opportunity")):
            ids = leads.filtered(lambda lead, kind=kind: lead.type == kind).ids
            if ids:
                found.append({"label": label, "value": str(len(ids)), "res_model": "crm.lead", "res_ids": ids})
        return [
            *sections,
            {"code": "holding", "title": self.env._("In Whose Hands"), "sequence": 10, "rows": found},
        ]

    def _merchant_risk_signals(self):
        """Left alone for more than half of the days that his pool gives for his grade; soon back in the pool."""
        signals = super()._merchant_risk_signals()
        now = fields.Datetime.now()
        # who may not even know of a contact asks for nothing about its company
        customers = self.sudo().commercial_partner_id.with_env(self.env)._filtered_access("read")
        for customer in customers.filtered(lambda customer: customer.pool_state == "owned"):
            pool = customer.pool_id.sudo()
            silent, allowed = customer._pool_silent_days(), pool._recycle_days(customer)
            if allowed and 2 * silent > allowed:
                signals.append(
                    {
                        "partner_id": customer.id,
                        "code": "silent",
                        "level": "warning",
                        "text": self.env._("No follow-up for %(days)s days", days=silent),
                        "at": customer.last_followup_at or customer.pool_since,
                    }
                )
            due = customer.recycle_deadline
            if due and not customer.pool_exempt and due <= fields.Datetime.add(now, days=pool.warn_days):
                signals.append(
                    {
                        "partner_id": customer.id,
                        "code": "pool_soon",
                        "level": "danger" if due <= now else "warning",
                        "text": self.env._(
                            "Goes back to the pool on %(day)s",
                            day=format_date(self.env, fields.Datetime.context_timestamp(customer, due).date()),
                        ),
                        "at": due,
                    }
                )
        return signals
