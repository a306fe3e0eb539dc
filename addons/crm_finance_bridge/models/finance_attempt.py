from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_merchant.lib.hashing import chain_hash


class FinanceAttempt(models.Model):
    """What was said to the far side and what came of it, append-only; no payload, no secret, no text of theirs."""

    _name = "finance.attempt"
    _inherit = ["crm.ledger.mixin"]
    _description = "Finance Attempt"
    _log_access = False

    connection_ref = fields.Integer("Connection ID", readonly=True)
    operation = fields.Char(readonly=True)
    number = fields.Char(readonly=True)
    step = fields.Char(readonly=True)
    outcome = fields.Char(readonly=True)
    payload_hash = fields.Char(readonly=True)
    remote_id = fields.Char("ID Over There", readonly=True)
    duration_ms = fields.Integer("Duration (ms)", readonly=True)

    connection_name = fields.Char("Connection", compute="_compute_connection_name")
    step_label = fields.Char("What", compute="_compute_labels")
    outcome_label = fields.Char("Result", compute="_compute_labels")

    @api.depends("connection_ref")
    def _compute_connection_name(self):
        connections = self.env["finance.connection"].sudo().with_context(active_test=False)
        found = connections.search_fetch([("id", "in", self.mapped("connection_ref"))], ["name"])
        names = {connection.id: connection.name for connection in found}
        for attempt in self:
            attempt.connection_name = names.get(attempt.connection_ref, False)

    def _compute_labels(self):
        steps, outcomes = self._step_labels(), self._outcome_labels()
        for attempt in self:
            attempt.step_label = steps.get(attempt.step, attempt.step)
            attempt.outcome_label = outcomes.get(attempt.outcome, attempt.outcome)

    @api.model
    def _step_labels(self):
        """Words for the steps of adapters and people; an unknown one shows its own name."""
        return {
            "build": self.env._("Put together"),
            "find": self.env._("Asked for the number"),
            "unaudit": self.env._("Opened for the change"),
            "save": self.env._("Save"),
            "submit": self.env._("Submit"),
            "audit": self.env._("Audit"),
            "retry": self.env._("Retried by a person"),
            "mark_done": self.env._("Marked as done by a person"),
            "withdraw": self.env._("Taken back here"),
            "refreeze": self.env._("Changed here before it was sent"),
        }

    @api.model
    def _outcome_labels(self):
        """Words for the classes of errors of the clients."""
        return {
            "ok": self.env._("Done"),
            "NotSent": self.env._("Not reached"),
            "EndpointRefused": self.env._("Address not allowed"),
            "Rejected": self.env._("Refused"),
            "Unknown": self.env._("Unknown, asked for later"),
            "SessionLost": self.env._("Session lost"),
            "LoginFailed": self.env._("Login refused"),
            "Mismatch": self.env._("Differs from ours"),
            "MappingMissing": self.env._("Mapping missing"),
            "InvalidValues": self.env._("Cannot be sent as it is"),
            "VaultError": self.env._("Secret not readable"),
        }

    @api.model
    def _names_of(self, row):
        """Names of the company and of who works: the same for all rows of a company."""
        company, user = row.company_id, self.env.user
        self.env["res.company"].flush_model(["name"])
        self.env["res.partner"].flush_model(["name"])
        # one column of each, where a company has a hundred
        query = SQL(
            "SELECT c.name, p.name FROM res_company c, res_users u JOIN res_partner p ON p.id = u.partner_id "
            "WHERE c.id = %s AND u.id = %s",
            company.id,
            user.id,
        )
        return self.env.execute_query(query)[0]

    @api.model
    def _line_of(self, row, names=None):
        """Columns that are the same in all lines of an outbox row.

        :param names: of :meth:`_names_of`, for who has them
        """
        company, user = row.company_id, self.env.user
        company_name, actor_name = names or self._names_of(row)
        return {
            "res_model": row._name,
            "res_id": row.id,
            "res_name": row.number,
            "company_ref": company.id,
            "company_name": company_name,
            "actor_uid": user.id,
            "actor_name": actor_name,
            "connection_ref": row.connection_id.id,
            "operation": row.operation,
            "number": row.number,
            **self._payload_line(row.payload),
        }

    @api.model
    def _payload_line(self, payload):
        return {"payload_hash": chain_hash("", payload) if payload else False}

    @api.model
    def _note(self, row, step, outcome, line=None, **more):
        """Adds a line to the chain of an outbox row.

        :param row: a ``finance.outbox``
        :param step: what was asked of the far side, or what a person did
        :param outcome: ``ok`` or the class of the error
        :param line: of :meth:`_line_of`, for who adds several lines
        """
        return self._ledger_append([{**(line or self._line_of(row)), "step": step, "outcome": outcome, **more}])
