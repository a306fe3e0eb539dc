from odoo import api, fields, models

STATES = {"waiting": ("pending", "sending"), "uncertain": ("uncertain",), "refused": ("rejected",), "dead": ("dead",)}


class FinanceConnection(models.Model):
    """How a connection is: what waits, what is in doubt, what needs a person, when the books last agreed."""

    _inherit = "finance.connection"

    waiting_count = fields.Integer("Waiting", compute="_compute_health")
    uncertain_count = fields.Integer("Uncertain", compute="_compute_health")
    refused_count = fields.Integer("Refused", compute="_compute_health")
    dead_count = fields.Integer("Given Up", compute="_compute_health")
    stopped_count = fields.Integer("Needs a Person", compute="_compute_health")
    oldest_waiting_at = fields.Datetime("Oldest Waiting", compute="_compute_health")
    review_count = fields.Integer("Receipts in Question", compute="_compute_review_count")
    health = fields.Selection(
        [("good", "Works"), ("watch", "Watch"), ("bad", "Needs You"), ("off", "Off")], compute="_compute_health"
    )

    @api.depends("outbox_ids.state", "state", "stop_reason", "breaker_opened_at")
    def _compute_health(self):
        groups = self.env["finance.outbox"]._read_group(
            [("connection_id", "in", self.ids), ("state", "!=", "done"), ("error_code", "!=", "withdrawn")],
            ["connection_id", "state"],
            ["__count", "create_date:min"],
        )
        counts, oldest = {}, {}
        for connection, state, count, first in groups:
            name = next(name for name, states in STATES.items() if state in states)
            counts[connection.id, name] = counts.get((connection.id, name), 0) + count
            if name in ("waiting", "uncertain"):
                oldest[connection.id] = min(first, oldest.get(connection.id, first))
        for connection in self:
            for name in STATES:
                connection[f"{name}_count"] = counts.get((connection.id, name), 0)
            connection.stopped_count = connection.refused_count + connection.dead_count
            connection.oldest_waiting_at = oldest.get(connection.id, False)
            connection.health = connection._judge_health()

    def _judge_health(self):
        if self.stop_reason or self.stopped_count:
            return "bad"
        if self.state == "off":
            return "off"
        return "watch" if self.breaker_opened_at or self.uncertain_count else "good"

    def _compute_review_count(self):
        groups = self.env["finance.receipt"]._read_group(
            [("connection_id", "in", self.ids), ("state", "=", "review")], ["connection_id"], ["__count"]
        )
        counts = {connection.id: count for connection, count in groups}
        for connection in self:
            connection.review_count = counts.get(connection.id, 0)

    # -- buttons to the rows ----------------------------------------------------------------

    def action_open_outbox(self):
        return self._open_rows({"search_default_stopped": 1})

    def action_open_waiting(self):
        return self._open_rows({}, "waiting")

    def action_open_uncertain(self):
        return self._open_rows({}, "uncertain")

    def action_open_refused(self):
        return self._open_rows({}, "refused")

    def action_open_dead(self):
        return self._open_rows({}, "dead")

    def _open_rows(self, context, name=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_outbox")
        domain = [("connection_id", "=", self.id)]
        if name:
            domain += [("state", "in", list(STATES[name])), ("error_code", "!=", "withdrawn")]
        return {**action, "domain": domain, "context": context}

    def action_open_review(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_finance_bridge.action_finance_receipt")
        domain = [("connection_id", "=", self.id), ("state", "=", "review")]
        return {**action, "domain": domain, "context": {}}
