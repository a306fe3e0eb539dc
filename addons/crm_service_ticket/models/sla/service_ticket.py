from odoo import api, fields, models
from odoo.tools import format_duration

_INTERNAL = "base.group_user"


class ServiceTicket(models.Model):
    """The two clocks of a ticket: until the first answer and until the solution."""

    _inherit = "service.ticket"

    sla_status_ids = fields.One2many("service.sla.status", "ticket_id", "Clocks", readonly=True, groups=_INTERNAL)
    sla_deadline = fields.Datetime(
        "Next Deadline", compute="_compute_sla", store=True, index="btree_not_null", groups=_INTERNAL
    )
    sla_breached = fields.Boolean("Overdue", compute="_compute_sla", store=True, groups=_INTERNAL)
    sla_text = fields.Char("Time Left", compute="_compute_sla_text", groups=_INTERNAL)

    @api.depends("sla_status_ids.state", "sla_status_ids.deadline", "sla_status_ids.reached_at")
    def _compute_sla(self):
        for ticket in self:
            running = ticket.sla_status_ids.filtered(lambda row: row.state == "running")
            late = ticket.sla_status_ids.filtered(lambda row: row.state == "breached" and not row.reached_at)
            deadlines = (running | late).filtered("deadline").mapped("deadline")
            ticket.sla_deadline = min(deadlines) if deadlines else False
            ticket.sla_breached = any(row.state == "breached" for row in ticket.sla_status_ids)

    @api.depends("sla_deadline", "sla_status_ids.state")
    @api.depends_context("lang")
    def _compute_sla_text(self):
        now = fields.Datetime.now()
        for ticket in self:
            if ticket.sla_deadline:
                hours = (ticket.sla_deadline - now).total_seconds() / 3600
                ticket.sla_text = ticket._sla_words(hours)
            elif any(row.state == "paused" for row in ticket.sla_status_ids):
                ticket.sla_text = self.env._("Paused")
            else:
                ticket.sla_text = False

    def _sla_words(self, hours):
        """How long is left, or how long it is overdue, in words."""
        days = int(abs(hours) // 24)
        if days:
            return (
                self.env._("%(count)s days left", count=days)
                if hours > 0
                else self.env._("%(count)s days late", count=days)
            )
        span = format_duration(abs(hours))
        return self.env._("%(span)s left", span=span) if hours > 0 else self.env._("%(span)s late", span=span)

    # -- what moves the clocks ----------------------------------------------------------------

    def _sla_rows(self, *kinds):
        return self.sudo().sla_status_ids.filtered(lambda row: row.kind in kinds)

    def _on_created(self):
        result = super()._on_created()
        self.env["service.sla.status"]._sla_start(self)
        return result

    def _on_answered(self):
        result = super()._on_answered()
        self._sla_rows("response")._sla_advance("reach")
        return result

    def _on_routing_changed(self, before):
        result = super()._on_routing_changed(before)
        rows = self._sla_rows("response", "solve")
        if rows:
            rows._sla_replan(self.env["service.sla.policy"]._policies_of(self.sudo()))
        return result

    def _on_transition(self, event):
        result = super()._on_transition(event)
        if event == "wait":
            self._sla_rows("solve")._sla_advance("pause")
        elif event == "start":
            self._sla_rows("solve")._sla_advance("resume")
        elif event == "solve":
            # the solution goes to the customer, so he has his answer too
            self._on_answered()
            self._sla_rows("solve")._sla_advance("reach")
        elif event == "reopen":
            self._sla_rows("solve")._sla_advance("reopen")
        elif event == "cancel":
            self._sla_rows("response", "solve")._sla_advance("drop")
        return result
