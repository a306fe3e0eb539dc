"""Which leads, customers, orders and meetings are hidden from the current user, for the rules of what tells of them."""

from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.hidden.mixin"]

    @api.model
    def _merchant_hiding_rules(self):
        return "crm_merchant.rule_crm_lead_pooled", "crm_merchant.rule_crm_lead_scoped"


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.hidden.mixin"]

    @api.model
    def _merchant_hiding_rules(self):
        return "crm_merchant.rule_res_partner_pooled", "crm_merchant.rule_res_partner_scoped"


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.hidden.mixin"]

    @api.model
    def _merchant_hiding_rules(self):
        return (
            "crm_merchant.rule_calendar_event_pooled",
            "crm_merchant.rule_calendar_event_scoped",
            "crm_merchant.rule_calendar_event_customer",
        )


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.hidden.mixin"]

    @api.model
    def _merchant_hiding_rules(self):
        return ("crm_merchant.rule_sale_order_scoped",)


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = ["mail.message", "crm.hidden.mixin"]

    @api.model
    def _merchant_visible_domain(self):
        """A message is hidden with its record: its name tells whose it is."""
        visible = Domain.TRUE
        for name in ("crm.lead", "res.partner", "sale.order", "calendar.event"):
            model = self.env[name].sudo().with_context(active_test=False)
            hidden = ~model._merchant_visible_domain()
            if not hidden.is_false():
                visible &= Domain("model", "!=", name) | Domain("res_id", "not in", model._search(hidden))
        return visible


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    @api.constrains("partner_id")
    def _check_partner_readable(self):
        """An attendee shows phone and mail of its partner, whoever wrote him down."""
        self.partner_id._check_linkable()
